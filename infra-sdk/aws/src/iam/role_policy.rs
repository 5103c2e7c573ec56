//! An inline policy of a role.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

use super::{PolicyDocument, Role, RoleName};

/// An inline policy of a role: permissions that belong to that role alone and go with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = RolePolicy, id = RolePolicyId, outputs = NoOutputs, kind = "aws:iam/role-policy", cloud = "AWS::IAM::RolePolicy",
    iam(
        "iam:GetRolePolicy",
        create("iam:PutRolePolicy"),
        update("iam:PutRolePolicy"),
        delete("iam:DeleteRolePolicy"),
    ),
    completes(Role),
)]
pub struct RolePolicyInputs {
    /// The role.
    #[input(replace, cloud = "RoleName")]
    pub role: RoleName,
    /// What it allows and denies.
    #[input(cloud = "PolicyDocument", unlike_cloud = "the API requires it")]
    pub document: PolicyDocument,
    /// Its name, at most 128 characters, the same only once in the role. Default: made from stack and resource.
    #[input(name = 128, replace, cloud = "PolicyName")]
    pub name: Option<String>,
}

impl RolePolicyId {
    /// The id of a role's inline policy.
    pub fn of(role: &RoleName, policy: &str) -> RolePolicyId {
        RolePolicyId::new(format!("{role}|{policy}"))
    }

    /// The role's name and the policy's; `None` if the text is no such id.
    pub fn parts(&self) -> Option<(&str, &str)> {
        self.as_str().split_once('|')
    }
}

#[cfg(feature = "iam")]
mod live {
    use aws_sdk_iam::Client;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
    use infra_core::NoOutputs;

    use super::{RolePolicy, RolePolicyId, RolePolicyInputs};
    use crate::iam::tags::{named, there};
    use crate::iam::{PolicyDocument, RoleName};
    use crate::sdk::failed;

    impl Lifecycle for RolePolicy {
        type Client = Client;
        const SERVICE: &'static str = "iam";
        // A role's policy is told by itself; the list has names only.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[RolePolicyId]) -> Result<Vec<Observed<RolePolicy>>, ProviderError> {
            let mut observed = Vec::new();
            for id in ids {
                let Some((role, policy)) = id.parts() else { continue };
                let call = client.get_role_policy().role_name(role).policy_name(policy);
                let Some(answer) = there(call.send().await.map_err(failed("GetRolePolicy")))? else { continue };
                observed.push(Observed {
                    id: id.clone(),
                    inputs: RolePolicyInputs {
                        role: RoleName::new(role),
                        document: PolicyDocument::from_answer(answer.policy_document()),
                        name: Some(policy.to_owned()),
                    },
                    outputs: NoOutputs {},
                    condition: Condition::Ready,
                });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &RolePolicyInputs, _: Creation<'_>) -> Result<RolePolicyId, ProviderError> {
            let id = RolePolicyId::of(&want.role, named(want.name.as_ref(), "PutRolePolicy")?);
            put(client, &id, want).await?;
            Ok(id)
        }

        async fn update(client: &Client, id: &RolePolicyId, have: &RolePolicyInputs, want: &RolePolicyInputs) -> Result<(), ProviderError> {
            if want.document == have.document { Ok(()) } else { put(client, id, want).await }
        }

        async fn delete(client: &Client, id: &RolePolicyId) -> Result<(), ProviderError> {
            let Some((role, policy)) = id.parts() else { return Ok(()) };
            let deleted = client.delete_role_policy().role_name(role).policy_name(policy).send().await;
            gone_is_success(deleted.map(drop).map_err(failed("DeleteRolePolicy")))
        }

        async fn find(client: &Client, want: &RolePolicyInputs, _: Creation<'_>) -> Result<Option<RolePolicyId>, ProviderError> {
            let id = RolePolicyId::of(&want.role, named(want.name.as_ref(), "GetRolePolicy")?);
            let found = Self::read(client, std::slice::from_ref(&id)).await?;
            Ok(found.into_iter().next().map(|found| found.id))
        }
    }

    async fn put(client: &Client, id: &RolePolicyId, want: &RolePolicyInputs) -> Result<(), ProviderError> {
        let Some((role, policy)) = id.parts() else {
            return Err(ProviderError::new(Class::Invalid, "PutRolePolicy", format!("`{id}` is no id of a role's policy")));
        };
        let call = client.put_role_policy().role_name(role).policy_name(policy).policy_document(want.document.to_string());
        // The role is there by the graph's order, so one that is unknown was made just now.
        let put = call.send().await.map_err(|error| failed("PutRolePolicy")(error).class_if(Class::NotYet, |e| e.class == Class::NotFound));
        put.map(drop)
    }
}

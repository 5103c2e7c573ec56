//! A role.

use infra_core::{Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use super::{ManagedPolicyArn, PolicyDocument};

/// A role: permissions that services, programs and people take on for a while.
///
/// Inline policies are resources of their own: [`RolePolicy`](super::RolePolicy).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Role, id = RoleName, outputs = RoleOutputs, kind = "aws:iam/role", cloud = "AWS::IAM::Role",
    iam(
        "iam:GetRole", "iam:ListAttachedRolePolicies",
        create("iam:CreateRole", "iam:AttachRolePolicy", "iam:TagRole"),
        update(
            "iam:UpdateRole", "iam:UpdateAssumeRolePolicy", "iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary",
            "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:TagRole", "iam:UntagRole",
        ),
        delete("iam:DetachRolePolicy", "iam:DeleteRole"),
    ),
    without(Policies = "inline policies are `RolePolicy` resources"),
)]
pub struct RoleInputs {
    /// Who may take the role on, as in `PolicyDocument::trust_service("ec2.amazonaws.com")`.
    #[input(cloud = "AssumeRolePolicyDocument")]
    pub trust_policy: PolicyDocument,
    /// Its name, at most 64 characters, the same only once in an account. Default: made from stack and resource.
    #[input(name = 64, replace, cloud = "RoleName")]
    pub name: Option<String>,
    /// What it is for, at most 1000 characters.
    pub description: Option<String>,
    /// All managed policies that are attached to it, by ARN. Others are detached; leave it out to attach with
    /// [`RolePolicyAttachment`](super::RolePolicyAttachment) instead.
    #[input(set, cloud = "ManagedPolicyArns")]
    pub managed_policies: Option<Vec<ManagedPolicyArn>>,
    /// How long one may keep the role on, in seconds, from 3600 to 43200. Default: 3600.
    pub max_session_duration: Option<i32>,
    /// The path before its name in the ARN, with `/` at both ends. Default: `/`.
    #[input(replace)]
    pub path: Option<String>,
    /// The managed policy that limits what all others can allow. An empty text removes it.
    pub permissions_boundary: Option<ManagedPolicyArn>,
    /// Tags.
    pub tags: Option<Tags>,
}

infra_core::text_type! {
    /// The ARN of a [`Role`], as in `arn:aws:iam::123456789012:role/web`.
    pub struct RoleArn;
}

/// What AWS says of a [`Role`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Role)]
pub struct RoleOutputs {
    /// Its ARN.
    #[output(stable, reference)]
    pub arn: RoleArn,
    /// The id that no other role ever had, as in `AROA…`.
    #[output(stable)]
    pub role_id: String,
}

#[cfg(feature = "iam")]
mod live {
    use aws_sdk_iam::Client;
    use aws_sdk_iam::types::Role as SdkRole;
    use infra_apply::{Asked, Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{Role, RoleArn, RoleInputs, RoleName, RoleOutputs};
    use crate::iam::tags::{self, named, there};
    use crate::iam::{ManagedPolicyArn, PolicyDocument};
    use crate::sdk::{differs, failed, tags::changes, told};

    impl Lifecycle for Role {
        type Client = Client;
        const SERVICE: &'static str = "iam";
        // A role is told by itself; the list leaves out tags and its boundary.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[RoleName]) -> Result<Vec<Observed<Role>>, ProviderError> {
            Self::look(client, &Asked::whole_of(ids)).await
        }

        async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<Role>>, ProviderError> {
            let mut observed = Vec::new();
            for asked in objects {
                let Some(role) = get(client, asked.id()).await? else { continue };
                let attached = told(asked.wants("managed_policies"), attached(client, asked.id())).await;
                let Some(managed_policies) = there(attached)? else { continue };
                observed.push(Observed {
                    id: RoleName::new(asked.id()),
                    inputs: RoleInputs {
                        trust_policy: PolicyDocument::from_answer(role.assume_role_policy_document().unwrap_or_default()),
                        name: Some(role.role_name().to_owned()),
                        description: Some(role.description().unwrap_or_default().to_owned()),
                        managed_policies,
                        max_session_duration: role.max_session_duration(),
                        path: Some(role.path().to_owned()),
                        // None is told as the empty text that asks for none.
                        permissions_boundary: Some(ManagedPolicyArn::new(
                            role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn()).unwrap_or_default(),
                        )),
                        tags: Some(tags::from_sdk(role.tags())),
                    },
                    outputs: RoleOutputs { arn: RoleArn::new(role.arn()), role_id: role.role_id().to_owned() },
                    condition: Condition::Ready,
                });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &RoleInputs, new: Creation<'_>) -> Result<RoleName, ProviderError> {
            let name = named(want.name.as_ref(), "CreateRole")?;
            let boundary = want.permissions_boundary.as_ref().map(ManagedPolicyArn::as_str).filter(|arn| !arn.is_empty());
            let call = client
                .create_role()
                .role_name(name)
                .assume_role_policy_document(want.trust_policy.to_string())
                .set_description(want.description.clone())
                .set_max_session_duration(want.max_session_duration)
                .set_path(want.path.clone())
                .set_permissions_boundary(boundary.map(str::to_owned))
                .set_tags(Some(tags::to_sdk(new.tags)));
            match call.send().await.map_err(|error| unknown_principal(failed("CreateRole")(error))) {
                Ok(_) => Ok(RoleName::new(name)),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error),
            }
        }

        async fn update(client: &Client, id: &RoleName, have: &RoleInputs, want: &RoleInputs) -> Result<(), ProviderError> {
            let role = id.as_str();
            if want.trust_policy != have.trust_policy {
                let call = client.update_assume_role_policy().role_name(role).policy_document(want.trust_policy.to_string());
                call.send().await.map_err(|error| unknown_principal(failed("UpdateAssumeRolePolicy")(error)))?;
            }
            if differs(&have.description, &want.description) || differs(&have.max_session_duration, &want.max_session_duration) {
                // The call sets both, so the one that is not managed is given as it is.
                let call = client
                    .update_role()
                    .role_name(role)
                    .set_description(want.description.clone().or_else(|| have.description.clone()))
                    .set_max_session_duration(want.max_session_duration.or(have.max_session_duration));
                call.send().await.map_err(failed("UpdateRole"))?;
            }
            match want.permissions_boundary.as_ref().map(ManagedPolicyArn::as_str) {
                Some("") if differs(&have.permissions_boundary, &want.permissions_boundary) => {
                    let removed = client.delete_role_permissions_boundary().role_name(role).send().await;
                    gone_is_success(removed.map(drop).map_err(failed("DeleteRolePermissionsBoundary")))?;
                }
                Some(arn) if !arn.is_empty() && want.permissions_boundary != have.permissions_boundary => {
                    let call = client.put_role_permissions_boundary().role_name(role).permissions_boundary(arn);
                    call.send().await.map_err(failed("PutRolePermissionsBoundary"))?;
                }
                _ => {}
            }
            if let Some(want) = &want.managed_policies {
                let have = have.managed_policies.as_deref().unwrap_or_default();
                for policy in want.iter().filter(|policy| !have.contains(policy)) {
                    let call = client.attach_role_policy().role_name(role).policy_arn(policy.as_str());
                    call.send().await.map_err(failed("AttachRolePolicy"))?;
                }
                for policy in have.iter().filter(|policy| !want.contains(policy)) {
                    detach(client, role, policy.as_str()).await?;
                }
            }
            let (set, unset) = changes(have.tags.as_ref(), want.tags.as_ref());
            if !set.is_empty() {
                let call = client.tag_role().role_name(role).set_tags(Some(tags::to_sdk(&set)));
                call.send().await.map_err(failed("TagRole"))?;
            }
            if !unset.is_empty() {
                client.untag_role().role_name(role).set_tag_keys(Some(unset)).send().await.map_err(failed("UntagRole"))?;
            }
            Ok(())
        }

        // What `managed_policies` attached must be detached here, since nothing else will; IAM does not tell who
        // attached what. Inline policies and instance profiles that are not this stack's are IAM's error.
        async fn delete(client: &Client, id: &RoleName) -> Result<(), ProviderError> {
            for policy in there(attached(client, id.as_str()).await)?.unwrap_or_default() {
                detach(client, id.as_str(), policy.as_str()).await?;
            }
            let deleted = client.delete_role().role_name(id.as_str()).send().await.map_err(failed("DeleteRole"));
            gone_is_success(deleted.map(drop))
        }

        async fn find(client: &Client, want: &RoleInputs, new: Creation<'_>) -> Result<Option<RoleName>, ProviderError> {
            let name = named(want.name.as_ref(), "GetRole")?;
            let role = get(client, name).await?.filter(|role| tags::has_token(role.tags(), new.token));
            Ok(role.map(|role| RoleName::new(role.role_name())))
        }
    }

    async fn get(client: &Client, name: &str) -> Result<Option<SdkRole>, ProviderError> {
        let answer = client.get_role().role_name(name).send().await.map_err(failed("GetRole"));
        Ok(there(answer)?.and_then(|answer| answer.role))
    }

    async fn attached(client: &Client, role: &str) -> Result<Vec<ManagedPolicyArn>, ProviderError> {
        let pages = client.list_attached_role_policies().role_name(role).into_paginator().items().send();
        let policies: Vec<_> = pages.collect::<Result<_, _>>().await.map_err(failed("ListAttachedRolePolicies"))?;
        Ok(policies.iter().filter_map(|policy| policy.policy_arn()).map(ManagedPolicyArn::new).collect())
    }

    async fn detach(client: &Client, role: &str, policy: &str) -> Result<(), ProviderError> {
        let detached = client.detach_role_policy().role_name(role).policy_arn(policy).send().await;
        gone_is_success(detached.map(drop).map_err(failed("DetachRolePolicy")))
    }

    /// A role or user that was made just now is no valid principal for some seconds.
    fn unknown_principal(error: ProviderError) -> ProviderError {
        error.class_if(Class::NotYet, |error| error.message.contains("Invalid principal"))
    }
}

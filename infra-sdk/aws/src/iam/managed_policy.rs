//! A managed policy.

use infra_core::{Expr, Input, Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use super::{PolicyDocument, Role, RoleName};

/// A managed policy: permissions that several roles share. It is attached by a role's `managed_policies`, by a
/// [`RolePolicyAttachment`](super::RolePolicyAttachment), or by its own lists of all that have it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = ManagedPolicy, id = ManagedPolicyArn, outputs = ManagedPolicyOutputs, kind = "aws:iam/managed-policy",
    cloud = "AWS::IAM::ManagedPolicy",
    iam(
        "iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicies", "iam:ListPolicyVersions", "iam:ListEntitiesForPolicy",
        create("iam:CreatePolicy", "iam:TagPolicy"),
        update(
            "iam:CreatePolicyVersion", "iam:DeletePolicyVersion", "iam:TagPolicy", "iam:UntagPolicy", "iam:AttachRolePolicy",
            "iam:AttachUserPolicy", "iam:AttachGroupPolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy", "iam:DetachGroupPolicy",
        ),
        delete(
            "iam:DeletePolicyVersion", "iam:DeletePolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy", "iam:DetachGroupPolicy",
        ),
    ),
    completes(Role),
)]
pub struct ManagedPolicyInputs {
    /// What it allows and denies.
    #[input(cloud = "PolicyDocument")]
    pub document: PolicyDocument,
    /// Its name, at most 128 characters, the same only once in an account. Default: made from stack and resource.
    #[input(name = 128, replace, cloud = "ManagedPolicyName")]
    pub name: Option<String>,
    /// What it is for, at most 1000 characters.
    #[input(replace)]
    pub description: Option<String>,
    /// The path before its name in the ARN, with `/` at both ends. Default: `/`.
    #[input(replace)]
    pub path: Option<String>,
    /// All roles that have it, by name: others that get it elsewhere lose it. Not together with a role's `managed_policies` or a
    /// `RolePolicyAttachment` that name it.
    #[input(set)]
    pub roles: Option<Vec<RoleName>>,
    /// All users that have it, by name.
    #[input(set)]
    pub users: Option<Vec<String>>,
    /// All groups of users that have it, by name.
    #[input(set)]
    pub groups: Option<Vec<String>>,
    /// Tags.
    #[input(unlike_cloud = "CloudFormation does not tag policies; the API does")]
    pub tags: Option<Tags>,
}

/// What AWS says of a [`ManagedPolicy`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = ManagedPolicy)]
pub struct ManagedPolicyOutputs {
    /// The id that no other policy ever had, as in `ANPA…`.
    #[output(stable)]
    pub policy_id: String,
}

/// AWS's own policies have no resource, only an ARN: `"arn:aws:iam::aws:policy/ReadOnlyAccess"`.
impl Input<ManagedPolicyArn> for &str {
    fn into_expr(self) -> Expr {
        Expr::lit(self)
    }
}

#[cfg(feature = "iam")]
mod attached;

#[cfg(feature = "iam")]
mod live {
    use aws_sdk_iam::Client;
    use aws_sdk_iam::types::{Policy, PolicyScopeType, PolicyVersion};
    use infra_apply::{Asked, Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::attached;
    use super::{ManagedPolicy, ManagedPolicyArn, ManagedPolicyInputs, ManagedPolicyOutputs};
    use crate::iam::PolicyDocument;
    use crate::iam::tags::{self, named, there};
    use crate::sdk::{failed, tags::changes, told};

    /// How many versions of a policy AWS keeps.
    const VERSIONS: usize = 5;

    impl Lifecycle for ManagedPolicy {
        type Client = Client;
        const SERVICE: &'static str = "iam";
        // A policy is told by itself; the list leaves out tags, descriptions and documents.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[ManagedPolicyArn]) -> Result<Vec<Observed<ManagedPolicy>>, ProviderError> {
            Self::look(client, &Asked::whole_of(ids)).await
        }

        async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<ManagedPolicy>>, ProviderError> {
            let mut observed = Vec::new();
            for asked in objects.iter().filter(|asked| asked.id().starts_with("arn:")) {
                let arn = asked.id();
                let Some(policy) = get(client, arn).await? else { continue };
                let Some(document) = document(client, arn, policy.default_version_id().unwrap_or_default()).await? else {
                    continue;
                };
                // Where the lists were never given, others attach it.
                let listed = asked.wants_any(&["roles", "users", "groups"]) && attached::is_listed(policy.tags());
                let attached = told(listed, attached::read(client, arn)).await?.unwrap_or_default();
                observed.push(Observed {
                    id: ManagedPolicyArn::new(arn),
                    inputs: ManagedPolicyInputs {
                        document,
                        name: policy.policy_name().map(str::to_owned),
                        description: Some(policy.description().unwrap_or_default().to_owned()),
                        path: policy.path().map(str::to_owned),
                        roles: attached.roles,
                        users: attached.users,
                        groups: attached.groups,
                        tags: Some(tags::from_sdk(policy.tags())),
                    },
                    outputs: ManagedPolicyOutputs { policy_id: policy.policy_id().unwrap_or_default().to_owned() },
                    condition: Condition::Ready,
                });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &ManagedPolicyInputs, new: Creation<'_>) -> Result<ManagedPolicyArn, ProviderError> {
            let call = client
                .create_policy()
                .policy_name(named(want.name.as_ref(), "CreatePolicy")?)
                .policy_document(want.document.to_string())
                .set_description(want.description.clone())
                .set_path(want.path.clone())
                .set_tags(Some(tags::to_sdk(&attached::marked(new.tags, want))));
            match call.send().await.map_err(failed("CreatePolicy")) {
                Ok(answer) => Ok(ManagedPolicyArn::new(answer.policy().and_then(|policy| policy.arn()).unwrap_or_default())),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error),
            }
        }

        async fn update(
            client: &Client,
            id: &ManagedPolicyArn,
            have: &ManagedPolicyInputs,
            want: &ManagedPolicyInputs,
        ) -> Result<(), ProviderError> {
            if want.document != have.document {
                let mut old = old_versions(client, id.as_str()).await?;
                if old.len() + 1 >= VERSIONS {
                    old.sort_by_key(|version| version.create_date().map(|date| date.secs()));
                    delete_version(client, id.as_str(), &old[0]).await?;
                }
                let call = client.create_policy_version().policy_arn(id.as_str()).set_as_default(true);
                let call = call.policy_document(want.document.to_string());
                call.send().await.map_err(failed("CreatePolicyVersion"))?;
            }
            let (mut set, unset) = changes(have.tags.as_ref(), want.tags.as_ref());
            let attaches = attached::differs(have, want);
            if attaches {
                set = attached::marked(&set, want);
            }
            if !set.is_empty() {
                let call = client.tag_policy().policy_arn(id.as_str()).set_tags(Some(tags::to_sdk(&set)));
                call.send().await.map_err(failed("TagPolicy"))?;
            }
            if !unset.is_empty() {
                let call = client.untag_policy().policy_arn(id.as_str()).set_tag_keys(Some(unset));
                call.send().await.map_err(failed("UntagPolicy"))?;
            }
            // From the mark on, whatever it is attached to goes with it.
            if attaches { attached::change(client, id.as_str(), want).await } else { Ok(()) }
        }

        async fn delete(client: &Client, id: &ManagedPolicyArn) -> Result<(), ProviderError> {
            let Some(policy) = get(client, id.as_str()).await? else { return Ok(()) };
            if attached::is_listed(policy.tags()) {
                attached::detach_all(client, id.as_str()).await?;
            }
            for version in there(old_versions(client, id.as_str()).await)?.unwrap_or_default() {
                delete_version(client, id.as_str(), &version).await?;
            }
            let deleted = client.delete_policy().policy_arn(id.as_str()).send().await.map_err(failed("DeletePolicy"));
            gone_is_success(deleted.map(drop))
        }

        async fn find(client: &Client, want: &ManagedPolicyInputs, new: Creation<'_>) -> Result<Option<ManagedPolicyArn>, ProviderError> {
            let name = named(want.name.as_ref(), "ListPolicies")?;
            let pages = client.list_policies().scope(PolicyScopeType::Local).set_path_prefix(want.path.clone()).into_paginator();
            let policies: Vec<Policy> = pages.items().send().collect::<Result<_, _>>().await.map_err(failed("ListPolicies"))?;
            let Some(arn) = policies.iter().find(|policy| policy.policy_name() == Some(name)).and_then(|policy| policy.arn()) else {
                return Ok(None);
            };
            // The list is without tags.
            let policy = get(client, arn).await?.filter(|policy| tags::has_token(policy.tags(), new.token));
            Ok(policy.map(|_| ManagedPolicyArn::new(arn)))
        }
    }

    async fn get(client: &Client, arn: &str) -> Result<Option<Policy>, ProviderError> {
        let answer = client.get_policy().policy_arn(arn).send().await.map_err(failed("GetPolicy"));
        Ok(there(answer)?.and_then(|answer| answer.policy))
    }

    async fn document(client: &Client, arn: &str, version: &str) -> Result<Option<PolicyDocument>, ProviderError> {
        let answer = client.get_policy_version().policy_arn(arn).version_id(version).send().await;
        let answer = there(answer.map_err(failed("GetPolicyVersion")))?;
        Ok(answer
            .map(|answer| PolicyDocument::from_answer(answer.policy_version().and_then(|version| version.document()).unwrap_or_default())))
    }

    async fn old_versions(client: &Client, arn: &str) -> Result<Vec<PolicyVersion>, ProviderError> {
        let pages = client.list_policy_versions().policy_arn(arn).into_paginator().items().send();
        let versions: Vec<PolicyVersion> = pages.collect::<Result<_, _>>().await.map_err(failed("ListPolicyVersions"))?;
        Ok(versions.into_iter().filter(|version| !version.is_default_version()).collect())
    }

    async fn delete_version(client: &Client, arn: &str, version: &PolicyVersion) -> Result<(), ProviderError> {
        let call = client.delete_policy_version().policy_arn(arn).version_id(version.version_id().unwrap_or_default());
        gone_is_success(call.send().await.map(drop).map_err(failed("DeletePolicyVersion")))
    }
}

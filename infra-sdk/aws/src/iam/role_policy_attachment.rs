//! A managed policy attached to a role.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

use super::{ManagedPolicyArn, Role, RoleName};

/// A managed policy attached to a role. For a role whose `managed_policies` are left out, as that field names all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = RolePolicyAttachment, id = RolePolicyAttachmentId, outputs = NoOutputs, kind = "aws:iam/role-policy-attachment",
    unlike_cloud = "CloudFormation attaches a managed policy by a list in the role, the user or the group",
    iam(
        "iam:ListAttachedRolePolicies",
        create("iam:AttachRolePolicy"),
        delete("iam:DetachRolePolicy"),
    ),
    unique(role, policy),
    completes(Role),
)]
pub struct RolePolicyAttachmentInputs {
    /// The role.
    #[input(replace)]
    pub role: RoleName,
    /// The managed policy, by ARN: one of this stack, or one of AWS's as in
    /// `arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore`.
    #[input(replace)]
    pub policy: ManagedPolicyArn,
}

impl RolePolicyAttachmentId {
    /// The id of an attachment.
    pub fn of(role: &RoleName, policy: &ManagedPolicyArn) -> RolePolicyAttachmentId {
        RolePolicyAttachmentId::new(format!("{role}|{policy}"))
    }

    /// The role's name and the policy's ARN; `None` if the text is no such id.
    pub fn parts(&self) -> Option<(&str, &str)> {
        self.as_str().split_once('|')
    }
}

#[cfg(feature = "iam")]
mod live {
    use std::collections::{BTreeMap, BTreeSet};

    use aws_sdk_iam::Client;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
    use infra_core::NoOutputs;

    use super::{RolePolicyAttachment, RolePolicyAttachmentId, RolePolicyAttachmentInputs};
    use crate::iam::tags::there;
    use crate::iam::{ManagedPolicyArn, RoleName};
    use crate::sdk::failed;

    impl Lifecycle for RolePolicyAttachment {
        type Client = Client;
        const SERVICE: &'static str = "iam";

        async fn read(client: &Client, ids: &[RolePolicyAttachmentId]) -> Result<Vec<Observed<RolePolicyAttachment>>, ProviderError> {
            let mut roles: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
            let mut observed = Vec::new();
            for id in ids {
                let Some((role, policy)) = id.parts() else { continue };
                if !roles.contains_key(role) {
                    roles.insert(role, attached(client, role).await?);
                }
                if roles.get(role).is_some_and(|attached| attached.contains(policy)) {
                    observed.push(Observed {
                        id: id.clone(),
                        inputs: RolePolicyAttachmentInputs { role: RoleName::new(role), policy: ManagedPolicyArn::new(policy) },
                        outputs: NoOutputs {},
                        condition: Condition::Ready,
                    });
                }
            }
            Ok(observed)
        }

        async fn create(
            client: &Client,
            want: &RolePolicyAttachmentInputs,
            _: Creation<'_>,
        ) -> Result<RolePolicyAttachmentId, ProviderError> {
            let call = client.attach_role_policy().role_name(want.role.as_str()).policy_arn(want.policy.as_str());
            // Role and policy are there by the graph's order, so one that is unknown was made just now. A policy of
            // AWS's that does not exist looks the same; it fails once the engine has retried enough.
            let not_yet = |error: ProviderError| error.class_if(Class::NotYet, |error| error.class == Class::NotFound);
            call.send().await.map_err(|error| not_yet(failed("AttachRolePolicy")(error)))?;
            Ok(RolePolicyAttachmentId::of(&want.role, &want.policy))
        }

        async fn update(
            _: &Client,
            _: &RolePolicyAttachmentId,
            _: &RolePolicyAttachmentInputs,
            _: &RolePolicyAttachmentInputs,
        ) -> Result<(), ProviderError> {
            Ok(())
        }

        async fn delete(client: &Client, id: &RolePolicyAttachmentId) -> Result<(), ProviderError> {
            let Some((role, policy)) = id.parts() else { return Ok(()) };
            let detached = client.detach_role_policy().role_name(role).policy_arn(policy).send().await;
            gone_is_success(detached.map(drop).map_err(failed("DetachRolePolicy")))
        }

        async fn find(
            client: &Client,
            want: &RolePolicyAttachmentInputs,
            _: Creation<'_>,
        ) -> Result<Option<RolePolicyAttachmentId>, ProviderError> {
            let id = RolePolicyAttachmentId::of(&want.role, &want.policy);
            let found = Self::read(client, std::slice::from_ref(&id)).await?;
            Ok(found.into_iter().next().map(|found| found.id))
        }
    }

    async fn attached(client: &Client, role: &str) -> Result<BTreeSet<String>, ProviderError> {
        let pages = client.list_attached_role_policies().role_name(role).into_paginator().items().send();
        let policies: Result<Vec<_>, _> = pages.collect().await;
        let policies = there(policies.map_err(failed("ListAttachedRolePolicies")))?.unwrap_or_default();
        Ok(policies.into_iter().filter_map(|policy| policy.policy_arn).collect())
    }
}

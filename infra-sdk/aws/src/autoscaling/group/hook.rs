//! Pauses on the way of an instance in or out of a group.

use infra_core::{Block, Set, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// Where on its way an instance is held.
    pub enum LifecycleTransition {
        /// Before it comes into service.
        Launching = "autoscaling:EC2_INSTANCE_LAUNCHING",
        /// Before it is terminated.
        Terminating = "autoscaling:EC2_INSTANCE_TERMINATING",
    }
}

choices! {
    /// What becomes of an instance that nobody lets go in time.
    pub enum HookResult {
        /// A new one is terminated; one on its way out goes at once, whatever its other hooks.
        Abandon = "ABANDON",
        /// It goes on.
        Continue = "CONTINUE",
    }
}

/// A pause on the way of an instance, until something says that it may go on, or until the time is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct LifecycleHook {
    /// Where on its way the instance is held.
    #[input(cloud = "LifecycleTransition")]
    pub transition: LifecycleTransition,
    /// What becomes of an instance that nobody lets go in time. Default: `ABANDON`.
    pub default_result: Option<HookResult>,
    /// Seconds, 30 to 7200, that it is held. Default: 3600.
    pub heartbeat_timeout: Option<i32>,
    /// The ARN of the queue or topic that is told; an empty text for none, the default: EventBridge is told in any case.
    #[input(cloud = "NotificationTargetARN")]
    pub notification_target: Option<String>,
    /// Text that is sent along.
    pub notification_metadata: Option<String>,
    /// The ARN of the role that may write to the target.
    #[input(cloud = "RoleARN")]
    pub role: Option<String>,
}

impl LifecycleHook {
    /// Holds new instances before they come into service.
    pub fn launching() -> LifecycleHookBuilder<Set> {
        LifecycleHook::new().transition(LifecycleTransition::Launching)
    }

    /// Holds instances before they are terminated.
    pub fn terminating() -> LifecycleHookBuilder<Set> {
        LifecycleHook::new().transition(LifecycleTransition::Terminating)
    }
}

#[cfg(feature = "autoscaling")]
pub(super) mod live {
    use std::collections::BTreeMap;

    use aws_sdk_autoscaling::Client;
    use aws_sdk_autoscaling::types::LifecycleHookSpecification;
    use infra_apply::{Class, ProviderError};

    use super::{HookResult, LifecycleHook, LifecycleTransition};
    use crate::autoscaling::group::update::changed;
    use crate::sdk::failed;

    pub(in super::super) fn specification(name: &str, hook: &LifecycleHook) -> LifecycleHookSpecification {
        LifecycleHookSpecification::builder()
            .lifecycle_hook_name(name)
            .lifecycle_transition(hook.transition.as_str())
            .set_default_result(hook.default_result.map(|result| result.to_string()))
            .set_heartbeat_timeout(hook.heartbeat_timeout)
            .set_notification_target_arn(hook.notification_target.clone().filter(|arn| !arn.is_empty()))
            .set_notification_metadata(hook.notification_metadata.clone())
            .set_role_arn(hook.role.clone())
            .build()
    }

    pub(in super::super) async fn read(client: &Client, group: &str) -> Result<BTreeMap<String, LifecycleHook>, ProviderError> {
        let call = client.describe_lifecycle_hooks().auto_scaling_group_name(group);
        let answer = match call.send().await.map_err(failed("DescribeLifecycleHooks")) {
            // The group has gone since it was described.
            Err(error) if error.class == Class::NotFound || error.message.contains("not found") => return Ok(BTreeMap::new()),
            answer => answer?,
        };
        let hooks = answer.lifecycle_hooks().iter().filter_map(|hook| {
            let content = LifecycleHook {
                transition: LifecycleTransition::from_word(hook.lifecycle_transition()?)?,
                default_result: hook.default_result().and_then(HookResult::from_word),
                heartbeat_timeout: hook.heartbeat_timeout(),
                // AWS is silent where nobody else is told, which a program says with an empty text.
                notification_target: Some(hook.notification_target_arn().unwrap_or_default().to_owned()),
                notification_metadata: hook.notification_metadata().map(str::to_owned),
                role: hook.role_arn().map(str::to_owned),
            };
            Some((hook.lifecycle_hook_name()?.to_owned(), content))
        });
        Ok(hooks.collect())
    }

    pub(in super::super) async fn update(
        client: &Client,
        group: &str,
        have: Option<&BTreeMap<String, LifecycleHook>>,
        want: Option<&BTreeMap<String, LifecycleHook>>,
    ) -> Result<(), ProviderError> {
        let Some(want) = want else { return Ok(()) };
        let none = BTreeMap::new();
        let have = have.unwrap_or(&none);
        for (name, hook) in want.iter().filter(|(name, hook)| changed(have.get(*name), Some(*hook))) {
            let old = have.get(name);
            let before = old.and_then(|old| old.notification_target.clone()).unwrap_or_default();
            // An empty target takes the former one away and is no target otherwise.
            let target = Some(hook.notification_target.clone().unwrap_or_else(|| before.clone()));
            let target = target.filter(|target| !(target.is_empty() && before.is_empty()));
            let call = client
                .put_lifecycle_hook()
                .auto_scaling_group_name(group)
                .lifecycle_hook_name(name)
                .lifecycle_transition(hook.transition.as_str())
                .set_default_result(hook.default_result.or(old.and_then(|old| old.default_result)).map(|result| result.to_string()))
                .set_heartbeat_timeout(hook.heartbeat_timeout.or(old.and_then(|old| old.heartbeat_timeout)))
                .set_notification_target_arn(target)
                .set_notification_metadata(hook.notification_metadata.clone().or(old.and_then(|old| old.notification_metadata.clone())))
                .set_role_arn(hook.role.clone().or(old.and_then(|old| old.role.clone())));
            call.send().await.map_err(failed("PutLifecycleHook"))?;
        }
        for name in have.keys().filter(|name| !want.contains_key(*name)) {
            let call = client.delete_lifecycle_hook().auto_scaling_group_name(group).lifecycle_hook_name(name);
            call.send().await.map_err(failed("DeleteLifecycleHook"))?;
        }
        Ok(())
    }
}

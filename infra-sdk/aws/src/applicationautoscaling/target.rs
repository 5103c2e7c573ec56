//! A scalable target.

use infra_core::{Block, Input, NoOutputs, Resource, Set, choices};
use serde::{Deserialize, Serialize};

infra_core::text_type! {
    /// What scales, as Application Auto Scaling calls it: `service/CLUSTER/SERVICE`, `table/TABLE`. A service's handle stands for
    /// it.
    pub struct ScalableResourceId;
}

choices! {
    /// Whose capacity scales.
    pub enum ServiceNamespace {
        /// Services of ECS.
        Ecs = "ecs",
        /// Tables and indexes of DynamoDB.
        Dynamodb = "dynamodb",
        /// Clusters of Aurora.
        Rds = "rds",
        /// Functions of Lambda.
        Lambda = "lambda",
        /// Spot fleets.
        Ec2 = "ec2",
        /// Clusters of ElastiCache.
        Elasticache = "elasticache",
        /// Clusters of EMR.
        Elasticmapreduce = "elasticmapreduce",
        /// Fleets of AppStream.
        Appstream = "appstream",
        /// Endpoints of Comprehend.
        Comprehend = "comprehend",
        /// Tables of Keyspaces.
        Cassandra = "cassandra",
        /// Clusters of MSK.
        Kafka = "kafka",
        /// Clusters of Neptune.
        Neptune = "neptune",
        /// Endpoints of SageMaker.
        Sagemaker = "sagemaker",
        /// Pools of WorkSpaces.
        Workspaces = "workspaces",
        /// What scales by an API of one's own.
        CustomResource = "custom-resource",
    }
}

/// What does not happen for now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct SuspendedState {
    /// Whether no policy scales in. Default: false.
    pub dynamic_scaling_in_suspended: Option<bool>,
    /// Whether no policy scales out. Default: false.
    pub dynamic_scaling_out_suspended: Option<bool>,
    /// Whether no scheduled action runs. Default: false.
    pub scheduled_scaling_suspended: Option<bool>,
}

/// Other limits from a time on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ScheduledAction {
    /// Its name, unique for the target.
    #[input(cloud = "ScheduledActionName")]
    pub name: String,
    /// When: `at(2030-01-01T08:00:00)`, `rate(1 day)` or `cron(0 8 ? * MON-FRI *)`.
    pub schedule: String,
    /// The time zone of `at` and `cron`, as in `Europe/Berlin`. Default: UTC.
    pub timezone: Option<String>,
    /// The smallest capacity from then on. Default: as it is.
    #[input(cloud = "ScalableTargetAction/MinCapacity")]
    pub min_capacity: Option<i32>,
    /// The largest capacity from then on. Default: as it is.
    #[input(cloud = "ScalableTargetAction/MaxCapacity")]
    pub max_capacity: Option<i32>,
    /// Before when it does not run, as in `2030-01-01T08:00:00Z`. Default: now.
    pub start_time: Option<String>,
    /// After when it does not run. Default: never.
    pub end_time: Option<String>,
}

impl ScheduledAction {
    /// Between `min` and `max` from a time on.
    pub fn between(
        name: impl Input<String>,
        schedule: impl Input<String>,
        min: impl Input<i32>,
        max: impl Input<i32>,
    ) -> ScheduledActionBuilder<Set, Set> {
        ScheduledAction::new().name(name).schedule(schedule).min_capacity(min).max_capacity(max)
    }
}

/// Something whose capacity scales, and between which limits.
///
/// Scheduled actions are a part of it, as in AWS's own schema, and no resources of their own: they only ever change its limits,
/// go with it, and are complete here, so that one that somebody else added is seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = ScalableTarget, id = ScalableTargetId, outputs = NoOutputs, kind = "aws:applicationautoscaling/target",
    cloud = "AWS::ApplicationAutoScaling::ScalableTarget", unique(resource, scalable_dimension),
    iam(
        "application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScheduledActions",
        create("application-autoscaling:RegisterScalableTarget", "iam:CreateServiceLinkedRole", "iam:PassRole"),
        update(
            "application-autoscaling:RegisterScalableTarget", "application-autoscaling:PutScheduledAction",
            "application-autoscaling:DeleteScheduledAction",
        ),
        delete("application-autoscaling:DeregisterScalableTarget"),
    ),
    without(Tags = "what scales has the tags; a target is nothing of its own"),
)]
pub struct ScalableTargetInputs {
    /// What scales: the handle of a service, or what AWS calls it.
    #[input(replace, cloud = "ResourceId")]
    pub resource: ScalableResourceId,
    /// Whose capacity it is.
    #[input(replace)]
    pub service_namespace: ServiceNamespace,
    /// Which of its capacities, as in `ecs:service:DesiredCount`.
    #[input(replace)]
    pub scalable_dimension: String,
    /// The smallest capacity.
    pub min_capacity: i32,
    /// The largest capacity.
    pub max_capacity: i32,
    /// The role that changes it, by ARN, for what has no role of AWS's own. Default: that one.
    #[input(cloud = "RoleARN", write_only)]
    pub role: Option<String>,
    /// What does not happen for now.
    pub suspended_state: Option<SuspendedState>,
    /// All changes of its limits by the clock. Others are removed.
    #[input(set)]
    pub scheduled_actions: Option<Vec<ScheduledAction>>,
}

impl ScalableTarget {
    /// The tasks of a service of ECS.
    pub fn of_service(name: impl Into<String>, service: impl Input<ScalableResourceId>) -> ScalableTargetBuilder<Set, Set, Set> {
        ScalableTarget::new(name).resource(service).service_namespace(ServiceNamespace::Ecs).scalable_dimension("ecs:service:DesiredCount")
    }
}

#[cfg(feature = "applicationautoscaling")]
mod live {
    use std::collections::{BTreeMap, BTreeSet};

    use aws_sdk_applicationautoscaling::Client;
    use aws_sdk_applicationautoscaling::types as sdk;
    use aws_smithy_types::DateTime;
    use aws_smithy_types::date_time::Format;
    use infra_apply::{Asked, Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
    use infra_core::NoOutputs;

    use super::{
        ScalableResourceId, ScalableTarget, ScalableTargetId, ScalableTargetInputs, ScheduledAction, ServiceNamespace, SuspendedState,
    };
    use crate::sdk::{differs, failed, wired};

    wired!(SuspendedState = sdk::SuspendedState, Ok(sdk::SuspendedState::builder().build());
        same: dynamic_scaling_in_suspended, dynamic_scaling_out_suspended, scheduled_scaling_suspended;
    );

    /// What a target's id says: whose capacity, what scales, which capacity.
    #[derive(Clone, Copy, PartialEq)]
    pub(in crate::applicationautoscaling) struct Key<'a> {
        pub(in crate::applicationautoscaling) namespace: &'a str,
        pub(in crate::applicationautoscaling) resource: &'a str,
        pub(in crate::applicationautoscaling) dimension: &'a str,
    }

    impl<'a> Key<'a> {
        /// From the id `NAMESPACE|RESOURCE|DIMENSION`, whose parts have no such sign.
        pub(in crate::applicationautoscaling) fn parse(id: &'a str) -> Option<Key<'a>> {
            let mut parts = id.split('|');
            Some(Key { namespace: parts.next()?, resource: parts.next()?, dimension: parts.next()? })
        }

        /// The key in an id, which only a hand can have broken.
        pub(in crate::applicationautoscaling) fn of(id: &'a str, operation: &'static str) -> Result<Key<'a>, ProviderError> {
            Key::parse(id).ok_or_else(|| ProviderError::new(Class::NotFound, operation, format!("{id} is the id of no target")))
        }
    }

    fn key(want: &ScalableTargetInputs) -> Key<'_> {
        Key { namespace: want.service_namespace.as_str(), resource: want.resource.as_str(), dimension: &want.scalable_dimension }
    }

    fn id(key: Key<'_>) -> ScalableTargetId {
        ScalableTargetId::new(format!("{}|{}|{}", key.namespace, key.resource, key.dimension))
    }

    impl Lifecycle for ScalableTarget {
        type Client = Client;
        const SERVICE: &'static str = "application-autoscaling";
        const PAGE: usize = 50;

        async fn read(client: &Client, ids: &[ScalableTargetId]) -> Result<Vec<Observed<ScalableTarget>>, ProviderError> {
            Self::look(client, &Asked::whole_of(ids)).await
        }

        async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<ScalableTarget>>, ProviderError> {
            let mut by_namespace = BTreeMap::<&str, Vec<Key<'_>>>::new();
            for key in objects.iter().filter_map(|asked| Key::parse(asked.id())) {
                by_namespace.entry(key.namespace).or_default().push(key);
            }
            let mut all = Vec::new();
            for (namespace, keys) in by_namespace {
                let wanting = objects.iter().filter(|asked| asked.wants("scheduled_actions")).filter_map(|asked| Key::parse(asked.id()));
                let wanting: Vec<Key<'_>> = wanting.filter(|key| key.namespace == namespace).collect();
                let actions = scheduled(client, &wanting).await?;
                for target in describe(client, &keys).await? {
                    let key = Key { namespace, resource: target.resource_id(), dimension: target.scalable_dimension().as_str() };
                    let own = actions.iter().filter(|action| is_of(action, key)).map(action);
                    let scheduled_actions = wanting.contains(&key).then(|| own.collect());
                    all.push(observed(key, &target, scheduled_actions));
                }
            }
            Ok(all)
        }

        async fn create(client: &Client, want: &ScalableTargetInputs, _: Creation<'_>) -> Result<ScalableTargetId, ProviderError> {
            // Registering changes what is registered already, whoever did that.
            if !describe(client, &[key(want)]).await?.is_empty() {
                let message = format!("the capacity {} of {} scales already", want.scalable_dimension, want.resource);
                return Err(ProviderError::new(Class::Exists, "RegisterScalableTarget", message));
            }
            register(client, want).await?;
            Ok(id(key(want)))
        }

        async fn update(
            client: &Client,
            id: &ScalableTargetId,
            have: &ScalableTargetInputs,
            want: &ScalableTargetInputs,
        ) -> Result<(), ProviderError> {
            let own = |inputs: &ScalableTargetInputs| {
                (inputs.min_capacity, inputs.max_capacity, inputs.suspended_state.clone(), inputs.role.clone())
            };
            if differs(&own(have), &own(want)) {
                register(client, want).await?;
            }
            let Some(actions) = &want.scheduled_actions else { return Ok(()) };
            let key = Key::of(id.as_str(), "PutScheduledAction")?;
            let there = have.scheduled_actions.as_deref().unwrap_or_default();
            for action in there.iter().filter(|there| !actions.iter().any(|action| action.name == there.name)) {
                let call = client
                    .delete_scheduled_action()
                    .service_namespace(key.namespace.into())
                    .resource_id(key.resource)
                    .scalable_dimension(key.dimension.into())
                    .scheduled_action_name(&action.name);
                gone_is_success(call.send().await.map(drop).map_err(|error| unknown(failed("DeleteScheduledAction")(error))))?;
            }
            for action in actions {
                let before = there.iter().find(|there| there.name == action.name);
                if before.is_none_or(|before| differs(before, action)) {
                    schedule(client, key, action).await?;
                }
            }
            Ok(())
        }

        async fn delete(client: &Client, id: &ScalableTargetId) -> Result<(), ProviderError> {
            let key = Key::of(id.as_str(), "DeregisterScalableTarget")?;
            let call = client
                .deregister_scalable_target()
                .service_namespace(key.namespace.into())
                .resource_id(key.resource)
                .scalable_dimension(key.dimension.into());
            let gone = call.send().await.map(drop).map_err(|error| unknown(failed("DeregisterScalableTarget")(error)));
            gone_is_success(gone)
        }

        async fn find(client: &Client, want: &ScalableTargetInputs, _: Creation<'_>) -> Result<Option<ScalableTargetId>, ProviderError> {
            // There is one at most, and `create` makes none where there is one.
            Ok(describe(client, &[key(want)]).await?.first().map(|_| id(key(want))))
        }
    }

    /// What is not there has a code of its own here.
    pub(in crate::applicationautoscaling) fn unknown(error: ProviderError) -> ProviderError {
        error.class_if(Class::NotFound, |error| error.is_code("ObjectNotFoundException"))
    }

    fn observed(key: Key<'_>, target: &sdk::ScalableTarget, scheduled_actions: Option<Vec<ScheduledAction>>) -> Observed<ScalableTarget> {
        let inputs = ScalableTargetInputs {
            resource: ScalableResourceId::new(key.resource),
            service_namespace: ServiceNamespace::from_word(key.namespace).unwrap_or(ServiceNamespace::CustomResource),
            scalable_dimension: key.dimension.to_owned(),
            min_capacity: target.min_capacity(),
            max_capacity: target.max_capacity(),
            role: None,
            suspended_state: target.suspended_state().and_then(crate::sdk::Wired::unwire),
            scheduled_actions,
        };
        Observed { id: id(key), inputs, outputs: NoOutputs {}, condition: Condition::Ready }
    }

    /// Those targets that there are; all keys are of one namespace.
    async fn describe(client: &Client, keys: &[Key<'_>]) -> Result<Vec<sdk::ScalableTarget>, ProviderError> {
        let Some(first) = keys.first() else { return Ok(Vec::new()) };
        let resources: BTreeSet<&str> = keys.iter().map(|key| key.resource).collect();
        let resources = resources.into_iter().map(str::to_owned).collect();
        // A resource may scale in several dimensions, and a call names one of them or none.
        let dimension = (keys.len() == 1).then(|| first.dimension.into());
        let call = client.describe_scalable_targets().service_namespace(first.namespace.into());
        let pages = call.set_resource_ids(Some(resources)).set_scalable_dimension(dimension).into_paginator().items().send();
        let mut found: Vec<sdk::ScalableTarget> = pages.collect::<Result<_, _>>().await.map_err(failed("DescribeScalableTargets"))?;
        found.retain(|target| {
            keys.iter().any(|key| target.resource_id() == key.resource && target.scalable_dimension().as_str() == key.dimension)
        });
        Ok(found)
    }

    async fn register(client: &Client, want: &ScalableTargetInputs) -> Result<(), ProviderError> {
        let wrong = crate::sdk::unbuilt("RegisterScalableTarget");
        let call = client
            .register_scalable_target()
            .service_namespace(want.service_namespace.as_str().into())
            .resource_id(want.resource.as_str())
            .scalable_dimension(want.scalable_dimension.as_str().into())
            .min_capacity(want.min_capacity)
            .max_capacity(want.max_capacity)
            .set_role_arn(want.role.clone())
            .set_suspended_state(want.suspended_state.as_ref().map(crate::sdk::Wired::wire).transpose().map_err(wrong)?);
        let made = call.send().await.map_err(failed("RegisterScalableTarget"));
        // A service that was made a moment ago, and the role that is made along with the first target.
        let early = |error: &ProviderError| error.message.contains("does not exist") || error.message.contains("assume");
        made.map(drop).map_err(|error| error.class_if(Class::NotYet, early))
    }

    async fn schedule(client: &Client, key: Key<'_>, action: &ScheduledAction) -> Result<(), ProviderError> {
        let limits = sdk::ScalableTargetAction::builder().set_min_capacity(action.min_capacity).set_max_capacity(action.max_capacity);
        let call = client
            .put_scheduled_action()
            .service_namespace(key.namespace.into())
            .resource_id(key.resource)
            .scalable_dimension(key.dimension.into())
            .scheduled_action_name(&action.name)
            .schedule(&action.schedule)
            .set_timezone(action.timezone.clone())
            .set_start_time(action.start_time.as_deref().map(|text| time(&action.name, text)).transpose()?)
            .set_end_time(action.end_time.as_deref().map(|text| time(&action.name, text)).transpose()?)
            .scalable_target_action(limits.build());
        call.send().await.map(drop).map_err(failed("PutScheduledAction"))
    }

    fn time(action: &str, text: &str) -> Result<DateTime, ProviderError> {
        DateTime::from_str(text, Format::DateTime).map_err(|error| {
            let message = format!("`{text}` of the action `{action}` is no time such as 2030-01-01T08:00:00Z: {error}");
            ProviderError::new(Class::Invalid, "PutScheduledAction", message)
        })
    }

    /// The actions that are planned for targets of one namespace: a call names one of them or none, so those of several are
    /// looked up among all of the namespace's.
    async fn scheduled(client: &Client, keys: &[Key<'_>]) -> Result<Vec<sdk::ScheduledAction>, ProviderError> {
        let Some(first) = keys.first() else { return Ok(Vec::new()) };
        let mut call = client.describe_scheduled_actions().service_namespace(first.namespace.into());
        if keys.len() == 1 {
            call = call.resource_id(first.resource).scalable_dimension(first.dimension.into());
        }
        call.into_paginator().items().send().collect::<Result<_, _>>().await.map_err(failed("DescribeScheduledActions"))
    }

    fn is_of(action: &sdk::ScheduledAction, key: Key<'_>) -> bool {
        action.resource_id() == key.resource && action.scalable_dimension().is_none_or(|dimension| dimension.as_str() == key.dimension)
    }

    fn action(sdk: &sdk::ScheduledAction) -> ScheduledAction {
        let text = |time: Option<&DateTime>| time.and_then(|time| time.fmt(Format::DateTime).ok());
        let limits = sdk.scalable_target_action();
        ScheduledAction {
            name: sdk.scheduled_action_name().to_owned(),
            schedule: sdk.schedule().to_owned(),
            timezone: sdk.timezone().map(str::to_owned),
            min_capacity: limits.and_then(|limits| limits.min_capacity()),
            max_capacity: limits.and_then(|limits| limits.max_capacity()),
            start_time: text(sdk.start_time()),
            end_time: text(sdk.end_time()),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn an_id_says_what_scales_and_what_is_no_id_is_nothing() {
            let target = id(Key { namespace: "ecs", resource: "service/shop/web", dimension: "ecs:service:DesiredCount" });
            let key = Key::parse(target.as_str()).unwrap();
            assert_eq!((key.namespace, key.resource, key.dimension), ("ecs", "service/shop/web", "ecs:service:DesiredCount"));
            assert!(Key::parse("no-such-object").is_none());
        }

        #[test]
        fn a_time_is_read_back_as_it_was_written() {
            let text = "2030-01-01T08:00:00Z";
            assert_eq!(time("a", text).unwrap().fmt(Format::DateTime).unwrap(), text);
            assert!(time("a", "tomorrow").unwrap_err().to_string().contains("`tomorrow` of the action `a`"));
        }
    }
}

#[cfg(feature = "applicationautoscaling")]
pub(super) use live::{Key, unknown};

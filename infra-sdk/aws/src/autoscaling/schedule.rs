//! A change of a group's size at a time.

use infra_core::{Outputs, Resource};
use serde::{Deserialize, Serialize};

use super::AutoScalingGroupName;

/// Changes the size of a group once, or again and again, at set times.
///
/// A group with scheduled actions should leave `desired_capacity` open, and where they set its least and greatest size, a
/// deploy sets these back until the next time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = ScheduledAction, id = ScheduledActionId, outputs = ScheduledActionOutputs, kind = "aws:autoscaling/scheduled-action",
    cloud = "AWS::AutoScaling::ScheduledAction",
    iam(
        "autoscaling:DescribeScheduledActions",
        create("autoscaling:PutScheduledUpdateGroupAction"),
        update("autoscaling:PutScheduledUpdateGroupAction"),
        delete("autoscaling:DeleteScheduledAction"),
    ),
)]
pub struct ScheduledActionInputs {
    /// Its name, up to 255 characters. Default: one that the engine makes.
    #[input(name = 255, replace, cloud = "ScheduledActionName", unlike_cloud = "CloudFormation makes the name; the API takes one")]
    pub name: Option<String>,
    /// The group it changes.
    #[input(replace, cloud = "AutoScalingGroupName")]
    pub group: AutoScalingGroupName,
    /// The least size from then on. Default: as it is.
    pub min_size: Option<i32>,
    /// The greatest size from then on. Default: as it is.
    pub max_size: Option<i32>,
    /// The size from then on. Default: as it is.
    pub desired_capacity: Option<i32>,
    /// When, again and again: minute, hour, day of the month, month and day of the week, as in `0 9 * * 1-5`.
    pub recurrence: Option<String>,
    /// The time zone of `recurrence`, as in `Europe/Berlin`. Default: UTC.
    pub time_zone: Option<String>,
    /// When first, or when at all if not again and again, in UTC, as in `2030-01-31T09:00:00Z`. An action that is not
    /// recurring is gone once it was done. What AWS says is the next time, so a change made elsewhere is not seen.
    #[input(write_only)]
    pub start_time: Option<String>,
    /// After when no more, in UTC, as in `2030-12-31T00:00:00Z`.
    pub end_time: Option<String>,
}

/// What AWS says of a [`ScheduledAction`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = ScheduledAction)]
pub struct ScheduledActionOutputs {
    /// Its ARN.
    #[output(stable)]
    pub arn: String,
}

impl ScheduledActionId {
    /// The action of this name of a group: their names with a colon between, which no group's name has.
    pub fn of(group: &str, name: &str) -> ScheduledActionId {
        ScheduledActionId::new(format!("{group}:{name}"))
    }

    /// The names of the group and of the action; none if it is not such an id.
    pub fn names(&self) -> Option<(&str, &str)> {
        self.as_str().split_once(':')
    }
}

#[cfg(feature = "autoscaling")]
mod live {
    use std::collections::BTreeMap;

    use aws_sdk_autoscaling::Client;
    use aws_sdk_autoscaling::types::ScheduledUpdateGroupAction;
    use aws_smithy_types::DateTime;
    use aws_smithy_types::date_time::Format;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{ScheduledAction, ScheduledActionId, ScheduledActionInputs, ScheduledActionOutputs};
    use crate::autoscaling::AutoScalingGroupName;
    use crate::sdk::failed;

    impl Lifecycle for ScheduledAction {
        type Client = Client;
        const SERVICE: &'static str = "autoscaling";
        const PAGE: usize = 50;

        async fn read(client: &Client, ids: &[ScheduledActionId]) -> Result<Vec<Observed<ScheduledAction>>, ProviderError> {
            let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for (group, name) in ids.iter().filter_map(ScheduledActionId::names) {
                groups.entry(group).or_default().push(name.to_owned());
            }
            let mut observed = Vec::new();
            for (group, names) in groups {
                observed.extend(describe(client, group, names).await?.iter().map(observe));
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &ScheduledActionInputs, _: Creation<'_>) -> Result<ScheduledActionId, ProviderError> {
            let name = name(want)?;
            put(client, name, want).await?;
            Ok(ScheduledActionId::of(want.group.as_str(), name))
        }

        async fn update(
            client: &Client,
            id: &ScheduledActionId,
            have: &ScheduledActionInputs,
            want: &ScheduledActionInputs,
        ) -> Result<(), ProviderError> {
            let name = id.names().map_or_else(|| name(want), |(_, name)| Ok(name))?;
            put(client, name, &merged(have, want)).await
        }

        async fn delete(client: &Client, id: &ScheduledActionId) -> Result<(), ProviderError> {
            let Some((group, name)) = id.names() else { return Ok(()) };
            let call = client.delete_scheduled_action().auto_scaling_group_name(group).scheduled_action_name(name);
            let deleted = call.send().await.map_err(failed("DeleteScheduledAction"));
            gone_is_success(deleted.map(drop).map_err(|error| error.class_if(Class::NotFound, is_absent)))
        }

        async fn find(client: &Client, want: &ScheduledActionInputs, _: Creation<'_>) -> Result<Option<ScheduledActionId>, ProviderError> {
            let name = name(want)?;
            let actions = describe(client, want.group.as_str(), vec![name.to_owned()]).await?;
            Ok(actions.first().map(|_| ScheduledActionId::of(want.group.as_str(), name)))
        }
    }

    fn name(want: &ScheduledActionInputs) -> Result<&str, ProviderError> {
        let nameless = || ProviderError::new(Class::Invalid, "PutScheduledUpdateGroupAction", "the action has no name");
        want.name.as_deref().ok_or_else(nameless)
    }

    /// The service has one code for all that is wrong with a request.
    fn is_absent(error: &ProviderError) -> bool {
        error.is_code("ValidationError") && error.message.contains("not found")
    }

    async fn describe(client: &Client, group: &str, names: Vec<String>) -> Result<Vec<ScheduledUpdateGroupAction>, ProviderError> {
        let pages = client.describe_scheduled_actions().auto_scaling_group_name(group).set_scheduled_action_names(Some(names));
        let items = pages.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        match items.map_err(failed("DescribeScheduledActions")) {
            // The group is gone, and its actions with it.
            Err(error) if is_absent(&error) => Ok(Vec::new()),
            answer => answer,
        }
    }

    async fn put(client: &Client, name: &str, want: &ScheduledActionInputs) -> Result<(), ProviderError> {
        let call = client
            .put_scheduled_update_group_action()
            .auto_scaling_group_name(want.group.as_str())
            .scheduled_action_name(name)
            .set_min_size(want.min_size)
            .set_max_size(want.max_size)
            .set_desired_capacity(want.desired_capacity)
            .set_recurrence(want.recurrence.clone())
            .set_time_zone(want.time_zone.clone())
            .set_start_time(want.start_time.as_deref().map(time).transpose()?)
            .set_end_time(want.end_time.as_deref().map(time).transpose()?);
        call.send().await.map_err(failed("PutScheduledUpdateGroupAction"))?;
        Ok(())
    }

    /// What is wanted, with what is there wherever nothing is wanted, since the service replaces an action as a whole.
    fn merged(have: &ScheduledActionInputs, want: &ScheduledActionInputs) -> ScheduledActionInputs {
        let (have, want) = (have.clone(), want.clone());
        ScheduledActionInputs {
            name: want.name,
            group: want.group,
            min_size: want.min_size.or(have.min_size),
            max_size: want.max_size.or(have.max_size),
            desired_capacity: want.desired_capacity.or(have.desired_capacity),
            recurrence: want.recurrence.or(have.recurrence),
            time_zone: want.time_zone.or(have.time_zone),
            start_time: want.start_time,
            end_time: want.end_time.or(have.end_time),
        }
    }

    fn time(text: &str) -> Result<DateTime, ProviderError> {
        DateTime::from_str(text, Format::DateTimeWithOffset).map_err(|error| {
            let message = format!("`{text}` is no time such as 2030-01-31T09:00:00Z: {error}");
            ProviderError::new(Class::Invalid, "PutScheduledUpdateGroupAction", message)
        })
    }

    fn observe(action: &ScheduledUpdateGroupAction) -> Observed<ScheduledAction> {
        let group = action.auto_scaling_group_name().unwrap_or_default();
        let name = action.scheduled_action_name().unwrap_or_default();
        let text = |time: Option<&DateTime>| time.and_then(|time| time.fmt(Format::DateTime).ok());
        Observed {
            id: ScheduledActionId::of(group, name),
            inputs: ScheduledActionInputs {
                name: Some(name.to_owned()),
                group: AutoScalingGroupName::new(group),
                min_size: action.min_size(),
                max_size: action.max_size(),
                desired_capacity: action.desired_capacity(),
                recurrence: action.recurrence().map(str::to_owned),
                time_zone: action.time_zone().map(str::to_owned),
                start_time: None,
                end_time: text(action.end_time()),
            },
            outputs: ScheduledActionOutputs { arn: action.scheduled_action_arn().unwrap_or_default().to_owned() },
            condition: Condition::Ready,
        }
    }
}

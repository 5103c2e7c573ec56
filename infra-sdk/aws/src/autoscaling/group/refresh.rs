//! How running instances are replaced after a change of what they are made from.

use infra_core::{Block, choices};
use serde::{Deserialize, Serialize};

use crate::cloudwatch::MetricAlarmName;

choices! {
    /// What is replaced.
    pub enum RefreshStrategy {
        /// The instances, a few at a time.
        Rolling = "Rolling",
        /// The root volumes of the instances, which stay.
        ReplaceRootVolume = "ReplaceRootVolume",
    }
}

choices! {
    /// What is done with instances that are protected from scale-in.
    pub enum RefreshProtected {
        /// They are replaced.
        Refresh = "Refresh",
        /// They stay as they are.
        Ignore = "Ignore",
        /// AWS waits an hour for the protection to go, then the replacement fails.
        Wait = "Wait",
    }
}

choices! {
    /// What is done with instances on standby.
    pub enum RefreshStandby {
        /// They are terminated.
        Terminate = "Terminate",
        /// They stay as they are.
        Ignore = "Ignore",
        /// AWS waits an hour for them to come back, then the replacement fails.
        Wait = "Wait",
    }
}

/// How running instances are replaced.
///
/// There is no automatic way back: AWS has one only where the replacement itself brings the new template to the group
/// at its end, and then the stack would not be as declared until then. A deploy of the former program is the way back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct InstanceRefresh {
    /// What is replaced. Default: the instances.
    pub strategy: Option<RefreshStrategy>,
    /// How many percent of the size stay healthy meanwhile. Default: what the maintenance policy says, else 90.
    pub min_healthy_percentage: Option<i32>,
    /// How many percent of the size may be there meanwhile, at most 100 more than the least. Default: what the maintenance
    /// policy says, else 100.
    pub max_healthy_percentage: Option<i32>,
    /// Seconds to wait after each new instance. Default: the group's default warm-up.
    pub instance_warmup: Option<i32>,
    /// How many percent are replaced when the replacement pauses, rising; the last must be 100 for it to end.
    pub checkpoint_percentages: Option<Vec<i32>>,
    /// Seconds that a pause lasts. Default: 3600.
    pub checkpoint_delay: Option<i32>,
    /// Whether instances that already are as they should be stay. Default: false.
    pub skip_matching: Option<bool>,
    /// What is done with instances that are protected from scale-in. Default: `Wait`.
    pub scale_in_protected_instances: Option<RefreshProtected>,
    /// What is done with instances on standby. Default: `Wait`.
    pub standby_instances: Option<RefreshStandby>,
    /// Alarms that stop the replacement.
    #[input(set)]
    pub alarms: Option<Vec<MetricAlarmName>>,
    /// Seconds to watch the alarms after the last instance was replaced. Default: 0.
    pub bake_time: Option<i32>,
}

#[cfg(feature = "autoscaling")]
pub(super) mod live {
    use aws_sdk_autoscaling::Client;
    use aws_sdk_autoscaling::types::{AlarmSpecification, InstanceRefreshStatus as Status, RefreshPreferences};
    use infra_apply::{Class, ProviderError};

    use super::InstanceRefresh;
    use crate::sdk::failed;

    pub(in super::super) fn preferences(want: &InstanceRefresh) -> RefreshPreferences {
        let alarms = want.alarms.as_ref().map(|alarms| {
            let names = alarms.iter().map(ToString::to_string).collect();
            AlarmSpecification::builder().set_alarms(Some(names)).build()
        });
        RefreshPreferences::builder()
            .set_min_healthy_percentage(want.min_healthy_percentage)
            .set_max_healthy_percentage(want.max_healthy_percentage)
            .set_instance_warmup(want.instance_warmup)
            .set_checkpoint_percentages(want.checkpoint_percentages.clone())
            .set_checkpoint_delay(want.checkpoint_delay)
            .set_skip_matching(want.skip_matching)
            .set_scale_in_protected_instances(want.scale_in_protected_instances.map(|word| word.as_str().into()))
            .set_standby_instances(want.standby_instances.map(|word| word.as_str().into()))
            .set_alarm_specification(alarms)
            .set_bake_time(want.bake_time)
            .build()
    }

    /// Sees to it that no earlier replacement runs, before anything is changed: AWS takes only one at a time, and the
    /// earlier one would go on with instances that are out of date already.
    pub(in super::super) async fn end_earlier(client: &Client, group: &str) -> Result<(), ProviderError> {
        let call = client.describe_instance_refreshes().auto_scaling_group_name(group).max_records(1);
        let answer = call.send().await.map_err(failed("DescribeInstanceRefreshes"))?;
        let status = answer.instance_refreshes().first().and_then(|refresh| refresh.status());
        match status {
            Some(Status::Pending | Status::InProgress | Status::Baking) => {
                let call = client.cancel_instance_refresh().auto_scaling_group_name(group);
                call.send().await.map_err(failed("CancelInstanceRefresh"))?;
            }
            Some(Status::Cancelling | Status::RollbackInProgress) => {}
            _ => return Ok(()),
        }
        let message = format!("an earlier replacement of the instances of {group} has to end first");
        Err(ProviderError::new(Class::InUse, "StartInstanceRefresh", message))
    }

    pub(in super::super) async fn start(client: &Client, group: &str, want: &InstanceRefresh) -> Result<(), ProviderError> {
        let call = client
            .start_instance_refresh()
            .auto_scaling_group_name(group)
            .set_strategy(want.strategy.map(|word| word.as_str().into()))
            .preferences(preferences(want));
        let started = call.send().await.map_err(failed("StartInstanceRefresh"));
        started.map(drop).map_err(|error| error.class_if(Class::InUse, |error| error.is_code("InstanceRefreshInProgress")))
    }
}

//! An alarm.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

/// An alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = MetricAlarm, id = MetricAlarmName, outputs = NoOutputs, kind = "aws:cloudwatch/alarm")]
pub struct MetricAlarmInputs {
    /// Its name.
    #[input(name = 64, replace)]
    pub name: Option<String>,
}

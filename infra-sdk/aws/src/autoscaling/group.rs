//! An auto scaling group.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

/// An auto scaling group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = AutoScalingGroup, id = AutoScalingGroupName, outputs = NoOutputs, kind = "aws:autoscaling/group")]
pub struct AutoScalingGroupInputs {
    /// Its name.
    #[input(name = 64, replace)]
    pub name: Option<String>,
}

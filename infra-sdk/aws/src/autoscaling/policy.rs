//! A scaling policy.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

/// A scaling policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = ScalingPolicy, id = ScalingPolicyArn, outputs = NoOutputs, kind = "aws:autoscaling/policy")]
pub struct ScalingPolicyInputs {
    /// Its name.
    #[input(name = 64, replace)]
    pub name: Option<String>,
}

//! A target group.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

/// A target group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = TargetGroup, id = TargetGroupArn, outputs = NoOutputs, kind = "aws:elbv2/target-group")]
pub struct TargetGroupInputs {
    /// Its name.
    #[input(name = 64, replace)]
    pub name: Option<String>,
}

//! An instance.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

/// An instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Instance, id = InstanceId, outputs = NoOutputs, kind = "aws:ec2/instance")]
pub struct InstanceInputs {
    /// Its name.
    #[input(name = 64, replace)]
    pub name: Option<String>,
}

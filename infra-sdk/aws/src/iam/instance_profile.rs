//! An instance profile.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

/// An instance profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = InstanceProfile, id = InstanceProfileName, outputs = NoOutputs, kind = "aws:iam/instance-profile")]
pub struct InstanceProfileInputs {
    /// Its name.
    #[input(name = 64, replace)]
    pub name: Option<String>,
}

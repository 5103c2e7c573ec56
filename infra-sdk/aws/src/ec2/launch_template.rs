//! A launch template.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

/// A launch template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = LaunchTemplate, id = LaunchTemplateId, outputs = NoOutputs, kind = "aws:ec2/launch-template")]
pub struct LaunchTemplateInputs {
    /// Its name.
    #[input(name = 64, replace)]
    pub name: Option<String>,
}

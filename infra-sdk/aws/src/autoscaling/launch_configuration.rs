//! A launch configuration.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

/// A launch configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = LaunchConfiguration, id = LaunchConfigurationName, outputs = NoOutputs, kind = "aws:autoscaling/launch-configuration")]
pub struct LaunchConfigurationInputs {
    /// Its name.
    #[input(name = 64, replace)]
    pub name: Option<String>,
}

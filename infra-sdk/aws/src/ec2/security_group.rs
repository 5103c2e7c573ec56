//! A security group.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

/// A security group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = SecurityGroup, id = SecurityGroupId, outputs = NoOutputs, kind = "aws:ec2/security-group")]
pub struct SecurityGroupInputs {
    /// Its name.
    #[input(name = 64, replace)]
    pub name: Option<String>,
}

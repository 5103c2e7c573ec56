//! A role.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

/// A role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Role, id = RoleName, outputs = NoOutputs, kind = "aws:iam/role")]
pub struct RoleInputs {
    /// Its name.
    #[input(name = 64, replace)]
    pub name: Option<String>,
}

//! A key pair.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

/// A key pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = KeyPair, id = KeyPairName, outputs = NoOutputs, kind = "aws:ec2/key-pair")]
pub struct KeyPairInputs {
    /// Its name.
    #[input(name = 64, replace)]
    pub name: Option<String>,
}

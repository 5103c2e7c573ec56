//! A listener.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

/// A listener.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Listener, id = ListenerArn, outputs = NoOutputs, kind = "aws:elbv2/listener")]
pub struct ListenerInputs {
    /// Its name.
    #[input(name = 64, replace)]
    pub name: Option<String>,
}

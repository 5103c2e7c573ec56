//! A field has a doc comment, since that becomes its documentation.

use infra_core::{NoOutputs, Resource};

/// Something.
#[derive(serde::Serialize, serde::Deserialize, Resource)]
#[resource(handle = Thing, id = ThingId, outputs = NoOutputs, kind = "toy:run/thing")]
pub struct ThingInputs {
    pub undocumented: Option<String>,
}

fn main() {}

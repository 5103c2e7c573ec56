//! A fleet under another type's name, as where a provider has two types for one thing.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

use crate::MachineId;

/// What a [`Fleet`](crate::Fleet) is called by another type; a cloud that knows both takes the one for the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Crew, id = CrewName, outputs = NoOutputs, kind = "toy:run/crew")]
pub struct CrewInputs {
    /// Its name.
    #[input(name = 32, replace)]
    pub name: Option<String>,
    /// What its machines are made from.
    #[input(replace)]
    pub image: String,
    /// How many there are.
    pub count: Option<i32>,
    /// The machine that leads it.
    #[input(replace)]
    pub leader: Option<MachineId>,
}

//! A toy that completes another: a network is of no use to what is in it without a way out.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

use crate::{MachineId, Net, NetId};

/// A way out of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Way, id = WayId, outputs = NoOutputs, kind = "toy:net/way", completes(Net))]
pub struct WayInputs {
    /// The network that it leads out of.
    #[input(replace)]
    pub net: NetId,
    /// Where it leads.
    pub to: String,
    /// The machine that it leads through, if any.
    pub through: Option<MachineId>,
}

//! Toy resources: the smallest types that show each of the engine's behaviours.

mod crew;
mod gate;
mod way;

use infra_core::{NoOutputs, Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

pub use crew::{Crew, CrewInputs, CrewName};
pub use gate::{Gate, GateId, GateInputs, Latch, Rule, RuleBuilder};
pub use way::{Way, WayId, WayInputs};

/// A network. Its range cannot change; two may have the same one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Net, id = NetId, outputs = NetOutputs, kind = "toy:net/net")]
pub struct NetInputs {
    /// The range.
    #[input(replace)]
    pub range: String,
    /// Whether names resolve in it.
    pub dns: Option<bool>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What the toy cloud says of a [`Net`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Net)]
pub struct NetOutputs {
    /// The range.
    #[output(stable, echo)]
    pub range: String,
    /// An address that survives changes.
    #[output(stable)]
    pub gateway: String,
    /// A number that every change makes anew.
    pub revision: String,
}

/// A part of a network, of which no two have the same range in one network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Part, id = PartId, outputs = NoOutputs, kind = "toy:net/part", unique(net, range))]
pub struct PartInputs {
    /// The network.
    #[input(replace)]
    pub net: NetId,
    /// Its part of the network's range.
    #[input(replace)]
    pub range: String,
    /// Where it is.
    #[input(replace)]
    pub zone: Option<String>,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Machine, id = MachineId, outputs = MachineOutputs, kind = "toy:run/machine")]
pub struct MachineInputs {
    /// The part of a network it is in.
    #[input(replace)]
    pub part: Option<PartId>,
    /// The network it is in.
    pub net: Option<NetId>,
    /// How big it is.
    pub size: Option<i32>,
    /// What it runs at its start.
    pub script: Option<String>,
    /// What it must not tell.
    #[input(secret)]
    pub password: Option<String>,
    /// What the cloud never tells back.
    #[input(write_only)]
    pub seed: Option<String>,
}

/// What the toy cloud says of a [`Machine`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Machine)]
pub struct MachineOutputs {
    /// Where it is reached.
    #[output(stable)]
    pub address: String,
    /// How big it is.
    #[output(echo)]
    pub size: Option<i32>,
}

/// A fleet, which has a name of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Fleet, id = FleetName, outputs = NoOutputs, kind = "toy:run/fleet")]
pub struct FleetInputs {
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

/// A store of keys, which keeps what opens it to itself and tells its key to whoever made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Vault, id = VaultId, outputs = VaultOutputs, kind = "toy:run/vault")]
pub struct VaultInputs {
    /// What opens it.
    #[input(secret, write_only)]
    pub password: String,
    /// What is written on it.
    pub label: Option<String>,
    /// Who may open it.
    pub policy: Option<serde_json::Value>,
}

/// What the toy cloud says of a [`Vault`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Vault)]
pub struct VaultOutputs {
    /// Its key.
    #[output(stable, secret)]
    pub key: String,
}

/// Something that is done once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Errand, id = ErrandId, outputs = ErrandOutputs, kind = "toy:run/errand", action)]
pub struct ErrandInputs {
    /// What is done.
    pub what: String,
    /// The machine that it is done on.
    pub on: Option<MachineId>,
    /// What it must not tell.
    #[input(secret)]
    pub password: Option<String>,
}

/// What came of an [`Errand`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Errand)]
pub struct ErrandOutputs {
    /// What was said.
    pub said: String,
}

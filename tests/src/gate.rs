//! A toy whose inputs are of every shape that there is.

use std::collections::BTreeMap;

use infra_core::{Block, NoOutputs, Resource, choices};
use serde::{Deserialize, Serialize};

use crate::NetId;

choices! {
    /// How a gate is closed.
    pub enum Latch {
        /// By a spring.
        Spring = "spring-loaded",
        /// By hand.
        Hand = "by_hand",
    }
}

/// What passes a gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Rule {
    /// Its port.
    pub port: i32,
    /// Where it comes from.
    pub from: Option<NetId>,
    /// How the gate is closed behind it.
    pub latch: Option<Latch>,
    /// At which hours.
    #[input(set)]
    pub hours: Option<Vec<i32>>,
}

/// A gate between networks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Gate, id = GateId, outputs = NoOutputs, kind = "toy:net/gate")]
pub struct GateInputs {
    /// The networks that it joins.
    #[input(set)]
    pub nets: Vec<NetId>,
    /// What passes.
    #[input(set)]
    pub rules: Vec<Rule>,
    /// How it is closed.
    #[input(replace)]
    pub latch: Option<Latch>,
    /// Of what type it is: a name that Rust keeps for itself.
    pub r#type: Option<String>,
    /// How wide it is.
    pub width: Option<f64>,
    /// By key.
    pub marks: Option<BTreeMap<String, i32>>,
    /// A document.
    pub policy: Option<serde_json::Value>,
    /// What runs when it opens.
    pub script: Option<String>,
    /// What opens it.
    #[input(secret)]
    pub key: Option<String>,
}

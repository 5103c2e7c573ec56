//! What the cloud was seen to have, just before a plan.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Value};
use serde::{Deserialize, Serialize};

/// What was seen. A resource that is absent here was not looked at: the record speaks for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// The current objects, by resource.
    pub objects: BTreeMap<Address, Sight>,
    /// The ids of replaced objects that are gone already, by resource: objects of two types may have the same id.
    pub old_gone: BTreeMap<Address, BTreeSet<String>>,
    /// The resources of which an interrupted call is open and the cloud could not tell what became of it, with why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub in_doubt: BTreeMap<Address, String>,
}

impl Observed {
    /// Whether a replaced object of a resource was seen to be gone.
    pub fn is_old_gone(&self, address: &Address, id: &str) -> bool {
        self.old_gone.get(address).is_some_and(|gone| gone.contains(id))
    }
}

/// What was seen of an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// It does not exist any more.
    Gone,
    /// It exists.
    Present {
        /// All that the cloud tells of what a program could have asked.
        inputs: BTreeMap<String, Value>,
        /// What only the cloud says.
        outputs: BTreeMap<String, Value>,
        /// Why it can never be used, if so.
        failed: Option<String>,
        /// What it waits for, in the cloud's word, if it cannot be used yet.
        #[serde(default)]
        pending: Option<String>,
    },
}

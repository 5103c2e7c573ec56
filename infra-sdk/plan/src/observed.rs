//! What the cloud was seen to have, just before a plan.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Value};
use serde::{Deserialize, Serialize};

/// What was seen. A resource that is absent here was not looked at: the record speaks for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// The current objects, by resource.
    pub objects: BTreeMap<Address, Sight>,
    /// The ids of replaced objects that are gone already.
    pub old_gone: BTreeSet<String>,
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
    },
}

//! Parts of a program that can be run only when a value is known.

use serde::{Deserialize, Serialize};

use crate::{Address, Expr, Location};

/// A part of a program that waits for a value, and the scope of everything that it declares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deferral {
    /// The scope, with those around it: `network/zones`.
    pub scope: String,
    /// The value that it waits for.
    pub until: Expr,
    /// Whether the value was known to this run of the program, so that the graph has what the part declares.
    pub answered: bool,
    /// Where it was declared.
    pub declared: Location,
}

impl Deferral {
    /// Whether a resource is one that it declares.
    pub fn holds(&self, address: &Address) -> bool {
        address.name().strip_prefix(&self.scope).is_some_and(|rest| rest.starts_with('/'))
    }
}

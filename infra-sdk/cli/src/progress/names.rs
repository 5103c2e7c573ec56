//! What resources are called on the screen.

use std::collections::HashMap;

use infra_core::{Address, Kind, Schema};

/// The Rust types of kinds: `Subnet public-1` is easier to read than `aws:ec2/subnet:public-1`.
#[derive(Clone, Default)]
pub(crate) struct Names(HashMap<Kind, String>);

impl Names {
    /// Those of schemas.
    pub(crate) fn of<'a>(schemas: impl Iterator<Item = &'a Schema>) -> Names {
        Names(schemas.map(|schema| (schema.kind.clone(), schema.handle.clone())).collect())
    }

    /// The Rust type of a resource, or the last part of its kind.
    pub(crate) fn handle<'a>(&'a self, address: &'a Address) -> &'a str {
        let last = || address.kind().rsplit('/').next().unwrap_or_default();
        self.0.get(address.kind()).map_or_else(last, String::as_str)
    }

    /// A resource as people call it.
    pub(crate) fn short(&self, address: &Address) -> String {
        format!("{} {}", self.handle(address), address.name())
    }
}

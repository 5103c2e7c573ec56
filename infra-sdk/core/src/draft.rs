//! What every builder is inside: a name, the fields set so far, and the options.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Address, Declared, Expr, Location, Node, Resource, Stack};

/// In a builder's type: a required argument that is set.
#[derive(Clone, Copy, Debug)]
pub struct Set;

/// In a builder's type: a required argument that is not set yet.
#[derive(Clone, Copy, Debug)]
pub struct Unset;

/// A resource that is being written down.
#[derive(Clone, Debug)]
pub struct Draft {
    name: String,
    inputs: BTreeMap<String, Expr>,
    depends_on: BTreeSet<Address>,
}

impl Draft {
    /// A resource of this logical name with nothing set.
    pub fn new(name: impl Into<String>) -> Draft {
        Draft { name: name.into(), inputs: BTreeMap::new(), depends_on: BTreeSet::new() }
    }

    /// Sets an input.
    pub fn set(&mut self, field: &str, value: Expr) {
        self.inputs.insert(field.to_owned(), value);
    }

    /// Adds an edge that no reference shows.
    pub fn depend_on(&mut self, other: &impl Declared) {
        self.depends_on.insert(other.address().clone());
    }

    /// Adds the resource to the stack, as declared at `declared`.
    pub fn add<R: Resource>(self, stack: &Stack, declared: Location) -> Address {
        let Draft { name, inputs, depends_on } = self;
        stack.declare::<R>(&name, |address| Node { address, inputs, depends_on, declared })
    }
}

//! What every builder is inside: a name, the fields set so far, and the options.

use std::collections::{BTreeMap, BTreeSet};

use crate::timeouts::Timeouts;
use crate::{Address, Declared, Expr, InputField, Location, Node, Options, Resource, Stack};

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
    options: Options,
}

impl Draft {
    /// A resource of this logical name with nothing set.
    pub fn new(name: impl Into<String>) -> Draft {
        Draft { name: name.into(), inputs: BTreeMap::new(), depends_on: BTreeSet::new(), options: Options::default() }
    }

    /// Sets an input.
    pub fn set(&mut self, field: &str, value: Expr) {
        self.inputs.insert(field.to_owned(), value);
    }

    /// Adds an edge that no reference shows.
    pub fn depend_on(&mut self, other: &impl Declared) {
        self.depends_on.insert(other.address().clone());
    }

    /// Refuses what would delete or replace it.
    pub fn protect(&mut self) {
        self.options.lifecycle.protect = true;
    }

    /// Leaves the object in the cloud when it leaves the stack.
    pub fn retain_on_delete(&mut self) {
        self.options.lifecycle.retain_on_delete = true;
    }

    /// Gives its steps this much time.
    pub fn timeouts(&mut self, timeouts: Timeouts) {
        self.options.lifecycle.timeouts = timeouts;
    }

    /// Takes differences in these inputs for none once the object exists.
    pub fn ignore_changes<R>(&mut self, fields: impl IntoIterator<Item = InputField<R>>) {
        self.options.ignore_changes.extend(fields.into_iter().map(|field| field.name().to_owned()));
    }

    /// Takes differences in these inputs for what needs another object.
    pub fn replace_on_changes<R>(&mut self, fields: impl IntoIterator<Item = InputField<R>>) {
        self.options.replace_on_changes.extend(fields.into_iter().map(|field| field.name().to_owned()));
    }

    /// Deletes the old object first wherever another takes its place.
    pub fn delete_before_create(&mut self) {
        self.options.delete_before_create = true;
    }

    /// Adds the resource to the stack, as declared at `declared`.
    pub fn add<R: Resource>(self, stack: &Stack, declared: Location) -> Address {
        let Draft { name, inputs, depends_on, options } = self;
        stack.declare::<R>(&name, |address| Node { address, inputs, depends_on, options, declared })
    }
}

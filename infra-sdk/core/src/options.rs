//! What a program says of a resource besides its inputs: how the engine is to treat it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::{Address, Former, Hook, Import, Moment, Provider, Terms, Value};

/// How a resource is to be treated; by default, as every other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// What is remembered of the object for as long as it exists.
    #[serde(default, skip_serializing_if = "Lifecycle::is_default")]
    pub lifecycle: Lifecycle,
    /// Inputs of which a difference is no change once the object exists.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ignore_changes: BTreeSet<String>,
    /// Inputs of which a difference needs another object, although the cloud could change them in place.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub replace_on_changes: BTreeSet<String>,
    /// Whether a replacement deletes the old object before it makes the new one, although both could exist.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delete_before_create: bool,
    /// Addresses that it had before: an object that the state has under one of them is this resource's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved_from: Vec<Former>,
    /// The object that exists already and is to be its own, where the state has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<Import>,
    /// Policies that it may violate, each with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub allow: BTreeMap<String, String>,
    /// What replaces it, what goes with it, what must hold and what runs beside it.
    #[serde(default, skip_serializing_if = "Terms::is_default")]
    pub terms: Terms,
}

/// What holds for an object, also when the program does not declare it any more. A program says the first three; the
/// rest is put in by the engine, of what [`Terms`] says, when it records the object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lifecycle {
    /// Whether a plan that would delete or replace it is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
    /// Whether it stays in the cloud when it leaves the stack.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retain_on_delete: bool,
    /// Where it is, if not where the environment says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// The ids of the objects that contain it, by their resource.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub deleted_with: BTreeMap<Address, String>,
    /// The ids of the objects with which it is replaced, by their resource.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub replace_with: BTreeMap<Address, String>,
    /// The values of its triggers, in the form that may be stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Value>,
    /// The hooks of its end, with all that they need to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Hook>,
    /// Hooks that have still to run, or whose last run failed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub due: BTreeSet<Moment>,
}

impl Options {
    /// Whether nothing is said.
    pub fn is_default(&self) -> bool {
        *self == Options::default()
    }
}

impl Lifecycle {
    /// Whether nothing is said.
    pub fn is_default(&self) -> bool {
        *self == Lifecycle::default()
    }

    /// What holds where either of two says so: for an object that one was said of, and then the other.
    #[must_use]
    pub fn or(&self, other: &Lifecycle) -> Lifecycle {
        // Where the two disagree about what contains it, nobody knows, and it is deleted for itself.
        let contained = self.deleted_with.iter().filter(|(address, id)| other.deleted_with.get(*address) == Some(*id));
        Lifecycle {
            protect: self.protect || other.protect,
            retain_on_delete: self.retain_on_delete || other.retain_on_delete,
            provider: self.provider.clone().or_else(|| other.provider.clone()),
            deleted_with: contained.map(|(address, id)| (address.clone(), id.clone())).collect(),
            replace_with: other.replace_with.iter().chain(&self.replace_with).map(|(address, id)| (address.clone(), id.clone())).collect(),
            triggers: if self.triggers.is_empty() { other.triggers.clone() } else { self.triggers.clone() },
            hooks: if other.hooks.is_empty() { self.hooks.clone() } else { other.hooks.clone() },
            due: self.due.union(&other.due).copied().collect(),
        }
    }

    /// Lets it mean another address where it means `from`; nothing where there is no other.
    pub fn readdress(&mut self, from: &Address, to: Option<&Address>) {
        for ids in [&mut self.deleted_with, &mut self.replace_with] {
            if let (Some(id), Some(to)) = (ids.remove(from), to) {
                ids.insert(to.clone(), id);
            }
        }
    }
}

/// The name of an input of the resource `R`, for the options that take inputs: `AutoScalingGroup::DESIRED_CAPACITY`.
/// The derive makes one for each input, so that none can be misspelt or belong to another type.
pub struct InputField<R> {
    name: &'static str,
    of: PhantomData<fn() -> R>,
}

impl<R> InputField<R> {
    /// For the derive.
    #[doc(hidden)]
    pub const fn named(name: &'static str) -> InputField<R> {
        InputField { name, of: PhantomData }
    }

    /// The input's name in the Rust struct.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl<R> Clone for InputField<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for InputField<R> {}

impl<R> fmt::Debug for InputField<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Address, Location, Node};

    #[test]
    fn a_node_without_options_reads_and_is_written_as_before_there_were_any() {
        let old = r#"{"address":"t:t/t:a","inputs":{},"declared":{"file":"a.rs","line":1}}"#;
        let node: Node = serde_json::from_str(old).unwrap();
        assert!(node.options.is_default());
        assert_eq!(node.address, Address::new("t:t/t", "a"));
        assert_eq!(node.declared, Location { file: "a.rs".into(), line: 1 });
        assert_eq!(serde_json::to_string(&node).unwrap(), old);
    }
}

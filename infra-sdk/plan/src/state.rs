//! What the engine remembers: a row for each resource, and how records change it.
//!
//! A state is the fold of its journal's records. A run has the secrets in it in clear; a journal keeps them sealed.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Attr, Lifecycle, Location, Value};
use serde::{Deserialize, Serialize};

use crate::handover::Handed;
use crate::record::Record;

/// The version of records and states; a reader refuses any other.
pub const STATE_VERSION: u32 = 1;

/// A stack in an environment, as the engine remembers it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// What the digests of secrets are salted with, and names with them; made when the journal is, empty before.
    pub salt: String,
    /// How many records it is made of.
    pub serial: u64,
    /// A row for each resource that has an object, or may have.
    pub rows: BTreeMap<Address, Row>,
    /// The stack's outputs after the last deployment that went through.
    pub exports: BTreeMap<String, Value>,
    /// How many objects each resource has had, gone ones included: what makes the names of new ones new.
    pub made: BTreeMap<Address, u64>,
    /// Rows that other stacks take over, by the address that they had here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub handed: BTreeMap<Address, Handed>,
    /// The outputs of other stacks that this one uses, by stack and name, as they were when it was deployed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub references: References,
    /// The key that its secrets are sealed with, wrapped; there is none before the first secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<WrappedKey>,
}

/// The key of a journal, as the journal itself may hold it: for its guard to open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedKey {
    /// The key's own name: what is sealed with it begins with that.
    pub id: String,
    /// Who can open it, as in `age:age1…`, `passphrase` or `kms:alias/infra`.
    pub guard: String,
    /// The key, encrypted, in the guard's own form.
    pub wrapped: String,
}

/// Outputs of stacks, by stack and name, in the form that may be stored.
pub type References = BTreeMap<String, BTreeMap<String, Value>>;

/// A resource, at whatever moment it was last seen or interrupted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// A call that was begun and whose outcome is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// The object, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Object>,
    /// Replaced objects that are not deleted yet, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub old: Vec<Object>,
}

/// An object in the cloud.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// Its physical id.
    pub id: String,
    /// What was asked of it last.
    pub inputs: BTreeMap<String, Value>,
    /// What the cloud said of it last.
    pub outputs: BTreeMap<String, Value>,
    /// The resources it directly needs.
    pub dependencies: BTreeSet<Address>,
    /// Where the program declared it.
    pub declared: Location,
    /// Why it is not as it should be: made but never ready, or half updated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What holds for its end, also when the program does not declare it any more.
    #[serde(default, skip_serializing_if = "Lifecycle::is_default")]
    pub lifecycle: Lifecycle,
    /// Whether it was made and never seen to be as its making asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
}

/// A call that changes the cloud, as written down before it starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// An object is being made.
    Create {
        /// The idempotency token.
        token: String,
        /// What is asked of it.
        inputs: BTreeMap<String, Value>,
        /// The resources it directly needs.
        dependencies: BTreeSet<Address>,
        /// Where the program declares it.
        declared: Location,
        /// What holds for its end.
        #[serde(default, skip_serializing_if = "Lifecycle::is_default")]
        lifecycle: Lifecycle,
    },
    /// The object is being changed.
    Update {
        /// Its physical id.
        id: String,
        /// What is asked of it.
        inputs: BTreeMap<String, Value>,
        /// The resources it directly needs from then on.
        #[serde(default)]
        dependencies: BTreeSet<Address>,
        /// What holds for its end from then on.
        #[serde(default, skip_serializing_if = "Lifecycle::is_default")]
        lifecycle: Lifecycle,
    },
    /// An object is being deleted.
    Delete {
        /// Its physical id.
        id: String,
    },
}

impl Intent {
    /// The object that a create made whose answer nobody heard; nothing for other calls. What the cloud says of it is not
    /// known, nor whether all that was asked was done.
    pub fn made(&self, id: &str) -> Option<Object> {
        let Intent::Create { inputs, dependencies, declared, lifecycle, .. } = self else { return None };
        Some(Object {
            id: id.to_owned(),
            inputs: inputs.clone(),
            outputs: BTreeMap::new(),
            dependencies: dependencies.clone(),
            declared: declared.clone(),
            problem: Some("it was made by an interrupted run".to_owned()),
            lifecycle: lifecycle.clone(),
            unfinished: true,
        })
    }
}

impl State {
    /// A state in which nothing has happened.
    pub fn new(salt: impl Into<String>) -> State {
        State { salt: salt.into(), ..State::default() }
    }

    /// Applies a record. Every record can be applied to every state.
    pub fn apply(&mut self, record: Record) {
        self.serial = self.serial.saturating_add(1);
        match record {
            Record::Begun { address, intent } => {
                let row = self.rows.entry(address).or_default();
                // Of an object that is being made, nothing but its intent is known. One that is being deleted or changed
                // is in the row, so that an older one can go meanwhile without its intent.
                let making = matches!(row.intent, Some(Intent::Create { .. }));
                if !making || matches!(intent, Intent::Create { .. }) {
                    row.intent = Some(intent);
                }
            }
            Record::Made { address, object } => {
                *self.made.entry(address.clone()).or_default() += 1;
                let row = self.rows.entry(address).or_default();
                row.intent = None;
                if let Some(old) = row.object.replace(object) {
                    row.old.push(old);
                }
            }
            Record::Settled { address, object } => {
                let row = self.rows.entry(address).or_default();
                row.intent = None;
                row.object = Some(object);
            }
            Record::Gone { address, id } => {
                if let Some(row) = self.rows.get_mut(&address) {
                    row.intent.take_if(|intent| !matches!(intent, Intent::Create { .. }));
                    row.object.take_if(|object| object.id == id);
                    row.old.retain(|object| object.id != id);
                }
                self.drop_if_empty(&address);
            }
            Record::Abandoned { address } => {
                if let Some(row) = self.rows.get_mut(&address) {
                    row.intent = None;
                }
                self.drop_if_empty(&address);
            }
            Record::Exported { exports } => self.exports = exports,
            Record::Decided { address, made } => self.decide(&address, made.as_deref()),
            Record::Keyed { key } => self.key = Some(key),
            Record::Moved { from, to } if from.kind() == to.kind() => self.rename(&from, &to),
            Record::Moved { .. } => {}
            Record::Retyped { from, to } => self.rename(&from, &to),
            Record::Handed { address, stack } => self.hand_over(&address, &stack),
            Record::Taken { address, row, .. } => self.take_over(&address, *row),
            Record::Delivered { address } => self.delivered(&address),
            Record::Referenced { references } => self.references = references,
            Record::Forgotten { address } => self.forget(&address),
            Record::Recovered { state } => *self = *state,
            Record::Restored { state, .. } => *self = State { serial: self.serial, key: self.key.take(), ..*state },
        }
    }

    /// The object of a resource.
    pub fn object(&self, address: &Address) -> Option<&Object> {
        self.rows.get(address)?.object.as_ref()
    }

    /// What an output of a resource is; `id` is the physical id.
    pub fn output(&self, attr: &Attr) -> Option<Value> {
        let object = self.object(&attr.resource)?;
        if attr.output == "id" {
            return Some(Value::from(object.id.as_str()));
        }
        object.outputs.get(&attr.output).cloned()
    }

    /// An object of a resource by its id: the current one, or one that was replaced and is not deleted yet.
    pub fn object_of(&self, address: &Address, id: &str) -> Option<&Object> {
        let row = self.rows.get(address)?;
        row.object.iter().chain(&row.old).find(|object| object.id == id)
    }

    pub(crate) fn drop_if_empty(&mut self, address: &Address) {
        if self.rows.get(address).is_some_and(|row| *row == Row::default()) {
            self.rows.remove(address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(id: &str) -> Object {
        Object {
            id: id.into(),
            inputs: BTreeMap::new(),
            outputs: BTreeMap::new(),
            dependencies: BTreeSet::new(),
            declared: Location::default(),
            problem: None,
            lifecycle: Lifecycle::default(),
            unfinished: false,
        }
    }

    #[test]
    fn a_replaced_object_is_kept_until_it_is_gone() {
        let (mut state, address) = (State::new("s"), Address::new("t:t/t", "a"));
        state.apply(Record::Made { address: address.clone(), object: object("1") });
        state.apply(Record::Made { address: address.clone(), object: object("2") });
        assert_eq!(state.rows[&address].old, [object("1")]);
        assert_eq!(state.object(&address), Some(&object("2")));
        state.apply(Record::Gone { address: address.clone(), id: "1".into() });
        assert!(state.rows[&address].old.is_empty());
        state.apply(Record::Gone { address: address.clone(), id: "2".into() });
        assert!(state.rows.is_empty());
        assert_eq!(state.made[&address], 2);
        assert_eq!(state.serial, 4);
    }

    #[test]
    fn an_older_object_that_goes_meanwhile_does_not_hide_that_a_new_one_is_being_made() {
        let (mut state, address) = (State::new("s"), Address::new("t:t/t", "a"));
        state.apply(Record::Made { address: address.clone(), object: object("1") });
        let create = Intent::Create {
            token: "t".into(),
            inputs: BTreeMap::new(),
            dependencies: BTreeSet::new(),
            declared: Location::default(),
            lifecycle: Lifecycle::default(),
        };
        state.apply(Record::Begun { address: address.clone(), intent: create.clone() });
        state.apply(Record::Begun { address: address.clone(), intent: Intent::Delete { id: "1".into() } });
        state.apply(Record::Gone { address: address.clone(), id: "1".into() });
        assert_eq!(state.rows[&address].intent, Some(create));
    }

    #[test]
    fn an_abandoned_create_leaves_no_row() {
        let (mut state, address) = (State::new("s"), Address::new("t:t/t", "a"));
        state.apply(Record::Begun { address: address.clone(), intent: Intent::Delete { id: "1".into() } });
        assert!(state.rows[&address].intent.is_some());
        state.apply(Record::Abandoned { address });
        assert!(state.rows.is_empty());
    }
}

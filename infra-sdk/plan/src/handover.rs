//! How a resource goes from one stack's state to another's, so that at every moment exactly one of them looks after it.
//!
//! The old stack writes first: from then on it leaves the object alone, and keeps the row for the new stack alone. The new
//! stack takes the row; then the old one drops what it kept.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Value};
use serde::{Deserialize, Serialize};

use crate::state::{Object, Row, State};

/// A row that waits for the stack that it goes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handed {
    /// That stack.
    pub stack: String,
    /// The row.
    pub row: Row,
}

impl State {
    /// What `stack` can take over from here: a row of this state, or one that was handed to it and has not arrived. Where there
    /// are both, the row came later; what was handed has arrived if the stack `had` an object at its new address before, and
    /// a run died before it could say so here.
    pub fn leaving(&self, address: &Address, stack: &str, had: bool) -> Option<&Row> {
        self.waiting(address, stack, had).or(self.rows.get(address))
    }

    /// What was handed to a stack and has not arrived there, as [`leaving`](State::leaving) tells it.
    pub fn waiting(&self, address: &Address, stack: &str, had: bool) -> Option<&Row> {
        let arrived = self.rows.contains_key(address) && had;
        self.handed.get(address).filter(|handed| handed.stack == stack && !arrived).map(|handed| &handed.row)
    }

    /// Takes a row over from another stack. What this state kept for that stack and now gets back has arrived there.
    pub(crate) fn take_over(&mut self, address: &Address, row: Row) {
        self.unmention(address);
        let ids = |row: &Row| -> BTreeSet<String> { row.object.iter().chain(&row.old).map(|object| object.id.clone()).collect() };
        let back = ids(&row);
        self.handed.retain(|_, handed| ids(&handed.row).is_disjoint(&back));
        let made = self.made.entry(address.clone()).or_default();
        *made += 1;
        self.rows.insert(address.clone(), row);
    }

    /// Keeps a row for another stack, and does not look after its objects any more. One whose call is in doubt stays. What goes to
    /// the same stack after it still says that it needs it.
    pub(crate) fn hand_over(&mut self, address: &Address, stack: &str) {
        if self.rows.get(address).is_none_or(|row| row.intent.is_some()) {
            return;
        }
        if let Some(row) = self.rows.remove(address) {
            self.handed.insert(address.clone(), Handed { stack: stack.to_owned(), row });
        }
    }

    /// Drops a row that another stack has taken, and lets nothing that stays need it any more.
    pub(crate) fn delivered(&mut self, address: &Address) {
        self.handed.remove(address);
        if !self.rows.contains_key(address) {
            self.unmention(address);
        }
    }
}

impl Row {
    /// The row as it arrives in another stack. Of what it needs, that stack has only what comes along; and digests under
    /// the salt of the old one say nothing there.
    #[must_use]
    pub fn arrived(mut self, arrivals: &BTreeMap<Address, Address>) -> Row {
        for object in self.object.iter_mut().chain(&mut self.old) {
            let Object { inputs, outputs, dependencies, lifecycle, .. } = object;
            *dependencies = dependencies.iter().filter_map(|need| arrivals.get(need).cloned()).collect();
            inputs.retain(|_, value| !is_lost(value));
            for ids in [&mut lifecycle.deleted_with, &mut lifecycle.replace_with] {
                let arrived = std::mem::take(ids).into_iter().filter_map(|(other, id)| Some((arrivals.get(&other)?.clone(), id)));
                *ids = arrived.collect();
            }
            // Triggers that are not known are taken over as they are; a digest of the old stack's would replace the object.
            if lifecycle.triggers.iter().any(is_lost) {
                lifecycle.triggers.clear();
            }
            outputs.retain(|_, value: &mut Value| !is_lost(value));
        }
        self
    }
}

/// Whether a value cannot be taken along: a digest is salted with what only the old state has, and what is still sealed
/// opens with its key alone.
fn is_lost(value: &Value) -> bool {
    match value {
        Value::Digest(_) | Value::Sealed(_) => true,
        Value::Secret(inner) => is_lost(inner),
        Value::List(items) => items.iter().any(is_lost),
        Value::Object(fields) => fields.values().any(is_lost),
        _ => false,
    }
}

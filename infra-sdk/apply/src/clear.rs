//! What a run knows in clear and must not keep: outputs that it was told, and words that nobody else may read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use infra_core::{Address, Attr, Value};
use infra_plan::State;

/// Secrets shorter than this, in bytes, are in too many words to be taken out of them.
const SHORTEST: usize = 4;

/// The secrets of a run, for as long as it lasts.
#[derive(Debug, Default)]
pub(crate) struct Clear(Mutex<Known>);

#[derive(Default)]
struct Known {
    outputs: BTreeMap<Address, BTreeMap<String, Value>>,
    words: BTreeSet<String>,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("outputs", &self.outputs).finish_non_exhaustive()
    }
}

impl Clear {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the secrets in a value.
    pub(crate) fn note(&self, value: &Value) {
        words(value, false, &mut self.known().words);
    }

    /// Notes what the cloud says of a resource, of which the state keeps secrets as digests only.
    pub(crate) fn tell(&self, address: &Address, outputs: BTreeMap<String, Value>) {
        let mut known = self.known();
        outputs.values().for_each(|value| words(value, false, &mut known.words));
        known.outputs.insert(address.clone(), outputs);
    }

    /// What an output is: as this run was told, or else as the state has it.
    pub(crate) fn output(&self, state: &State, attr: &Attr) -> Option<Value> {
        let object = state.object(&attr.resource)?;
        if attr.output == "id" {
            return Some(Value::from(object.id.as_str()));
        }
        let told = self.known().outputs.get(&attr.resource).and_then(|outputs| outputs.get(&attr.output).cloned());
        told.or_else(|| object.outputs.get(&attr.output).cloned())
    }

    /// A service's words without the secrets that it may repeat.
    pub(crate) fn scrubbed(&self, text: &str) -> String {
        let known = self.known();
        // A longer one may have a shorter one in it.
        let mut words: Vec<&String> = known.words.iter().filter(|word| text.contains(word.as_str())).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.iter().fold(text.to_owned(), |text, word| text.replace(word.as_str(), "(secret)"))
    }
}

fn words(value: &Value, secret: bool, into: &mut BTreeSet<String>) {
    match value {
        Value::Secret(inner) => words(inner, true, into),
        Value::List(items) => items.iter().for_each(|item| words(item, secret, into)),
        Value::Object(fields) => fields.values().for_each(|field| words(field, secret, into)),
        Value::String(text) if secret && text.len() >= SHORTEST => drop(into.insert(text.clone())),
        Value::Number(number) if secret && number.to_string().len() >= SHORTEST => drop(into.insert(number.to_string())),
        _ => {}
    }
}

//! Two clouds compared by what is in them, whatever their objects are called.

use std::collections::BTreeMap;

use infra_core::Value;
use serde_json::Value as Json;

use crate::cloud::{MockCloud, MockObject};

impl MockCloud {
    /// What is in the cloud, a line an object, sorted, with each id replaced by the name of the resource that it belongs
    /// to. Two clouds with the same lines differ in nothing but ids.
    pub fn without_ids(&self) -> Vec<String> {
        let objects = self.objects();
        let line = |object: &MockObject| {
            let inputs = Json::from_iter(object.inputs.iter().map(|(name, value)| (name.clone(), renamed(&value.reveal(), &objects))));
            format!("{}:{} {inputs}", object.kind, object.name)
        };
        let mut lines: Vec<String> = objects.values().map(line).collect();
        lines.sort();
        lines
    }
}

fn renamed(value: &Json, objects: &BTreeMap<String, MockObject>) -> Json {
    match value {
        Json::String(text) => Json::String(renamed_in(text, objects)),
        Json::Array(items) => items.iter().map(|item| renamed(item, objects)).collect(),
        Json::Object(fields) => fields.iter().map(|(key, field)| (key.clone(), renamed(field, objects))).collect(),
        plain => plain.clone(),
    }
}

/// A text with the ids in it replaced; an id ends where no letter, digit or hyphen follows.
fn renamed_in(text: &str, objects: &BTreeMap<String, MockObject>) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut whole = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
        let (first, after) = rest.split_at(end);
        match objects.get(first) {
            Some(object) => whole.push_str(&format!("<{}>", object.name)),
            None => whole.push_str(first),
        }
        let next = after.find(word).unwrap_or(after.len());
        whole.push_str(&after[..next]);
        rest = &after[next..];
    }
    whole
}

/// Whether an id stands in a value, as a whole.
pub(crate) fn mentions(value: &Value, id: &str) -> bool {
    match value {
        Value::String(text) => text == id,
        Value::List(items) => items.iter().any(|item| mentions(item, id)),
        Value::Object(fields) => fields.values().any(|field| mentions(field, id)),
        Value::Secret(inner) => mentions(inner, id),
        _ => false,
    }
}

//! Whether an object holds on to another one, or only comes after it.

use std::collections::BTreeMap;

use infra_core::{Address, Value};

use crate::state::State;

/// Who needs a resource, as the rows say, and whether an object of that one refers to an object of the resource: the cloud
/// then refuses to delete it. Where it does not, only an order was asked for.
pub(crate) fn users(state: &State) -> BTreeMap<&Address, BTreeMap<&Address, bool>> {
    let mut users: BTreeMap<&Address, BTreeMap<&Address, bool>> = BTreeMap::new();
    for (address, row) in &state.rows {
        for object in row.object.iter().chain(&row.old) {
            for need in &object.dependencies {
                let needed = state.rows.get(need);
                let ids = needed.into_iter().flat_map(|row| row.object.iter().chain(&row.old)).map(|object| object.id.as_str());
                let refers = ids.into_iter().any(|id| object.inputs.values().any(|value| mentions(value, id)));
                *users.entry(need).or_default().entry(address).or_default() |= refers;
            }
        }
    }
    users
}

/// Whether an id may stand in a value. Of what is not known it is said to.
fn mentions(value: &Value, id: &str) -> bool {
    match value {
        Value::String(text) => text.contains(id),
        Value::List(items) => items.iter().any(|item| mentions(item, id)),
        Value::Object(fields) => fields.values().any(|field| mentions(field, id)),
        Value::Secret(inner) => mentions(inner, id),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        _ => true,
    }
}

//! Which replacements must delete first: the cloud refuses two objects that agree in certain inputs.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Expr, Schema, Value};

use crate::decide::Decision;
use crate::state::{Object, State};

/// Why `want` cannot exist beside `object`, if it cannot.
pub(crate) fn clash(schema: &Schema, object: &Object, want: &BTreeMap<String, Expr>) -> Option<String> {
    let same = |field: &String| {
        let new = want.get(field).and_then(Expr::value);
        new.is_some_and(|new| !new.is_null() && object.inputs.get(field).is_some_and(|old| *old == new))
    };
    let name = schema.physical_name().map(|(field, _)| vec![field.name.clone()]);
    let refused = schema.unique.iter().chain(name.iter()).find(|set| set.iter().all(same))?;
    Some(format!("there cannot be two with the same {}", refused.join(" and ")))
}

/// Marks the replacements that must delete first: those that clash with what they replace, and those of what depends
/// on such a one, since a dependant of an object that goes early must go earlier.
pub(crate) fn mark_delete_first(
    decisions: &mut [(usize, Decision)],
    addresses: &[&Address],
    schemas: &[&Schema],
    dependencies: &[BTreeSet<Address>],
    state: &State,
) {
    let mut early: BTreeSet<Address> = BTreeSet::new();
    for (at, decision) in decisions {
        let Decision::Replace { want, replacement } = decision else { continue };
        let Some(object) = state.object(addresses[*at]) else { continue };
        let needed_early = object.dependencies.union(&dependencies[*at]).find(|need| early.contains(*need));
        replacement.delete_first = clash(schemas[*at], object, &want.inputs)
            .or_else(|| needed_early.map(|need| format!("{need}, which it needs, is deleted before it is made anew")));
        if replacement.delete_first.is_some() {
            early.insert(addresses[*at].clone());
        }
    }
}

/// What a resource's uniqueness comes down to: the kind, the fields and their values.
pub(crate) type Place = (String, Vec<String>, Vec<String>);

/// The places in its cloud that an object with these inputs takes.
pub(crate) fn places(schema: &Schema, inputs: &BTreeMap<String, Value>) -> Vec<Place> {
    let name = schema.physical_name().map(|(field, _)| vec![field.name.clone()]);
    let sets = schema.unique.iter().chain(name.iter());
    let place = |set: &Vec<String>| {
        let values = set.iter().map(|field| inputs.get(field).map(|value| value.redacted().to_string())).collect::<Option<_>>()?;
        Some((schema.kind.to_string(), set.clone(), values))
    };
    sets.filter_map(place).collect()
}

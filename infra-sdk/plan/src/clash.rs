//! Which replacements delete first: where the cloud refuses two objects that agree in certain inputs, or the program asks
//! for that order.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Expr, Node, Schema, Value};

use crate::decide::Decision;
use crate::keep::known;
use crate::plan::Replacement;
use crate::refer::users;
use crate::state::{Object, State};

/// Why a resource goes first of which the program says so.
pub(crate) const ASKED: &str = "the program asks for this order";

/// Why `want` cannot exist beside `object`, if it cannot.
pub(crate) fn clash(schema: &Schema, object: &Object, want: &BTreeMap<String, Expr>, salt: &str) -> Option<String> {
    let same = |field: &String| {
        let new = want.get(field).and_then(Expr::value);
        new.is_some_and(|new| !new.is_null() && object.inputs.get(field).is_some_and(|old| old.is_same(&new, salt)))
    };
    let name = schema.physical_name().map(|(field, _)| vec![field.name.clone()]);
    let refused = schema.unique.iter().chain(name.iter()).find(|set| set.iter().all(same))?;
    Some(format!("there cannot be two with the same {}", refused.join(" and ")))
}

/// Marks the replacements that delete first, and returns every resource whose object goes early: those that clash with
/// what replaces them, those of which the program asks it, those that leave their place to another resource, and whatever used
/// one of these, since it must go before what it uses. A user whose own replacement needs nothing of that is made first all the
/// same. `whole` is the state with what the plan leaves out.
pub(crate) fn mark_delete_first(
    decisions: &mut [(usize, Decision)],
    nodes: &[Node],
    dependencies: &[BTreeSet<Address>],
    schemas: &[&Schema],
    state: &State,
    whole: &State,
) -> BTreeSet<Address> {
    if !decisions.iter().any(|(_, decision)| matches!(decision, Decision::Replace { .. })) {
        return BTreeSet::new();
    }
    let addresses: Vec<&Address> = nodes.iter().map(|node| &node.address).collect();
    let declared: BTreeSet<&Address> = addresses.iter().copied().collect();
    let (users, all_users) = (users(state), users(whole));
    let sequence: Vec<usize> = decisions.iter().map(|(at, _)| *at).collect();
    let circles = circles(decisions, &addresses, schemas, state);
    let (left, takers) = taken(decisions, &addresses, schemas, state);
    let mut replaced: BTreeMap<&Address, &mut Replacement> = BTreeMap::new();
    let (mut early, mut spreading) = (BTreeSet::new(), Vec::new());
    for (at, decision) in decisions {
        let Decision::Replace { want, replacement } = decision else { continue };
        let address = addresses[*at];
        if let Some(object) = state.object(address) {
            let swap = || circles.get(address).map(|other| format!("it and {other} take each other's places"));
            let asked = || nodes[*at].options.delete_before_create.then(|| ASKED.to_owned());
            replacement.delete_first = clash(schemas[*at], object, &want.inputs, &state.salt).or_else(swap).or_else(asked);
        }
        if replacement.delete_first.is_some() {
            early.insert(address.clone());
            spreading.push(address);
        }
        replaced.insert(address, replacement);
    }
    // What takes the place of something that leaves the stack waits for that, and so for those who use it.
    early.extend(left.iter().map(|address| (*address).clone()));
    spreading.extend(left);
    // Whose old object must go before one that goes early, and because of whom.
    let mut reached: BTreeMap<&Address, &Address> = BTreeMap::new();
    let mut left_over: BTreeSet<&Address> = BTreeSet::new();
    while let Some(first) = spreading.pop() {
        for (user, refers) in users.get(first).into_iter().flatten() {
            let stays = |user: &Address| !replaced.contains_key(user) && declared.contains(user);
            // What is held on to by what stays could not go early; then an order alone does not ask for it.
            let left_out = |user: &Address| !state.rows.contains_key(user);
            let held = all_users.get(*user).into_iter().flatten().any(|(other, refers)| *refers && (stays(other) || left_out(other)));
            // What it replaced before, and has not been deleted yet, goes before what that used, and after its own users.
            let is_left = || state.rows.get(*user).is_some_and(|row| row.old.iter().any(|old| old.dependencies.contains(first)));
            if stays(user) && is_left() && left_over.insert(user) {
                spreading.push(user);
            }
            if stays(user) || (!refers && held) || early.contains(*user) || reached.contains_key(user) {
                continue;
            }
            reached.insert(user, first);
            spreading.push(user);
        }
    }
    early.extend(reached.keys().filter(|user| !declared.contains(*user)).map(|user| (*user).clone()));
    // What a resource needs stands before it, so that one look at each is enough.
    let mut waits: BTreeSet<&Address> = BTreeSet::new();
    for at in sequence {
        let address = addresses[at];
        if !takers.contains(address) && !dependencies[at].iter().any(|need| early.contains(need) || waits.contains(need)) {
            continue;
        }
        waits.insert(address);
        if let (Some(first), Some(replacement)) = (reached.get(address), replaced.get_mut(address)) {
            replacement.delete_first.get_or_insert_with(|| format!("{first}, which it uses, is deleted before it is made anew"));
            early.insert(address.clone());
        }
    }
    early
}

/// The resources that leave the stack and whose place one of these takes, and those that do.
fn taken<'a>(
    decisions: &[(usize, Decision)],
    addresses: &[&'a Address],
    schemas: &[&Schema],
    state: &'a State,
) -> (BTreeSet<&'a Address>, BTreeSet<&'a Address>) {
    let declared: BTreeSet<&Address> = addresses.iter().copied().collect();
    let kinds: BTreeMap<_, &Schema> = addresses.iter().map(|address| address.kind()).zip(schemas.iter().copied()).collect();
    let mut leaving: BTreeMap<Place, &Address> = BTreeMap::new();
    for (address, row) in state.rows.iter().filter(|(address, _)| !declared.contains(address)) {
        let Some(schema) = kinds.get(address.kind()) else { continue };
        let objects = row.object.iter().chain(&row.old);
        leaving.extend(objects.flat_map(|object| places(schema, &object.inputs, &state.salt)).map(|place| (place, address)));
    }
    let (mut left, mut takers) = (BTreeSet::new(), BTreeSet::new());
    for (at, decision) in decisions.iter().filter(|_| !leaving.is_empty()) {
        let (Decision::Create { want, .. } | Decision::Replace { want, .. }) = decision else { continue };
        let wanted = places(schemas[*at], &known(&want.inputs), &state.salt);
        let before: Vec<&Address> = wanted.iter().filter_map(|place| leaving.get(place).copied()).collect();
        if !before.is_empty() {
            takers.insert(addresses[*at]);
            left.extend(before);
        }
    }
    (left, takers)
}

/// The replacements that take one another's places in a circle, each with whose place it takes: none of them could go
/// first if all were to be made before they are deleted.
fn circles(decisions: &[(usize, Decision)], addresses: &[&Address], schemas: &[&Schema], state: &State) -> BTreeMap<Address, Address> {
    let mut held: BTreeMap<Place, &Address> = BTreeMap::new();
    let mut wanted: Vec<(&Address, Vec<Place>)> = Vec::new();
    for (at, decision) in decisions {
        let (Decision::Replace { want, .. }, Some(object)) = (decision, state.object(addresses[*at])) else { continue };
        held.extend(places(schemas[*at], &object.inputs, &state.salt).into_iter().map(|place| (place, addresses[*at])));
        wanted.push((addresses[*at], places(schemas[*at], &known(&want.inputs), &state.salt)));
    }
    let takes = |(address, places): (&'_ _, Vec<Place>)| {
        let address: &Address = address;
        let others = places.iter().filter_map(|place| held.get(place).copied()).filter(|other| *other != address);
        (address.clone(), others.cloned().collect::<Vec<Address>>())
    };
    let takes: BTreeMap<Address, Vec<Address>> = wanted.into_iter().map(takes).collect();
    let comes_back = |start: &Address, first: &Address| {
        let (mut seen, mut stack) = (BTreeSet::new(), vec![first]);
        while let Some(at) = stack.pop() {
            if at == start {
                return true;
            }
            if seen.insert(at) {
                stack.extend(takes.get(at).into_iter().flatten());
            }
        }
        false
    };
    let circle = |(address, others): (&Address, &Vec<Address>)| {
        let other = others.iter().find(|other| comes_back(address, other))?;
        Some((address.clone(), other.clone()))
    };
    takes.iter().filter_map(circle).collect()
}

/// What a resource's uniqueness comes down to: the kind, the fields and their values.
pub(crate) type Place = (String, Vec<String>, Vec<String>);

/// The places in its cloud that an object with these inputs takes.
pub(crate) fn places(schema: &Schema, inputs: &BTreeMap<String, Value>, salt: &str) -> Vec<Place> {
    let name = schema.physical_name().map(|(field, _)| vec![field.name.clone()]);
    let sets = schema.unique.iter().chain(name.iter());
    let place = |set: &Vec<String>| {
        let values = set
            .iter()
            .map(|field| inputs.get(field).map(|value| serde_json::to_string(&value.digested(salt)).unwrap_or_default()))
            .collect::<Option<_>>()?;
        Some((schema.kind.to_string(), set.clone(), values))
    };
    sets.filter_map(place).collect()
}

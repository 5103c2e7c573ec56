//! Which replacements delete first: where the cloud refuses two objects that agree in certain inputs, or the program asks
//! for that order.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Expr, Node, Schema, Value};

use crate::decide::Decision;
use crate::keep::known;
use crate::plan::Replacement;
use crate::refer::users;
use crate::room::Room;
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
    let (left, takers) = taken(decisions, &addresses, schemas, state);
    let stay: BTreeSet<&Address> = {
        let replaced = |(at, decision): &(usize, Decision)| matches!(decision, Decision::Replace { .. }).then(|| addresses[*at]);
        let replaced: BTreeSet<&Address> = decisions.iter().filter_map(replaced).collect();
        declared.difference(&replaced).copied().collect()
    };
    // What is held on to by what stays could not go early; then an order alone does not ask for it.
    let held = |user: &Address| {
        let mut users = all_users.get(user).into_iter().flatten();
        users.any(|(other, refers)| *refers && (stay.contains(*other) || !state.rows.contains_key(*other)))
    };
    let mut why_first: BTreeMap<&Address, String> = BTreeMap::new();
    for (at, decision) in decisions.iter() {
        let Decision::Replace { want, .. } = decision else { continue };
        if let Some(object) = state.object(addresses[*at]) {
            let asked = || nodes[*at].options.delete_before_create.then(|| ASKED.to_owned());
            let why = clash(schemas[*at], object, &want.inputs, &state.salt).or_else(asked);
            why_first.extend(why.map(|why| (addresses[*at], why)));
        }
    }
    let room = Room::new(decisions, addresses.iter().copied().zip(dependencies).collect(), &addresses, schemas, state);
    why_first.extend(room.first(decisions, &addresses, why_first.keys().copied().collect(), &users, held));
    let mut replaced: BTreeMap<&Address, &mut Replacement> = BTreeMap::new();
    let (mut early, mut spreading) = (BTreeSet::new(), Vec::new());
    for (at, decision) in decisions {
        let Decision::Replace { replacement, .. } = decision else { continue };
        let address = addresses[*at];
        replacement.delete_first = why_first.remove(address);
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
            // What it replaced before, and has not been deleted yet, goes before what that used, and after its own users.
            let is_left = || state.rows.get(*user).is_some_and(|row| row.old.iter().any(|old| old.dependencies.contains(first)));
            if stay.contains(*user) && is_left() && left_over.insert(user) {
                spreading.push(user);
            }
            if stay.contains(*user) || (!refers && held(user)) || early.contains(*user) || reached.contains_key(user) {
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

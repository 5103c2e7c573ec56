//! Which replacements delete first so that there is room: a resource may take the place of what another one, still declared, is
//! replaced from, or of what an interrupted replacement has left.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Schema};

use crate::clash::{Place, places};
use crate::decide::Decision;
use crate::keep::known;
use crate::state::State;

/// What can be waited for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment<'a> {
    /// The resource is as the program says.
    There(&'a Address),
    /// The object that it has now is gone.
    Gone(&'a Address),
    /// What it was replaced from before is gone.
    Cleared(&'a Address),
}

/// What waits for what, by edges that cannot be given up.
pub(crate) struct Room<'a> {
    declared: BTreeMap<&'a Address, &'a BTreeSet<Address>>,
    replaced: BTreeSet<&'a Address>,
    /// For a resource, what has to be gone before it can be made since it takes its place.
    takes: BTreeMap<&'a Address, BTreeSet<Moment<'a>>>,
    state: &'a State,
}

impl<'a> Room<'a> {
    /// Reads off the decisions who takes whose place. `declared` are the resources with what each directly needs.
    pub(crate) fn new(
        decisions: &[(usize, Decision)],
        declared: BTreeMap<&'a Address, &'a BTreeSet<Address>>,
        addresses: &[&'a Address],
        schemas: &[&Schema],
        state: &'a State,
    ) -> Room<'a> {
        let is_replaced = |(at, decision): &(usize, Decision)| matches!(decision, Decision::Replace { .. }).then(|| addresses[*at]);
        let replaced: BTreeSet<&Address> = decisions.iter().filter_map(is_replaced).collect();
        let kinds: BTreeMap<_, &Schema> = addresses.iter().map(|address| address.kind()).zip(schemas.iter().copied()).collect();
        let mut held: BTreeMap<Place, BTreeSet<Moment<'a>>> = BTreeMap::new();
        for (address, row) in &state.rows {
            let Some(schema) = kinds.get(address.kind()) else { continue };
            let goes = replaced.contains(address) || !declared.contains_key(address);
            let current = row.object.iter().filter(|_| goes).map(|object| (object, Moment::Gone(address)));
            for (object, gone) in current.chain(row.old.iter().map(|object| (object, Moment::Cleared(address)))) {
                for place in places(schema, &object.inputs, &state.salt) {
                    held.entry(place).or_default().insert(gone);
                }
            }
        }
        let mut takes: BTreeMap<&Address, BTreeSet<Moment<'a>>> = BTreeMap::new();
        for (at, decision) in decisions.iter().filter(|_| !held.is_empty()) {
            let (Decision::Create { want, .. } | Decision::Replace { want, .. }) = decision else { continue };
            let address = addresses[*at];
            let wanted = places(schemas[*at], &known(&want.inputs), &state.salt);
            // That two of its own cannot be at once is known already.
            let others = wanted.iter().filter_map(|place| held.get(place)).flatten().filter(|gone| **gone != Moment::Gone(address));
            let others: BTreeSet<Moment<'a>> = others.copied().collect();
            if !others.is_empty() {
                takes.insert(address, others);
            }
        }
        Room { declared, replaced, takes, state }
    }

    /// The replacements that have to delete first beside those that do so `already`, each with why: if the new object were made
    /// first, it would wait for the end of the old one. One is taken of those that wait for each other, and so no more than must.
    pub(crate) fn first(
        &self,
        decisions: &[(usize, Decision)],
        addresses: &[&'a Address],
        already: BTreeSet<&'a Address>,
        users: &BTreeMap<&'a Address, BTreeMap<&'a Address, bool>>,
        held: impl Fn(&Address) -> bool,
    ) -> BTreeMap<&'a Address, String> {
        let (mut first, mut found) = (already, BTreeMap::new());
        loop {
            let before = found.len();
            for (at, _) in decisions.iter().filter(|_| !self.takes.is_empty()) {
                let address = addresses[*at];
                if !self.replaced.contains(address) || first.contains(address) {
                    continue;
                }
                if let Some(why) = self.why(address, &first, users, &held) {
                    first.insert(address);
                    found.insert(address, why);
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }

    /// Why the new object of a replaced resource cannot be made before the old one is gone, if it cannot.
    fn why(
        &self,
        address: &'a Address,
        first: &BTreeSet<&'a Address>,
        users: &BTreeMap<&'a Address, BTreeMap<&'a Address, bool>>,
        held: &impl Fn(&Address) -> bool,
    ) -> Option<String> {
        let mut came_from: BTreeMap<Moment<'a>, Moment<'a>> = BTreeMap::new();
        let mut stack = vec![Moment::There(address)];
        while let Some(at) = stack.pop() {
            if at == Moment::Gone(address) {
                return Some(self.told(address, first, &came_from));
            }
            for before in self.before(at, first, users, held) {
                if before != Moment::There(address) && !came_from.contains_key(&before) {
                    came_from.insert(before, at);
                    stack.push(before);
                }
            }
        }
        None
    }

    /// What a moment waits for directly.
    fn before(
        &self,
        at: Moment<'a>,
        first: &BTreeSet<&'a Address>,
        users: &BTreeMap<&'a Address, BTreeMap<&'a Address, bool>>,
        held: &impl Fn(&Address) -> bool,
    ) -> Vec<Moment<'a>> {
        match at {
            Moment::There(address) => {
                let needs = self.declared.get(address).into_iter().flat_map(|needs| needs.iter()).map(Moment::There);
                let own = first.contains(address).then_some(Moment::Gone(address));
                needs.chain(self.takes.get(address).into_iter().flatten().copied()).chain(own).collect()
            }
            Moment::Gone(address) | Moment::Cleared(address) => {
                // What is held on to by what stays does not go before for the sake of an order.
                let counts = |(user, refers): &(&&'a Address, &bool)| **user != address && (**refers || !held(user));
                let users = users.get(address).into_iter().flatten().filter(counts);
                let gone = users.flat_map(|(user, _)| {
                    let goes = self.replaced.contains(*user) || !self.declared.contains_key(*user);
                    let has_left = self.state.rows.get(*user).is_some_and(|row| !row.old.is_empty());
                    [goes.then_some(Moment::Gone(user)), has_left.then_some(Moment::Cleared(user))]
                });
                let last = at == Moment::Gone(address) && self.replaced.contains(address) && !first.contains(address);
                gone.flatten().chain(last.then_some(Moment::There(address))).collect()
            }
        }
    }

    /// The last taking of a place on the way to the end of the resource's object, in words.
    fn told(&self, address: &Address, first: &BTreeSet<&Address>, came_from: &BTreeMap<Moment<'a>, Moment<'a>>) -> String {
        let mut at = Moment::Gone(address);
        while let Some(from) = came_from.get(&at).copied() {
            if let (Moment::There(taker), Moment::Gone(other) | Moment::Cleared(other)) = (from, at) {
                let left = matches!(at, Moment::Cleared(_));
                return match (taker == address, taker == other && !left) {
                    (true, _) => format!("it takes the place of {other}, which waits for it to go"),
                    (false, true) if first.contains(taker) => format!("{other}, which it uses, is deleted before it is made anew"),
                    (false, _) if other == address => format!("{taker}, which it waits for, takes its place"),
                    (false, _) if taker == other => format!("{taker}, which it waits for, takes the place of an earlier one of its own"),
                    (false, _) => format!("{taker}, which it waits for, takes the place of {other}, which waits for it to go"),
                };
            }
            at = from;
        }
        "its new one waits for the end of the old one".to_owned()
    }
}

//! Orders that hold through a resource of which nothing changes: what comes after it comes after what it comes after.

use std::collections::{BTreeMap, BTreeSet};
use std::slice;

use infra_core::{Address, Graph};

use crate::order::Order;
use crate::plan::Action;
use crate::state::State;
use crate::steps::Steps;

/// Draws the edges between steps of resources that need each other only through others which have no such step. They can be
/// given up where they would close a circle.
pub(crate) fn between(drawn: &mut Steps, graph: &Graph, order: &Order, state: &State) {
    let mut edges = Vec::new();
    let address = |at: &usize| &graph.nodes[*at].address;
    if drawn.up.len() > 1 && drawn.up.len() < order.sequence.len() {
        let stays: Vec<&Address> = order.sequence.iter().map(address).filter(|address| !drawn.up.contains_key(*address)).collect();
        let needs = graph.nodes.iter().zip(&order.dependencies);
        let needs = needs.map(|(node, needs)| (&node.address, needs.iter().collect())).collect();
        let ends = |address: &Address| drawn.up.get(address).map(slice::from_ref).unwrap_or_default();
        for (address, before) in through(&stays, drawn.up.keys(), &needs, ends) {
            edges.extend(before.into_iter().map(|before| (drawn.up[address], before)));
        }
    }
    if drawn.down.len() > 1 && drawn.down.len() < state.rows.len() {
        let mut users: Links<'_> = BTreeMap::new();
        for (user, row) in &state.rows {
            let needs = row.object.iter().chain(&row.old).flat_map(|object| &object.dependencies);
            needs.filter(|need| *need != user).for_each(|need| users.entry(need).or_default().push(user));
        }
        let stays: Vec<&Address> = order.sequence.iter().rev().map(address).filter(|address| !drawn.down.contains_key(*address)).collect();
        let ends = |address: &Address| drawn.down.get(address).map(Vec::as_slice).unwrap_or_default();
        for (address, before) in through(&stays, drawn.down.keys(), &users, ends) {
            // What goes early waits for nobody but those who hold on to it.
            let late = drawn.down[address].iter().filter(|step| !drawn.early.contains(step));
            edges.extend(late.flat_map(|step| before.iter().map(|before| (*step, *before))));
        }
    }
    let swept = |step: usize| matches!(drawn.steps[step].action, Action::Sweep { .. });
    edges.retain(|(step, before)| step != before && !swept(*step) && !swept(*before));
    for (step, before) in edges {
        if drawn.steps[step].after.insert(before) {
            drawn.between.insert((step, before));
        }
    }
}

/// For a resource, those that it comes after.
type Links<'a> = BTreeMap<&'a Address, Vec<&'a Address>>;

/// For each of those that have steps, the steps that it leads to through those that `stay`; these in an order in which each
/// stands after what it links to.
fn through<'a, 's>(
    stays: &[&'a Address],
    have: impl Iterator<Item = &'a Address> + Clone,
    links: &Links<'a>,
    ends: impl Fn(&Address) -> &'s [usize],
) -> BTreeMap<&'a Address, BTreeSet<usize>> {
    let linked = |address: &Address| links.get(address).into_iter().flatten().copied();
    // Only what stands between is looked through.
    let mut passed: BTreeSet<&Address> = have.clone().flat_map(linked).collect();
    for address in stays.iter().rev() {
        if passed.contains(*address) {
            passed.extend(linked(address));
        }
    }
    let mut beyond: BTreeMap<&Address, BTreeSet<usize>> = BTreeMap::new();
    for address in stays.iter().filter(|address| passed.contains(**address)) {
        let mut found = BTreeSet::new();
        for other in linked(address) {
            found.extend(ends(other));
            found.extend(beyond.get(other).into_iter().flatten());
        }
        if !found.is_empty() {
            beyond.insert(address, found);
        }
    }
    let behind = |address: &'a Address| {
        let found: BTreeSet<usize> = linked(address).filter_map(|other| beyond.get(other)).flatten().copied().collect();
        (!found.is_empty()).then_some((address, found))
    };
    have.filter_map(behind).collect()
}

//! Which objects go with what contains them, without a call of their own.
//!
//! The row of such an object is dropped after its container's delete, which takes over what it waited for. Where that
//! cannot be, since something that the container must wait for waits for the object itself, the object is deleted.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::Address;

use crate::plan::Action;
use crate::state::State;
use crate::steps::Steps;

/// Turns deletes of contained objects into sweeps.
pub(crate) fn sweep(drawn: &mut Steps, state: &State) {
    let mut container = containers(drawn, state);
    loop {
        let kept: BTreeSet<usize> =
            container.keys().copied().filter(|at| root(&container, *at).is_none_or(|root| blocked(drawn, &container, *at, root))).collect();
        if kept.is_empty() {
            break;
        }
        container.retain(|at, _| !kept.contains(at));
    }
    let roots: Vec<(usize, usize, usize)> =
        container.iter().filter_map(|(at, inside)| Some((*at, *inside, root(&container, *at)?))).collect();
    for (at, _, root) in &roots {
        for before in drawn.steps[*at].after.clone() {
            if before == *root || container.contains_key(&before) || !drawn.steps[*root].after.insert(before) {
                continue;
            }
            // What could be given up for the object can be for its container.
            for edges in drawn.yielding() {
                if edges.contains(&(*at, before)) {
                    edges.insert((*root, before));
                }
            }
        }
    }
    for (at, inside, root) in roots {
        // Whatever contains it, or stands between, does not wait for it any more.
        for other in container.keys().copied().chain([root]) {
            drawn.steps[other].after.remove(&at);
            for edges in drawn.yielding() {
                edges.remove(&(other, at));
            }
        }
        let with = drawn.steps[inside].address.clone();
        let step = &mut drawn.steps[at];
        if let Action::Delete { id, why, .. } = &step.action {
            step.action = Action::Sweep { id: id.clone(), with, why: *why };
        }
        step.after = BTreeSet::from([inside]);
        drawn.yielding().into_iter().for_each(|edges| edges.retain(|(step, _)| *step != at));
    }
}

/// For each delete of an object that another one of this plan takes along, that one.
fn containers(drawn: &Steps, state: &State) -> BTreeMap<usize, usize> {
    let mut deletes: BTreeMap<(&Address, &str), usize> = BTreeMap::new();
    for (at, step) in drawn.steps.iter().enumerate() {
        if let Action::Delete { id, .. } = &step.action {
            deletes.insert((&step.address, id), at);
        }
    }
    let inside = |((address, id), at): (&(&Address, &str), &usize)| {
        let contained = state.object_of(address, id)?.lifecycle.deleted_with.iter();
        let mut goes = contained.filter_map(|(other, id)| deletes.get(&(other, id.as_str())));
        goes.find(|container| *container != at).map(|container| (*at, *container))
    };
    deletes.iter().filter_map(inside).collect()
}

/// What is deleted for an object to go, in the end; none where objects contain each other in a circle.
fn root(container: &BTreeMap<usize, usize>, at: usize) -> Option<usize> {
    let (mut seen, mut root) = (BTreeSet::new(), at);
    while let Some(next) = container.get(&root) {
        if !seen.insert(root) {
            return None;
        }
        root = *next;
    }
    Some(root)
}

/// Whether something that is not swept itself waits for the object, while the container waits for it: by way of others that are
/// swept too, which wait for their own containers then.
fn blocked(drawn: &Steps, container: &BTreeMap<usize, usize>, at: usize, outermost: usize) -> bool {
    let (mut seen, mut stack) = (BTreeSet::new(), vec![outermost]);
    while let Some(step) = stack.pop() {
        if !seen.insert(step) {
            continue;
        }
        if step != outermost && !container.contains_key(&step) && drawn.steps[step].after.contains(&at) {
            return true;
        }
        stack.extend(&drawn.steps[step].after);
        stack.extend(root(container, step).filter(|root| *root != step));
    }
    false
}

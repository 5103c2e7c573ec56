//! Steps in an order that respects their edges, with soft edges given up where they would close a circle.

use std::collections::BTreeSet;

use infra_core::Diagnostic;

use crate::plan::{Action, Step};
use crate::steps::Steps;

/// The steps in order, renumbered, and notes on edges that were given up.
pub(crate) fn sequence(drawn: Steps) -> Result<(Vec<Step>, Vec<String>), Diagnostic> {
    let Steps { mut steps, mut soft, mut orders, mut between, mut rooms, .. } = drawn;
    let mut notes = Vec::new();
    loop {
        let order = kahn(&steps);
        if order.len() == steps.len() {
            return Ok((renumbered(steps, &order), notes));
        }
        let placed: BTreeSet<usize> = order.into_iter().collect();
        let closes = |(step, after): &(usize, usize)| {
            let waits = steps[*step].after.contains(after) && !placed.contains(step) && !placed.contains(after);
            waits && reaches(&steps, *after, *step, &|_| true)
        };
        // An edge that closes a circle with such as cannot be given up has to go in any case, and may open all the others.
        let firm = |edge: &(usize, usize)| ![&between, &orders, &soft].iter().any(|edges| edges.contains(edge));
        let must_go = |(step, after): &(usize, usize)| closes(&(*step, *after)) && reaches(&steps, *after, *step, &firm);
        let edges = || orders.iter().chain(&soft).copied();
        let given_up = between.iter().copied().find(closes).or_else(|| edges().find(must_go)).or_else(|| edges().find(closes));
        let given_up = given_up.or_else(|| rooms.iter().copied().find(closes));
        let Some((step, after)) = given_up else {
            let circle: Vec<String> = circle(&steps, &placed).into_iter().map(|at| told(&steps[at])).collect();
            return Err(Diagnostic::new(format!("the steps of the plan wait for each other: {}", circle.join(", which waits for ")))
                .with_help(
                    "this is a bug in the planner: please report it with the program; deploying the change in two parts avoids it",
                ));
        };
        orders.remove(&(step, after));
        soft.remove(&(step, after));
        steps[step].after.remove(&after);
        if between.remove(&(step, after)) {
            continue;
        }
        if rooms.remove(&(step, after)) {
            let (taker, holder) = (&steps[step].address, &steps[after].address);
            notes.push(format!("{taker} is made before {holder}, whose place it takes, is gone, which the order of the rest needs"));
            continue;
        }
        notes.push(format!(
            "{} is deleted before {} stops using it, which the order of the rest needs",
            steps[step].address, steps[after].address
        ));
    }
}

/// Steps of which each waits for the next, and the last is the first again, of those that cannot be placed.
fn circle(steps: &[Step], placed: &BTreeSet<usize>) -> Vec<usize> {
    let mut path: Vec<usize> = (0..steps.len()).find(|at| !placed.contains(at)).into_iter().collect();
    while let Some(next) = path.last().and_then(|at| steps[*at].after.iter().find(|after| !placed.contains(after))) {
        let first = path.iter().position(|at| at == next);
        path.push(*next);
        if let Some(first) = first {
            return path.split_off(first);
        }
    }
    path
}

/// A step in words.
fn told(step: &Step) -> String {
    let verb = match &step.action {
        Action::Create { .. } => "making",
        Action::Update { .. } => "changing",
        Action::Delete { .. } => "deleting",
        _ => "settling",
    };
    format!("{verb} {}", step.address)
}

/// The steps that can be done, each after those it waits for; all of them if there is no circle.
fn kahn(steps: &[Step]) -> Vec<usize> {
    let mut waiting: Vec<usize> = steps.iter().map(|step| step.after.len()).collect();
    let mut next = vec![Vec::new(); steps.len()];
    for (at, step) in steps.iter().enumerate() {
        step.after.iter().for_each(|before| next[*before].push(at));
    }
    let mut ready: BTreeSet<usize> = (0..steps.len()).filter(|at| waiting[*at] == 0).collect();
    let mut order = Vec::with_capacity(steps.len());
    while let Some(at) = ready.pop_first() {
        order.push(at);
        for after in &next[at] {
            waiting[*after] -= 1;
            if waiting[*after] == 0 {
                ready.insert(*after);
            }
        }
    }
    order
}

/// Whether `from` waits, directly or not, for `to`, by edges that count.
fn reaches(steps: &[Step], from: usize, to: usize, counts: &dyn Fn(&(usize, usize)) -> bool) -> bool {
    let (mut seen, mut stack) = (BTreeSet::new(), vec![from]);
    while let Some(at) = stack.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            stack.extend(steps[at].after.iter().filter(|after| counts(&(at, **after))));
        }
    }
    false
}

fn renumbered(steps: Vec<Step>, order: &[usize]) -> Vec<Step> {
    let mut position = vec![0; steps.len()];
    order.iter().enumerate().for_each(|(new, old)| position[*old] = new);
    let mut steps: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
    let moved = order.iter().filter_map(|old| steps[*old].take());
    moved.map(|step| Step { after: step.after.iter().map(|before| position[*before]).collect(), ..step }).collect()
}

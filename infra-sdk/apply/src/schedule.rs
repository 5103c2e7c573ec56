//! Which step next: those whose edges are done, longest remaining path first, at most so many at work at a time.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use infra_core::{Address, Diagnostic};
use infra_plan::{Action, Step};
use tokio::time::sleep;

use crate::event::Event;
use crate::interrupt::Interrupt;
use crate::journal::{Loss, Part, Writing};
use crate::perform::{Bench, Failure, doing};
use crate::store::StoreError;

/// How a run's steps ended.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    pub(crate) done: usize,
    pub(crate) failed: Vec<(Address, Diagnostic)>,
    pub(crate) skipped: Vec<Address>,
    /// The steps that were under way when there was no more time for them: their calls may or may not have been made.
    pub(crate) in_doubt: Vec<Address>,
    pub(crate) store: Option<StoreError>,
}

/// Performs the steps. A failure skips what waits for it and nothing else; an interrupt starts nothing new, and leaves in
/// doubt what has not come back when there is no more time.
pub(crate) async fn run(bench: &Bench<'_>, steps: &[Step], parallel: usize, interrupt: &Interrupt) -> Ended {
    let mut ended = Ended::default();
    let mut waiting: Vec<usize> = steps.iter().map(|step| step.after.len()).collect();
    let mut next = vec![Vec::new(); steps.len()];
    for (at, step) in steps.iter().enumerate() {
        step.after.iter().for_each(|before| next[*before].push(at));
    }
    let rank = ranks(steps, &next);
    let entry = |at: usize| (std::cmp::Reverse(rank[at]), at);
    let mut ready: BTreeSet<_> = (0..steps.len()).filter(|at| waiting[*at] == 0).map(entry).collect();
    let mut running = FuturesUnordered::new();
    let mut settled: HashSet<usize> = HashSet::new();
    let mut blamed: BTreeMap<usize, Address> = BTreeMap::new();
    let mut under_way: BTreeSet<usize> = BTreeSet::new();
    let stop = bench.caller.interrupt;
    let drained = async {
        stop.requested().await;
        sleep(bench.caller.patience.drain).await;
    };
    let mut drained = std::pin::pin!(drained);
    let mut writing = Writing::default();
    loop {
        while bench.idle.has_place(running.len(), parallel.max(1)) && !stop.is_requested() && !interrupt.is_requested() {
            let Some((_, at)) = ready.pop_first() else { break };
            let step = &steps[at];
            if let Some(doing) = doing(step) {
                bench.watcher.hear(Event::Started { address: step.address.clone(), doing });
            }
            under_way.insert(at);
            running.push(async move { (at, bench.perform(step).await) });
        }
        let next_done = tokio::select! {
            biased;
            next_done = running.next() => next_done,
            () = interrupt.requested(), if !stop.is_requested() => {
                stop.request();
                continue;
            }
            () = bench.idle.grown() => continue,
            // Where all steps wait for something, there is time to write what none of them waits for.
            error = bench.journal.write(&mut writing) => {
                ended.store.get_or_insert(error);
                stop.request();
                continue;
            }
            () = &mut drained => None,
        };
        let Some((at, outcome)) = next_done else { break };
        settled.insert(at);
        under_way.remove(&at);
        let step = &steps[at];
        match outcome {
            Ok(id) => {
                ended.done += 1;
                if let Some(doing) = doing(step) {
                    bench.watcher.hear(Event::Finished { address: step.address.clone(), doing, id });
                }
                for after in &next[at] {
                    waiting[*after] -= 1;
                    if waiting[*after] == 0 {
                        ready.insert(entry(*after));
                    }
                }
            }
            // The first says why; those after it say no more than that there was one.
            Err(Failure::Store(error)) => {
                ended.store.get_or_insert(error);
                stop.request();
                // Without a recorded intent no call was made; with one, what the call did is not recorded.
                settled.remove(&at);
                if bench.journal.now().state().rows.get(&step.address).is_some_and(|row| row.intent.is_some()) {
                    under_way.insert(at);
                }
            }
            Err(Failure::Stopped) => drop(settled.remove(&at)),
            Err(Failure::Step(problem)) => {
                if let Some(doing) = doing(step) {
                    bench.watcher.hear(Event::Failed { address: step.address.clone(), doing, problem: problem.clone() });
                }
                ended.failed.push((step.address.clone(), problem));
                blame(&next, at, &step.address, &mut blamed);
            }
        }
    }
    // What one of them was writing, nobody else can write.
    drop(running);
    if let Err(error) = bench.journal.finish(writing).await {
        ended.store.get_or_insert(error);
    }
    for (at, in_doubt) in unrecorded(bench, steps) {
        if ended.failed.iter().all(|(address, _)| *address != steps[at].address) {
            ended.done -= usize::from(settled.remove(&at));
            if in_doubt {
                under_way.insert(at)
            } else {
                under_way.remove(&at)
            };
        }
    }
    for at in under_way {
        let address = &steps[at].address;
        settled.insert(at);
        bench.watcher.hear(Event::LeftInDoubt { address: address.clone() });
        ended.in_doubt.push(address.clone());
    }
    for (at, step) in steps.iter().enumerate().filter(|(at, _)| !settled.contains(at)) {
        bench.watcher.hear(Event::Skipped { address: step.address.clone(), because_of: blamed.get(&at).cloned() });
        ended.skipped.push(step.address.clone());
    }
    ended
}

/// The steps of which not all is recorded, where nothing can be recorded any more, and whether what they called is in doubt.
fn unrecorded(bench: &Bench<'_>, steps: &[Step]) -> Vec<(usize, bool)> {
    let losses = bench.journal.losses();
    let lost = |(at, step): (usize, &Step)| {
        let part = Part { address: step.address.clone(), ends: matches!(step.action, Action::Delete { .. }) };
        let in_doubt = match losses.get(&part)? {
            Loss::Intent => false,
            Loss::Outcome => doing(step).is_some(),
            Loss::Settlement => doing(step).is_some() && !matches!(step.action, Action::Create { .. }),
        };
        Some((at, in_doubt))
    };
    if losses.is_empty() { Vec::new() } else { steps.iter().enumerate().filter_map(lost).collect() }
}

/// How many steps are on the longest path from each one to an end.
fn ranks(steps: &[Step], next: &[Vec<usize>]) -> Vec<usize> {
    let mut rank = vec![1; steps.len()];
    // A plan's steps are in an order that respects their edges, so that one pass from the end is enough.
    for at in (0..steps.len()).rev() {
        rank[at] = 1 + next[at].iter().map(|after| rank[*after]).max().unwrap_or_default();
    }
    rank
}

/// Notes for everything that waits for a failed step whose failure it is because of.
fn blame(next: &[Vec<usize>], failed: usize, address: &Address, blamed: &mut BTreeMap<usize, Address>) {
    let mut stack = next[failed].clone();
    while let Some(at) = stack.pop() {
        if let Entry::Vacant(entry) = blamed.entry(at) {
            entry.insert(address.clone());
            stack.extend(&next[at]);
        }
    }
}

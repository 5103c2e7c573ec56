//! What must not grow: calls, records, bytes, allocations and virtual time, which are the same on every machine.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use infra_bench::nothing::Nothing;
use infra_bench::operate::{Counts, Operation, operate};
use infra_bench::shape::Shape;
use infra_bench::stacks::{machines, world};
use infra_bench::suite::planning::weigh;
use infra_bench::suite::{limits, schedule};
use infra_core::Stack;
use infra_plan::State;
use infra_testing::Verb;
use serde_json::json;

/// The counts of a deployment, the same again, a change of all, and the end.
fn life(shape: Shape, size: usize) -> [Counts; 4] {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let deeds = [(1, Operation::Apply), (1, Operation::Apply), (2, Operation::Apply), (2, Operation::Destroy)];
    deeds.map(|(revision, operation)| operate(shape, size, revision, operation, &journal).unwrap())
}

#[test]
fn what_a_deployment_writes_and_calls_grows_with_what_changes_and_with_nothing_else() {
    for shape in Shape::ALL {
        let (one, two) = (life(shape, 50), life(shape, 100));
        let [made, again, changed, gone] = two;
        assert_eq!([made.steps, again.steps, changed.steps, gone.steps], [100, 0, 100, 100], "{shape:?}");
        assert_eq!([made.changes, again.changes, changed.changes, gone.changes], [100, 0, 100, 100], "{shape:?}");
        assert_eq!([made.records, again.records, changed.records, gone.records], [300, 0, 200, 200], "{shape:?}");
        assert_eq!(again.reads, 1, "one page of a hundred");
        // A create and its look, a look before and after each change, a delete and its look; a page for each plan.
        assert_eq!([made.reads, changed.reads, gone.reads], [100, 201, 101], "{shape:?}");
        // The last of a fan names all others, once in each record of it.
        let (one, two) = (one.map(|counts| counts.bytes), two.map(|counts| counts.bytes));
        assert!(two[3] < one[3] * 21 / 10, "{shape:?}: {one:?} bytes became {two:?}");
    }
}

#[test]
fn planning_twice_as_many_allocates_twice_as_much() {
    for shape in Shape::ALL {
        for unchanged in [true, false] {
            let (one, two) = (weigh(shape, 500, unchanged).unwrap(), weigh(shape, 1000, unchanged).unwrap());
            assert!(two.allocations < one.allocations * 21 / 10, "{shape:?}: {one:?}, and for twice as many {two:?}");
            assert!(two.peak < one.peak * 23 / 10, "{shape:?}: {one:?}, and for twice as many {two:?}");
        }
    }
}

#[test]
fn planning_what_is_unchanged_takes_few_allocations_and_little_memory() {
    for shape in Shape::ALL {
        let weight = weigh(shape, 1000, true).unwrap();
        assert!(weight.allocations < 1000 * ALLOCATIONS, "{shape:?}: {weight:?}");
        assert!(weight.peak < 1000 * 3_000, "{shape:?}: {weight:?}");
    }
}

/// How many allocations the plan of one unchanged resource may take.
const ALLOCATIONS: u64 = 35;

#[test]
fn an_empty_refresh_of_a_thousand_machines_asks_its_handler_at_most_once_for_twenty() {
    let mut world = world();
    let many = |stack: &Stack| machines(stack, 1000);
    world.deploy(&many, json!({})).complete();
    world.cloud.forget_calls();
    world.refresh().unwrap();
    let calls = world.cloud.calls();
    assert!(calls.iter().all(|call| call.verb == Verb::Read));
    assert!((1..=50).contains(&calls.len()), "{} calls", calls.len());
}

#[test]
fn where_steps_need_not_queue_a_deployment_takes_little_more_than_its_longest_path() {
    for seed in 0..10 {
        let graph = schedule::random(seed, 30).unwrap();
        let registry = Nothing::registry(&State::new("salt")).0;
        let quality = schedule::deploy(&graph, &registry, schedule::told, 10).unwrap();
        assert!(quality.ratio() >= 1.0 && quality.ratio() < 1.05, "seed {seed}: {:.3} times the least, {quality:?}", quality.ratio());
    }
}

#[test]
fn what_services_grant_is_used_and_nothing_fails_of_it() {
    let parallel = 50;
    for case in limits::CASES {
        for use_of in limits::deploy(case, parallel) {
            assert_eq!(use_of.failed, 0, "{case:?}");
            // A rate that becomes five times higher midway is found within seconds, which a short run is not long enough to forget.
            let (least, parts) = if use_of.grant.later.is_some() { (0.92, 5) } else { (0.95, 10) };
            assert!(use_of.share() >= least && use_of.share() <= 1.001, "{case:?}: {:.3} used, {use_of:?}", use_of.share());
            // Until the rate is found, a few times as many calls are made in vain as may be under way at a time.
            let refused = use_of.traffic.refused.saturating_sub(3 * parallel as u64);
            assert!(refused * parts < use_of.traffic.granted, "{case:?}: {use_of:?}");
        }
    }
}

//! What things cost: as many calls and records as there are changes, whatever else there is.

use std::collections::BTreeMap;

use infra_core::Stack;
use infra_plan::{Action, Plan};
use infra_testing::{Fault, Verb, World};
use infra_tests::{Fleet, Machine, Net, Part};
use serde_json::json;

/// Calls by their verb.
fn calls(world: &World) -> BTreeMap<Verb, usize> {
    let mut calls = BTreeMap::new();
    world.cloud.calls().iter().for_each(|call| *calls.entry(call.verb).or_default() += 1);
    calls
}

/// How many bytes the last run's records take.
fn bytes(world: &World) -> usize {
    world.trace.records.iter().map(|record| serde_json::to_string(record).unwrap().len()).sum()
}

#[test]
fn a_life_is_one_call_for_each_thing_that_happens_in_it() {
    let one = |size: i32, zone: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range("10.0.0.0/16").add(stack);
            Part::new("p").net(&net).range("10.0.1.0/24").zone(zone).add(stack);
            Machine::new("m").size(size).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&one(1, "a"), json!({})).complete();
    // A look at each when it is made.
    assert_eq!(calls(&world), [(Verb::Create, 3), (Verb::Read, 3)].into());
    world.deploy(&one(1, "a"), json!({})).complete();
    assert_eq!(calls(&world), [(Verb::Read, 3)].into(), "one for each type");
    world.deploy(&one(2, "a"), json!({})).complete();
    assert_eq!(calls(&world), [(Verb::Update, 1), (Verb::Read, 5)].into(), "and one before and after the change");
    world.deploy(&one(2, "b"), json!({})).complete();
    assert_eq!(calls(&world), [(Verb::Delete, 1), (Verb::Create, 1), (Verb::Read, 5)].into());
    world.destroy().complete();
    assert_eq!(calls(&world), [(Verb::Delete, 3), (Verb::Read, 6)].into());
}

/// So many machines, of which so many are of the second size.
fn many(machines: usize, second: usize) -> impl Fn(&Stack) {
    move |stack| {
        for at in 0..machines {
            let size = if at < second { 2 } else { 1 };
            Machine::new(format!("m{at:03}")).size(size).script("the same for all").add(stack);
        }
    }
}

/// What the change of so many machines out of so many costs: calls, records and their bytes.
fn cost(machines: usize, changed: usize) -> (BTreeMap<Verb, usize>, usize, usize) {
    let mut world = World::new();
    world.deploy(&many(machines, 0), json!({})).complete();
    world.deploy(&many(machines, changed), json!({})).complete();
    (calls(&world), world.trace.records.len(), bytes(&world))
}

#[test]
fn what_changes_costs_the_same_whatever_stays_and_twice_as_much_for_twice_as_many() {
    let few = cost(10, 4);
    assert_eq!(few.0, [(Verb::Update, 4), (Verb::Read, 9)].into(), "a page, and one before and after each change");
    assert_eq!(few.1, 8);
    for machines in [20, 50, 100] {
        assert_eq!(cost(machines, 4), few, "of {machines}");
    }
    let (calls, records, bytes) = cost(100, 8);
    assert_eq!((calls, records, bytes), ([(Verb::Update, 8), (Verb::Read, 17)].into(), 2 * few.1, 2 * few.2));
    assert_eq!(cost(100, 0), ([(Verb::Read, 1)].into(), 0, 0));
}

/// What is planned, as calls.
fn planned(plan: &Plan) -> Vec<String> {
    let call = |action: &Action| match action {
        Action::Create { .. } => Some("create"),
        Action::Update { .. } => Some("update"),
        Action::Delete { .. } => Some("delete"),
        _ => None,
    };
    let line = |step: &infra_plan::Step| {
        let kind = step.address.kind().rsplit('/').next().unwrap_or_default();
        Some(format!("{} {kind} {}", call(&step.action)?, step.address.name()))
    };
    sorted(plan.steps.iter().filter_map(line).collect())
}

fn sorted(mut calls: Vec<String>) -> Vec<String> {
    calls.sort();
    calls
}

/// Everything at once: what stays, changes, comes, goes, and is replaced in both orders.
fn version(number: usize) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range("10.0.0.0/16").dns(number > 1).add(stack);
        let part = Part::new("part").net(&net).range("10.0.1.0/24").zone(format!("zone-{}", number / 2)).add(stack);
        let leader = Machine::new("leader").part(&part).size(i32::try_from(number).unwrap()).add(stack);
        Fleet::new("free").image(format!("image-{number}")).leader(&leader).add(stack);
        Fleet::new("fixed").name("fixed").image(format!("image-{}", number / 3)).add(stack);
        Machine::new("still").net(&net).add(stack);
        if number % 2 == 0 {
            Machine::new("sometimes").net(&net).script(net.revision()).add(stack);
        }
    }
}

#[test]
fn what_is_done_is_what_a_plan_said_before_no_more_and_no_less() {
    let mut world = World::new();
    for number in 0..6 {
        let said = planned(&world.plan(&version(number), json!({})).unwrap());
        let deployed = world.deploy(&version(number), json!({})).complete();
        assert!(!said.is_empty());
        assert_eq!(sorted(deployed.changes), said, "version {number}");
    }
}

#[test]
fn whatever_fails_nothing_is_done_that_was_not_planned() {
    let mut world = World::new();
    world.deploy(&version(1), json!({})).complete();
    let said = planned(&world.plan(&version(2), json!({})).unwrap());
    for name in ["net", "part", "leader", "free", "still", "sometimes"] {
        for verb in [Verb::Create, Verb::Update, Verb::Delete] {
            let mut world = world.fork();
            world.cloud.inject(Fault::refuse(verb, name));
            let deployed = world.deploy(&version(2), json!({}));
            assert!(deployed.changes.iter().all(|call| said.contains(call)), "{verb:?} of {name}: {:?}", deployed.changes);
            assert!(deployed.outcome.is_complete() || deployed.changes.len() <= said.len());
        }
    }
}

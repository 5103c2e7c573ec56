//! A refresh: the state learns what the cloud has, and the cloud is left alone.

use std::time::Duration;

use infra_apply::{Class, Engine, Journal};
use infra_core::{Address, Stack};
use infra_testing::{Fault, Verb, World};
use infra_tests::{Machine, Net};
use serde_json::json;

fn program(stack: &Stack) {
    let net = Net::new("net").range("10.0.0.0/16").dns(true).add(stack);
    Machine::new("m").net(&net).size(1).add(stack);
    Machine::new("gone").add(stack);
}

#[test]
fn it_calls_nothing_that_changes_anything_and_records_what_it_sees() {
    let mut world = World::new();
    world.deploy(&program, json!({})).complete();
    // Somebody changes the network, which has another revision from then on, and deletes a machine.
    let mut somebody = world.fork();
    somebody.cloud = world.cloud.clone();
    let other = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").dns(false).add(stack);
        Machine::new("m").net(&net).size(1).add(stack);
    };
    somebody.deploy(&other, json!({})).complete();

    let (objects, before) = (world.cloud.objects(), world.state.clone());
    world.cloud.forget_calls();
    world.refresh().unwrap();
    assert!(world.cloud.calls().iter().all(|call| call.verb == Verb::Read) && world.cloud.objects() == objects);
    let (net, gone) = (Address::new("toy:net/net", "net"), Address::new("toy:run/machine", "gone"));
    assert!(!world.state.rows.contains_key(&gone));
    let (was, is) = (before.object(&net).unwrap(), world.state.object(&net).unwrap());
    assert_ne!(was.outputs["revision"], is.outputs["revision"]);
    assert_eq!(was.inputs, is.inputs, "what was asked of it stays, so that a plan still shows what differs");
    let repaired = world.deploy(&program, json!({})).complete();
    assert_eq!(repaired.changes, ["update net net", "create machine gone"]);
}

/// More networks than are read in one call.
fn many(stack: &Stack) {
    (0..250).for_each(|at| drop(Net::new(format!("n{at:03}")).range("10.0.0.0/16").add(stack)));
}

/// A world in which half of what there is has vanished.
fn halved() -> World {
    let mut world = World::new();
    world.deploy(&many, json!({})).complete();
    for at in (0..250).step_by(2) {
        assert!(world.cloud.remove("toy:net/net", &format!("n{at:03}")));
    }
    world
}

/// How many rows are left in the end: 250 where nothing was learned, 125 where all was.
fn rows(world: &World, refresh: impl AsyncFnOnce(&Engine, &mut Journal)) -> usize {
    let graph = world.graph(&many, json!({}));
    let mut engine = Engine::new(world.cloud.registry(graph.schemas.values()));
    engine.parallel = 1;
    let mut journal = world.journal();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(refresh(&engine, &mut journal));
    journal.state().rows.len()
}

#[test]
fn of_one_that_is_cancelled_what_was_read_is_kept() {
    let world = halved();
    world.cloud.take_time(5);
    let mut counts: Vec<usize> = (0..40)
        .map(|tenth| {
            rows(&world.fork(), async |engine, journal| {
                drop(tokio::time::timeout(Duration::from_millis(tenth * 100), engine.refresh(journal, &())).await);
            })
        })
        .collect();
    assert!(counts.is_sorted_by(|one, other| one >= other), "{counts:?}");
    counts.dedup();
    assert_eq!(counts, [250, 200, 150, 125], "page by page");
}

#[test]
fn of_one_that_fails_what_was_read_before_is_kept_and_the_next_one_goes_on() {
    let world = halved();
    world.cloud.inject(Fault::refuse(Verb::Read, "").class(Class::Denied).later(1));
    let left = rows(&world, async |engine, journal| {
        let error = engine.refresh(journal, &()).await.unwrap_err().to_string();
        assert!(error.contains("toy:net/net:n100"), "{error}");
        assert_eq!(journal.state().rows.len(), 200);
        engine.refresh(journal, &()).await.unwrap();
    });
    assert_eq!(left, 125);
}

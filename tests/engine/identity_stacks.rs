//! A resource that goes from one stack to another: looked after by exactly one of them at every moment.

use infra_core::{Address, Graph, Stack};
use infra_plan::State;
use infra_testing::{Crash, World};
use infra_tests::{Machine, Net, Part};
use serde_json::json;

/// A network, what is in it, and a machine that stays.
fn before(stack: &Stack) {
    let net = Net::new("net").range("10.0.0.0/16").add(stack);
    Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
    Machine::new("stays").net(&net).add(stack);
}

/// The network and its part, in a stack of their own.
fn after(stack: &Stack) {
    let stack = &stack.scope("network");
    let net = Net::new("core").range("10.0.0.0/16").moved_from_stack("old", "net").add(stack);
    Part::new("part").net(&net).range("10.0.1.0/24").moved_from_stack("old", "part").add(stack);
}

/// A stack `old` that is deployed, seen from another stack on the same cloud.
fn worlds() -> World {
    let mut old = World::new();
    old.deploy(&before, json!({})).complete();
    let mut world = World::new();
    world.cloud = old.cloud.fork();
    world.neighbours.insert("old".into(), old.state);
    world
}

fn graph(world: &World) -> Graph {
    world.graph(&after, json!({}))
}

/// How many of the three states' places an id is in.
fn owners(world: &World, id: &str) -> usize {
    let in_rows = |state: &State| state.rows.values().filter(|row| row.object.as_ref().is_some_and(|object| object.id == id)).count();
    let old = &world.neighbours["old"];
    // What waits for a stack that has it already is nobody's any more.
    let waiting = old.handed.values().filter(|handed| handed.row.object.as_ref().is_some_and(|object| object.id == id)).count();
    let here = in_rows(&world.state);
    here + in_rows(old) + if here == 0 { waiting } else { 0 }
}

#[test]
fn a_resource_goes_to_another_stack_without_a_call_and_keeps_what_comes_along() {
    let mut world = worlds();
    let graph = graph(&world);
    assert_eq!(world.plan_graph(&graph).unwrap().moves.len(), 2);
    assert!(world.deploy_graph(&graph).unwrap().complete().changes.is_empty());
    assert!(!world.plan_graph(&graph).unwrap().has_changes(), "the lines may stay");
    let part = world.state.object(&Address::new("toy:net/part", "network/part")).unwrap();
    assert_eq!(part.dependencies, [Address::new("toy:net/net", "network/core")].into());
    let old = &world.neighbours["old"];
    assert!(old.handed.is_empty());
    assert_eq!(old.rows.keys().map(|address| address.name()).collect::<Vec<_>>(), ["stays"]);
    assert!(old.rows.values().all(|row| row.object.as_ref().unwrap().dependencies.is_empty()));
}

#[test]
fn killed_anywhere_the_object_is_in_exactly_one_stack_and_the_next_run_takes_it() {
    let start = worlds();
    let (graph, ids) = (graph(&start), start.cloud.objects());
    let mut died = 0;
    for at in 0..10 {
        let mut world = start.fork();
        died += usize::from(world.deploy_until(&graph, Crash::AtRecord(at)));
        for id in ids.keys() {
            assert_eq!(owners(&world, id), 1, "{id} after {at} records");
        }
        assert!(world.deploy_graph(&graph).unwrap().complete().changes.is_empty(), "{at}");
        assert!(!world.plan_graph(&graph).unwrap().has_changes(), "{at}");
        for id in ids.keys() {
            assert_eq!(owners(&world, id), 1, "{id} in the end, after {at} records");
        }
    }
    assert!(died >= 6, "{died}");
}

#[test]
fn both_stacks_are_destroyed_each_with_its_own() {
    let mut world = worlds();
    let graph = graph(&world);
    world.deploy_graph(&graph).unwrap().complete();
    let mut old = World::new();
    (old.cloud, old.state) = (world.cloud.clone(), world.neighbours["old"].clone());
    assert_eq!(old.destroy().complete().changes, ["delete machine stays"]);
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn what_the_old_stack_never_had_is_made() {
    let mut world = World::new();
    world.neighbours.insert("old".into(), State::new("old"));
    let graph = graph(&world);
    assert_eq!(world.deploy_graph(&graph).unwrap().complete().changes, ["create net network/core", "create part network/part"]);
}

/// A network and its part, taken over from a stack if one is named; declared in the same place in both stacks.
fn both(from: Option<&'static str>, range: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let (mut net, mut part) = (Net::new("net").range(range), Part::new("part").range("10.0.1.0/24"));
        if let Some(from) = from {
            (net, part) = (net.moved_from_stack(from, "net"), part.moved_from_stack(from, "part"));
        }
        let net = net.add(stack);
        part.net(&net).add(stack);
    }
}

const RANGE: &str = "10.0.0.0/16";

fn nothing(_: &Stack) {}

#[test]
fn what_goes_together_still_needs_each_other_in_the_other_stack() {
    let mut world = World::new();
    world.deploy(&both(None, RANGE), json!({})).complete();
    let needs = |world: &World| world.state.object(&Address::new("toy:net/part", "part")).unwrap().dependencies.clone();
    let before = needs(&world);
    assert_eq!(before, [Address::new("toy:net/net", "net")].into());
    world.turn_to("other");
    assert!(world.deploy(&both(Some("test"), RANGE), json!({})).complete().changes.is_empty());
    assert_eq!(needs(&world), before);
    let replaced = world.deploy(&both(Some("test"), "10.1.0.0/16"), json!({})).complete().changes;
    let place = |change: &str| replaced.iter().position(|made| made == change);
    assert!(place("delete part part") < place("delete net net"), "{replaced:?}");
}

#[test]
fn what_went_and_came_back_goes_again_as_it_is_and_not_as_it_was_when_it_went_first() {
    for at in 0..8 {
        let mut world = World::new();
        world.deploy(&both(None, RANGE), json!({})).complete();
        world.turn_to("other");
        let graph = world.graph(&both(Some("test"), RANGE), json!({}));
        world.deploy_until(&graph, Crash::AtRecord(at));
        world.deploy(&both(Some("test"), RANGE), json!({})).complete();
        world.turn_to("test");
        world.deploy(&nothing, json!({})).complete();
        world.deploy(&both(Some("other"), "10.1.0.0/16"), json!({})).complete();
        world.turn_to("other");
        world.deploy(&nothing, json!({})).complete();
        let ids: Vec<String> = world.cloud.objects().into_keys().collect();
        assert!(world.deploy(&both(Some("test"), "10.1.0.0/16"), json!({})).complete().changes.is_empty(), "{at}");
        assert_eq!(world.cloud.objects().into_keys().collect::<Vec<_>>(), ids, "{at}");
        world.destroy().complete();
        assert!(world.cloud.objects().is_empty(), "{at}");
    }
}

#[test]
fn what_came_back_and_was_replaced_is_not_taken_for_what_another_stack_kept_of_it() {
    for at in 0..8 {
        let mut world = World::new();
        let travel = |world: &mut World, to: &str, from: &'static str, range: &'static str| {
            world.turn_to(to);
            let changes = world.deploy(&both(Some(from), range), json!({})).complete().changes;
            world.turn_to(from);
            world.deploy(&nothing, json!({})).complete();
            changes
        };
        world.deploy(&both(None, RANGE), json!({})).complete();
        travel(&mut world, "other", "test", RANGE);
        let graph = world.graph(&both(Some("other"), RANGE), json!({}));
        world.deploy_until(&graph, Crash::AtRecord(at));
        travel(&mut world, "test", "other", RANGE);
        world.turn_to("test");
        world.deploy(&both(Some("other"), "10.1.0.0/16"), json!({})).complete();
        let ids: Vec<String> = world.cloud.objects().into_keys().collect();
        assert!(travel(&mut world, "other", "test", "10.1.0.0/16").is_empty(), "{at}");
        assert!(travel(&mut world, "test", "other", "10.1.0.0/16").is_empty(), "{at}");
        assert_eq!(world.cloud.objects().into_keys().collect::<Vec<_>>(), ids, "{at}");
    }
}

//! Replacements that were interrupted, and what each later goal makes of them.

use infra_core::Stack;
use infra_testing::{Crash, Fault, Verb, World};
use infra_tests::{Fleet, Machine, Net, Part};
use serde_json::json;

/// A fleet with a generated name, whose replacement comes first, and what it is made for.
fn fleet(image: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let machine = Machine::new("m").add(stack);
        Fleet::new("f").image(image).leader(&machine).add(stack);
    }
}

/// A part of which there can be no two, whose old one goes first.
fn part(zone: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Part::new("p").net(&net).range("10.0.1.0/24").zone(zone).add(stack);
    }
}

fn nothing(_: &Stack) {}

/// Worlds whose replacement of the deployed program by another died at each of its records.
fn interrupted(first: &dyn Fn(&Stack), second: &dyn Fn(&Stack)) -> Vec<World> {
    let mut world = World::new();
    world.deploy(&|stack: &Stack| first(stack), json!({})).complete();
    let graph = world.graph(&|stack: &Stack| second(stack), json!({}));
    let worlds = (0..).map(|record| {
        let mut world = world.fork();
        let died = world.deploy_until(&graph, Crash::AtRecord(record));
        (died, world)
    });
    worlds.take_while(|(died, _)| *died).map(|(_, world)| world).collect()
}

fn count(world: &World, kind: &str) -> usize {
    world.cloud.objects().values().filter(|object| &*object.kind == kind).count()
}

fn made(changes: &[String], what: &str) -> usize {
    changes.iter().filter(|change| *change == what).count()
}

#[test]
fn with_the_same_goal_nothing_is_made_or_deleted_twice() {
    let worlds = interrupted(&fleet("one"), &fleet("two"));
    assert!(worlds.len() >= 5, "{} moments", worlds.len());
    for mut world in worlds {
        let (before, images) = (count(&world, "toy:run/fleet"), ["one", "two"]);
        let has = |world: &World, image: &str| {
            world.cloud.objects().values().any(|object| object.inputs.get("image").and_then(|image| image.as_str()) == Some(image))
        };
        let [old, new] = images.map(|image| has(&world, image));
        let changes = world.deploy(&fleet("two"), json!({})).complete().changes;
        assert_eq!(made(&changes, "create fleet f"), usize::from(!new), "{before} fleets before");
        assert_eq!(made(&changes, "delete fleet f"), usize::from(old));
        assert_eq!(count(&world, "toy:run/fleet"), 1);
        assert!(!world.plan(&fleet("two"), json!({})).unwrap().has_changes());
    }
}

#[test]
fn where_the_old_one_goes_first_it_is_not_deleted_again() {
    let worlds = interrupted(&part("x"), &part("y"));
    assert!(worlds.len() >= 5, "{} moments", worlds.len());
    for mut world in worlds {
        let old = world.cloud.objects().values().any(|object| object.inputs.get("zone").and_then(|zone| zone.as_str()) == Some("x"));
        let changes = world.deploy(&part("y"), json!({})).complete().changes;
        assert_eq!(made(&changes, "delete part p"), usize::from(old), "{changes:?}");
        assert_eq!(count(&world, "toy:net/part"), 1);
        assert!(!world.plan(&part("y"), json!({})).unwrap().has_changes());
    }
}

#[test]
fn with_the_goal_removed_every_generation_goes_and_so_does_the_row() {
    for mut world in interrupted(&fleet("one"), &fleet("two")).into_iter().chain(interrupted(&part("x"), &part("y"))) {
        world.deploy(&nothing, json!({})).complete();
        assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty(), "{:?}", world.state.rows);
    }
}

#[test]
fn with_another_goal_it_is_made_with_the_new_inputs_and_nothing_older_stays() {
    for mut world in interrupted(&fleet("one"), &fleet("two")) {
        world.deploy(&fleet("three"), json!({})).complete();
        assert_eq!(world.cloud.object("toy:run/fleet", "f").unwrap().1.inputs["image"].as_str(), Some("three"));
        assert!(!world.plan(&fleet("three"), json!({})).unwrap().has_changes());
    }
    for mut world in interrupted(&part("x"), &part("y")) {
        world.deploy(&part("z"), json!({})).complete();
        assert_eq!(world.cloud.object("toy:net/part", "p").unwrap().1.inputs["zone"].as_str(), Some("z"));
        assert!(!world.plan(&part("z"), json!({})).unwrap().has_changes());
    }
}

#[test]
fn going_back_is_possible_at_every_moment() {
    for mut world in interrupted(&fleet("one"), &fleet("two")) {
        world.deploy(&fleet("one"), json!({})).complete();
        assert_eq!(world.cloud.object("toy:run/fleet", "f").unwrap().1.inputs["image"].as_str(), Some("one"));
        assert!(!world.plan(&fleet("one"), json!({})).unwrap().has_changes());
    }
}

#[test]
fn several_old_generations_are_all_tried_again_and_one_that_fails_keeps_no_other() {
    let mut world = World::new();
    world.deploy(&fleet("0"), json!({})).complete();
    world.cloud.inject(Fault::refuse(Verb::Delete, "f").times(u32::MAX));
    for image in ["1", "2", "3"] {
        let deployed = world.deploy(&fleet(image), json!({}));
        assert!(!deployed.outcome.is_complete());
        assert_eq!(world.cloud.object("toy:run/machine", "m").map(|_| ()), Some(()));
    }
    let row = world.state.rows.iter().find(|(address, _)| address.name() == "f").unwrap().1;
    assert_eq!((row.old.len(), row.object.as_ref().unwrap().inputs["image"].as_str()), (3, Some("3")));
    world.cloud.heal();
    world.cloud.inject(Fault::refuse(Verb::Delete, "f"));
    let deployed = world.deploy(&fleet("3"), json!({}));
    assert_eq!((deployed.outcome.failed.len(), deployed.outcome.done), (1, 2));
    assert_eq!(world.deploy(&fleet("3"), json!({})).complete().changes, ["delete fleet f"]);
    assert_eq!(count(&world, "toy:run/fleet"), 1);
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn a_destruction_that_cannot_delete_one_generation_deletes_the_others_and_is_not_complete() {
    let mut world = World::new();
    world.deploy(&fleet("0"), json!({})).complete();
    world.cloud.inject(Fault::refuse(Verb::Delete, "f").times(u32::MAX));
    world.deploy(&fleet("1"), json!({}));
    world.cloud.heal();
    world.cloud.inject(Fault::refuse(Verb::Delete, "f"));
    let destroyed = world.destroy();
    assert_eq!((destroyed.outcome.failed.len(), count(&world, "toy:run/fleet")), (1, 1));
    assert_eq!(count(&world, "toy:run/machine"), 1, "it is still used");
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty());
}

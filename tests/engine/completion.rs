//! Orders that no reference shows: what a type says that it completes.

use infra_core::Stack;
use infra_testing::World;
use infra_tests::{Machine, Net, Part, Way};
use serde_json::json;

fn changes(world: &mut World, program: &impl Fn(&Stack)) -> Vec<String> {
    world.deploy(program, json!({})).complete().changes
}

/// Whether one stands before the other.
fn before(changes: &[String], first: &str, second: &str) -> bool {
    let at = |what: &str| changes.iter().position(|change| change.contains(what)).unwrap_or_else(|| panic!("{what}: {changes:?}"));
    at(first) < at(second)
}

#[test]
fn what_uses_a_network_waits_for_its_way_out_and_goes_before_it() {
    let program = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        let part = Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
        Machine::new("machine").part(&part).script("x").add(stack);
        Way::new("way").net(&net).to("everywhere").add(stack);
    };
    let mut world = World::new();
    let made = changes(&mut world, &program);
    assert!(before(&made, "way", "part") && before(&made, "way", "machine"), "{made:?}");
    assert!(!world.plan(&program, json!({})).unwrap().has_changes());
    let gone = world.destroy().complete().changes;
    assert!(before(&gone, "part", "way") && before(&gone, "way", "net"), "{gone:?}");
}

#[test]
fn what_a_completion_needs_itself_does_not_wait_for_it() {
    let program = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        let part = Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
        let router = Machine::new("router").part(&part).script("route").add(stack);
        Way::new("way").net(&net).to("everywhere").through(&router).add(stack);
        Machine::new("machine").net(&net).script("x").add(stack);
    };
    let made = changes(&mut World::new(), &program);
    assert!(before(&made, "router", "way") && before(&made, "way", "machine machine"), "{made:?}");
}

#[test]
fn of_two_that_complete_the_same_neither_waits_and_what_uses_it_waits_for_both() {
    let program = |stack: &Stack| {
        Machine::new("machine").net(Net::new("net").range("10.0.0.0/16").add(stack)).script("x").add(stack);
    };
    let with_ways = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Machine::new("machine").net(&net).script("x").add(stack);
        Way::new("north").net(&net).to("north").add(stack);
        Way::new("south").net(&net).to("south").add(stack);
    };
    let mut world = World::new();
    let made = changes(&mut world, &with_ways);
    assert!(before(&made, "north", "machine") && before(&made, "south", "machine"), "{made:?}");
    // Without them the network is as useful as it was before there were any.
    let changed = changes(&mut world, &program);
    assert_eq!(changed.len(), 2, "{changed:?}");
}

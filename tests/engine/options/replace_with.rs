//! Replaced, because another one is.

use super::*;

/// A machine that uses nothing of the fleet with which it is replaced.
fn together(image: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let fleet = Fleet::new("fleet").image(image).add(stack);
        let machine = Machine::new("m").size(1).replace_with(&fleet).add(stack);
        Fleet::new("led").image("same").leader(&machine).add(stack);
    }
}

#[test]
fn what_is_replaced_takes_along_what_is_to_be_replaced_with_it_and_so_on() {
    let mut world = World::new();
    world.deploy(&together("one"), json!({})).complete();
    let deployed = world.deploy(&together("two"), json!({})).complete();
    assert_eq!(
        deployed.changes,
        ["create fleet fleet", "create machine m", "create fleet led", "delete fleet led", "delete machine m", "delete fleet fleet"]
    );
    assert_eq!(reason(&deployed.plan, "m"), "fleet is, with which it is replaced");
    assert!(!world.plan(&together("two"), json!({})).unwrap().has_changes());
}

#[test]
fn a_change_in_place_takes_nothing_along() {
    let program = |count: i32| {
        move |stack: &Stack| {
            let fleet = Fleet::new("fleet").image("one").count(count).add(stack);
            Machine::new("m").replace_with(&fleet).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&program(1), json!({})).complete();
    assert_eq!(world.deploy(&program(2), json!({})).complete().changes, ["update fleet fleet"]);
}

#[test]
fn what_vanished_and_is_made_again_takes_it_along_too() {
    let mut world = World::new();
    world.deploy(&together("one"), json!({})).complete();
    world.cloud.remove("toy:run/fleet", "fleet");
    let changes = world.deploy(&together("one"), json!({})).complete().changes;
    assert!(changes.contains(&"create machine m".to_owned()), "{changes:?}");
}

#[test]
fn a_run_that_died_between_the_two_is_made_up_for() {
    for record in 0.. {
        let mut world = World::new();
        world.deploy(&together("one"), json!({})).complete();
        let before = world.cloud.objects();
        let graph = world.graph(&together("two"), json!({}));
        let died = world.deploy_until(&graph, Crash::AtRecord(record));
        world.deploy_graph(&graph).unwrap().complete();
        let after = world.cloud.objects();
        assert!(before.keys().all(|id| !after.contains_key(id)), "after record {record}: {:?}", after.keys());
        assert_eq!(after.len(), 3);
        if !died {
            assert!(record > 5);
            break;
        }
    }
}

#[test]
fn an_object_that_takes_the_option_on_stays_until_the_other_is_replaced() {
    let alone = |stack: &Stack| {
        Fleet::new("fleet").image("one").add(stack);
        Machine::new("m").size(1).add(stack);
    };
    let with = |image: &'static str| {
        move |stack: &Stack| {
            let fleet = Fleet::new("fleet").image(image).add(stack);
            Machine::new("m").size(1).replace_with(&fleet).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&alone, json!({})).complete();
    assert!(world.deploy(&with("one"), json!({})).complete().changes.is_empty());
    let replaced = world.deploy(&with("two"), json!({})).complete().changes;
    assert_eq!(replaced, ["create fleet fleet", "create machine m", "delete machine m", "delete fleet fleet"]);
}

#[test]
fn an_order_alone_does_not_make_something_go_early_that_what_stays_holds_on_to() {
    let program = |zone: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range("10.0.0.0/16").add(stack);
            let part = Part::new("part").net(&net).range("10.0.1.0/24").zone(zone).add(stack);
            let other = Net::new("other").range("10.1.0.0/16").replace_with(&part).add(stack);
            Machine::new("m").net(&other).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&program("a"), json!({})).complete();
    world.deploy(&program("b"), json!({})).complete();
    assert!(!world.plan(&program("b"), json!({})).unwrap().has_changes());
}

//! What goes first, where parts of the program are left alone that used it.

use infra_apply::PlanError;
use infra_core::Stack;
use infra_plan::Selection;
use infra_testing::{Crash, World};
use infra_tests::{Fleet, Machine, Net, Part};
use serde_json::json;

#[test]
fn a_value_that_is_known_is_told_before_anything_is_held_against_the_order() {
    let program = |range: &'static str| {
        move |stack: &Stack| {
            let known = Net::new("known").range("10.9.0.0/16").add(stack);
            let net = Net::new("net").range(range).delete_before_create().add(stack);
            stack.after("parts", &known.gateway(), |parts, _: String| {
                Part::new("part").net(&net).range("10.0.1.0/24").add(parts);
            });
        }
    };
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16"), json!({})).complete();
    let deployed = world.deploy(&program("10.1.0.0/16"), json!({})).complete();
    assert_eq!(deployed.changes, ["delete part parts/part", "delete net net", "create net net", "create part parts/part"]);
    assert!(!world.plan(&program("10.1.0.0/16"), json!({})).unwrap().has_changes());
}

/// A fleet that goes first, and a machine that only comes after it, once the network's value of this revision is known.
fn ordered(image: &'static str, dns: bool) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range("10.0.0.0/16").dns(dns).add(stack);
        let fleet = Fleet::new("fleet").image(image).delete_before_create().add(stack);
        stack.after("later", &net.revision(), |later, _: String| {
            Machine::new("m").depends_on(&fleet).add(later);
        });
    }
}

#[test]
fn what_is_left_alone_and_only_came_after_it_keeps_nothing_from_going_first() {
    let mut world = World::new();
    world.deploy(&ordered("one", false), json!({})).complete();
    let plan = world.plan(&ordered("two", true), json!({})).unwrap();
    assert!(plan.notes.iter().any(|note| note.contains("fleet") && note.contains("later/m")), "{:?}", plan.notes);
    let deployed = world.deploy(&ordered("two", true), json!({})).complete();
    let place = |change: &str| deployed.changes.iter().position(|made| made == change).unwrap();
    assert!(place("delete fleet fleet") < place("create fleet fleet"), "{:?}", deployed.changes);
    assert!(!world.plan(&ordered("two", true), json!({})).unwrap().has_changes());
}

#[test]
fn what_is_left_alone_and_refers_to_it_refuses_the_order_before_anything_is_done() {
    let program = |range: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range(range).delete_before_create().add(stack);
            stack.after("parts", &net.gateway(), |parts, _: String| {
                Part::new("part").net(&net).range("10.0.1.0/24").add(parts);
            });
        }
    };
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16"), json!({})).complete();
    let before = world.cloud.objects();
    let Err(PlanError::Wrong(problems)) = world.plan(&program("10.1.0.0/16"), json!({})) else { panic!("nothing was said") };
    let said = problems[0].to_string();
    assert!(said.contains("waits until the old toy:net/net:net is gone") && said.contains("delete_before_create"), "{said}");
    assert_eq!(world.cloud.objects(), before);
}

#[test]
fn what_something_left_alone_holds_on_to_does_not_go_first_for_an_order_alone() {
    let program = |image: &'static str| {
        move |stack: &Stack| {
            let fleet = Fleet::new("fleet").image(image).delete_before_create().add(stack);
            let net = Net::new("net").range("10.0.0.0/16").replace_with(&fleet).add(stack);
            stack.after("parts", &net.gateway(), |parts, _: String| {
                Part::new("part").net(&net).range("10.0.1.0/24").add(parts);
            });
        }
    };
    let mut world = World::new();
    world.deploy(&program("one"), json!({})).complete();
    world.deploy(&program("two"), json!({})).complete();
    assert!(!world.plan(&program("two"), json!({})).unwrap().has_changes());
}

#[test]
fn what_was_interrupted_in_a_part_that_waits_is_settled_before_that_is_told_another_value() {
    let program = |range: &'static str, parts: bool| {
        move |stack: &Stack| {
            let net = Net::new("net").range(range).add(stack);
            if parts {
                stack.after("parts", &net.gateway(), |parts, _: String| {
                    Part::new("part").net(&net).range("10.0.1.0/24").add(parts);
                });
            }
        }
    };
    let mut start = World::new();
    start.deploy(&program("10.0.0.0/16", false), json!({})).complete();
    let without = Selection { excludes: vec!["net".to_owned()], ..Selection::default() };
    let mut died = 0;
    for at in 0..4 {
        let mut world = start.fork();
        died += usize::from(world.deploy_within_until(&program("10.1.0.0/16", true), json!({}), &without, Crash::AtRecord(at)));
        world.deploy(&program("10.1.0.0/16", true), json!({})).complete();
        assert!(!world.plan(&program("10.1.0.0/16", true), json!({})).unwrap().has_changes(), "{at}");
        world.destroy().complete();
        assert!(world.cloud.objects().is_empty(), "{at}");
    }
    assert!(died >= 3, "{died}");
}

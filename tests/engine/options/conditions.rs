//! What must hold before and after.

use super::*;
use infra_core::ops;

fn machine(size: i32) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        let small = ops::lt::<i32>(size, 5);
        let ranged = ops::matches(net.range(), "^10\\.");
        Machine::new("m").net(&net).size(size).precondition(ops::and(small, ranged), "it must be small, and in a private range").add(stack);
    }
}

#[test]
fn a_condition_that_is_known_not_to_hold_refuses_the_plan_with_the_place() {
    let mut world = World::new();
    world.deploy(&machine(1), json!({})).complete();
    let problems = refusal(&world, &machine(9));
    assert_eq!(problems[0].problem, "does not hold: it must be small, and in a private range");
    assert_eq!(problems[0].resource.as_ref().unwrap().name(), "m");
    assert!(problems[0].declared.as_ref().unwrap().file.ends_with("conditions.rs"));
}

/// A condition of what the network's gateway will be, which nobody knows before it is there.
fn waits(gateway: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        let m = Machine::new("m").precondition(ops::eq(net.gateway(), gateway), "the gateway must be the first").add(stack);
        Fleet::new("led").image("one").leader(&m).add(stack);
    }
}

#[test]
fn one_that_is_not_known_yet_is_looked_at_before_the_call() {
    let mut world = World::new();
    world.deploy(&waits("net-1.gateway"), json!({})).complete();
    let mut world = World::new();
    let ended = world.deploy(&waits("another"), json!({}));
    assert_eq!(ended.changes, ["create net net"]);
    assert_eq!(ended.outcome.failed[0].1.problem, "does not hold: the gateway must be the first");
    assert_eq!(ended.outcome.skipped.len(), 1);
    assert!(!world.state.rows.contains_key(&infra_core::Address::new("toy:run/machine", "m")));
    assert_eq!(refusal(&world, &waits("another")).len(), 1, "now it is known");
    assert_eq!(world.destroy().complete().changes, ["delete net net"]);
}

/// A machine of which the address must be as it is said.
fn promised(pattern: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let machine = Machine::new("m").size(1);
        let m = machine.postcondition(|m| ops::matches(m.address(), pattern), "it must be reachable").add(stack);
        Fleet::new("led").image("one").leader(&m).add(stack);
    }
}

#[test]
fn what_does_not_hold_afterwards_is_recorded_with_the_object_and_nothing_uses_it() {
    let mut world = World::new();
    let ended = world.deploy(&promised("^10\\."), json!({}));
    assert_eq!(ended.changes, ["create machine m"]);
    assert_eq!(ended.outcome.failed[0].1.problem, "does not hold: it must be reachable");
    assert_eq!(ended.outcome.skipped.len(), 1);
    let row = world.state.object(&infra_core::Address::new("toy:run/machine", "m")).unwrap();
    assert_eq!(row.problem.as_deref(), Some("does not hold: it must be reachable"));

    let again = world.deploy(&promised("^10\\."), json!({}));
    assert!(again.changes.is_empty() && again.outcome.failed.len() == 1, "it is looked at again: {:?}", again.changes);
    assert_eq!(again.plan.notes, ["a postcondition of toy:run/machine:m does not hold: it must be reachable"]);
    let healed = world.deploy(&promised("^machine-"), json!({})).complete();
    assert_eq!(healed.changes, ["create fleet led"]);
    assert!(world.state.rows.values().all(|row| row.object.as_ref().is_some_and(|object| object.problem.is_none())));
}

#[test]
fn a_condition_that_holds_makes_no_step() {
    let mut world = World::new();
    world.deploy(&promised("^machine-"), json!({})).complete();
    assert!(world.plan(&promised("^machine-"), json!({})).unwrap().steps.is_empty());
    world.deploy(&machine(1), json!({})).complete();
    assert!(world.plan(&machine(1), json!({})).unwrap().steps.is_empty());
}

#[test]
fn neither_keeps_anything_from_being_destroyed() {
    let mut world = World::new();
    let ended = world.deploy(&promised("^10\\."), json!({}));
    assert!(!ended.outcome.is_complete());
    assert_eq!(world.destroy().complete().changes, ["delete machine m"]);
    assert!(world.state.rows.is_empty());
}

#[test]
fn a_condition_on_a_secret_does_not_tell_it() {
    let program = |stack: &Stack| {
        let word = infra_core::Output::<String>::from_expr(infra_core::Expr::lit("hunter2")).secret();
        Machine::new("m").password(&word).precondition(ops::eq(word, "other"), "the word must be another").add(stack);
    };
    let world = World::new();
    let problems = format!("{:?}", refusal(&world, &program));
    assert!(problems.contains("the word must be another") && !problems.contains("hunter2"), "{problems}");
}

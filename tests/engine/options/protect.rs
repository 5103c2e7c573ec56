//! What is protected neither goes nor is replaced.

use super::*;

/// A network of which the part is protected.
fn protected(range: &'static str, size: i32) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range(range).add(stack);
        let part = Part::new("part").net(&net).range("10.0.1.0/24").protect().add(stack);
        Machine::new("m").part(&part).size(size).protect().add(stack);
    }
}

fn unprotected(stack: &Stack) {
    let net = Net::new("net").range("10.0.0.0/16").add(stack);
    let part = Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
    Machine::new("m").part(&part).size(1).add(stack);
}

fn deployed() -> World {
    let mut world = World::new();
    world.deploy(&protected("10.0.0.0/16", 1), json!({})).complete();
    world
}

#[test]
fn what_is_protected_can_be_made_and_changed_in_place() {
    let mut world = deployed();
    assert_eq!(world.deploy(&protected("10.0.0.0/16", 2), json!({})).complete().changes, ["update machine m"]);
    assert!(!world.plan(&protected("10.0.0.0/16", 2), json!({})).unwrap().has_changes());
}

#[test]
fn what_is_protected_and_no_longer_declared_is_not_deleted_and_all_that_would_be_is_said_at_once() {
    let world = deployed();
    let problems = refusal(&world, &nothing);
    let said: Vec<String> = problems.iter().map(|problem| format!("{:?}: {}", problem.resource, problem.problem)).collect();
    assert_eq!(
        said,
        [
            "Some(toy:net/part:part): is protected, and the program does not declare it any more",
            "Some(toy:run/machine:m): is protected, and the program does not declare it any more",
        ]
    );
    for problem in &problems {
        assert!(problem.declared.as_ref().unwrap().file.ends_with("protect.rs"), "{problem}");
        assert!(problem.help.as_ref().unwrap().contains("without `.protect()`"), "{problem}");
    }
}

#[test]
fn what_is_protected_is_not_replaced_as_a_consequence_and_the_reason_is_named() {
    let mut world = deployed();
    let graph = world.graph(&protected("10.1.0.0/16", 1), json!({}));
    let Err(PlanError::Wrong(problems)) = world.deploy_graph(&graph) else { panic!("nothing was said") };
    let said: Vec<&str> = problems.iter().map(|problem| problem.problem.as_str()).collect();
    assert_eq!(
        said,
        [
            "is protected, and would be replaced: net changes, since net is replaced",
            "is protected, and would be replaced: part changes, since part is replaced",
        ]
    );
    assert!(world.cloud.changes().is_empty(), "{:?}", world.cloud.changes());
}

#[test]
fn a_stack_with_something_protected_is_not_destroyed() {
    let world = deployed();
    let said: Vec<String> = refusal_to_destroy(&world).into_iter().map(|problem| problem.problem).collect();
    assert_eq!(said, ["is protected, and would be destroyed", "is protected, and would be destroyed"]);
}

#[test]
fn once_the_protection_is_taken_away_and_deployed_it_can_go() {
    let mut world = deployed();
    assert!(world.deploy(&unprotected, json!({})).complete().changes.is_empty());
    assert_eq!(world.deploy(&nothing, json!({})).complete().changes, ["delete machine m", "delete part part", "delete net net"]);
}

#[test]
fn what_is_declared_without_protection_is_replaced_and_what_is_declared_with_it_is_not() {
    let mut world = World::new();
    let net = |range: &'static str, protect: bool| {
        move |stack: &Stack| {
            let net = Net::new("net").range(range);
            drop(if protect { net.protect() } else { net }.add(stack));
        }
    };
    world.deploy(&net("10.0.0.0/16", true), json!({})).complete();
    let problems = refusal(&world, &net("10.1.0.0/16", true));
    assert!(problems[0].help.as_ref().unwrap().contains("take `.protect()` away"), "{}", problems[0]);
    world.deploy(&net("10.1.0.0/16", false), json!({})).complete();
    assert_eq!(refusal(&world, &net("10.2.0.0/16", true)).len(), 1, "it holds from the plan on that says so");
}

#[test]
fn where_the_cloud_lost_what_a_protected_object_needs_there_is_a_way_on() {
    let mut world = deployed();
    world.cloud.remove("toy:net/net", "net");
    assert_eq!(refusal(&world, &protected("10.0.0.0/16", 1)).len(), 2);
    world.deploy(&unprotected, json!({})).complete();
    assert!(!world.plan(&unprotected, json!({})).unwrap().has_changes());
}

#[test]
fn what_is_protected_and_gone_from_the_cloud_is_made_again_or_forgotten() {
    let mut world = deployed();
    world.cloud.remove("toy:run/machine", "m");
    assert_eq!(world.deploy(&protected("10.0.0.0/16", 1), json!({})).complete().changes, ["create machine m"]);
    world.cloud.remove("toy:run/machine", "m");
    world.cloud.remove("toy:net/part", "part");
    assert_eq!(world.deploy(&nothing, json!({})).complete().changes, ["delete net net"]);
}

#[test]
fn protection_outlives_a_run_that_died_while_it_made_or_changed_the_object() {
    let before = |stack: &Stack| drop(Machine::new("m").size(1).add(stack));
    let after = |stack: &Stack| drop(Machine::new("m").size(2).protect().add(stack));
    for first in [false, true] {
        let (mut call, mut refused) = (0, 0);
        loop {
            let mut world = World::new();
            if first {
                world.deploy(&before, json!({})).complete();
            }
            let graph = world.graph(&after, json!({}));
            if !world.deploy_until(&graph, Crash::AfterCall(call)) {
                break;
            }
            call += 1;
            let touched = world.cloud.object("toy:run/machine", "m").is_some_and(|(_, m)| m.inputs["size"] == json!(2).into());
            let graph = world.graph(&nothing, json!({}));
            let ended = world.deploy_graph(&graph);
            refused += usize::from(ended.is_err());
            assert!(ended.is_err() || !touched, "after call {call}");
        }
        assert!(refused > 0);
    }
}

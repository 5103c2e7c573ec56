//! What the program lets the stack forget.

use infra_testing::{Crash, Fault, Verb};

use super::*;

fn both(range: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range(range).protect().add(stack);
        Machine::new("m").net(&net).add(&stack.scope("web"));
    }
}

fn forgetful(stack: &Stack) {
    stack.forget::<Net>("net");
    stack.scope("web").forget::<Machine>("m");
}

fn deployed() -> World {
    let mut world = World::new();
    world.deploy(&both("10.0.0.0/16"), json!({})).complete();
    world
}

#[test]
fn a_forgotten_resource_leaves_the_stack_and_its_object_stays_protected_or_not() {
    let mut world = deployed();
    let plan = world.plan(&forgetful, json!({})).unwrap();
    insta::assert_snapshot!(render(&plan, &RenderOptions::default()), @r"
  ! Machine web/m  machine-2, forgotten: kept in the cloud
  ! Net net  net-1, forgotten: kept in the cloud

Plan: 2 to keep in the cloud
");
    assert!(world.deploy(&forgetful, json!({})).complete().changes.is_empty());
    assert_eq!((world.cloud.objects().len(), world.state.rows.len()), (2, 0));
    assert!(!world.plan(&forgetful, json!({})).unwrap().has_changes(), "the lines may stay");
    assert!(world.destroy().complete().changes.is_empty());
    assert_eq!(world.cloud.objects().len(), 2);
}

#[test]
#[should_panic(expected = "toy:net/net:net: is to be forgotten, and still declared at tests/engine/options/forget.rs")]
fn what_is_forgotten_and_still_declared_is_an_error_that_names_both_places() {
    let twice = |stack: &Stack| {
        stack.forget::<Net>("net");
        both("10.0.0.0/16")(stack);
    };
    drop(deployed().plan(&twice, json!({})));
}

#[test]
fn what_an_interrupted_replacement_has_left_stays_too() {
    let mut world = World::new();
    world.deploy(&|stack: &Stack| drop(Net::new("net").range("10.0.0.0/16").add(stack)), json!({})).complete();
    world.cloud.inject(Fault::refuse(Verb::Delete, "net"));
    world.deploy(&|stack: &Stack| drop(Net::new("net").range("10.1.0.0/16").add(stack)), json!({}));
    world.cloud.heal();
    let forgetful = |stack: &Stack| stack.forget::<Net>("net");
    assert!(world.deploy(&forgetful, json!({})).complete().changes.is_empty());
    assert_eq!((world.cloud.objects().len(), world.state.rows.len()), (2, 0));
}

#[test]
fn what_is_equal_to_it_and_has_another_name_is_made_beside_it() {
    let mut world = World::new();
    world.deploy(&|stack: &Stack| drop(Net::new("net").range("10.0.0.0/16").add(stack)), json!({})).complete();
    let other = |stack: &Stack| {
        stack.forget::<Net>("net");
        Net::new("other").range("10.0.0.0/16").add(stack);
    };
    assert_eq!(world.deploy(&other, json!({})).complete().changes, ["create net other"], "it is no rename that was forgotten");
}

#[test]
fn a_run_that_dies_on_the_way_deletes_nothing_then_or_later() {
    for at in 0..8 {
        let mut world = deployed();
        world.deploy_within_until(&forgetful, json!({}), &infra_plan::Selection::default(), Crash::AtRecord(at));
        world.deploy(&forgetful, json!({})).complete();
        assert_eq!((world.cloud.objects().len(), world.state.rows.len()), (2, 0), "at {at}");
    }
}

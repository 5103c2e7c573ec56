//! What goes with what contains it.

use super::*;
use infra_apply::Class;
use infra_testing::{Fault, Verb};

/// A machine in a part of a network, which both go with the network; and a fleet that uses the machine, and does not.
fn program(range: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range(range).add(stack);
        let part = Part::new("part").net(&net).range("10.0.1.0/24").deleted_with(&net).add(stack);
        let machine = Machine::new("m").part(&part).deleted_with(&part).add(stack);
        Fleet::new("fleet").image("one").leader(&machine).add(stack);
    }
}

fn deployed() -> World {
    let mut world = World::new();
    world.cloud.contain("toy:net/part", "net");
    world.cloud.contain("toy:run/machine", "part");
    world.deploy(&program("10.0.0.0/16"), json!({})).complete();
    world
}

#[test]
fn nothing_is_called_for_what_is_contained_directly_or_not_and_what_uses_it_goes_before() {
    for destroy in [true, false] {
        let mut world = deployed();
        let ended = if destroy { world.destroy() } else { world.deploy(&nothing, json!({})) }.complete();
        assert_eq!(ended.changes, ["delete fleet fleet", "delete net net"]);
        assert_eq!(ended.plan.counts().delete, 4, "all of them go");
        assert!(world.state.rows.is_empty() && world.cloud.objects().is_empty());
    }
}

#[test]
fn the_plan_says_what_it_goes_with() {
    insta::assert_snapshot!(text(&deployed(), &nothing), @r#"
  - Fleet fleet  fleet-4, no longer declared
  - Net net  net-1, no longer declared
  - Part part  part-2, goes with net
  - Machine m  machine-3, goes with part

Plan: 4 to delete
"#);
}

#[test]
fn what_leaves_the_stack_alone_is_deleted_by_a_call_of_its_own() {
    let mut world = deployed();
    let rest = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Part::new("part").net(&net).range("10.0.1.0/24").deleted_with(&net).add(stack);
    };
    assert_eq!(world.deploy(&rest, json!({})).complete().changes, ["delete fleet fleet", "delete machine m"]);
    assert_eq!(world.destroy().complete().changes, ["delete net net"]);
}

#[test]
fn where_the_container_stays_after_all_nothing_is_forgotten() {
    let mut world = deployed();
    world.cloud.inject(Fault::refuse(Verb::Delete, "net").class(Class::Denied));
    let ended = world.destroy();
    assert_eq!((ended.outcome.failed.len(), ended.outcome.skipped.len()), (1, 2));
    assert_eq!(world.state.rows.len(), 3);
    world.destroy().complete();
    assert!(world.state.rows.is_empty() && world.cloud.objects().is_empty());
}

#[test]
fn a_container_that_is_replaced_takes_the_old_ones_along_and_the_new_ones_stand_in_the_new() {
    let mut world = deployed();
    let changes = world.deploy(&program("10.1.0.0/16"), json!({})).complete().changes;
    assert_eq!(
        changes,
        ["create net net", "create part part", "create machine m", "create fleet fleet", "delete fleet fleet", "delete net net"]
    );
    assert!(!world.plan(&program("10.1.0.0/16"), json!({})).unwrap().has_changes());
    assert_eq!(world.cloud.objects().len(), 4);
}

#[test]
fn what_refers_to_its_container_by_no_input_is_replaced_with_it() {
    let program = |range: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range(range).add(stack);
            Machine::new("m").size(1).deleted_with(&net).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16"), json!({})).complete();
    let plan = world.plan(&program("10.1.0.0/16"), json!({})).unwrap();
    assert_eq!(reason(&plan, "m"), "net is, which contains it");
}

#[test]
fn where_something_that_the_container_waits_for_needs_it_gone_it_is_deleted_itself() {
    // The other part is in the network too, and does not go with it; the machine inside keeps it.
    let program = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        let part = Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
        Machine::new("m").part(&part).net(&net).deleted_with(&net).add(stack);
    };
    let mut world = World::new();
    world.deploy(&program, json!({})).complete();
    assert_eq!(world.destroy().complete().changes, ["delete machine m", "delete part part", "delete net net"]);
}

#[test]
fn what_is_protected_keeps_its_container() {
    let program = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Machine::new("m").net(&net).deleted_with(&net).protect().add(stack);
    };
    let mut world = World::new();
    world.deploy(&program, json!({})).complete();
    assert_eq!(refusal(&world, &nothing).len(), 1);
    assert_eq!(refusal_to_destroy(&world).len(), 1);
}

#[test]
fn a_run_that_died_on_the_way_leaves_nothing_behind() {
    for record in 0.. {
        let mut world = deployed();
        let died = world.destroy_until(Crash::AtRecord(record));
        world.destroy().complete();
        assert!(world.state.rows.is_empty() && world.cloud.objects().is_empty(), "after record {record}");
        if !died {
            assert!(record > 5);
            break;
        }
    }
}

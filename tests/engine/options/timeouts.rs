//! How long the steps of a resource may take, where the program says so.

use std::time::Duration;

use infra_apply::Class;
use infra_core::timeouts::{Timeouts, hours, minutes, seconds};
use infra_testing::{Fault, Verb};

use super::*;

fn machine(timeouts: Timeouts) -> impl Fn(&Stack) {
    move |stack| drop(Machine::new("m").timeouts(timeouts).add(stack))
}

fn problem(deployed: &infra_testing::Deployed) -> String {
    deployed.outcome.failed[0].1.to_string()
}

#[test]
fn a_making_ends_in_the_time_that_the_program_gives_and_the_error_says_which_and_where() {
    let mut world = World::new();
    world.cloud.ready_after(u32::MAX);
    let deployed = world.deploy(&machine(Timeouts::new().create(minutes(5))), json!({}));
    assert!((300..315).contains(&deployed.took.as_secs()), "{:?}", deployed.took);
    let problem = problem(&deployed);
    assert!(problem.contains("still `pending` after 5 minutes") && problem.contains("`create` of 5 minutes"), "{problem}");
    assert!(problem.contains("timeouts.rs:"), "{problem}");
}

#[test]
fn it_may_be_longer_than_the_engine_is_patient() {
    let mut world = World::new();
    world.cloud.ready_after(500);
    let deployed = world.deploy(&machine(Timeouts::new()), json!({}));
    assert!((40..41).contains(&(deployed.took.as_secs() / 60)), "{:?}", deployed.took);
    assert!(problem(&deployed).contains("Timeouts::new().create("), "{}", problem(&deployed));
    let mut world = World::new();
    world.cloud.ready_after(500);
    let deployed = world.deploy(&machine(Timeouts::new().create(hours(2))), json!({})).complete();
    assert!(deployed.took > Duration::from_secs(60 * 60));
}

#[test]
fn what_is_tried_again_is_tried_for_that_long() {
    for (timeouts, expected) in
        [(Timeouts::new(), 600), (Timeouts::new().create(seconds(90)), 90), (Timeouts::new().create(hours(1)), 3600)]
    {
        let mut world = World::new();
        world.cloud.inject(Fault::refuse(Verb::Create, "m").class(Class::NotYet).times(u32::MAX));
        let took = world.deploy(&machine(timeouts), json!({})).took.as_secs();
        assert!((expected - 12..=expected).contains(&took), "{took} of {expected} seconds");
    }
}

#[test]
fn the_time_for_its_end_is_kept_with_the_object_and_holds_when_it_is_not_declared_any_more() {
    let mut world = World::new();
    world.deploy(&machine(Timeouts::new().delete(minutes(3))), json!({})).complete();
    for destroy in [false, true] {
        let mut world = world.fork();
        world.cloud.inject(Fault::refuse(Verb::Delete, "m").class(Class::InUse).times(u32::MAX));
        let deployed = if destroy { world.destroy() } else { world.deploy(&nothing, json!({})) };
        assert!((168..=180).contains(&deployed.took.as_secs()), "{:?}", deployed.took);
    }
    // Another time is remembered without a call.
    let other = machine(Timeouts::new().delete(minutes(1)));
    assert!(world.deploy(&other, json!({})).complete().changes.is_empty());
    world.cloud.inject(Fault::refuse(Verb::Delete, "m").class(Class::InUse).times(u32::MAX));
    assert!((48..=60).contains(&world.destroy().took.as_secs()));
}

#[test]
fn a_slow_service_is_no_reason_to_give_up() {
    let many = |stack: &Stack| {
        (0..60).for_each(|at| drop(Machine::new(format!("m{at}")).timeouts(Timeouts::new().create(seconds(20))).add(stack)))
    };
    let mut world = World::new();
    world.parallel = 60;
    world.cloud.limit_rate("run", 1.0, 1.0);
    world.deploy(&many, json!({})).complete();
}

//! Runs that are asked to stop: nothing new begins, what is under way has a few seconds, and nothing is lost.

use std::time::Duration;

use infra_apply::Event;
use infra_core::Stack;
use infra_testing::{Fault, Verb, World};
use infra_tests::{Machine, Net};
use serde_json::json;

/// The time that a build machine gives a process that it asks to stop.
const GRACE: Duration = Duration::from_secs(10);

fn chain(stack: &Stack) {
    let mut last = None;
    for at in 0..10 {
        let mut net = Net::new(format!("n{at}")).range("10.0.0.0/16");
        if let Some(last) = &last {
            net = net.depends_on(last);
        }
        last = Some(net.add(stack));
    }
}

fn asked_after(millis: u64) -> World {
    let mut world = World::new();
    world.interrupt_after = Some(Duration::from_millis(millis));
    world
}

#[test]
fn what_is_under_way_is_finished_and_nothing_else_is_begun() {
    let mut world = asked_after(2500);
    world.cloud.take_time(4);
    let deployed = world.deploy(&chain, json!({}));
    let done = deployed.outcome.done;
    assert!((1..9).contains(&done), "{done} done");
    assert!(deployed.outcome.failed.is_empty() && deployed.outcome.in_doubt.is_empty());
    assert!(deployed.outcome.skipped.len() + done == 10 && !deployed.outcome.is_complete());
    assert!(world.state.rows.values().all(|row| row.intent.is_none()), "nothing is in doubt");
    world.interrupt_after = None;
    world.deploy(&chain, json!({})).complete();
    assert_eq!(world.cloud.objects().len(), 10);
}

#[test]
fn a_wait_for_something_to_be_ready_is_cut_short_and_gone_on_with_by_the_next_run() {
    let mut world = asked_after(3000);
    world.cloud.ready_after(30);
    let deployed = world.deploy(&chain, json!({}));
    assert_eq!(deployed.took, Duration::from_secs(3));
    assert_eq!(deployed.outcome.skipped.len(), 10);
    assert_eq!(world.state.rows.len(), 1);
    world.interrupt_after = None;
    world.deploy(&chain, json!({})).complete();
    assert_eq!(world.cloud.objects().len(), 10);
}

#[test]
fn a_wait_between_two_tries_is_cut_short_too() {
    let mut world = asked_after(3000);
    world.cloud.inject(Fault::refuse(Verb::Create, "n0").class(infra_apply::Class::InUse).times(u32::MAX));
    let deployed = world.deploy(&chain, json!({}));
    assert_eq!((deployed.took, deployed.outcome.failed.len()), (Duration::from_secs(3), 0));
    assert!(world.state.rows.is_empty(), "the service said that nothing was made");
}

#[test]
fn calls_that_wait_for_their_turn_at_a_slow_service_are_not_made_any_more() {
    let many = |stack: &Stack| (0..50).for_each(|at| drop(Net::new(format!("n{at}")).range("10.0.0.0/16").add(stack)));
    let mut world = asked_after(3000);
    world.parallel = 50;
    world.cloud.limit_rate("net", 1.0, 1.0);
    let deployed = world.deploy(&many, json!({}));
    assert_eq!(deployed.took, Duration::from_secs(3));
    assert!(world.cloud.objects().len() < 10);
    assert!(world.state.rows.values().all(|row| row.intent.is_none()), "what was not made is known not to be made");
    world.interrupt_after = None;
    world.cloud.limit_rate("net", 100.0, 100.0);
    world.deploy(&many, json!({})).complete();
    assert_eq!(world.cloud.objects().len(), 50);
}

#[test]
fn a_call_that_does_not_come_back_is_left_in_doubt_in_time_and_settled_by_the_next_run() {
    let program = |stack: &Stack| {
        Net::new("net").range("10.0.0.0/16").add(stack);
        Machine::new("m").add(stack);
    };
    for made in [true, false] {
        let mut world = asked_after(2000);
        let fault = Fault::refuse(Verb::Create, "net");
        world.cloud.inject(if made { fault.reply_lost().silent() } else { fault.silent() });
        let deployed = world.deploy(&program, json!({}));
        assert!(deployed.took <= Duration::from_secs(2) + GRACE, "{:?}", deployed.took);
        let in_doubt: Vec<_> = deployed.outcome.in_doubt.iter().map(|address| address.name()).collect();
        assert_eq!(in_doubt, ["net"]);
        assert!(!deployed.outcome.is_complete());
        assert!(deployed.events.iter().any(|event| matches!(event, Event::LeftInDoubt { address } if address.name() == "net")));
        world.interrupt_after = None;
        world.deploy(&program, json!({})).complete();
        assert_eq!(world.cloud.objects().len(), 2);
        world.destroy().complete();
        assert!(world.cloud.objects().is_empty());
    }
}

#[test]
fn asked_at_any_moment_the_run_ends_in_time_and_the_next_one_finishes() {
    for millis in (0..12_000).step_by(250) {
        let mut world = asked_after(millis);
        world.cloud.take_time(millis);
        world.cloud.ready_after(2);
        world.cloud.seen_after(1);
        world.cloud.limit_rate("net", 5.0, 2.0);
        let deployed = world.deploy(&chain, json!({}));
        assert!(deployed.took <= Duration::from_millis(millis) + GRACE, "{:?}", deployed.took);
        world.interrupt_after = None;
        world.deploy(&chain, json!({})).complete();
        assert_eq!(world.cloud.objects().len(), 10);
        world.interrupt_after = Some(Duration::from_millis(millis / 4));
        world.destroy();
        world.interrupt_after = None;
        world.destroy().complete();
        assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty());
    }
}

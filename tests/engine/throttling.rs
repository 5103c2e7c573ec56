//! Services that take only so many calls: what they grant is used, little is asked in vain, and nothing fails for it.

use std::time::Duration;

use infra_apply::{Class, Event};
use infra_core::Stack;
use infra_testing::{Fault, Traffic, Verb, World};
use infra_tests::{Machine, Net};
use serde_json::json;

fn nets(count: usize) -> impl Fn(&Stack) {
    move |stack| (0..count).for_each(|at| drop(Net::new(format!("n{at}")).range("10.0.0.0/16").add(stack)))
}

/// The part of what was granted that was used, and the part of the calls that were refused.
fn shares(traffic: Traffic, rate: f64, burst: f64) -> (f64, f64) {
    let (granted, refused) = (traffic.granted as f64, traffic.refused as f64);
    (granted / (rate * traffic.over.as_secs_f64() + burst), refused / (granted + refused))
}

#[test]
fn what_a_service_grants_is_used_to_95_percent_and_nothing_fails() {
    for (rate, burst, count) in [(2.0, 5.0, 500), (5.0, 20.0, 1000), (20.0, 10.0, 1500), (20.0, 100.0, 1500), (100.0, 50.0, 2500)] {
        let mut world = World::new();
        world.parallel = 50;
        world.cloud.limit_rate("net", rate, burst);
        world.cloud.take_time(3);
        world.deploy(&nets(count), json!({})).complete();
        let traffic = world.cloud.traffic("net");
        let (used, wasted) = shares(traffic, rate, burst);
        assert!(used >= 0.95, "{rate} a second: {used} used");
        // Before the first refusals come back, as many calls as may be under way at a time are made in vain.
        let refused = traffic.refused.saturating_sub(2 * world.parallel as u64);
        assert!(refused * 100 < traffic.granted * 10, "{rate} a second: {wasted} in vain");
    }
}

#[test]
fn a_destruction_finds_its_pace_too_and_a_burst_is_not_slowed_down() {
    let mut world = World::new();
    world.deploy(&nets(800), json!({})).complete();
    world.cloud.limit_rate("net", 10.0, 10.0);
    let destroyed = world.destroy().complete();
    let (used, wasted) = shares(world.cloud.traffic("net"), 10.0, 10.0);
    assert!(used >= 0.95 && wasted < 0.15, "{used} used, {wasted} in vain");
    assert!(destroyed.took > Duration::from_secs(140));
    world.cloud.limit_rate("net", 10.0, 100.0);
    let deployed = world.deploy(&nets(45), json!({})).complete();
    assert_eq!(deployed.took, Duration::ZERO, "what the service has saved up is there to be used");
}

#[test]
fn one_service_that_is_slow_holds_up_no_other() {
    let both = |stack: &Stack| {
        nets(60)(stack);
        (0..60).for_each(|at| drop(Machine::new(format!("m{at}")).add(stack)));
    };
    let mut world = World::new();
    world.parallel = 200;
    world.cloud.limit_rate("net", 1.0, 1.0);
    let deployed = world.deploy(&both, json!({})).complete();
    let said: Vec<_> = deployed
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Throttled { service, rate } => Some((service.as_str(), *rate)),
            _ => None,
        })
        .collect();
    assert!(!said.is_empty() && said.iter().all(|(service, rate)| *service == "net" && *rate > 0.0), "{said:?}");
    assert!(said.len() < 20, "said now and then, and not for each call: {}", said.len());
    let finished = |kind: &str| {
        deployed.events.iter().rposition(|event| matches!(event, Event::Finished { address, .. } if &**address.kind() == kind))
    };
    assert!(finished("toy:run/machine") < finished("toy:net/net"));
}

#[test]
fn a_service_that_takes_no_call_for_ten_minutes_is_given_up() {
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Create, "n0").class(Class::Throttled).times(u32::MAX));
    let deployed = world.deploy(&nets(1), json!({}));
    assert_eq!(deployed.outcome.failed.len(), 1);
    assert!((600..700).contains(&deployed.took.as_secs()), "{:?}", deployed.took);
    assert!(world.state.rows.is_empty() || world.state.rows.values().all(|row| row.object.is_none()));
    world.cloud.heal();
    world.deploy(&nets(1), json!({})).complete();
    assert_eq!(world.cloud.objects().len(), 1);
}

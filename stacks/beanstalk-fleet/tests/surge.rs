//! The fleet under the talk's surge: the talk's own parameters fail, the committed ones hold.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use beanstalk_fleet::beanstalk_fleet;
use infra_autoscale::search::{Lever, Objective, Search, Space};
use infra_autoscale::{Boot, Capacity, Load, Simulation, Unknowns, hours, lint, minutes};
use infra_sdk::core::Graph;
use infra_testing::World;
use serde_json::{Value, json};

/// The committed configuration.
fn committed() -> Value {
    let file: Value = toml::from_str(include_str!("../infra.toml")).unwrap();
    file["config"].clone()
}

/// The talk's trigger: its first settings, and those that won its grid.
fn talk(increment: u32, upper: f64) -> Value {
    let mut config = committed();
    config["trigger"] = json!({
        "min": 1, "max": 20, "cooldown": 360, "upper": upper, "lower": 5.0, "increment": increment, "decrement": 1, "period": 300,
        "detailed": false,
    });
    config
}

fn graph(config: Value) -> Graph {
    World::new().graph(&beanstalk_fleet, config)
}

/// A day with the talk's surge in its morning: 30,000 requests a minute in ten minutes, 150,000 in eight more, half an hour of it.
fn day() -> Load {
    Load::ramp(0.0, 30_000.0, minutes(10)).then(150_000.0, minutes(8)).hold(minutes(30)).then(10_000.0, minutes(20)).hold(hours(22))
}

/// The talk's host, 30 % at 40,000 requests a minute, that serves three minutes after it was asked for.
fn surge(config: Value) -> Simulation {
    infra_autoscale::fleet(&graph(config), "app")
        .unwrap()
        .capacity(Capacity::linear(0.0, 0.75, 1000.0).unwrap())
        .load(day())
        .boot(Boot::constant(60.0, 120.0))
        .over(Unknowns::of_the_cloud().boots([0.5]))
}

#[test]
fn the_talks_parameters_fail_under_aws_semantics_and_the_message_says_why() {
    for (increment, upper) in [(1, 25.0), (2, 25.0), (2, 15.0)] {
        let broken = surge(talk(increment, upper)).run().unwrap().assert_cpu_below(50.0).unwrap_err();
        assert_eq!(broken.count, (15, 15), "({increment}, {upper})");
    }
    let text = surge(talk(2, 15.0)).run().unwrap().assert_cpu_below(50.0).unwrap_err().to_string();
    assert!(text.contains("the load crosses 50 % at 12:26"), "{text}");
}

#[test]
fn the_committed_parameters_hold_in_every_scenario() {
    let outcome = surge(committed()).run().unwrap();
    outcome.assert_cpu_below(50.0).unwrap_or_else(|broken| panic!("{broken}"));
    outcome.assert_lost_at_most(0.0).unwrap_or_else(|broken| panic!("{broken}"));
    // The surge is paid for, and the rest of the day is not.
    outcome.assert_ends_with(1).unwrap_or_else(|broken| panic!("{broken}"));
    let (_, most) = outcome.range(|run| run.host_hours);
    let (_, always_three) = surge(three()).run().unwrap().range(|run| run.host_hours);
    assert!(most < always_three / 1.5, "{most} {always_three}");
}

/// Three servers at all times, which hold as well.
fn three() -> Value {
    let mut config = talk(2, 15.0);
    config["trigger"]["min"] = json!(3);
    config
}

#[test]
fn the_search_finds_what_is_committed() {
    let space = Space::empty()
        .with(Lever::MinSize, [1.0, 2.0, 3.0])
        .with(Lever::Increment, (1..=6).map(f64::from))
        .with(Lever::Threshold, (11..=20).map(f64::from))
        .with(Lever::Period, [60.0, 300.0])
        .with(Lever::Detailed, [0.0, 1.0]);
    let tuning = Search::of(surge(talk(2, 15.0)), Objective::cpu_below(50.0)).space(space).run().unwrap();
    let fleet = surge(committed()).fleet;
    for (lever, value) in &tuning.chosen.values {
        assert_eq!(lever.of(&fleet), Some(*value), "{lever}; chosen: {}; {:?}", tuning.chosen, tuning.chosen.score);
    }
    assert!(tuning.chosen.holds && tuning.present.broken == 15);
}

#[test]
fn nothing_is_to_be_said_against_the_committed_parameters_and_much_against_the_talks() {
    assert_eq!(lint::stack(&graph(committed())), []);
    let findings = lint::simulation(&surge(talk(1, 26.0)), 50.0).unwrap();
    assert!(findings.iter().any(|finding| finding.field.as_deref() == Some("monitoring")), "{findings:?}");
}

//! AirAware's fleets under the two loads of its figures: a spike, and the loss of a zone at its height.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use airaware::airaware;
use infra_autoscale::{Boot, Capacity, Happening, Load, Simulation, Timeline, Unknowns, lint};
use infra_sdk::aws::ec2::AvailabilityZones;
use infra_testing::World;
use serde_json::{Value, json};

/// The committed configuration, with another greatest size.
fn config(max: i32) -> Value {
    let file: Value = toml::from_str(include_str!("../infra.toml")).unwrap();
    let mut config = file["config"].clone();
    config["flask"]["max"] = json!(max);
    // Made by the API, a launch configuration begins with reports each minute, which the figures show.
    config["launch"] = json!("configuration");
    config
}

/// The fleet of a zone, as the stack declares it. A host is busy to one percent for each request a minute, so that loads are
/// percents of a host.
fn fleet(number: u32, max: i32) -> Simulation {
    let zones = vec!["us-west-2a".into(), "us-west-2b".into()];
    let graph = World::new().answering(&AvailabilityZones::default(), &zones).graph(&airaware, config(max));
    infra_autoscale::fleet(&graph, &format!("flask-autoscaling-{number}"))
        .unwrap()
        .capacity(Capacity::linear(0.0, 1.0, 1.0).unwrap().booting_at(2.0))
        .boot(Boot::constant(60.0, 45.0))
}

/// Nothing for a minute and `begun` seconds, then `percent` of a host for `seconds`, then nothing for two hours: a host that leaves is drained
/// for 400 s, and the next leaves only then, which is slower than the figure shows.
fn load(percent: f64, begun: i64, seconds: i64) -> Load {
    Load::from(0.0).hold(60 + begun).spike(percent, seconds).hold(7200)
}

/// When more hosts serve, in seconds after the load's minute began.
fn arrivals(timeline: &Timeline) -> Vec<i64> {
    let more = |what: &Happening| matches!(what, Happening::Serving { from, to } if to > from);
    timeline.events.iter().filter(|(_, what)| more(what)).map(|(at, _)| at - 60).collect()
}

#[test]
fn a_spike_doubles_and_doubles_the_fleet_of_each_zone_and_goes_again() {
    // 12 % in each zone from 20:40:20 to 20:48:50; the figure shows the first new hosts at 20:44:00 to 20:44:15, and eight at last.
    for zone in [1, 2] {
        let outcome = fleet(zone, 5).load(load(12.0, 20, 510)).over(Unknowns::none().delays([60, 90, 120])).run().unwrap();
        for (scenario, summary) in &outcome.runs {
            let (_, timeline) = outcome.timeline(scenario).unwrap();
            let first = arrivals(&timeline)[0];
            assert!((first - 240).abs() <= 60, "{scenario}: {first}");
            assert!((7..=9).contains(&(summary.most_hosts * 2)), "{scenario}: {}", summary.most_hosts);
        }
        outcome.assert_ends_with(1).unwrap_or_else(|broken| panic!("{broken}"));
        outcome.assert_lost_at_most(0.0).unwrap_or_else(|broken| panic!("{broken}"));
        outcome.assert_cpu_below(12.1).unwrap_or_else(|broken| panic!("{broken}"));
    }
}

#[test]
fn the_zone_that_is_left_takes_all_and_grows_every_two_minutes() {
    // 24 % from 08:50:00 to 09:04:45 on the zone that is left; the figure shows hosts at 08:55, :57, :59 and 09:01, and seven at last.
    let outcome = fleet(1, 12).load(load(24.0, 0, 885)).over(Unknowns::none().delays([120])).run().unwrap();
    let (scenario, summary) = outcome.runs[0];
    let arrivals = arrivals(&outcome.timeline(&scenario).unwrap().1);
    for (arrival, seen) in arrivals.iter().zip([300, 420, 540, 660]) {
        assert!((arrival - seen).abs() <= 60, "{arrivals:?}");
    }
    assert!(arrivals.windows(2).all(|pair| (pair[1] - pair[0] - 120).abs() <= 30), "{arrivals:?}");
    assert!((6..=8).contains(&summary.most_hosts));
    outcome.assert_ends_with(1).unwrap_or_else(|broken| panic!("{broken}"));
}

#[test]
fn the_committed_greatest_size_is_too_small_for_the_loss_of_a_zone() {
    // The original's own run shows seven hosts in a group that its code limits to five.
    let outcome = fleet(1, 5).load(load(24.0, 0, 885)).over(Unknowns::none()).run().unwrap();
    assert_eq!(outcome.runs[0].1.most_hosts, 5);
    let findings = lint::simulation(&fleet(1, 5).load(load(24.0, 0, 885)), 4.0).unwrap();
    assert!(findings.iter().any(|finding| finding.field.as_deref() == Some("max_size")), "{findings:?}");
}

//! What holds of every fleet and every load.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use infra_autoscale::model::{
    Adjustment, AdjustmentKind, Alarm, Comparison, Fleet, Health, Monitoring, Platform, Policy, Rule, Step, Tracking,
};
use infra_autoscale::{AlarmState, Boot, Capacity, Event, Happening, Load, Scenario, Simulation, Summary, Timeline, ZoneLoss};
use proptest::prelude::*;

fn policy() -> impl Strategy<Value = Rule> {
    let simple = (-3_i64..=3, 0_i64..600)
        .prop_map(|(amount, cooldown)| Rule::Simple { adjustment: Adjustment::change(amount), cooldown: Some(cooldown) });
    let percent = (-60_i64..=120, 0_i64..3).prop_map(|(amount, min_magnitude)| Rule::Simple {
        adjustment: Adjustment { kind: AdjustmentKind::Percent, amount, min_magnitude },
        cooldown: None,
    });
    let step = (1_i64..4, 1_i64..6, proptest::option::of(0_i64..400)).prop_map(|(small, large, warm_up)| Rule::Step {
        kind: AdjustmentKind::Change,
        min_magnitude: 0,
        steps: vec![
            Step { lower: Some(0.0), upper: Some(15.0), amount: small },
            Step { lower: Some(15.0), upper: None, amount: large },
            Step { lower: None, upper: Some(0.0), amount: -small },
        ],
        aggregation: Default::default(),
        warm_up,
        cooldown: None,
    });
    let tracking = (10.0_f64..80.0, any::<bool>())
        .prop_map(|(target, disable_scale_in)| Rule::Tracking(Tracking { disable_scale_in, ..Tracking::cpu(target) }));
    prop_oneof![simple, percent, step, tracking]
}

prop_compose! {
    fn fleet()(
        min in 0_u32..4, more in 0_u32..12, zones in 1_usize..4,
        policies in proptest::collection::vec((policy(), 5.0_f64..90.0, any::<bool>(), 1_usize..4, 0_usize..3, prop_oneof![Just(60_i64), Just(300)]), 0..4),
        detailed: bool, ecs: bool, warm_up in proptest::option::of(0_i64..300), balanced: bool, elb: bool, in_service in 0.0_f64..200.0, ready in 0.0_f64..200.0,
    ) -> Fleet {
        let mut fleet = Fleet::new("any", min, min + more);
        fleet.zones = (0..zones).map(|zone| zone.to_string()).collect();
        for (index, (rule, threshold, high, periods, fewer, period)) in policies.into_iter().enumerate() {
            let tracks = matches!(rule, Rule::Tracking(_));
            fleet.policies.push(Policy::new(&format!("p{index}"), rule));
            if !tracks {
                let comparison = if high { Comparison::Greater } else { Comparison::LessOrEqual };
                let mut alarm = Alarm::cpu(&format!("a{index}"), comparison, threshold, periods, period, index);
                alarm.datapoints_to_alarm = periods.saturating_sub(fewer).max(1);
                fleet.alarms.push(alarm);
            }
        }
        fleet.monitoring = if detailed { Monitoring::Detailed } else { Monitoring::Basic };
        fleet.platform = if ecs { Platform::Ecs } else { Platform::Ec2 };
        fleet.default_warm_up = warm_up;
        fleet.health = Health { balanced, elb: elb && balanced, grace: 60, interval: 30, unhealthy: 2, deregistration: 100 };
        fleet.boot = Boot::constant(in_service, ready);
        fleet
    }
}

prop_compose! {
    fn load()(start in 0.0_f64..400.0, pieces in proptest::collection::vec((0.0_f64..2000.0, 10_i64..1200, any::<bool>()), 1..6)) -> Load {
        pieces.into_iter().fold(Load::from(start), |load, (to, seconds, jump)| {
            if jump { load.step(to).hold(seconds) } else { load.then(to, seconds) }
        })
    }
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let form = prop_oneof![Just(ZoneLoss::Hard), Just(ZoneLoss::Network), Just(ZoneLoss::LoadBalancer)];
    let lost = (0_i64..2000, 60_i64..2000, form)
        .prop_map(|(at, length, how)| vec![Event::ZoneDown { at, zone: 0, how }, Event::ZoneUp { at: at + length, zone: 0 }]);
    let fails = (0_i64..2000, 60_i64..2000).prop_map(|(from, length)| vec![Event::LaunchesFail { from, to: from + length, zone: 0 }]);
    let stop = (0_i64..2000, 1_u32..4).prop_map(|(at, count)| vec![Event::HostsFail { at, zone: 0, count }]);
    let gap = (0_i64..2000, 60_i64..2000).prop_map(|(from, length)| vec![Event::MetricGap { from, to: from + length }]);
    prop_oneof![3 => Just(vec![]), 2 => lost, 1 => fails, 1 => gap, 2 => stop]
}

prop_compose! {
    fn scenario()(phase in 0_i64..300, delay in 0_i64..180, boot in 0.0_f64..1.0, seed in proptest::option::of(any::<u64>()), load in 0.5_f64..1.5) -> Scenario {
        Scenario { phase, delay, boot, seed, fit: 0.0, load }
    }
}

fn run(fleet: Fleet, load: Load, events: &[Event], scenario: &Scenario) -> (Summary, Timeline) {
    let capacity = Capacity::linear(2.0, 1.0, 5.0).unwrap();
    let simulation = events.iter().fold(Simulation::of(fleet).capacity(capacity).load(load), |simulation, event| simulation.event(*event));
    simulation.prepare().unwrap().timeline(scenario)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sizes_stay_within_their_bounds(fleet in fleet(), load in load(), events in events(), scenario in scenario()) {
        let bounds = fleet.bounds;
        let (summary, timeline) = run(fleet, load, &events, &scenario);
        for row in &timeline.rows {
            prop_assert!((bounds.min..=bounds.max).contains(&row.desired), "{row:?}");
        }
        // Rebalancing may exceed the greatest size by a tenth, or one.
        prop_assert!(summary.most_hosts <= bounds.max + (bounds.max / 10).max(1));
        if events.is_empty() {
            prop_assert!(summary.most_hosts <= bounds.max);
        }
    }

    #[test]
    fn every_request_is_served_or_lost_or_waits(fleet in fleet(), load in load(), events in events(), scenario in scenario()) {
        let total = load.total() * scenario.load;
        let (summary, _) = run(fleet, load, &events, &scenario);
        prop_assert!((summary.requests - total).abs() <= 1e-6 * total.max(1.0), "{summary:?} {total}");
        let accounted = summary.served + summary.lost + summary.waiting;
        prop_assert!((accounted - summary.requests).abs() <= 1e-6 * summary.requests.max(1.0) + 1e-4, "{summary:?}");
    }

    #[test]
    fn nothing_acts_on_too_little_data(fleet in fleet(), load in load(), from in 0_i64..600, scenario in scenario()) {
        // Without any metric from some time on, alarms have too few data after at most six periods and the delay.
        let gap = Event::MetricGap { from, to: i64::MAX };
        let (_, timeline) = run(fleet, load, &[gap], &scenario);
        let mut states = vec![AlarmState::InsufficientData; timeline.alarms.len()];
        for (_, what) in &timeline.events {
            if let Happening::Alarm { alarm, state, .. } = what {
                states[*alarm] = *state;
            }
        }
        let quiet = from + 30 * 60 + scenario.delay;
        let late = timeline.events.iter().filter(|(at, what)| *at > quiet && matches!(what, Happening::Scaled { .. }));
        prop_assert_eq!(late.count(), 0);
        if timeline.rows.last().is_some_and(|row| row.at > quiet) {
            prop_assert!(states.iter().all(|state| *state == AlarmState::InsufficientData));
        }
    }

    #[test]
    fn moving_the_load_and_the_clock_together_changes_nothing(fleet in fleet(), load in load(), scenario in scenario(), shift in 1_i64..5) {
        // As much later as the metrics' clock is, after a time of the load that it begins with.
        let fleet = Fleet { bounds: infra_autoscale::model::Bounds { min: fleet.bounds.min, max: fleet.bounds.min.max(1) + 8 }, alarms: Vec::new(), policies: vec![Policy::new("t", Rule::Tracking(Tracking { disable_scale_in: true, ..Tracking::cpu(60.0) }))], ..fleet };
        let quiet = load.clone().at(0).min(100.0);
        let load = Load::from(quiet).then(quiet, 60).followed_by(&load);
        let later = Load::from(quiet).hold(shift * 60).followed_by(&load);
        let (_, now) = run(fleet.clone(), load, &[], &Scenario { phase: scenario.phase % 60, seed: None, ..scenario });
        let (_, then) = run(fleet, later, &[], &Scenario { phase: (scenario.phase % 60 + shift * 60) % 300, seed: None, ..scenario });
        let sizes = |timeline: &Timeline, from: i64| timeline.events.iter().filter(|(_, what)| matches!(what, Happening::Scaled { .. })).map(|(at, what)| (at - from, *what)).collect::<Vec<_>>();
        prop_assert_eq!(sizes(&now, 0), sizes(&then, shift * 60));
    }

    #[test]
    fn splitting_a_balanced_fleet_over_zones_changes_sizes_by_at_most_one(fleet in fleet(), load in load(), scenario in scenario()) {
        let scenario = Scenario { seed: None, ..scenario };
        // Hosts that serve and count at once are alike, so that it does not matter which of them goes.
        let mut fleet = Fleet { boot: Boot::constant(0.0, 0.0), default_warm_up: Some(0), ..fleet };
        for policy in &mut fleet.policies {
            match &mut policy.rule {
                Rule::Step { warm_up, .. } | Rule::Tracking(Tracking { warm_up, .. }) => *warm_up = Some(0),
                _ => {}
            }
        }
        let of = |zones: usize| Fleet { zones: (0..zones).map(|zone| zone.to_string()).collect(), ..fleet.clone() };
        let (one, three) = (run(of(1), load.clone(), &[], &scenario).1, run(of(3), load.clone(), &[], &scenario).1);
        for (one, three) in one.rows.iter().zip(&three.rows) {
            prop_assert!(one.desired.abs_diff(three.desired) <= 1, "{one:?} {three:?}");
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let fleet = Fleet { monitoring: Monitoring::Detailed, ..Fleet::new("web", 1, 12) }
        .with_policy(Policy::new("cpu", Rule::Tracking(Tracking::cpu(40.0))));
    let unknowns = infra_autoscale::Unknowns::all().seeds(0..40);
    let simulation =
        Simulation::of(fleet).capacity(Capacity::linear(1.0, 0.75, 1000.0).unwrap()).load(infra_autoscale::Talk::load()).over(unknowns);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let runs = pool.install(|| simulation.run().unwrap().runs);
        runs.into_iter()
            .map(|(_, summary)| (summary.peak_cpu.to_bits(), summary.host_hours.to_bits(), summary.served.to_bits()))
            .collect::<Vec<_>>()
    };
    let one = with(1);
    assert_eq!(one.len(), 5 * 3 * 40 * 3);
    assert!(one == with(2) && one == with(7));
}

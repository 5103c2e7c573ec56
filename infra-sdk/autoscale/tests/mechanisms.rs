//! Mechanisms at work in whole runs, each on the smallest fleet that shows it.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use infra_autoscale::model::{
    Adjustment, Alarm, Comparison, Fleet, Health, Monitoring, Platform, Policy, Rule, Schedule, Tracking, When, Window,
};
use infra_autoscale::{
    AlarmState, Boot, Burst, Capacity, Event, Happening, Knobs, LatencyCurve, Load, ScaleIn, Scenario, Simulation, Summary, Timeline,
    ZoneLoss, minutes,
};

/// Hosts in service after 30 s that serve after 60 more and report each minute.
fn fleet(min: u32, max: u32) -> Fleet {
    Fleet { monitoring: Monitoring::Detailed, boot: Boot::constant(30.0, 60.0), ..Fleet::new("web", min, max) }
}

fn up(threshold: f64) -> Fleet {
    let rule = Rule::Simple { adjustment: Adjustment::change(1), cooldown: None };
    fleet(1, 9).scaled(Policy::new("up", rule), |policy| Alarm::cpu("busy", Comparison::Greater, threshold, 1, 60, policy))
}

fn tracked(min: u32, max: u32, warm_up: i64) -> Fleet {
    Fleet { default_warm_up: Some(warm_up), ..fleet(min, max) }.with_policy(Policy::new("cpu", Rule::Tracking(Tracking::cpu(50.0))))
}

/// A host that is saturated by 1000 requests a minute.
fn of(fleet: Fleet, load: Load) -> Simulation {
    Simulation::of(fleet).capacity(Capacity::linear(0.0, 100.0, 1000.0).unwrap()).load(load)
}

fn run(simulation: &Simulation) -> (Summary, Timeline) {
    simulation.prepare().unwrap().timeline(&Scenario::NOMINAL)
}

fn scaled(timeline: &Timeline) -> Vec<(i64, u32, u32)> {
    let change = |(at, what): &(i64, Happening)| match what {
        Happening::Scaled { from, to, .. } | Happening::Scheduled { from, to } => Some((*at, *from, *to)),
        _ => None,
    };
    timeline.events.iter().filter_map(change).collect()
}

/// Quiet for five minutes, then as much as one host can do.
fn doubled() -> Load {
    Load::from(200.0).hold(minutes(5)).step(1000.0).hold(minutes(25))
}

#[test]
fn target_tracking_acts_on_the_third_minute_above_its_target() {
    let (summary, timeline) = run(&of(tracked(1, 20, 120), doubled()));
    // Minutes 6, 7 and 8 are above; the alarm's call comes a minute later.
    assert_eq!(scaled(&timeline), [(540, 1, 2)]);
    assert_eq!((summary.last_hosts, summary.first_served), (2, Some(630)));
}

#[test]
fn without_a_warm_up_a_booting_host_is_in_the_average_and_misleads_it() {
    // Busy with its boot, the new host keeps the average above the target although it serves soon.
    let busy = |warm_up| {
        let simulation = of(tracked(1, 20, warm_up), doubled());
        run(&simulation.knobs(Knobs { boot_cpu: Some(90.0), ..Knobs::default() })).0.most_hosts
    };
    assert_eq!((busy(120), busy(0)), (2, 3));
}

#[test]
fn a_simple_policy_waits_for_the_host_and_then_for_the_pause() {
    let (_, timeline) = run(&of(up(50.0), Load::from(0.0).step(9000.0).hold(minutes(19))));
    // Called each minute from the second on; 30 s until in service and 300 s of pause.
    assert_eq!(scaled(&timeline), [(120, 1, 2), (480, 2, 3), (840, 3, 4)]);
}

#[test]
fn application_auto_scaling_lets_a_larger_growth_through_its_pause_and_shrinks_once_in_five_minutes() {
    let ecs = Fleet { platform: Platform::Ecs, ..tracked(1, 40, 0) };
    let load = Load::from(100.0).hold(minutes(5)).step(5000.0).hold(minutes(30)).step(400.0).hold(minutes(60));
    let (summary, timeline) = run(&of(ecs, load).knobs(Knobs { scale_in: ScaleIn::OneByOne, ..Knobs::default() }));
    let (grown, shrunk): (Vec<_>, Vec<_>) = scaled(&timeline).into_iter().partition(|(_, from, to)| to > from);
    assert!(grown.windows(2).any(|pair| pair[1].0 - pair[0].0 < 300), "{grown:?}");
    assert!(shrunk.len() > 4 && shrunk.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 300), "{shrunk:?}");
    assert!(summary.most_hosts >= 10);
}

#[test]
fn a_schedule_and_a_forecast_set_sizes_by_the_clock_and_a_forecast_never_lowers_them() {
    let mut scheduled = fleet(1, 9);
    let when = When::Seconds(600);
    scheduled.schedules.push(Schedule { name: "morning".into(), when, min: Some(5), max: None, desired: None });
    assert_eq!(scaled(&run(&of(scheduled, Load::steady(0.0, minutes(20)))).1), [(600, 1, 5)]);
    let forecast = fleet(1, 9).with_policy(Policy::new("forecast", Rule::Forecast(Vec::new())));
    let simulation = of(forecast, Load::steady(0.0, minutes(240))).forecast(&[1, 4, 2, 12]);
    assert_eq!(scaled(&run(&simulation).1), [(3600, 1, 4), (10_800, 4, 9)]);
}

#[test]
fn an_alarm_of_a_minute_on_basic_data_has_too_little_of_it_most_of_the_time() {
    let states = |monitoring| {
        let (_, timeline) = run(&of(Fleet { monitoring, ..up(90.0) }, Load::steady(500.0, minutes(30))));
        let state = |what: &Happening| matches!(what, Happening::Alarm { state: AlarmState::InsufficientData, .. });
        timeline.events.iter().filter(|(_, what)| state(what)).count()
    };
    assert_eq!((states(Monitoring::Basic), states(Monitoring::Detailed)), (6, 0));
}

#[test]
fn by_the_clock_an_alarm_acts_only_when_a_full_period_ends() {
    let first = |window, phase| {
        let mut fleet = up(50.0);
        fleet.alarms[0].window = window;
        fleet.alarms[0].period = 300;
        let load = Load::from(0.0).hold(minutes(3)).step(800.0).hold(minutes(20));
        let prepared = of(fleet, load).prepare().unwrap();
        scaled(&prepared.timeline(&Scenario { phase, ..Scenario::NOMINAL }).1)[0].0
    };
    // Four minutes of five at 80 % are more than 50 % on average; by the clock the first full five minutes end at 10 and 7.
    assert_eq!(first(Window::Sliding, 0), minutes(8));
    assert_eq!((first(Window::WallClock, 0), first(Window::WallClock, 120)), (minutes(11), minutes(8)));
}

/// Two zones with two hosts each at 30 %, of which the first is lost after ten minutes; the group grows above 45 %.
fn lost(how: ZoneLoss) -> (Summary, Timeline) {
    let mut fleet = Fleet { zones: vec!["a".into(), "b".into()], desired: Some(4), ..up(45.0) };
    fleet.health = Health { balanced: true, interval: 10, unhealthy: 2, ..Health::default() };
    run(&of(fleet, Load::steady(1200.0, minutes(40))).event(Event::ZoneDown { at: 600, zone: 0, how }))
}

#[test]
fn hosts_that_are_cut_off_and_report_dilute_the_average_so_that_nothing_grows() {
    for how in [ZoneLoss::Network, ZoneLoss::LoadBalancer] {
        let (summary, _) = lost(how);
        assert_eq!((summary.grown, summary.peak_cpu, summary.last_hosts), (0, 60.0, 4), "{how:?}");
    }
    let (summary, timeline) = lost(ZoneLoss::Hard);
    // Two are replaced in the other zone after EC2's checks, and the average of the others is what it is.
    assert_eq!(summary.last_hosts, 5);
    assert!(timeline.events.contains(&(780, Happening::Replaced { count: 2 })));
    assert_eq!(scaled(&timeline), [(720, 4, 5)]);
    // Half of the requests of 20 seconds went to the lost hosts.
    assert!((summary.lost - 1200.0 * 20.0 / 60.0 / 2.0).abs() < 1e-9);
}

#[test]
fn when_the_zone_is_back_hosts_are_launched_there_first_and_the_others_go_after() {
    let fleet = Fleet { zones: vec!["a".into(), "b".into()], ..fleet(4, 4) };
    let (summary, timeline) = run(&of(fleet, Load::steady(400.0, minutes(60)))
        .event(Event::ZoneDown { at: 600, zone: 0, how: ZoneLoss::Hard })
        .event(Event::ZoneUp { at: 1800, zone: 0 }));
    // One beyond the greatest size, twice.
    assert_eq!((summary.most_hosts, summary.last_hosts), (5, 4));
    let after: Vec<_> = timeline.rows.iter().filter(|row| row.at > 1800).map(|row| row.hosts).collect();
    assert_eq!(after.iter().filter(|hosts| **hosts == 5).count(), 2, "{after:?}");
}

#[test]
fn a_zone_that_cannot_give_hosts_gives_them_later() {
    let (_, timeline) = run(&of(up(50.0), Load::steady(900.0, minutes(20))).event(Event::LaunchesFail { from: 0, to: 600, zone: 0 }));
    let row = |at: i64| timeline.rows.iter().find(|row| row.at == at).map(|row| (row.desired, row.hosts)).unwrap();
    let ((wanted, there), (then_wanted, then_there)) = (row(540), row(720));
    assert!(wanted > 1 && there == 1 && then_there == then_wanted, "{:?}", [row(540), row(720)]);
}

#[test]
fn surplus_credits_are_billed_and_standard_hosts_are_held_to_their_baseline() {
    let burst = Burst::of_type("t3.micro").unwrap();
    let capacity = |burst| Capacity::linear(0.0, 100.0, 1000.0).unwrap().with_burst(burst).priced(0.0104, 0.05);
    let hour = |burst| run(&Simulation::of(fleet(1, 1)).capacity(capacity(burst)).load(Load::steady(375.0, minutes(60)))).0;
    let unlimited = hour(burst);
    assert!((unlimited.surplus_hours - 0.55).abs() < 1e-9 && (unlimited.cost - 0.0104 - 0.0275).abs() < 1e-9, "{unlimited:?}");
    let standard = hour(Burst { mode: infra_autoscale::model::CreditMode::Standard, ..burst });
    assert!(standard.lost > 0.7 * standard.requests && standard.surplus_hours == 0.0, "{standard:?}");
}

#[test]
fn users_who_wait_ask_less_of_a_slow_host() {
    let closed = |hosts: u32| {
        let capacity = Capacity::linear(0.0, 100.0, 1000.0).unwrap().with_latency(LatencyCurve::single(1.0));
        let simulation = Simulation::of(fleet(hosts, hosts)).capacity(capacity).load(Load::steady(150.0, minutes(10)).closed(5.0));
        run(&simulation).0
    };
    let (one, four) = (closed(1), closed(4));
    // 150 users at once every six seconds would be 1500 a minute; one host slows them down, more hosts let them ask more.
    assert!(one.requests < 0.7 * 15_000.0 && four.requests > 1.2 * one.requests, "{} {}", one.requests, four.requests);
    assert!(one.lost == 0.0 && one.waiting == 0.0 && one.peak_cpu <= 100.0 && one.peak_latency > four.peak_latency);
}

#[test]
fn overload_waits_and_what_waits_too_long_is_lost() {
    let with = |give_up| {
        run(&of(fleet(1, 1), Load::steady(1500.0, 60).step(500.0).hold(minutes(10))).knobs(Knobs { give_up, ..Knobs::default() })).0
    };
    // A minute of 500 too many waits for half a minute at most, and is served after.
    let patient = with(60.0);
    assert!(patient.lost == 0.0 && patient.waiting == 0.0 && (patient.served - patient.requests).abs() < 1e-6, "{patient:?}");
    assert!((with(0.0).lost - 500.0).abs() < 1e-6 && (with(6.0).lost - 400.0).abs() < 1e-6);
}

#[test]
fn answers_are_judged_too() {
    let capacity = Capacity::linear(0.0, 100.0, 1000.0).unwrap().with_latency(LatencyCurve::single(0.1));
    let simulation = Simulation::of(fleet(1, 4)).capacity(capacity).load(Load::steady(800.0, minutes(10)));
    let outcome = simulation.over(infra_autoscale::Unknowns::none()).run().unwrap();
    outcome.assert_latency_below(0.51).unwrap();
    let text = outcome.assert_latency_below(0.4).unwrap_err().to_string();
    assert!(text.contains("nothing makes the fleet grow, answers take longer than 0.4 s for 10:00"), "{text}");
    assert!(text.contains("2 hosts at least"), "{text}");
}

#[test]
fn a_host_that_stops_is_left_by_the_load_balancer_and_replaced_by_the_group() {
    let stopped = |elb| {
        let mut fleet = fleet(2, 4);
        fleet.health = Health { balanced: true, elb, grace: 300, interval: 10, unhealthy: 3, deregistration: 300 };
        let simulation = of(fleet, Load::steady(600.0, minutes(20))).event(Event::HostsFail { at: 600, zone: 0, count: 1 });
        run(&simulation)
    };
    // EC2 notices after three minutes; the load balancer's verdict, where it counts, after half a minute and one more.
    for (elb, replaced) in [(false, 780), (true, 690)] {
        let (summary, timeline) = stopped(elb);
        assert!(timeline.events.contains(&(replaced, Happening::Replaced { count: 1 })), "{:?}", timeline.events);
        // Half of the requests of the 30 seconds until the load balancer leaves it.
        assert!((summary.lost - 150.0).abs() < 1e-9 && summary.last_hosts == 2 && summary.peak_cpu == 60.0, "{summary:?}");
        assert!(timeline.events.contains(&(replaced + 90, Happening::Serving { from: 1, to: 2 })));
    }
}

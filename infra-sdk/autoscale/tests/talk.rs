//! The talk's load under AWS's documented semantics: what of the talk survives, and what does not.
//!
//! The bands were measured with a sample every ten seconds; here peaks are exact, so on the steep part of the ramp, where ten
//! seconds are 1.875 % of a host, they are that much higher.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use infra_autoscale::model::{Fleet, Monitoring};
use infra_autoscale::{
    Beanstalk, Boot, Capacity, Fluid, Knobs, Lag, Levers, Limits, Load, Semantics, Simulation, Summary, Talk, Unknowns, minutes,
};

/// What ten seconds of the ramp are on one host, in percent.
const SAMPLED: f64 = 1.875;

/// The talk's fleet with a size that does not bind; a host is in service after a minute and serves after `boot` seconds.
fn fleet(increment: i64, threshold: f64, boot: f64, monitoring: Monitoring, min: u32) -> Fleet {
    let settings = Beanstalk { min, max: 40, lower_increment: 0, monitoring, ..Beanstalk::cpu(threshold, 0.0, increment) };
    Fleet { boot: Boot::constant(60.0, boot - 60.0), ..settings.fleet("talk") }
}

/// In five phases: alarms a minute late, and no request waits.
fn runs(fleet: Fleet) -> Vec<Summary> {
    let simulation = Simulation::of(fleet)
        .capacity(Capacity::linear(0.0, 0.75, 1000.0).unwrap())
        .load(Talk::load())
        .over(Unknowns::none().phases([0, 60, 120, 180, 240]))
        .knobs(Knobs { give_up: 0.0, ..Knobs::default() })
        .limits(Limits { cpu: 50.0, latency: f64::INFINITY });
    simulation.run().unwrap().runs.into_iter().map(|(_, summary)| summary).collect()
}

fn band(runs: &[Summary], value: impl Fn(&Summary) -> f64) -> (f64, f64) {
    runs.iter().map(value).fold((f64::INFINITY, 0.0), |(low, high), value| (low.min(value), high.max(value)))
}

/// Peaks and minutes above 50 % over the phases, with basic and with detailed monitoring.
fn row(increment: i64, threshold: f64, boot: f64, basic: [(f64, f64); 2], detailed: (f64, f64)) {
    for (monitoring, [peaks, minutes]) in
        [(Monitoring::Basic, basic), (Monitoring::Detailed, [(detailed.0, detailed.0), (detailed.1, detailed.1)])]
    {
        let runs = runs(fleet(increment, threshold, boot, monitoring, 1));
        let (peak, over) = (band(&runs, |run| run.peak_cpu), band(&runs, |run| run.over_cpu / 60.0));
        // From what was sampled up to what the samples missed, and what the table's rounding hides.
        let is = |exact: f64, sampled: f64, most: f64| exact >= sampled - 0.51 && exact <= sampled + most + 0.51;
        let fits = is(peak.0, peaks.0, SAMPLED) && is(peak.1, peaks.1, SAMPLED);
        assert!(fits, "({increment}, {threshold}) {boot} s {monitoring:?}: peaks {peak:?}, not {peaks:?}");
        let fits = (over.0 - minutes.0).abs() < 0.1 && (over.1 - minutes.1).abs() < 0.1;
        assert!(fits, "({increment}, {threshold}) {boot} s {monitoring:?}: minutes {over:?}, not {minutes:?}");
    }
}

#[test]
fn the_first_settings_fail_for_about_a_quarter_of_an_hour_as_the_talk_says() {
    row(1, 25.0, 180.0, [(99.0, 112.0), (11.5, 15.5)], (99.0, 11.5));
    row(1, 25.0, 240.0, [(111.0, 112.0), (12.5, 16.5)], (111.0, 12.5));
    row(2, 25.0, 180.0, [(99.0, 112.0), (4.5, 8.5)], (99.0, 4.5));
}

#[test]
fn the_talks_winner_holds_only_where_hosts_start_in_a_minute_and_report_each_minute() {
    row(2, 15.0, 60.0, [(43.0, 88.0), (0.0, 3.5)], (43.0, 0.0));
    row(2, 15.0, 180.0, [(66.0, 111.0), (1.5, 5.5)], (66.0, 1.5));
}

/// The settings that stay below `limit` in every phase, of growing by 1 to 10 above 11 to 45 %, the cheapest first.
fn feasible(monitoring: Monitoring, min: u32, limit: f64) -> Vec<(i64, i64)> {
    let all = (1..=10).flat_map(|increment| (11..=45).map(move |threshold| (increment, threshold)));
    let mut feasible: Vec<(f64, i64, i64)> = all
        .filter_map(|(increment, threshold)| {
            let runs = runs(fleet(increment, threshold as f64, 180.0, monitoring, min));
            let mean = runs.iter().map(|run| run.host_hours).sum::<f64>() / runs.len() as f64;
            runs.iter().all(|run| run.peak_cpu < limit).then_some((mean, increment, threshold))
        })
        .collect();
    feasible.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.2.cmp(&a.2)));
    feasible.into_iter().map(|(_, increment, threshold)| (increment, threshold)).collect()
}

#[test]
fn detailed_monitoring_decides_whether_any_setting_holds() {
    for min in [1, 2] {
        assert!(feasible(Monitoring::Basic, min, 50.0).is_empty());
    }
    let one = feasible(Monitoring::Detailed, 1, 50.0);
    assert_eq!(one.len(), 18);
    assert!(one.contains(&(2, 11)) && !one.contains(&(2, 15)), "{one:?}");
    // Ten seconds of the ramp are half as much on each of two hosts.
    let two = feasible(Monitoring::Detailed, 2, 50.0 + SAMPLED / 2.0);
    assert_eq!((two.len(), feasible(Monitoring::Detailed, 2, 50.0).len()), (50, 20));
    assert!(two.contains(&(1, 13)) && !two.contains(&(1, 16)), "{two:?}");
}

#[test]
fn the_fast_engine_agrees_with_full_semantics_on_whole_minutes() {
    // Whole percents are met exactly here and there, where the last bit of a sum decides.
    let above = |threshold: i32| f64::from(threshold) + 0.37;
    let line = Capacity::linear(0.0, 0.75, 1000.0).unwrap().line;
    let fluid = Fluid::new(&Talk::load(), line, 50.0).unwrap();
    for (monitoring, increment, threshold) in [Monitoring::Basic, Monitoring::Detailed]
        .into_iter()
        .flat_map(|monitoring| (1..=10).flat_map(move |by| (11..=45).map(move |at| (monitoring, by, at))))
    {
        let fleet = Fleet { boot: Boot::constant(180.0, 0.0), ..fleet(increment, above(threshold), 180.0, monitoring, 1) };
        let levers = Levers {
            min: 1,
            max: 40,
            upper: above(threshold),
            out_by: increment as u32,
            lower: 0.0,
            in_by: 0,
            cooldown: 6,
            window: 5,
            basic: monitoring == Monitoring::Basic,
        };
        for (phase, full) in (0..5).zip(runs(fleet)) {
            let fast = fluid.run(&levers, &Lag { phase, delay: 1, in_service: 3, ready: 0 }, 1.0);
            let same = (fast.peak_cpu - full.peak_cpu).abs() < 1e-6 && (fast.host_hours - full.host_hours).abs() < 1e-6;
            assert!(same, "{levers:?} phase {phase}: {fast:?} {full:?}");
        }
    }
}

#[test]
fn the_production_peak_fits_a_slow_ramp_and_not_the_surge() {
    let peak = |load: Load, boot: f64| {
        let simulation = Simulation::of(fleet(2, 15.0, boot, Monitoring::Detailed, 1))
            .capacity(Capacity::linear(0.0, 0.75, 1000.0).unwrap())
            .load(load)
            .over(Unknowns::none());
        simulation.run().unwrap().runs[0].1.peak_cpu
    };
    let ramp = |length: i64| Load::ramp(0.0, 120_000.0, minutes(length)).hold(minutes(10));
    for (length, boot, seen) in [(40, 120.0, 28.9), (40, 180.0, 31.1), (50, 120.0, 24.9), (50, 180.0, 26.7)] {
        let peak = peak(ramp(length), boot);
        println!("{length} {boot} {peak} {seen}");
        assert!((peak - seen).abs() < 0.6, "in {length} minutes, {boot} s: {peak}, not {seen}");
    }
    // The surge as far as production went.
    let surge = |boot| peak(Load::ramp(0.0, 30_000.0, minutes(10)).then(120_000.0, minutes(6)).hold(minutes(30)), boot);
    assert!(surge(120.0) > 45.0 && surge(180.0) > 45.0);
}

#[test]
fn by_the_talks_own_rules_its_winner_holds() {
    for (talk, mean) in [(Talk::G1, 16.24), (Talk::G2, 16.44)] {
        let fleet = Beanstalk { max: 40, ..Beanstalk::cpu(15.0, 10.0, 2) }.fleet("talk");
        let simulation = Simulation::of(fleet).capacity(Capacity::of_the_talk()).load(Talk::load()).semantics(Semantics::Conf42Talk(talk));
        let outcome = simulation.run().unwrap();
        outcome.assert_cpu_below(50.0).unwrap();
        let summary = outcome.runs[0].1;
        assert!(
            (summary.mean_cpu - mean).abs() < 0.005 && (summary.peak_cpu - 39.0).abs() < 0.005 && summary.last_hosts == 7,
            "{summary:?}"
        );
    }
}

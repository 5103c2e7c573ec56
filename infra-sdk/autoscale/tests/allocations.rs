//! The inner loops allocate nothing: a week of minutes needs no more allocations than an hour of them.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use infra_autoscale::{Beanstalk, Capacity, Fluid, Lag, Levers, Load, Scenario, Simulation, hours};

fn counted(run: impl FnOnce()) -> u64 {
    allocation_counter::measure(run).count_total
}

fn week() -> Load {
    Load::from(60_000.0).sine(50_000.0, hours(4), hours(24 * 7))
}

#[test]
fn a_run_after_the_first_allocates_nothing_however_long_it_is() {
    let fleet = Beanstalk { max: 20, ..Beanstalk::cpu(40.0, 20.0, 2) }.fleet("web");
    let prepared = Simulation::of(fleet).capacity(Capacity::linear(1.0, 0.75, 1000.0).unwrap()).load(week()).prepare().unwrap();
    let scenario = |phase| Scenario { phase, ..Scenario::NOMINAL };
    let of = |count: i64| {
        let mut summaries = Vec::new();
        let allocations = counted(|| summaries = prepared.run_all((0..count).map(scenario)));
        assert_eq!(summaries.len() as i64, count);
        allocations
    };
    // The list of summaries is one allocation, the workspace some; nothing is for the other runs of 10,080 minutes.
    let (one, many) = (of(1), of(20));
    assert!(many <= one + 4, "{one} allocations for a run, {many} for twenty");
    assert!(one < 60, "{one}");
}

#[test]
fn the_fast_engine_allocates_nothing_at_all() {
    let fluid = Fluid::new(&week(), Capacity::linear(1.0, 0.75, 1000.0).unwrap().line, 50.0).unwrap();
    let levers = Levers { min: 1, max: 20, upper: 40.0, out_by: 2, lower: 20.0, in_by: 1, cooldown: 5, window: 5, basic: true };
    let lag = Lag { phase: 0, delay: 1, in_service: 1, ready: 2 };
    let mut peak = 0.0;
    assert_eq!(counted(|| peak = fluid.run(&levers, &lag, 1.0).peak_cpu), 0);
    assert!(peak > 0.0);
}

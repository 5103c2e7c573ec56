//! How many hours a second of one processor simulates. Printed, never asserted: `cargo bench -p infra-autoscale`.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints its rates")]

use std::hint::black_box;
use std::time::Instant;

use infra_autoscale::model::{Fleet, Monitoring, Policy, Rule, Tracking};
use infra_autoscale::{
    Beanstalk, Capacity, Fluid, Lag, Levers, Load, Objective, Scenario, Search, Simulation, Talk, Unknowns, hours, minutes,
};

/// Seconds that this thread has had a processor, where Linux tells; otherwise of the clock, which other programs make worse.
struct Spent(Option<f64>, Instant);

impl Spent {
    fn begin() -> Spent {
        Spent(on_processor(), Instant::now())
    }

    fn seconds(&self) -> f64 {
        on_processor().zip(self.0).map_or_else(|| self.1.elapsed().as_secs_f64(), |(now, begun)| now - begun)
    }
}

fn on_processor() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split(' ').next()?.parse::<f64>().ok()? / 1e9)
}

fn main() {
    let capacity = Capacity::linear(0.0, 0.75, 1000.0).unwrap();
    let day = Load::from(60_000.0).sine(50_000.0, hours(24), hours(24 * 7));
    for (name, load) in [("the talk's 48 minutes", Talk::load()), ("a week of sines", day)] {
        fluid(name, &load, &capacity);
        let beanstalk = Beanstalk { max: 20, monitoring: Monitoring::Detailed, ..Beanstalk::cpu(15.0, 5.0, 2) }.fleet("beanstalk");
        full(&format!("{name}, two simple policies"), beanstalk, &load, &capacity);
        let tracking = Fleet { monitoring: Monitoring::Detailed, default_warm_up: Some(120), ..Fleet::new("tracking", 1, 20) }
            .with_policy(Policy::new("cpu", Rule::Tracking(Tracking::cpu(40.0))));
        full(
            &format!("{name}, target tracking"),
            Fleet { zones: ["a", "b", "c"].map(str::to_owned).to_vec(), ..tracking },
            &load,
            &capacity,
        );
    }
    search(&capacity);
    let fleet = Beanstalk { max: 20, monitoring: Monitoring::Detailed, ..Beanstalk::cpu(11.0, 5.0, 2) }.fleet("unit test");
    let simulation = Simulation::of(fleet).capacity(capacity).load(Talk::load().stretched(4.0)).over(Unknowns::of_the_cloud());
    let begun = Spent::begin();
    let times = 200;
    for _ in 0..times {
        black_box(simulation.run().unwrap());
    }
    println!(
        "a unit test over {} scenarios of {} min: {:.2} ms",
        simulation.run().unwrap().runs.len(),
        Talk::load().length() * 4 / minutes(1),
        begun.seconds() / f64::from(times) * 1e3
    );
}

/// The default space of two simple policies, searched in fifteen scenarios on all processors.
fn search(capacity: &Capacity) {
    let fleet = Beanstalk { max: 20, ..Beanstalk::cpu(25.0, 5.0, 1) }.fleet("search");
    let simulation = Simulation::of(fleet).capacity(capacity.clone()).load(Talk::load()).over(Unknowns::of_the_cloud().boots([0.5]));
    let search = Search::of(simulation, Objective::cpu_below(50.0));
    let begun = Instant::now();
    let tuning = black_box(search.run().unwrap());
    let left: usize = tuning.rejected.iter().map(|rejected| rejected.count).sum();
    println!(
        "a search of {} settings in {} scenarios: {:.2} s of the clock; {left} left out, {} run ({:?})",
        tuning.settings,
        tuning.scenarios.len(),
        begun.elapsed().as_secs_f64(),
        tuning.verified,
        tuning.strategy
    );
}

fn fluid(name: &str, load: &Load, capacity: &Capacity) {
    let fluid = Fluid::new(load, capacity.line, 50.0).unwrap();
    let lag = Lag { phase: 0, delay: 1, in_service: 1, ready: 2 };
    let runs = (2e6 / fluid.hours()) as u32;
    let begun = Spent::begin();
    for run in 0..runs {
        let levers = Levers {
            min: 1 + run % 3,
            max: 40,
            upper: f64::from(11 + run % 35),
            out_by: 1 + run % 10,
            lower: 5.0,
            in_by: 1,
            cooldown: run % 8,
            window: 5,
            basic: run % 2 == 0,
        };
        black_box(fluid.run(black_box(&levers), &lag, 1.0));
    }
    let seconds = begun.seconds();
    let rate = f64::from(runs) * fluid.hours() / seconds;
    println!("fluid, {name}: {:.2} M hours/s; 100,000 settings in {:.0} ms", rate / 1e6, seconds / f64::from(runs) * 1e8);
}

fn full(name: &str, fleet: Fleet, load: &Load, capacity: &Capacity) {
    let prepared = Simulation::of(fleet).capacity(capacity.clone()).load(load.clone()).prepare().unwrap();
    let runs = (4e5 / prepared.hours()) as usize;
    let scenarios = (0..runs).map(|run| Scenario { phase: (run as i64 * 7) % 300, delay: 60 + (run as i64 % 61), ..Scenario::NOMINAL });
    let begun = Spent::begin();
    black_box(prepared.run_all(scenarios));
    let seconds = begun.seconds();
    println!("full, {name}: {:.0} k hours/s; {:.2} us a run", runs as f64 * prepared.hours() / seconds / 1e3, seconds / runs as f64 * 1e6);
}

//! A simulation: a fleet, a host, a load, what is unknown, and the outcome over all of it.

use jiff::civil::DateTime;
use rayon::prelude::*;

use crate::engine::{self, Compiled, Parameters, Workspace};
use crate::model::{Draw, Event, Fleet, Metric, Rule};
use crate::{Boot, Burst, Capacity, Error, Knobs, Load, Outcome, Scenario, Summary, Talk, Timeline, Unknowns};

/// Limits by which a run is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Percent of processor load.
    pub cpu: f64,
    /// Seconds of the 95th percentile of answers.
    pub latency: f64,
}

impl Default for Limits {
    /// None.
    fn default() -> Limits {
        Limits { cpu: f64::INFINITY, latency: f64::INFINITY }
    }
}

/// By whose rules a fleet runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Semantics {
    /// As AWS documents them.
    #[default]
    AwsDocumented,
    /// As the talk's own simulator had them, in one of two readings: for repeating the talk, and for nothing else. Nothing is
    /// unknown to it, and of the fleet it knows the first simple policy and the alarm above which that is called.
    Conf42Talk(Talk),
}

/// What will be simulated. Everything but the fleet has a default, except for the host and the load, which nobody can guess.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The fleet.
    pub fleet: Fleet,
    pub(crate) capacity: Option<Capacity>,
    pub(crate) load: Option<Load>,
    pub(crate) unknowns: Unknowns,
    pub(crate) knobs: Knobs,
    pub(crate) events: Vec<Event>,
    pub(crate) start: Option<DateTime>,
    pub(crate) limits: Limits,
    pub(crate) semantics: Semantics,
}

impl Simulation {
    /// Of a fleet, over all unknowns.
    pub fn of(fleet: Fleet) -> Simulation {
        Simulation {
            fleet,
            capacity: None,
            load: None,
            unknowns: Unknowns::all(),
            knobs: Knobs::default(),
            events: Vec::new(),
            start: None,
            limits: Limits::default(),
            semantics: Semantics::AwsDocumented,
        }
    }

    /// The same of another fleet.
    #[must_use]
    pub fn with_fleet(mut self, fleet: Fleet) -> Simulation {
        self.fleet = fleet;
        self
    }

    /// What a host can do. A host without burst credits of its own gets those of the fleet's instance type.
    #[must_use]
    pub fn capacity(mut self, capacity: Capacity) -> Simulation {
        self.capacity = Some(capacity);
        self
    }

    /// The load.
    #[must_use]
    pub fn load(mut self, load: Load) -> Simulation {
        self.load = Some(load);
        self
    }

    /// How long a new host takes.
    #[must_use]
    pub fn boot(mut self, boot: Boot) -> Simulation {
        self.fleet.boot = boot;
        self
    }

    /// What is unknown.
    #[must_use]
    pub fn over(mut self, unknowns: Unknowns) -> Simulation {
        self.unknowns = unknowns;
        self
    }

    /// What AWS does not document.
    #[must_use]
    pub fn knobs(mut self, knobs: Knobs) -> Simulation {
        self.knobs = knobs;
        self
    }

    /// What AWS's forecast will be, for predictive policies that act: the least size for each hour of the run. For a surge that
    /// nobody saw before there is none, and they do nothing.
    #[must_use]
    pub fn forecast(mut self, hours: &[u32]) -> Simulation {
        for policy in &mut self.fleet.policies {
            if let Rule::Forecast(forecast) = &mut policy.rule {
                *forecast = hours.to_vec();
            }
        }
        self
    }

    /// Something that befalls the fleet.
    #[must_use]
    pub fn event(mut self, event: Event) -> Simulation {
        self.events.push(event);
        self
    }

    /// When the load begins, in UTC: for schedules by the clock.
    #[must_use]
    pub fn starting_at(mut self, start: DateTime) -> Simulation {
        self.start = Some(start);
        self
    }

    /// Limits by which each run is judged.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Simulation {
        self.limits = limits;
        self
    }

    /// By whose rules it runs.
    #[must_use]
    pub fn semantics(mut self, semantics: Semantics) -> Simulation {
        self.semantics = semantics;
        self
    }

    /// Everything checked and made flat, for many runs.
    ///
    /// # Errors
    /// Where the host or the load is missing, or something contradicts itself.
    pub fn prepare(&self) -> Result<Prepared, Error> {
        let missing = |what: &str, help: &str| Error::setting(what, "nothing is known of it", help);
        let capacity = self.capacity.as_ref().ok_or_else(|| missing("a host", "say what it can do with `.capacity(…)`"))?;
        let load = self.load.as_ref().ok_or_else(|| missing("the load", "say what comes with `.load(…)`"))?;
        let mut capacity = capacity.clone();
        if capacity.burst.is_none() {
            capacity.burst = self.fleet.instance_type.as_deref().and_then(Burst::of_type);
        }
        let mut compiled = Compiled::new(&self.fleet, &capacity, load, &self.knobs, &self.events, self.start)?;
        compiled.limits = (self.limits.cpu, self.limits.latency);
        if self.unknowns.is_empty() {
            return Err(Error::setting("what is unknown", "an axis has no value, so there is no scenario", "give each axis a value"));
        }
        Ok(Prepared { compiled })
    }

    /// The names of the policies that are left out, since they follow memory and the host says nothing of its own.
    pub fn without_data(&self) -> impl Iterator<Item = &str> {
        let known = self.capacity.as_ref().is_some_and(|capacity| capacity.memory.is_some());
        let follows = |rule: &Rule| matches!(rule, Rule::Tracking(tracking) if tracking.metric == Metric::Memory);
        let left_out = self.fleet.policies.iter().filter(move |policy| !known && policy.enabled && follows(&policy.rule));
        left_out.map(|policy| policy.name.as_str())
    }

    /// What is unknown, as far as it matters: a host without an interval has no ends to it.
    pub(crate) fn relevant(&self) -> Unknowns {
        let has_interval = self.capacity.as_ref().is_some_and(|capacity| capacity.interval.is_some());
        if has_interval { self.unknowns.clone() } else { self.unknowns.clone().without_fits() }
    }

    /// Runs every scenario, on all processors; the outcome is the same for any number of them.
    ///
    /// # Errors
    /// As [`Simulation::prepare`], and where the load asks far more of a host than was measured.
    pub fn run(&self) -> Result<Outcome, Error> {
        let prepared = self.prepare()?;
        if let Semantics::Conf42Talk(talk) = self.semantics {
            let summary = self.by_the_talk(talk, &prepared)?;
            return Ok(Outcome { simulation: self.clone(), runs: vec![(Scenario::NOMINAL, summary)] });
        }
        self.run_prepared(&prepared, &self.relevant().scenarios().collect::<Vec<_>>())
    }

    /// The same over these scenarios, such as drawn ones, whatever is said to be unknown.
    ///
    /// # Errors
    /// As [`Simulation::run`], and where there is no scenario.
    pub fn run_over(&self, scenarios: &[Scenario]) -> Result<Outcome, Error> {
        if scenarios.is_empty() {
            return Err(Error::setting("the scenarios", "there is none", "give at least one"));
        }
        self.run_prepared(&self.prepare()?, scenarios)
    }

    fn run_prepared(&self, prepared: &Prepared, scenarios: &[Scenario]) -> Result<Outcome, Error> {
        let one = |space: &mut Workspace, scenario: &Scenario| (*scenario, prepared.run_in(scenario, space));
        // A few runs are done before other threads are awake.
        let runs: Vec<(Scenario, Summary)> = if scenarios.len() < 256 {
            let mut space = Workspace::default();
            scenarios.iter().map(|scenario| one(&mut space, scenario)).collect()
        } else {
            scenarios.par_iter().with_min_len(64).map_init(Workspace::default, one).collect()
        };
        let outcome = Outcome { simulation: self.clone(), runs };
        prepared.within_reach(&outcome.runs)?;
        Ok(outcome)
    }
}

impl Simulation {
    /// A run by the talk's rules. The limit is the talk's, 50 %.
    fn by_the_talk(&self, talk: Talk, prepared: &Prepared) -> Result<Summary, Error> {
        let grows = |index: &usize| match &self.fleet.policies[*index].rule {
            Rule::Simple { adjustment, .. } => u32::try_from(adjustment.amount).ok().filter(|amount| *amount > 0),
            _ => None,
        };
        let alarms = self.fleet.alarms.iter().filter(|alarm| alarm.metric == Metric::Cpu && alarm.comparison.is_high());
        let found = alarms.filter_map(|alarm| Some((alarm.threshold, alarm.on_alarm.iter().find_map(grows)?))).next();
        let missing = || {
            let help = "give the fleet a simple policy that adds hosts, called by an alarm on processor load";
            Error::setting("the talk's rules", "the fleet has nothing that they know", help)
        };
        let (threshold, increment) = found.ok_or_else(missing)?;
        let load = self.load.as_ref().ok_or_else(missing)?;
        let run = talk.run(self.fleet.initial(), increment, threshold, load, prepared.compiled.capacity.line);
        Ok(Summary {
            peak_cpu: run.peak,
            mean_cpu: run.mean,
            over_cpu: f64::from(run.over) * 60.0,
            most_hosts: run.hosts,
            last_hosts: run.hosts,
            ..Summary::default()
        })
    }
}

/// A simulation that is ready to run again and again.
#[derive(Clone, Debug)]
pub struct Prepared {
    compiled: Compiled,
}

impl Prepared {
    /// One run with full semantics.
    pub fn run(&self, scenario: &Scenario) -> Summary {
        self.run_in(scenario, &mut Workspace::default())
    }

    /// Many runs, one after the other in the same memory.
    pub fn run_all(&self, scenarios: impl IntoIterator<Item = Scenario>) -> Vec<Summary> {
        let mut space = Workspace::default();
        scenarios.into_iter().map(|scenario| self.run_in(&scenario, &mut space)).collect()
    }

    pub(crate) fn run_in(&self, scenario: &Scenario, space: &mut Workspace) -> Summary {
        engine::run(&self.compiled, self.parameters(scenario), space, &mut ())
    }

    /// One run, minute by minute.
    pub fn timeline(&self, scenario: &Scenario) -> (Summary, Timeline) {
        let mut timeline = Timeline {
            alarms: self.compiled.watches.iter().map(|watch| watch.alarm.name.clone()).collect(),
            policies: self.compiled.fleet.policies.iter().map(|policy| policy.name.clone()).collect(),
            ..Timeline::default()
        };
        let summary = engine::run(&self.compiled, self.parameters(scenario), &mut Workspace::default(), &mut timeline);
        (summary, timeline)
    }

    /// Hours that a run simulates.
    pub fn hours(&self) -> f64 {
        self.compiled.length as f64 / 3600.0
    }

    fn parameters(&self, scenario: &Scenario) -> Parameters {
        Parameters {
            phase: scenario.phase,
            delay: scenario.delay.max(0),
            draw: scenario.seed.map_or(Draw::Quantile(scenario.boot), Draw::Seed),
            line: self.compiled.capacity.line_at(scenario.fit),
            scale: scenario.load,
        }
    }

    /// Refuses answers that are far from what was measured.
    pub(crate) fn within_reach(&self, runs: &[(Scenario, Summary)]) -> Result<(), Error> {
        let capacity = &self.compiled.capacity;
        let Some(seen) = capacity.seen else { return Ok(()) };
        let asked = runs.iter().map(|(scenario, summary)| {
            let line = capacity.line_at(scenario.fit);
            (summary.peak_cpu - line.intercept) / line.slope
        });
        let asked = asked.fold(0.0, f64::max);
        if asked > seen * capacity.reach { Err(Error::Extrapolation { asked, seen }) } else { Ok(()) }
    }
}

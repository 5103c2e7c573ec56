//! What came out over all scenarios, and assertions about it.

use crate::cause::Broken;
use crate::simulation::{Limits, Simulation};
use crate::{Error, Scenario, Summary, Timeline};

/// The runs of a simulation, in the order of their scenarios.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub(crate) simulation: Simulation,
    /// Each scenario and what came of it.
    pub runs: Vec<(Scenario, Summary)>,
}

impl Outcome {
    /// The run with the greatest value; the first of several.
    pub fn worst(&self, value: impl Fn(&Summary) -> f64) -> &(Scenario, Summary) {
        let mut worst = &self.runs[0];
        for run in &self.runs[1..] {
            if value(&run.1) > value(&worst.1) {
                worst = run;
            }
        }
        worst
    }

    /// The least and greatest of a value over all runs.
    pub fn range(&self, value: impl Fn(&Summary) -> f64) -> (f64, f64) {
        self.runs
            .iter()
            .map(|(_, summary)| value(summary))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    }

    /// A scenario's run, minute by minute.
    ///
    /// # Errors
    /// None that the outcome's own run did not have.
    pub fn timeline(&self, scenario: &Scenario) -> Result<(Summary, Timeline), Error> {
        Ok(self.simulation.prepare()?.timeline(scenario))
    }

    /// No scenario asks for `percent` of processor load or more.
    ///
    /// # Errors
    /// What breaks it first, why, and what to change.
    pub fn assert_cpu_below(&self, percent: f64) -> Result<(), Box<Broken>> {
        let limits = Limits { cpu: percent, ..self.simulation.limits };
        self.assert(limits, format!("processor load below {percent} %"), |summary| summary.peak_cpu < percent)
    }

    /// No answer's 95th percentile takes `seconds` or longer. Needs a latency curve.
    ///
    /// # Errors
    /// As [`Outcome::assert_cpu_below`].
    pub fn assert_latency_below(&self, seconds: f64) -> Result<(), Box<Broken>> {
        let limits = Limits { latency: seconds, ..self.simulation.limits };
        self.assert(limits, format!("answers within {seconds} s"), |summary| summary.peak_latency < seconds)
    }

    /// The group never counts more than `hosts`.
    ///
    /// # Errors
    /// As [`Outcome::assert_cpu_below`].
    pub fn assert_hosts_at_most(&self, hosts: u32) -> Result<(), Box<Broken>> {
        self.assert(self.simulation.limits, format!("at most {hosts} hosts"), |summary| summary.most_hosts <= hosts)
    }

    /// The group counts `hosts` at the end.
    ///
    /// # Errors
    /// As [`Outcome::assert_cpu_below`].
    pub fn assert_ends_with(&self, hosts: u32) -> Result<(), Box<Broken>> {
        self.assert(self.simulation.limits, format!("{hosts} hosts at the end"), |summary| summary.last_hosts == hosts)
    }

    /// No request is lost or still waits at the end, but for a share of all, such as 0.001.
    ///
    /// # Errors
    /// As [`Outcome::assert_cpu_below`].
    pub fn assert_lost_at_most(&self, share: f64) -> Result<(), Box<Broken>> {
        let what = format!("at most {} % of requests lost", share * 100.0);
        self.assert(self.simulation.limits, what, |summary| summary.lost + summary.waiting <= share * summary.requests)
    }

    /// No scenario costs more than `cost`, in the currency of the capacity's prices.
    ///
    /// # Errors
    /// As [`Outcome::assert_cpu_below`].
    pub fn assert_cost_at_most(&self, cost: f64) -> Result<(), Box<Broken>> {
        self.assert(self.simulation.limits, format!("a cost of at most {cost}"), |summary| summary.cost <= cost)
    }

    /// Anything: that `holds` of every run. `what` completes "does not hold: …".
    ///
    /// # Errors
    /// As [`Outcome::assert_cpu_below`].
    pub fn assert(&self, limits: Limits, what: impl Into<String>, holds: impl Fn(&Summary) -> bool) -> Result<(), Box<Broken>> {
        let broken = self.runs.iter().filter(|(_, summary)| !holds(summary)).count();
        match self.runs.iter().find(|(_, summary)| !holds(summary)) {
            None => Ok(()),
            Some((scenario, _)) => {
                Err(Box::new(Broken::explain(&self.simulation, limits, what.into(), scenario, broken, self.runs.len(), &holds)))
            }
        }
    }
}

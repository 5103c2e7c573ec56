//! How good a setting is: what it costs, and how it breaks.

use serde::Serialize;

use crate::engine::Workspace;
use crate::simulation::Limits;
use crate::{Prepared, Scenario, Summary};

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Objective {
    /// Percent of processor load that must not be reached.
    pub cpu: Option<f64>,
    /// Seconds of the 95th percentile of answers that must not be reached.
    pub latency: Option<f64>,
    /// The share of requests that may be lost.
    pub lost: Option<f64>,
    /// The share of scenarios that may break it: 0 for none.
    pub share: f64,
}

impl Objective {
    /// Processors busy to less than `percent`, in every scenario.
    pub fn cpu_below(percent: f64) -> Objective {
        Objective { cpu: Some(percent), latency: None, lost: None, share: 0.0 }
    }

    /// Answers within `seconds`, in every scenario.
    pub fn latency_below(seconds: f64) -> Objective {
        Objective { cpu: None, latency: Some(seconds), lost: None, share: 0.0 }
    }

    /// Whether nothing must hold.
    pub fn is_empty(&self) -> bool {
        self.cpu.is_none() && self.latency.is_none() && self.lost.is_none()
    }

    /// Whether a run holds.
    pub fn holds(&self, summary: &Summary) -> bool {
        self.cpu.is_none_or(|limit| summary.peak_cpu < limit)
            && self.latency.is_none_or(|limit| summary.peak_latency < limit)
            && self.lost.is_none_or(|share| summary.lost + summary.waiting <= share * summary.requests)
    }

    /// The limits by which runs are judged.
    pub fn limits(&self) -> Limits {
        Limits { cpu: self.cpu.unwrap_or(f64::INFINITY), latency: self.latency.unwrap_or(f64::INFINITY) }
    }

    /// How many of so many scenarios may break it.
    pub(super) fn allowed(&self, scenarios: usize) -> usize {
        (self.share * scenarios as f64 + 1e-9).floor() as usize
    }
}

impl std::fmt::Display for Objective {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [
            self.cpu.map(|limit| format!("processor load below {limit} %")),
            self.latency.map(|limit| format!("answers within {limit} s")),
            self.lost.map(|share| format!("at most {} % of requests lost", share * 100.0)),
        ];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

/// A setting over scenarios, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    /// The mean cost of a run.
    pub cost: f64,
    /// The greatest.
    pub worst_cost: f64,
    /// Minutes above the limits, on average.
    pub violation: f64,
    /// The most.
    pub worst_violation: f64,
    /// The greatest processor load that was asked for, in percent.
    pub peak_cpu: f64,
    /// The longest answers, in seconds.
    pub peak_latency: f64,
    /// The most hosts.
    pub most_hosts: u32,
    /// Scenarios that break it.
    pub broken: usize,
    /// The first of these, by its index.
    pub first: Option<usize>,
}

impl Score {
    /// Runs a fleet over scenarios, one after the other: the same sum whatever else runs.
    pub(super) fn of(prepared: &Prepared, scenarios: &[Scenario], objective: &Objective, space: &mut Workspace) -> Score {
        let mut score = Score::default();
        for (index, scenario) in scenarios.iter().enumerate() {
            let summary = prepared.run_in(scenario, space);
            score.cost += summary.cost;
            score.worst_cost = score.worst_cost.max(summary.cost);
            let minutes = (summary.over_cpu + summary.over_latency) / 60.0;
            score.violation += minutes;
            score.worst_violation = score.worst_violation.max(minutes);
            score.peak_cpu = score.peak_cpu.max(summary.peak_cpu);
            score.peak_latency = score.peak_latency.max(summary.peak_latency);
            score.most_hosts = score.most_hosts.max(summary.most_hosts);
            if !objective.holds(&summary) {
                score.broken += 1;
                score.first.get_or_insert(index);
            }
        }
        let count = scenarios.len().max(1) as f64;
        score.cost /= count;
        score.violation /= count;
        score
    }

    /// Whether as few scenarios break it as may.
    pub fn holds(&self, objective: &Objective, scenarios: usize) -> bool {
        self.broken <= objective.allowed(scenarios)
    }
}

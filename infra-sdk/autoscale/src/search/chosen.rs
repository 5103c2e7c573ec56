//! What is chosen, how near it is to failing, and what breaks it first.

use rayon::prelude::*;
use serde::Serialize;

use super::evaluate::{Evaluate, Seen};
use super::score::Score;
use super::{Choice, Lever, Setting, Strategy, Tuning, pareto};
use crate::engine::Workspace;
use crate::{Error, Scenario, Simulation};

/// A neighbour of the chosen setting that fails.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Edge {
    /// The lever that was turned.
    pub lever: Lever,
    /// The value that is chosen.
    pub chosen: f64,
    /// The nearest value on this side that fails.
    pub fails: f64,
    /// How many values lie from the chosen one to it.
    pub steps: usize,
    /// Scenarios that break it.
    pub broken: usize,
    /// The first of them.
    pub first: Scenario,
}

/// What breaks the chosen setting first when the load grows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Limit {
    /// How many times the load that the scenarios have.
    pub times: f64,
    /// The scenario that breaks then; the one that breaks worst.
    pub scenario: Scenario,
    /// Its greatest processor load.
    pub peak_cpu: f64,
}

impl Evaluate {
    pub(super) fn tuning(&self, strategy: Strategy, seen: Seen) -> Result<Tuning, Error> {
        let mut space = Workspace::default();
        let present = self.score(self.simulation.fleet.clone(), &self.scenarios, &mut space);
        let Seen { mut settings, rejected } = seen;
        if settings.is_empty() {
            // Nothing can hold; what breaks least is still worth knowing, so the hopeless are looked at after all, as far as may be.
            let count = self.space.len().min(2000);
            let some: Vec<Setting> = super::sample::hypercube(&self.space, count, 1);
            let scores = self.all("looking for what breaks least", &some, &self.scenarios);
            settings = some.into_iter().zip(scores).collect();
        }
        let verified = settings.len();
        let feasible = settings.iter().filter(|(_, score)| score.broken <= self.allowed()).count();
        let choice = |(setting, score): &(Setting, Score)| Choice {
            values: self.space.values(setting),
            score: *score,
            holds: score.broken <= self.allowed(),
            setting: setting.clone(),
        };
        settings.sort_by(|a, b| self.prefer(a, b));
        let best = settings.first().map(choice).ok_or_else(|| Error::setting("the space of the search", "it is empty", "add values"))?;
        // They are in the order of preference, so that of equal ones the preferred is on the front.
        let points: Vec<(f64, f64)> = settings.iter().map(|(_, score)| (score.cost, score.violation)).collect();
        let front: Vec<Choice> = pareto::front(&points).into_iter().map(|index| choice(&settings[index])).collect();
        let (margin, limit) = if best.holds {
            self.within_reach(&best)?;
            (self.margin(&best.setting), self.limit(&best.setting))
        } else {
            (Vec::new(), None)
        };
        Ok(Tuning {
            strategy,
            objective: self.objective,
            scenarios: self.scenarios.clone(),
            settings: self.space.len(),
            rejected,
            verified,
            feasible,
            present,
            chosen: best,
            front,
            margin,
            limit,
            base: self.simulation.fleet.clone(),
            space: self.space.clone(),
        })
    }

    /// The better first; of equally good ones the one that changes less, then the one that is less nervous.
    fn prefer(&self, a: &(Setting, Score), b: &(Setting, Score)) -> std::cmp::Ordering {
        let (one, other) = (self.rank(&a.1), self.rank(&b.1));
        let tied = |cost: f64| (cost * 1e9).round();
        let key = |setting: &[u16]| {
            let values = self.space.values(setting);
            let changed = values.iter().filter(|(lever, value)| lever.of(&self.simulation.fleet) != Some(*value)).count();
            let calm: f64 =
                values.iter().filter(|(lever, _)| matches!(lever, Lever::Threshold | Lever::Target)).map(|(_, value)| value).sum();
            let growth: f64 = values.iter().filter(|(lever, _)| *lever == Lever::Increment).map(|(_, value)| value).sum();
            (changed, calm, growth)
        };
        one.0.total_cmp(&other.0).then(tied(one.1).total_cmp(&tied(other.1))).then_with(|| {
            let ((changed, calm, growth), (other_changed, other_calm, other_growth)) = (key(&a.0), key(&b.0));
            changed.cmp(&other_changed).then(other_calm.total_cmp(&calm)).then(growth.total_cmp(&other_growth)).then(a.0.cmp(&b.0))
        })
    }

    /// Refuses a choice that rests on loads that no host was measured under.
    fn within_reach(&self, best: &Choice) -> Result<(), Error> {
        let prepared = Simulation { fleet: self.fleet(&best.setting), ..self.simulation.clone() }.prepare()?;
        let mut space = Workspace::default();
        let runs: Vec<_> = self.scenarios.iter().map(|scenario| (*scenario, prepared.run_in(scenario, &mut space))).collect();
        prepared.within_reach(&runs)
    }

    /// From the chosen value of each lever outwards, until it fails.
    fn margin(&self, setting: &[u16]) -> Vec<Edge> {
        let sides: Vec<(usize, i64)> = (0..self.space.axes.len()).flat_map(|axis| [(axis, -1), (axis, 1)]).collect();
        let edge = |(axis, side): (usize, i64)| {
            let of = &self.space.axes[axis];
            let mut space = Workspace::default();
            for steps in 1..of.values.len() {
                let index = i64::from(setting[axis]) + side * steps as i64;
                let index = u16::try_from(index).ok().filter(|index| usize::from(*index) < of.values.len())?;
                let mut neighbour = setting.to_vec();
                neighbour[axis] = index;
                let score = self.score(self.fleet(&neighbour), &self.scenarios, &mut space);
                if score.broken > self.allowed() {
                    let first = score.first.and_then(|first| self.scenarios.get(first)).copied()?;
                    let (chosen, fails) = (of.values[usize::from(setting[axis])], of.values[usize::from(index)]);
                    return Some(Edge { lever: of.lever, chosen, fails, steps, broken: score.broken, first });
                }
            }
            None
        };
        sides.into_par_iter().map(edge).collect::<Vec<_>>().into_iter().flatten().collect()
    }

    /// The least of one more percent of load, and so on up to four times, that breaks it.
    fn limit(&self, setting: &[u16]) -> Option<Limit> {
        let prepared = Simulation { fleet: self.fleet(setting), ..self.simulation.clone() }.prepare().ok()?;
        let mut space = Workspace::default();
        let mut percents: Vec<i32> = (101..=200).collect();
        percents.extend((205..=400).step_by(5));
        for percent in percents {
            let times = f64::from(percent) / 100.0;
            let (mut broken, mut worst): (usize, Option<Limit>) = (0, None);
            for scenario in &self.scenarios {
                let more = Scenario { load: scenario.load * times, ..*scenario };
                let summary = prepared.run_in(&more, &mut space);
                if !self.objective.holds(&summary) {
                    broken += 1;
                    if worst.as_ref().is_none_or(|worst| summary.peak_cpu > worst.peak_cpu) {
                        worst = Some(Limit { times, scenario: *scenario, peak_cpu: summary.peak_cpu });
                    }
                }
            }
            if broken > self.allowed() {
                return worst;
            }
        }
        None
    }
}

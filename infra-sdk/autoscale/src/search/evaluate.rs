//! Settings left out, screened, and run over all scenarios.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::reaction::{Reaction, senseless};
use super::score::{Objective, Score};
use super::screen::{Screen, knows};
use super::{Progress, Rejected, Setting, Space, Strategy, Watcher};
use crate::engine::Workspace;
use crate::model::Fleet;
use crate::{Error, Scenario, Simulation};

/// Runs that the fast engine may take.
const SCREENED: usize = 100_000_000;

/// What all evaluations share.
pub(super) struct Evaluate {
    pub(super) simulation: Simulation,
    pub(super) space: Space,
    pub(super) objective: Objective,
    pub(super) scenarios: Vec<Scenario>,
    /// Scenarios by how hard they are: the strongest load on the weakest hosts, the slowest launch, the latest alarm first.
    pub(super) hardest: Vec<Scenario>,
    watcher: Option<Watcher>,
}

/// What a search has seen.
pub(super) struct Seen {
    pub(super) settings: Vec<(Setting, Score)>,
    pub(super) rejected: Vec<Rejected>,
}

impl Evaluate {
    pub(super) fn new(
        simulation: Simulation,
        space: Space,
        objective: Objective,
        scenarios: Vec<Scenario>,
        watcher: Option<Watcher>,
    ) -> Result<Evaluate, Error> {
        // What is wrong with the host, the load or the fleet is said once, here.
        simulation.prepare()?;
        let mut hardest = scenarios.clone();
        hardest.sort_by(|a, b| {
            let by = |a: f64, b: f64| b.total_cmp(&a);
            by(a.load, b.load).then(by(a.fit, b.fit)).then(by(a.boot, b.boot)).then(b.delay.cmp(&a.delay)).then(a.phase.cmp(&b.phase))
        });
        Ok(Evaluate { simulation, space, objective, scenarios, hardest, watcher })
    }

    /// How many scenarios may break.
    pub(super) fn allowed(&self) -> usize {
        self.objective.allowed(self.scenarios.len())
    }

    pub(super) fn fleet(&self, setting: &[u16]) -> Fleet {
        self.space.fleet(&self.simulation.fleet, setting)
    }

    /// A fleet over scenarios. One that contradicts itself breaks all of them.
    pub(super) fn score(&self, fleet: Fleet, scenarios: &[Scenario], space: &mut Workspace) -> Score {
        match (Simulation { fleet, ..self.simulation.clone() }).prepare() {
            Ok(prepared) => Score::of(&prepared, scenarios, &self.objective, space),
            Err(_) => {
                let never = f64::INFINITY;
                Score {
                    cost: never,
                    worst_cost: never,
                    violation: never,
                    worst_violation: never,
                    broken: scenarios.len(),
                    first: Some(0),
                    ..Score::default()
                }
            }
        }
    }

    /// Each of many settings over scenarios, in their order.
    pub(super) fn all(&self, doing: &'static str, settings: &[Setting], scenarios: &[Scenario]) -> Vec<Score> {
        self.each(doing, settings.len(), |index, space| self.score(self.fleet(&settings[index]), scenarios, space))
    }

    /// Something for each index, on all processors, told while it goes.
    pub(super) fn each<T: Send>(&self, doing: &'static str, count: usize, one: impl Fn(usize, &mut Workspace) -> T + Sync) -> Vec<T> {
        let done = AtomicUsize::new(0);
        let every = (count / 200).max(1);
        let told = |space: &mut Workspace, index: usize| {
            let result = one(index, space);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if let Some(watcher) = &self.watcher
                && (done.is_multiple_of(every) || done == count)
            {
                watcher(Progress { doing, done, of: count });
            }
            result
        };
        (0..count).into_par_iter().with_min_len(8).map_init(Workspace::default, told).collect()
    }

    /// Goes through the space in the way that its size allows.
    pub(super) fn search(&self, budget: usize, seed: u64) -> Result<(Strategy, Seen), Error> {
        let (settings, runs) = (self.space.len(), self.scenarios.len());
        let fast = self.simulation.capacity.as_ref().zip(self.simulation.load.as_ref()).is_some_and(|(capacity, load)| {
            self.simulation.events.is_empty() && knows(&self.simulation.fleet, load, capacity, &self.objective)
        });
        if settings.saturating_mul(runs) > budget && (!fast || settings.saturating_mul(runs) > SCREENED) {
            return Ok((Strategy::Sampled, self.sampled(budget, seed)));
        }
        let (kept, rejected) = self.sieved((0..settings).map(|index| self.space.setting(index)).collect());
        if kept.len().saturating_mul(runs) <= budget {
            let scores = self.all("running every setting", &kept, &self.scenarios);
            return Ok((Strategy::Exhaustive, Seen { settings: kept.into_iter().zip(scores).collect(), rejected }));
        }
        let kept = self.screened(kept, budget / runs.max(1))?;
        let scores = self.all("running the best with full semantics", &kept, &self.scenarios);
        Ok((Strategy::Screened, Seen { settings: kept.into_iter().zip(scores).collect(), rejected }))
    }

    /// Settings without those that cannot hold.
    pub(super) fn sieved(&self, settings: Vec<Setting>) -> (Vec<Setting>, Vec<Rejected>) {
        let (capacity, load) = (self.simulation.capacity.as_ref(), self.simulation.load.as_ref());
        let mut reaction = match (self.objective.cpu, capacity.zip(load)) {
            (Some(limit), Some((capacity, load))) if self.simulation.events.is_empty() => {
                Reaction::new(load, capacity, &self.scenarios, limit)
            }
            _ => None,
        };
        let mut known = BTreeSet::new();
        for setting in &settings {
            let about: Vec<(super::Lever, u16)> = self
                .space
                .axes
                .iter()
                .zip(setting)
                .filter(|(axis, _)| axis.lever.is_of_the_start())
                .map(|(axis, index)| (axis.lever, *index))
                .collect();
            if known.insert(about)
                && let Some(reaction) = &mut reaction
            {
                reaction.learn(&self.fleet(setting));
            }
        }
        let allowed = self.allowed();
        let reasons = self.each("leaving out what cannot hold", settings.len(), |index, _| {
            let fleet = self.fleet(&settings[index]);
            let senseless = senseless(&fleet).map(|reason| (0, reason));
            senseless.or_else(|| reaction.as_ref()?.hopeless(&fleet, allowed).map(|reason| (1, reason)))
        });
        let mut rejected: BTreeMap<i32, Rejected> = BTreeMap::new();
        let mut kept = Vec::new();
        for (setting, reason) in settings.into_iter().zip(reasons) {
            match reason {
                None => kept.push(setting),
                Some((kind, reason)) => rejected.entry(kind).or_insert(Rejected { count: 0, reason }).count += 1,
            }
        }
        (kept, rejected.into_values().collect())
    }

    /// The best by the fast engine: those that hold there, the cheapest first, and then those that break least.
    fn screened(&self, settings: Vec<Setting>, most: usize) -> Result<Vec<Setting>, Error> {
        let (Some(capacity), Some(load), Some(limit)) = (&self.simulation.capacity, &self.simulation.load, self.objective.cpu) else {
            return Ok(settings);
        };
        let screen = Screen::new(load, capacity, &self.scenarios, limit)?;
        let rough = self.each("screening", settings.len(), |index, _| screen.rough(&self.fleet(&settings[index]), &self.scenarios, limit));
        let allowed = self.allowed();
        let mut order: Vec<usize> = (0..settings.len()).collect();
        let key = |index: &usize| {
            rough[*index]
                .map_or((f64::INFINITY, 0.0), |rough| (if rough.broken <= allowed { 0.0 } else { rough.violation + 1e-3 }, rough.cost))
        };
        order.sort_by(|a, b| {
            let (a_key, b_key) = (key(a), key(b));
            a_key.0.total_cmp(&b_key.0).then(a_key.1.total_cmp(&b_key.1)).then(a.cmp(b))
        });
        // The cheap end of the front, which may break, is wanted too.
        let points: Vec<(f64, f64)> =
            rough.iter().map(|rough| rough.map_or((f64::INFINITY, f64::INFINITY), |rough| (rough.cost, rough.violation))).collect();
        let front = super::pareto::front(&points);
        let mut taken: BTreeSet<usize> = front.into_iter().take(most.div_ceil(2)).collect();
        for index in order {
            if taken.len() >= most.max(1) {
                break;
            }
            taken.insert(index);
        }
        Ok(taken.into_iter().map(|index| settings[index].clone()).collect())
    }
}

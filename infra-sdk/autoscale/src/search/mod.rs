//! The search for settings that hold at the least cost: over what a fleet's own resources can be set to, and over all scenarios.
//!
//! Small spaces are run whole, with full semantics. Larger ones that the fast engine knows are screened by it, and the best are run
//! with full semantics. The rest are sampled: a Latin hypercube, halved again and again on more and more scenarios, and from the best
//! along each axis. What cannot hold is left out beforehand, with a reason.

mod bound;
mod chosen;
mod evaluate;
mod lever;
mod pareto;
mod paste;
mod reaction;
mod sample;
mod score;
mod screen;
mod space;

use std::sync::Arc;

use serde::Serialize;

pub use bound::scenarios_needed;
pub use chosen::{Edge, Limit};
pub use lever::Lever;
pub use score::{Objective, Score};
pub use space::{Axis, Setting, Space};

use crate::{Error, Scenario, Simulation};
use evaluate::Evaluate;

/// How the space was gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Every setting, over every scenario, with full semantics: the front is exact.
    Exhaustive,
    /// Every setting by the fast engine, the best with full semantics.
    Screened,
    /// A sample, halved and improved.
    Sampled,
}

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is done now.
    pub doing: &'static str,
    /// How much of it is done.
    pub done: usize,
    /// Of how much.
    pub of: usize,
}

type Watcher = Arc<dyn Fn(Progress) + Send + Sync>;

/// A search. Begin with [`Search::of`].
#[derive(Clone)]
pub struct Search {
    simulation: Simulation,
    space: Space,
    objective: Objective,
    scenarios: Option<Vec<Scenario>>,
    budget: usize,
    seed: u64,
    watcher: Option<Watcher>,
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search").field("space", &self.space).field("objective", &self.objective).finish_non_exhaustive()
    }
}

/// A setting and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// Its levers.
    pub values: Vec<(Lever, f64)>,
    /// What came of it.
    pub score: Score,
    /// Whether it holds.
    pub holds: bool,
    #[serde(skip)]
    pub(crate) setting: Setting,
}

impl std::fmt::Display for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<String> = self.values.iter().map(|(lever, value)| format!("{lever} {}", lever.words(*value))).collect();
        f.write_str(&parts.join(", "))
    }
}

/// Settings that were left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// How many.
    pub count: usize,
    /// Why, of the first of them.
    pub reason: String,
}

/// What a search found.
#[derive(Clone, Debug, Serialize)]
pub struct Tuning {
    /// How the space was gone through.
    pub strategy: Strategy,
    /// What must hold.
    pub objective: Objective,
    /// The scenarios.
    pub scenarios: Vec<Scenario>,
    /// Settings there are.
    pub settings: usize,
    /// Settings that were left out without a run.
    pub rejected: Vec<Rejected>,
    /// Settings that were run over all scenarios with full semantics.
    pub verified: usize,
    /// Of these, how many hold.
    pub feasible: usize,
    /// The fleet as it is declared.
    pub present: Score,
    /// The cheapest setting that holds; without one, the one that breaks least.
    pub chosen: Choice,
    /// Of what was verified, what nothing beats in both cost and violation; the cheapest first.
    pub front: Vec<Choice>,
    /// The chosen setting's neighbours that fail: along each lever, the nearest value on either side.
    pub margin: Vec<Edge>,
    /// How much more load breaks it, and in which scenario.
    pub limit: Option<Limit>,
    #[serde(skip)]
    pub(crate) base: crate::model::Fleet,
    #[serde(skip)]
    pub(crate) space: Space,
}

impl Search {
    /// Over what is worth trying for the simulation's fleet, in the scenarios that it is over.
    pub fn of(simulation: Simulation, objective: Objective) -> Search {
        let space = Space::of(&simulation.fleet);
        Search { simulation, space, objective, scenarios: None, budget: 4_000_000, seed: 1, watcher: None }
    }

    /// Over other values.
    #[must_use]
    pub fn space(mut self, space: Space) -> Search {
        self.space = space;
        self
    }

    /// Over scenarios that were drawn, instead of the product of what is unknown.
    #[must_use]
    pub fn scenarios(mut self, scenarios: Vec<Scenario>) -> Search {
        self.scenarios = Some(scenarios);
        self
    }

    /// How many runs with full semantics it may take, more or less. Default: four million.
    #[must_use]
    pub fn budget(mut self, runs: usize) -> Search {
        self.budget = runs.max(1);
        self
    }

    /// What samples begin from. Default: 1.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Search {
        self.seed = seed;
        self
    }

    /// Tells how far it is, from any thread.
    #[must_use]
    pub fn watched(mut self, watcher: impl Fn(Progress) + Send + Sync + 'static) -> Search {
        self.watcher = Some(Arc::new(watcher));
        self
    }

    /// Searches, on all processors; what is found is the same for any number of them.
    ///
    /// # Errors
    /// As [`Simulation::run`], and where there is nothing to turn or nothing that must hold.
    pub fn run(&self) -> Result<Tuning, Error> {
        let objective = &self.objective;
        if objective.is_empty() {
            return Err(Error::setting("what must hold", "there is no limit", "give a limit of processor load or of answer times"));
        }
        if self.space.is_empty() || self.space.axes.is_empty() {
            let help = "give each lever a value, and the fleet a policy that scales it";
            return Err(Error::setting("the space of the search", "there is nothing to turn", help));
        }
        let simulation = self.simulation.clone().limits(objective.limits());
        let scenarios = match &self.scenarios {
            Some(scenarios) => scenarios.clone(),
            None => simulation.relevant().scenarios().collect(),
        };
        if scenarios.is_empty() {
            return Err(Error::setting("the scenarios", "there is none", "draw at least one"));
        }
        let evaluate = Evaluate::new(simulation, self.space.clone(), *objective, scenarios, self.watcher.clone())?;
        let (strategy, outcome) = evaluate.search(self.budget, self.seed)?;
        evaluate.tuning(strategy, outcome)
    }
}

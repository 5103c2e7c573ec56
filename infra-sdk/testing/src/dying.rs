//! Runs of a world that die on the way, or whose disk does.

use infra_apply::{Known, Outcome};
use infra_core::Graph;
use infra_core::program::Program;
use infra_plan::{Plan, Selection};
use serde_json::Value as Json;

use crate::crash::Crash;
use crate::deployed::Deployed;
use crate::world::World;

impl World {
    /// Starts to deploy some of a program and dies on the way, as [`deploy_until`](World::deploy_until) does: also in what is
    /// done once the values are known that parts of it wait for. The count begins anew there.
    #[track_caller]
    pub fn deploy_within_until<M>(&mut self, program: &impl Program<M>, config: Json, selection: &Selection, crash: Crash) -> bool {
        let (told, stack) = (self.told.clone(), self.stack.clone());
        let declare = |known: &Known| told.graph(&stack, program, &config, known);
        let mut selection = selection.clone();
        loop {
            let run = self.run(None, Some(&declare), Some(crash), &selection);
            selection.replace.clear();
            let goes_on = |(plan, outcome): &(Plan, Outcome)| outcome.is_complete() && plan.is_waiting() && plan.has_changes();
            if run.died || !run.result.as_ref().is_ok_and(goes_on) {
                return run.died;
            }
        }
    }

    /// Starts to deploy a graph and dies on the way: the cloud has what was done, the state what was recorded, and
    /// nothing else is left. Says whether it died; if not, it had ended before.
    pub fn deploy_until(&mut self, graph: &Graph, crash: Crash) -> bool {
        self.run(Some(&graph.stack), Some(&|_: &Known| graph.clone()), Some(crash), &Selection::default()).died
    }

    /// As [`deploy_until`](World::deploy_until), for what does not end the run; nothing where it did not come to that.
    ///
    /// # Panics
    /// If the plan is refused.
    #[track_caller]
    pub fn deploy_with(&mut self, graph: &Graph, crash: Crash) -> Option<Deployed> {
        let run = self.run(Some(&graph.stack), Some(&|_: &Known| graph.clone()), Some(crash), &Selection::default());
        let met = run.died;
        match self.deployed(run) {
            Ok(deployed) => met.then_some(deployed),
            Err(error) => panic!("{error}"),
        }
    }

    /// As [`deploy_until`](World::deploy_until), for a destruction.
    pub fn destroy_until(&mut self, crash: Crash) -> bool {
        self.destroy_within_until(&Selection::default(), crash)
    }

    /// As [`destroy_until`](World::destroy_until), for some of what was deployed.
    pub fn destroy_within_until(&mut self, selection: &Selection, crash: Crash) -> bool {
        self.run(None, None, Some(crash), selection).died
    }
}

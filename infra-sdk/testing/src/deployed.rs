//! What became of a deployment.

use std::time::Duration;

use infra_apply::{Event, Outcome};
use infra_core::Value;
use infra_plan::Plan;

/// What a deployment did.
pub struct Deployed {
    /// The plan, or the first of them.
    pub plan: Plan,
    /// The plans that came after it, for what waited for values.
    pub later: Vec<Plan>,
    /// How performing it ended.
    pub outcome: Outcome,
    /// The calls that changed the cloud, in order, as `create subnet public-1`.
    pub changes: Vec<String>,
    /// What a person would have been told on the way.
    pub events: Vec<Event>,
    /// How much virtual time its steps took.
    pub took: Duration,
}

impl Deployed {
    pub(crate) fn last_plan(&self) -> &Plan {
        self.later.last().unwrap_or(&self.plan)
    }

    /// The deployment itself, if all of it went through.
    ///
    /// # Panics
    /// With what failed, if something did.
    #[track_caller]
    #[allow(clippy::must_use_candidate, reason = "it is called for its panic as often as for its value")]
    pub fn complete(self) -> Deployed {
        let failed: Vec<String> = self.outcome.failed.iter().map(|(_, problem)| problem.to_string()).collect();
        assert!(self.outcome.is_complete(), "{}\nskipped: {:?}", failed.join("\n"), self.outcome.skipped);
        self
    }

    /// An output of the stack, as text.
    pub fn output(&self, name: &str) -> Option<String> {
        self.outcome.exports.get(name).and_then(Value::as_str).map(str::to_owned)
    }
}

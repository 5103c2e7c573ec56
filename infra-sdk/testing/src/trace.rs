//! What a run leaves behind besides its state, for tests of what is and is not said.

use infra_apply::{Event, Outcome, PlanError};
use infra_plan::{Plan, Record};

/// What a run wrote and said.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// What became durable in the stack's journal, in order, with its secrets sealed.
    pub records: Vec<Record>,
    /// What a person would have been told on the way.
    pub events: Vec<Event>,
    /// Why it could not be planned, or what failed.
    pub problems: Vec<String>,
}

impl Trace {
    pub(crate) fn of(records: Vec<Record>, events: &[Event], result: &Result<(Plan, Outcome), PlanError>) -> Trace {
        let problems = match result {
            Ok((_, outcome)) => outcome.failed.iter().map(|(_, problem)| problem.to_string()).collect(),
            Err(error) => vec![error.to_string()],
        };
        Trace { records, events: events.to_vec(), problems }
    }
}

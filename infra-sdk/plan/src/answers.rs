//! What a program may be told of the values that its parts wait for.

use std::collections::BTreeMap;

use infra_core::Diagnostic;
use serde_json::Value as Json;

use crate::plan::Plan;

/// The values that are known before anything is done, by the scope that waits for each.
///
/// # Errors
/// Where such a value is secret: what is declared for it would show it.
pub fn answers(plan: &Plan) -> Result<BTreeMap<String, Json>, Vec<Diagnostic>> {
    let (mut answers, mut problems) = (BTreeMap::new(), Vec::new());
    for deferral in &plan.deferrals {
        match deferral.until.value() {
            Some(value) if value.has_secret() => {
                let problem = Diagnostic::new("waits for a value that is secret, and what is declared for it would show it");
                let problem = problem.with_field(format!("after {}", deferral.scope)).with_location(&deferral.declared);
                problems.push(problem.with_help("wait for something that is not secret, such as how many there are"));
            }
            Some(value) => drop(answers.insert(deferral.scope.clone(), value.reveal())),
            None => {}
        }
    }
    if problems.is_empty() { Ok(answers) } else { Err(problems) }
}

impl Plan {
    /// Whether a part of the program waits for a value that this plan's steps are to give.
    pub fn is_waiting(&self) -> bool {
        self.deferrals.iter().any(|deferral| deferral.until.value().is_none())
    }
}

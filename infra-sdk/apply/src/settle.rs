//! Programs that wait for values: run again until they have been told all that is known before anything is done.

use std::collections::BTreeMap;

use infra_core::{Diagnostic, Graph};
use infra_plan::{Plan, answers};
use serde_json::Value as Json;

use crate::engine::PlanError;

/// Values that parts of a program wait for, by the scope of each.
pub type Known = BTreeMap<String, Json>;

/// How often a program is run again: a part may wait for what another one declares, but not for ever.
const ROUNDS: usize = 16;

/// The graph and plan of a program that has been told all that its plan knows, and nothing that its plan does not.
/// `attempt` runs it with what is known, and plans what it declares.
///
/// # Errors
/// Those of `attempt`; and where a part of the program would declare what makes its own value unknown.
pub async fn settled<E: From<PlanError>>(mut attempt: impl AsyncFnMut(&Known) -> Result<(Graph, Plan), E>) -> Result<(Graph, Plan), E> {
    let mut known = Known::new();
    for _ in 0..ROUNDS {
        let (graph, plan) = attempt(&known).await?;
        let found = answers(&plan).map_err(PlanError::Wrong)?;
        if found == known {
            return Ok((graph, plan));
        }
        known = found;
    }
    let scopes: Vec<&str> = known.keys().map(String::as_str).collect();
    let problem = Diagnostic::new(format!("the values that {} waits for change with what it declares", scopes.join(" or ")));
    let help = "let it wait for something that what it declares does not change";
    Err(PlanError::Wrong(vec![problem.with_help(help)]).into())
}

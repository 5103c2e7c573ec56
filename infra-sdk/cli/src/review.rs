//! A plan before its policies: the starter set's, in the engine, and the program's own, in the program.

use std::path::Path;

use infra_core::{Finding, Graph, Level};
use infra_plan::{Plan, State};
use infra_policy::{Policy, Review, judge, starter, unknown_allowances};

use crate::arguments::PolicyArguments;
use crate::error::Error;
use crate::session::Session;

/// The starter set with the consequences that infra.toml and the command line ask for. Nothing is built or called for it,
/// so that a wrong name is said at once.
pub(crate) fn policies(session: &Session<'_>, arguments: &PolicyArguments) -> Result<Vec<Policy>, Error> {
    let mut levels = session.environment.policies.clone();
    for text in &arguments.policies {
        let usage = |problem: String| Error::usage(problem, "write it as in `--policy open-to-the-world=deny`");
        let (name, level) = text.split_once('=').ok_or_else(|| usage(format!("`{text}` sets nothing")))?;
        let level = match level {
            "off" => Level::Off,
            "warn" => Level::Warn,
            "deny" => Level::Deny,
            other => return Err(usage(format!("`{other}` is no consequence: there are off, warn and deny"))),
        };
        levels.insert(name.to_owned(), level);
    }
    starter::at(&levels).map_err(|problem| Error::usage(problem, "correct `--policy`, or [policies] in infra.toml"))
}

/// What all policies have against a plan, made for `state`.
pub(crate) fn review(
    session: &Session<'_>,
    program: &Path,
    starter: &[Policy],
    (graph, plan, state): (&Graph, &Plan, &State),
) -> Result<Vec<Finding>, Error> {
    let review = Review::new(graph, plan, state, &session.environment.name);
    let mut findings = judge(starter, &review);
    if !graph.policies.is_empty() {
        let foreign = |error: serde_json::Error| Error::Foreign { stack: session.stack.clone(), problem: error.to_string() };
        findings.extend(session.judgement(program, serde_json::to_value(&review).map_err(foreign)?)?);
    }
    let names = starter.iter().map(Policy::name).chain(graph.policies.iter().map(String::as_str));
    findings.extend(unknown_allowances(names, &review));
    Ok(findings)
}

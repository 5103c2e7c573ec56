//! The planner: a pure function of the graph, the state and what was seen.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Diagnostic, EvalError, Expr, GRAPH_VERSION, Graph, Schema};

use crate::clash::mark_delete_first;
use crate::dangling;
use crate::decide::{Context, Decision, decide};
use crate::observed::Observed;
use crate::order::order;
use crate::outlook::Outlooks;
use crate::plan::{Export, PLAN_VERSION, Plan};
use crate::protect::violations;
use crate::retain;
use crate::sequence::sequence;
use crate::state::State;
use crate::steps::{destruction, steps};
use crate::terms;

/// Plans a deployment: what must happen for the cloud to be as the graph says.
///
/// # Errors
/// Everything that is wrong with the graph, at once, or else every protected object that would go; then nothing has been planned.
pub fn plan(graph: &Graph, state: &State, observed: &Observed) -> Result<Plan, Vec<Diagnostic>> {
    if graph.version != GRAPH_VERSION {
        let problem = format!("the program speaks version {} of the graph, this engine version {GRAPH_VERSION}", graph.version);
        return Err(vec![Diagnostic::new(problem).with_help("build both with the same version of infra-sdk")]);
    }
    let order = order(graph)?;
    let schemas = schemas(graph)?;
    let mut context = Context { stack: &graph.stack, state, replaced: BTreeSet::new() };
    let (mut outlooks, mut decisions, mut problems) = (Outlooks::default(), Vec::new(), Vec::new());
    for at in order.sequence {
        let node = &graph.nodes[at];
        let sight = observed.objects.get(&node.address);
        match decide(&context, &mut outlooks, node, schemas[at], &order.dependencies[at], sight) {
            Ok(decision) => {
                if matches!(decision, Decision::Replace { .. }) {
                    context.replaced.insert(node.address.clone());
                }
                decisions.push((at, decision));
            }
            Err(problem) => problems.push(problem),
        }
    }
    let exports = match exports(&graph.exports, state, &outlooks) {
        Ok(exports) => exports,
        Err(problem) => {
            problems.push(problem);
            Vec::new()
        }
    };
    if !problems.is_empty() {
        return Err(problems);
    }

    let mut problems = retain::conflicts(&decisions, &graph.nodes, &schemas, state);
    let early = mark_delete_first(&mut decisions, &graph.nodes, &order.dependencies, &schemas, state);
    let (drawn, unchanged) = steps(graph, &order.dependencies, decisions, &early, state, observed);
    problems.extend(violations(&drawn.steps, &graph.nodes, state));
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut plan = finished(&graph.stack, state, drawn, unchanged, exports)?;
    plan.notes.extend(dangling::notes(graph, &plan.steps, state, observed));
    plan.notes.extend(terms::notes(&plan.steps));
    Ok(plan)
}

/// Plans a destruction: what must happen for nothing of the stack to be left.
///
/// # Errors
/// Every protected object, since all would go.
pub fn plan_destroy(stack: &str, state: &State, observed: &Observed, handle: impl Fn(&Address) -> String) -> Result<Plan, Vec<Diagnostic>> {
    let exports = state.exports.iter();
    let exports = exports.map(|(name, old)| Export { name: name.clone(), old: Some(old.clone()), new: None, changed: true }).collect();
    let drawn = destruction(state, observed, handle);
    let problems = violations(&drawn.steps, &[], state);
    if !problems.is_empty() {
        return Err(problems);
    }
    finished(stack, state, drawn, Vec::new(), exports)
}

fn finished(
    stack: &str,
    state: &State,
    drawn: crate::steps::Steps,
    unchanged: Vec<Address>,
    exports: Vec<Export>,
) -> Result<Plan, Vec<Diagnostic>> {
    let (steps, mut notes) = sequence(drawn).map_err(|problem| vec![problem])?;
    notes.extend(retain::notes(&steps, state));
    Ok(Plan { version: PLAN_VERSION, stack: stack.to_owned(), serial: state.serial, steps, unchanged, exports, notes })
}

/// The schema of each node.
fn schemas(graph: &Graph) -> Result<Vec<&Schema>, Vec<Diagnostic>> {
    let found = graph.nodes.iter().map(|node| {
        graph.schemas.get(node.address.kind()).ok_or_else(|| {
            let problem = Diagnostic::new("the graph does not say what this type of resource is").with_resource(&node.address);
            vec![problem.with_location(&node.declared)]
        })
    });
    found.collect()
}

fn exports(declared: &BTreeMap<String, Expr>, state: &State, outlooks: &Outlooks<'_>) -> Result<Vec<Export>, Diagnostic> {
    let mut exports = Vec::new();
    for (name, expr) in declared {
        let new =
            outlooks.evaluate(expr).map_err(|error: EvalError| Diagnostic::new(error.to_string()).with_field(format!("output {name}")))?;
        let old = state.exports.get(name).cloned();
        let changed = new.value().is_none_or(|new| !old.as_ref().is_some_and(|old| old.is_same(&new, &state.salt)));
        exports.push(Export { name: name.clone(), old, new: Some(new), changed });
    }
    let dropped = state.exports.iter().filter(|(name, _)| !declared.contains_key(*name));
    exports.extend(dropped.map(|(name, old)| Export { name: name.clone(), old: Some(old.clone()), new: None, changed: true }));
    Ok(exports)
}

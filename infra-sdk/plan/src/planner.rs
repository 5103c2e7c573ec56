//! The planner: a pure function of the graph, the state and what was seen.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Deferral, Diagnostic, EvalError, Expr, GRAPH_VERSION, Graph, Import, Node, Schema, Value};

use crate::clash::mark_delete_first;
use crate::dangling;
use crate::decide::{Context, Decision, decide};
use crate::hold::Doubts;
use crate::import;
use crate::observed::Observed;
use crate::order::{Order, order};
use crate::outlook::Outlooks;
use crate::plan::{Export, PLAN_VERSION, Plan};
use crate::postpone::postponed;
use crate::protect::violations;
use crate::reference;
use crate::retain;
use crate::sequence::sequence;
use crate::state::{References, State};
use crate::steps::{Steps, destruction, steps};
use crate::target::{Absence, Conflict, Scope, Selection, looked_at};
use crate::terms;

/// Plans a deployment: what must happen for the cloud to be as the graph says.
///
/// # Errors
/// Everything that is wrong with the graph, at once, or else every protected object that would go; then nothing has been planned.
pub fn plan(graph: &Graph, state: &State, observed: &Observed) -> Result<Plan, Vec<Diagnostic>> {
    plan_within(graph, state, observed, &Selection::default())
}

/// Plans a deployment of what is selected; all else stays as it is, also in the state.
///
/// # Errors
/// As [`plan`]; and where the selection names nothing, or what it takes cannot be had without what it leaves out.
pub fn plan_within(graph: &Graph, state: &State, observed: &Observed, selection: &Selection) -> Result<Plan, Vec<Diagnostic>> {
    Ordered::of(graph)?.plan(state, observed, selection)
}

/// Plans a destruction: what must happen for nothing of the stack to be left.
///
/// # Errors
/// Every protected object, since all would go.
pub fn plan_destroy(stack: &str, state: &State, observed: &Observed, handle: impl Fn(&Address) -> String) -> Result<Plan, Vec<Diagnostic>> {
    plan_destroy_within(stack, state, observed, handle, &Selection::default())
}

/// Plans a destruction of what is selected; all else stays, the stack's outputs included.
///
/// # Errors
/// As [`plan_destroy`]; and where the selection names nothing, or something that it leaves out uses what would go.
pub fn plan_destroy_within(
    stack: &str,
    state: &State,
    observed: &Observed,
    handle: impl Fn(&Address) -> String,
    selection: &Selection,
) -> Result<Plan, Vec<Diagnostic>> {
    let mut scope = Scope::of_destruction(selection, state)?;
    let going = |(name, old): (&String, &Value)| match scope.partial {
        true => kept_export(name, old),
        false => Export { name: name.clone(), old: Some(old.clone()), new: None, changed: true },
    };
    let exports = state.exports.iter().map(going).collect();
    loop {
        let drawn = destruction(&scope.of(state), observed, &handle);
        let problems = violations(&drawn.steps, &[], state);
        if let Some(plan) = with_all(problems, finished(stack, state, drawn, &mut scope))? {
            let references = if scope.partial { state.references.clone() } else { References::new() };
            let (steps, held) = Doubts { observed, state, needs: &BTreeMap::new }.hold(plan.steps);
            return Ok(Plan { steps, exports, references, left_out: scope.into_left_out(), held, ..plan });
        }
    }
}

/// A graph with its order, for a plan and what comes before it.
pub struct Ordered<'a> {
    graph: &'a Graph,
    order: Order,
}

impl<'a> Ordered<'a> {
    /// Orders a graph.
    ///
    /// # Errors
    /// Where it has no order, or is of another version than this engine's.
    pub fn of(graph: &'a Graph) -> Result<Ordered<'a>, Vec<Diagnostic>> {
        Ok(Ordered { graph, order: ordered(graph)? })
    }

    /// Plans a deployment of what is selected, as [`plan_within`] does.
    ///
    /// # Errors
    /// As [`plan_within`], but for the order.
    pub fn plan(&self, state: &State, observed: &Observed, selection: &Selection) -> Result<Plan, Vec<Diagnostic>> {
        let Ordered { graph, order } = self;
        let schemas = schemas(graph)?;
        let mut scope = Scope::of_deployment(selection, graph, &order.dependencies, state)?;
        let doubles = import::doubles(graph, state, |node| !scope.left.contains_key(&node.address));
        if !doubles.is_empty() {
            return Err(doubles);
        }
        loop {
            scope.settle_needs(graph, &order.sequence, &order.dependencies, state, observed)?;
            let sheet = Sheet { graph, order, schemas: &schemas, state, observed };
            let Sketch { drawn, mut unchanged, exports, deferrals, problems } = sheet.draw(&scope)?;
            let finished = match finished(&graph.stack, state, drawn, &mut scope) {
                // The program is run again, and what it declares then may not be in the way of anything.
                Err(problems) if will_be_told(graph, &deferrals) => {
                    let notes = problems.iter().map(ToString::to_string).collect();
                    Some(Plan { notes, ..nothing(&graph.stack, state) })
                }
                other => with_all(problems, other)?,
            };
            if let Some(mut plan) = finished {
                plan.notes.extend(dangling::notes(graph, &plan.steps, &scope.of(state), observed));
                plan.notes.extend(terms::notes(&plan.steps));
                plan.notes.extend(reference::notes(graph, state));
                let references = reference::references(graph, state, scope.partial);
                let left_out = scope.into_left_out();
                let needs = || graph.nodes.iter().map(|node| &node.address).zip(&order.dependencies).collect();
                let (steps, held) = Doubts { observed, state, needs: &needs }.hold(plan.steps);
                unchanged.retain(|address| !observed.in_doubt.contains_key(address));
                return Ok(Plan { steps, unchanged, exports, deferrals, references, left_out, held, ..plan });
            }
        }
    }

    /// The part of the state that a plan of this selection has to look at: what it takes, and what that needs directly.
    ///
    /// # Errors
    /// Where the selection names nothing.
    pub fn look<'s>(&self, state: &'s State, selection: &Selection) -> Result<Cow<'s, State>, Vec<Diagnostic>> {
        let scope = self.scope(state, selection)?;
        Ok(looked_at(&scope, self.graph, &self.order.dependencies, state))
    }

    /// The resources of the state that a plan of this selection may touch, now or when the program has been told what it waits
    /// for: whose interrupted calls are to be settled first.
    ///
    /// # Errors
    /// As [`look`](Ordered::look).
    pub fn touched(&self, state: &State, selection: &Selection) -> Result<BTreeSet<Address>, Vec<Diagnostic>> {
        let scope = self.scope(state, selection)?;
        let may_be = |address: &&Address| scope.left.get(*address).is_none_or(|absence| matches!(absence, Absence::Deferred { .. }));
        Ok(state.rows.keys().filter(may_be).cloned().collect())
    }

    /// The selected resources that are to import an object, of which the state knows nothing.
    ///
    /// # Errors
    /// As [`look`](Ordered::look).
    pub fn imported(&self, state: &State, selection: &Selection) -> Result<Vec<(&'a Node, &'a Import)>, Vec<Diagnostic>> {
        if self.graph.nodes.iter().all(|node| import::wanted(node, state).is_none()) {
            return Ok(Vec::new());
        }
        let scope = self.scope(state, selection)?;
        let taken = self.graph.nodes.iter().filter(|node| !scope.left.contains_key(&node.address));
        Ok(taken.filter_map(|node| Some((node, import::wanted(node, state)?))).collect())
    }

    fn scope(&self, state: &State, selection: &Selection) -> Result<Scope, Vec<Diagnostic>> {
        Scope::of_deployment(selection, self.graph, &self.order.dependencies, state)
    }
}

/// The part of the state that a destruction of this selection has to look at.
///
/// # Errors
/// Where the selection names nothing.
pub fn look_destroy<'a>(state: &'a State, selection: &Selection) -> Result<Cow<'a, State>, Vec<Diagnostic>> {
    Ok(Scope::of_destruction(selection, state)?.of(state))
}

/// What a deployment is decided on.
struct Sheet<'a> {
    graph: &'a Graph,
    order: &'a Order,
    schemas: &'a [&'a Schema],
    state: &'a State,
    observed: &'a Observed,
}

/// A plan before its steps are in order.
struct Sketch {
    drawn: Steps,
    unchanged: Vec<Address>,
    exports: Vec<Export>,
    deferrals: Vec<Deferral>,
    /// What stands against it, if nothing more has to be left out.
    problems: Vec<Diagnostic>,
}

/// Nothing where more is left out, so that the steps are drawn again; otherwise the plan, if there is nothing against it.
fn with_all(mut problems: Vec<Diagnostic>, finished: Result<Option<Plan>, Vec<Diagnostic>>) -> Result<Option<Plan>, Vec<Diagnostic>> {
    match finished {
        Ok(None) => Ok(None),
        Ok(plan) if problems.is_empty() => Ok(plan),
        Ok(_) => Err(problems),
        Err(more) => {
            problems.extend(more);
            Err(problems)
        }
    }
}

impl Sheet<'_> {
    /// Decides for everything in scope, and draws the steps.
    fn draw(&self, scope: &Scope) -> Result<Sketch, Vec<Diagnostic>> {
        let Sheet { graph, order, schemas, observed, .. } = *self;
        let state = &*scope.of(self.state);
        let mut context = Context { stack: &graph.stack, state, replaced: BTreeSet::new(), asked: &scope.replace };
        let (mut outlooks, mut decisions, mut problems) = (Outlooks::default(), Vec::new(), Vec::new());
        for at in order.sequence.iter().copied() {
            let node = &graph.nodes[at];
            let sight = observed.objects.get(&node.address);
            if scope.left.contains_key(&node.address) {
                outlooks.leave(&node.address, schemas[at], self.state.object(&node.address), sight);
                continue;
            }
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
        let exports = exports(&graph.exports, state, &outlooks, scope).unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        });
        let deferrals = deferrals(&graph.deferrals, &outlooks).unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        });
        if !problems.is_empty() {
            return Err(problems);
        }

        let mut problems = retain::conflicts(&decisions, &graph.nodes, schemas, state);
        let early = mark_delete_first(&mut decisions, &graph.nodes, &order.dependencies, schemas, state, self.state);
        let (drawn, unchanged) = steps(graph, order, decisions, &early, state, observed);
        problems.extend(violations(&drawn.steps, &graph.nodes, state));
        Ok(Sketch { drawn, unchanged, exports, deferrals, problems })
    }
}

/// Puts the steps in order; `None` where the scope had to be narrowed, so that they are to be drawn again.
fn finished(stack: &str, state: &State, drawn: Steps, scope: &mut Scope) -> Result<Option<Plan>, Vec<Diagnostic>> {
    let (mut steps, mut notes) = sequence(drawn).map_err(|problem| vec![problem])?;
    match scope.conflict(&steps, state, &mut notes)? {
        Conflict::None => {}
        Conflict::Narrowed => return Ok(None),
        Conflict::Postponed(which) => {
            let (rest, said) = postponed(steps, which, state).map_err(|problem| vec![problem])?;
            steps = rest;
            notes.extend(said);
        }
    }
    notes.extend(retain::notes(&steps, state));
    Ok(Some(Plan { steps, notes, ..nothing(stack, state) }))
}

/// A plan that does nothing.
fn nothing(stack: &str, state: &State) -> Plan {
    Plan {
        version: PLAN_VERSION,
        stack: stack.to_owned(),
        serial: state.serial,
        moves: Vec::new(),
        steps: Vec::new(),
        unchanged: Vec::new(),
        exports: Vec::new(),
        notes: Vec::new(),
        left_out: Vec::new(),
        deferrals: Vec::new(),
        references: References::new(),
        held: Vec::new(),
    }
}

/// Whether a part of the program waits for a value that is known now, and that it was not told yet.
fn will_be_told(graph: &Graph, deferrals: &[Deferral]) -> bool {
    graph.deferrals.iter().zip(deferrals).any(|(declared, now)| !declared.answered && now.until.value().is_some())
}

fn ordered(graph: &Graph) -> Result<Order, Vec<Diagnostic>> {
    if graph.version != GRAPH_VERSION {
        let problem = format!("the program speaks version {} of the graph, this engine version {GRAPH_VERSION}", graph.version);
        return Err(vec![Diagnostic::new(problem).with_help("build both with the same version of infra-sdk")]);
    }
    order(graph)
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

fn exports(declared: &BTreeMap<String, Expr>, state: &State, outlooks: &Outlooks<'_>, scope: &Scope) -> Result<Vec<Export>, Diagnostic> {
    let mut exports = Vec::new();
    for (name, expr) in declared {
        let old = state.exports.get(name);
        if expr.refs().iter().any(|attr| scope.left.contains_key(&attr.resource)) {
            exports.extend(old.map(|old| kept_export(name, old)));
            continue;
        }
        let new =
            outlooks.evaluate(expr).map_err(|error: EvalError| Diagnostic::new(error.to_string()).with_field(format!("output {name}")))?;
        let changed = new.value().is_none_or(|new| !old.is_some_and(|old| old.is_same(&new, &state.salt)));
        exports.push(Export { name: name.clone(), old: old.cloned(), new: Some(new), changed });
    }
    let dropped = state.exports.iter().filter(|(name, _)| !declared.contains_key(*name));
    exports.extend(dropped.map(|(name, old)| match scope.partial {
        true => kept_export(name, old),
        false => Export { name: name.clone(), old: Some(old.clone()), new: None, changed: true },
    }));
    Ok(exports)
}

/// An output that stays as it is recorded.
fn kept_export(name: &str, old: &Value) -> Export {
    Export { name: name.to_owned(), old: Some(old.clone()), new: Some(Expr::Lit(old.clone())), changed: false }
}

/// What each deferred part waits for, as far as it is known.
fn deferrals(declared: &[Deferral], outlooks: &Outlooks<'_>) -> Result<Vec<Deferral>, Diagnostic> {
    let known = |deferral: &Deferral| {
        let about = |error: EvalError| Diagnostic::new(error.to_string()).with_field(&deferral.scope).with_location(&deferral.declared);
        Ok(Deferral { until: outlooks.evaluate(&deferral.until).map_err(about)?, ..deferral.clone() })
    };
    declared.iter().map(known).collect()
}

//! What happens to one resource: compared with what is there, field by field.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Diagnostic, Expr, Moment, Node, Options, Schema, Value, marked};

use crate::diff::{Change, differences};
use crate::forced::forced;
use crate::ignore::{kept, untold};
use crate::import::{Adoption, adoption, wanted};
use crate::keep::is_recorded;
use crate::name;
use crate::observed::Sight;
use crate::outlook::{Fate, Outlooks};
use crate::plan::{Difference, Reason, Replacement, Want};
use crate::remember::{echoed, remembered, told};
use crate::state::{Object, State};
use crate::terms;

/// What happens to a resource.
pub(crate) enum Decision {
    /// It is as it should be; `note` if its row is not.
    Keep { note: Option<(Want, String, BTreeMap<String, Value>)> },
    /// There is none yet; `gone` is the id of the one that vanished.
    Create { want: Want, gone: Option<String> },
    /// It changes in place.
    Update { id: String, want: Want, changes: Vec<Difference> },
    /// An object that exists already becomes its own.
    Adopt { id: String, want: Want, changes: Vec<Difference>, outputs: BTreeMap<String, Value> },
    /// Another object takes its place.
    Replace { want: Want, replacement: Replacement },
}

/// Everything that decisions about one stack share.
pub(crate) struct Context<'a> {
    pub(crate) stack: &'a str,
    pub(crate) state: &'a State,
    /// The resources decided so far whose object will be another one.
    pub(crate) replaced: BTreeSet<Address>,
    /// The resources that are to be replaced in any case.
    pub(crate) asked: &'a BTreeSet<Address>,
}

/// Decides for one resource, after all that it needs, and notes what will be known of its outputs.
pub(crate) fn decide<'a>(
    context: &Context<'_>,
    outlooks: &mut Outlooks<'a>,
    node: &'a Node,
    schema: &'a Schema,
    dependencies: &BTreeSet<Address>,
    sight: Option<&Sight>,
) -> Result<Decision, Diagnostic> {
    let mut inputs = BTreeMap::new();
    for (field, expr) in &node.inputs {
        let value = outlooks.evaluate(expr).map_err(|error| about(node, field, error.to_string()))?;
        let value = match schema.input(field) {
            Some(known) => marked(known, value),
            None => value,
        };
        let value = match value {
            Expr::Lit(value) => Expr::Lit(value.without_nulls()),
            unknown => unknown,
        };
        if is_deep(&value, DEEPEST) {
            let problem = about(node, field, format!("is nested deeper than {DEEPEST} levels"));
            return Err(problem.with_help("give a document that deep as text"));
        }
        inputs.insert(field.clone(), value);
    }
    require(node, schema, &inputs)?;
    let terms = terms::known(node, outlooks)?;
    terms::refuse(node, &terms)?;
    let recorded = context.state.object(&node.address);
    let want = |inputs| Want {
        inputs,
        dependencies: dependencies.clone(),
        declared: node.declared.clone(),
        lifecycle: node.options.lifecycle.clone(),
        ignored: BTreeSet::new(),
        terms: terms.clone(),
    };

    if let Some(import) = wanted(node, context.state) {
        let Adoption { inputs, changes, outputs } = adoption(import, node, schema, sight, inputs, &context.state.salt)?;
        let (id, ignored) = (import.id.clone(), node.options.ignore_changes.clone());
        let outputs = echoed(schema, outputs, |input| inputs.get(input).is_some_and(Expr::has_secret));
        let fate = match changes.is_empty() {
            true => Fate::Stays { id: &id, outputs: &outputs },
            false => Fate::Changes { id: &id, outputs: &outputs },
        };
        outlooks.note(&node.address, schema, &fate, &inputs);
        return Ok(Decision::Adopt { id, want: Want { ignored, ..want(inputs) }, changes, outputs });
    }
    let Some(object) = recorded.filter(|_| sight != Some(&Sight::Gone)) else {
        name_it(context, node, schema, &mut inputs, None);
        outlooks.note(&node.address, schema, &Fate::IsMade, &inputs);
        return Ok(Decision::Create { want: want(inputs), gone: recorded.map(|object| object.id.clone()) });
    };

    name_it(context, node, schema, &mut inputs, Some(object));
    let Present { inputs: have, outputs, failed, pending } = present(schema, object, sight);
    // What its making left undone is done as the program says.
    let ignored = if object.unfinished { BTreeSet::new() } else { node.options.ignore_changes.clone() };
    let for_another = (!ignored.is_empty()).then(|| inputs.clone());
    kept(&schema.inputs, &ignored, &have, &mut inputs, &context.state.salt);
    let outputs = echoed(schema, outputs, |input| inputs.get(input).is_some_and(Expr::has_secret));
    let changes = differences(&schema.inputs, &have, &inputs, &context.state.salt);
    let changes = judged(context, schema, &node.options, object, &inputs, changes);
    let mut reasons = reasons(context, &changes, failed);
    reasons.extend(context.asked.contains(&node.address).then_some(Reason::Asked));
    reasons.extend(forced(context, outlooks, node, object, &terms, &changes));
    if let Some((reason, more)) = reasons.split_first() {
        let mut fresh = for_another.unwrap_or(inputs);
        name_anew(context, node, schema, &mut fresh);
        outlooks.note(&node.address, schema, &Fate::IsMade, &fresh);
        let replacement = Replacement { reason: reason.clone(), more: more.to_vec(), changes, delete_first: None };
        return Ok(Decision::Replace { want: want(fresh), replacement });
    }
    // What a run made and did not see ready is waited for: until then, what the cloud says of it is not the last word.
    let unready = pending.is_some() && object.problem.is_some();
    if let Some(field) = untold(&inputs).filter(|_| !changes.is_empty()) {
        let problem = "is ignored, the cloud does not tell it, and an update of other inputs must send it".to_owned();
        return Err(about(node, field, problem).with_help("set it to what the object has, or stop ignoring it"));
    }
    let due: BTreeSet<Moment> = terms.hooks.iter().map(|hook| hook.moment).filter(|moment| object.lifecycle.due.contains(moment)).collect();
    if !changes.is_empty() || unready || !due.is_empty() {
        let none = BTreeMap::new();
        let fate = Fate::Changes { id: &object.id, outputs: if unready { &none } else { &outputs } };
        outlooks.note(&node.address, schema, &fate, &inputs);
        let mut want = Want { ignored, ..want(inputs) };
        want.lifecycle.due = due;
        return Ok(Decision::Update { id: object.id.clone(), want, changes });
    }
    outlooks.note(&node.address, schema, &Fate::Stays { id: &object.id, outputs: &outputs }, &inputs);
    // Now that its own outputs are known too, so is what its conditions and the hooks of its end make of them.
    let terms = terms::known(node, outlooks)?;
    let id = |other: &Address| outlooks.id(other).map(str::to_owned);
    let lasting = terms::whole(&terms).then(|| terms::lasting(&node.options.lifecycle, &terms, &id, &context.state.salt));
    let lasting = lasting.as_ref();
    let holds = terms.preconditions.iter().chain(&terms.postconditions).all(|check| check.holds() == Some(true));
    let want = |inputs| Want { terms: terms.clone(), ..want(inputs) };
    let stale = object.dependencies != *dependencies
        || object.declared != node.declared
        || object.problem.is_some()
        || lasting != Some(&object.lifecycle)
        || !holds
        || object.outputs != outputs
        || !is_recorded(&schema.inputs, &inputs, &object.inputs, &context.state.salt);
    Ok(Decision::Keep { note: stale.then(|| (want(inputs), object.id.clone(), outputs)) })
}

pub(crate) fn about(node: &Node, field: &str, problem: String) -> Diagnostic {
    Diagnostic::new(problem).with_resource(&node.address).with_field(field).with_location(&node.declared)
}

/// A graph that was not built by the typed builders may lack what they insist on.
fn require(node: &Node, schema: &Schema, inputs: &BTreeMap<String, Expr>) -> Result<(), Diagnostic> {
    for field in schema.inputs.iter().filter(|field| field.required) {
        if inputs.get(&field.name).is_none_or(|input| matches!(input, Expr::Lit(Value::Null))) {
            return Err(about(node, &field.name, "is required".into()).with_help(format!("set it to {}", field.ty.describe())));
        }
    }
    if let Some(name) = inputs.keys().find(|name| schema.input(name).is_none()) {
        return Err(about(node, name, format!("{} has no such input", schema.handle)));
    }
    let options = [("ignore_changes", &node.options.ignore_changes), ("replace_on_changes", &node.options.replace_on_changes)];
    for (option, names) in options {
        if let Some(name) = names.iter().find(|name| schema.input(name).is_none()) {
            return Err(about(node, name, format!("is named by `{option}`, and {} has no such input", schema.handle)));
        }
    }
    Ok(())
}

/// Gives the object its physical name where the program does not: the one it has, or a new one.
fn name_it(context: &Context<'_>, node: &Node, schema: &Schema, inputs: &mut BTreeMap<String, Expr>, object: Option<&Object>) {
    let Some((field, _)) = schema.physical_name() else { return };
    if inputs.contains_key(&field.name) {
        return;
    }
    match object.and_then(|object| object.inputs.get(&field.name)) {
        Some(name) => drop(inputs.insert(field.name.clone(), Expr::Lit(name.clone()))),
        None => name_anew(context, node, schema, inputs),
    }
}

/// Gives the object a new physical name, unless the program fixes it.
fn name_anew(context: &Context<'_>, node: &Node, schema: &Schema, inputs: &mut BTreeMap<String, Expr>) {
    let Some((field, allowed)) = schema.physical_name() else { return };
    // Before a stack has a journal nobody can know the names, and a plan says nothing that will not be so.
    if !node.inputs.contains_key(&field.name) && !context.state.salt.is_empty() {
        let made = context.state.made.get(&node.address).copied().unwrap_or_default();
        let name = name::generated(context.stack, &context.state.salt, &node.address, made, allowed);
        inputs.insert(field.name.clone(), Expr::lit(name.as_str()));
    }
}

/// What is there: what was seen, but for what the cloud never tells, which the record does; all of the record where
/// nothing was looked at.
fn present(schema: &Schema, object: &Object, sight: Option<&Sight>) -> Present {
    let Some(Sight::Present { inputs, outputs, failed, pending }) = sight else {
        return Present { inputs: object.inputs.clone(), outputs: object.outputs.clone(), failed: None, pending: None };
    };
    Present {
        inputs: remembered(&schema.inputs, inputs, &object.inputs),
        outputs: told(Some(schema), outputs, object),
        failed: failed.clone(),
        pending: pending.clone(),
    }
}

/// An object as a decision is made on it.
struct Present {
    inputs: BTreeMap<String, Value>,
    outputs: BTreeMap<String, Value>,
    failed: Option<String>,
    pending: Option<String>,
}

/// How deep an input may be nested: less than what a reader of JSON takes, with room for the record around it.
const DEEPEST: usize = 64;

fn is_deep(expr: &Expr, left: usize) -> bool {
    let deeper = |expr: &Expr| left == 0 || is_deep(expr, left - 1);
    match expr {
        Expr::Lit(value) => is_deep_value(value, left),
        Expr::Attr(_) => false,
        Expr::List(items) | Expr::Format(items) | Expr::Call { args: items, .. } => items.iter().any(deeper),
        Expr::Object(fields) => fields.values().any(deeper),
        Expr::Secret(inner) => deeper(inner),
    }
}

fn is_deep_value(value: &Value, left: usize) -> bool {
    let deeper = |value: &Value| left == 0 || is_deep_value(value, left - 1);
    match value {
        Value::List(items) => items.iter().any(deeper),
        Value::Object(fields) => fields.values().any(deeper),
        Value::Secret(inner) => deeper(inner),
        _ => false,
    }
}

/// Which differences are drift: the program asks for what it asked for last time, and the cloud has something else. And
/// which need another object only because the program says so.
fn judged(
    context: &Context<'_>,
    schema: &Schema,
    options: &Options,
    object: &Object,
    want: &BTreeMap<String, Expr>,
    changes: Vec<Change>,
) -> Vec<Difference> {
    if changes.is_empty() {
        return Vec::new();
    }
    let asked_anew = differences(&schema.inputs, &object.inputs, want, &context.state.salt);
    let root = |change: &Change| change.root().to_owned();
    let asked_anew: BTreeSet<String> = asked_anew.iter().map(root).collect();
    let judge = |mut change: Change| {
        // What a making left undone can still be done in place.
        let forced = !change.replaces && !object.unfinished && options.replace_on_changes.contains(change.root());
        change.replaces |= forced;
        Difference { drift: !asked_anew.contains(change.root()), forced, change }
    };
    changes.into_iter().map(judge).collect()
}

fn reasons(context: &Context<'_>, changes: &[Difference], failed: Option<String>) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    for change in changes.iter().filter(|difference| difference.change.replaces).map(|difference| &difference.change) {
        let because_of = change.new.as_ref().and_then(|new| {
            let resources = new.refs().into_iter().map(|attr| &attr.resource);
            resources.into_iter().find(|resource| context.replaced.contains(*resource)).cloned()
        });
        reasons.push(Reason::Field { path: change.path.clone(), because_of });
    }
    reasons.extend(failed.map(|state| Reason::Failed { state }));
    reasons
}

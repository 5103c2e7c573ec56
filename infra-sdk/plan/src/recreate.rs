//! What looks like a forgotten rename: something goes, and something equal of the same type comes under another name.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Attr, Diagnostic, Expr, Graph, Node, Schema, Value};

use crate::diff::differences;
use crate::plan::{Action, Leave, Plan};
use crate::state::{Object, State};

/// Every resource that would be made although one of its type with equal inputs goes: each with the line to add. `state`
/// is the one that the plan was made on, after its moves.
pub fn recreations(graph: &Graph, state: &State, plan: &Plan) -> Vec<Diagnostic> {
    let mut leaving: BTreeMap<&Address, &Object> = BTreeMap::new();
    let mut made: BTreeSet<&Address> = BTreeSet::new();
    for step in &plan.steps {
        match &step.action {
            Action::Delete { id, why: Leave::NotDeclared, .. } | Action::Retain { id, why: Leave::NotDeclared } => {
                leaving.extend(state.object(&step.address).filter(|object| object.id == *id).map(|object| (&step.address, object)));
            }
            Action::Create { replaces: None, .. } if !state.rows.contains_key(&step.address) => drop(made.insert(&step.address)),
            _ => {}
        }
    }
    if leaving.is_empty() {
        return Vec::new();
    }
    let (mut same, mut found) = (BTreeMap::<Address, Address>::new(), Vec::new());
    // The plan's order: what a resource refers to is compared before the resource is.
    for address in plan.steps.iter().map(|step| &step.address).filter(|address| made.contains(address)) {
        let (Some(node), Some(schema)) = (graph.node(address), graph.schemas.get(address.kind())) else { continue };
        let candidates = leaving.iter().filter(|(old, _)| old.kind() == address.kind());
        let equal = candidates.filter(|(_, object)| is_equal(node, schema, object, state, &same)).map(|(old, _)| *old);
        let equal = likeliest(address, equal.collect());
        let Some(first) = equal.iter().find(|old| !same.values().any(|taken| taken == **old)).or(equal.first()) else { continue };
        same.insert(address.clone(), (*first).clone());
        found.push((node, equal));
    }
    let scopes: BTreeSet<(&str, &str)> = found.iter().filter_map(|(node, equal)| scopes(&node.address, equal)).collect();
    found.iter().map(|(node, equal)| diagnostic(node, equal, &scopes)).collect()
}

/// Whether the program says of a new resource what was asked of an object. What it refers to counts as it is now, and
/// what is new and equal to something that goes counts as that.
fn is_equal(node: &Node, schema: &Schema, object: &Object, state: &State, same: &BTreeMap<Address, Address>) -> bool {
    let known = |attr: &Attr| {
        let resource = same.get(&attr.resource).unwrap_or(&attr.resource);
        let object = state.object(resource);
        Ok(object.and_then(
            |object| if attr.output == "id" { Some(Value::from(&*object.id)) } else { object.outputs.get(&attr.output).cloned() },
        ))
    };
    let generated = schema.physical_name().map(|(field, _)| &field.name).filter(|name| !node.inputs.contains_key(*name));
    let matters = |name: &String| Some(name) != generated && !node.options.ignore_changes.contains(name);
    let mut want = BTreeMap::new();
    for (name, expr) in node.inputs.iter().filter(|(name, _)| matters(name)) {
        let Ok(value) = expr.evaluate(&known) else { return false };
        if let Expr::Lit(value) = value {
            let value = value.without_nulls();
            if !value.is_null() {
                want.insert(name.clone(), Expr::Lit(value));
            }
        } else {
            return false;
        }
    }
    object.inputs.keys().filter(|name| matters(name)).all(|name| want.contains_key(name))
        && differences(&schema.inputs, &object.inputs, &want, &state.salt).is_empty()
}

/// Those with the same name in another scope, if there are any.
fn likeliest<'a>(address: &Address, equal: Vec<&'a Address>) -> Vec<&'a Address> {
    let alike: Vec<&Address> = equal.iter().copied().filter(|old| leaf(old) == leaf(address)).collect();
    if alike.is_empty() { equal } else { alike }
}

fn leaf(address: &Address) -> &str {
    split(address).1
}

/// The scopes, and the name in them.
fn split(address: &Address) -> (&str, &str) {
    address.name().rsplit_once('/').unwrap_or(("", address.name()))
}

/// The outermost scopes of which one became the other, if that is all that differs.
fn scopes<'a>(new: &'a Address, old: &[&'a Address]) -> Option<(&'a str, &'a str)> {
    let [old] = old else { return None };
    let (mut new, mut old) = (new.name(), old.name());
    loop {
        let ((new_before, new_last), (old_before, old_last)) = (new.rsplit_once('/')?, old.rsplit_once('/')?);
        if new_last != old_last {
            return Some((new, old));
        }
        (new, old) = (new_before, old_before);
        if !new.contains('/') || !old.contains('/') {
            return Some((new, old));
        }
    }
}

/// What `.moved_from(…)` of a resource must be given for another address: as short as it can be.
fn argument(new: &Address, old: &Address) -> String {
    if split(new).0 == split(old).0 { leaf(old).to_owned() } else { format!("/{}", old.name()) }
}

fn diagnostic(node: &Node, equal: &[&Address], scopes: &BTreeSet<(&str, &str)>) -> Diagnostic {
    let line = |old: &&Address| format!("`.moved_from(\"{}\")`", argument(&node.address, old));
    let names: Vec<String> = equal.iter().map(ToString::to_string).collect();
    let lines: Vec<String> = equal.iter().map(line).collect();
    let goes = if names.len() == 1 { "goes" } else { "go" };
    let problem = format!("is new, and {}, with equal inputs, {goes}: that looks like another name", names.join(" and "));
    let whole = crate::recreate::scopes(&node.address, equal).filter(|pair| scopes.contains(pair));
    let whole = whole.map(|(new, old)| format!(" (or `.moved_from(\"/{old}\")` to the scope `{new}`)")).unwrap_or_default();
    let one = if lines.len() == 1 { "add" } else { "add the one that it is:" };
    let help = format!("{one} {}{whole}; if another object is meant, say `--allow-recreate`", lines.join(" or "));
    Diagnostic::new(problem).with_resource(&node.address).with_location(&node.declared).with_help(help)
}

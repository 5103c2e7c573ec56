//! Which objects stay in the cloud when they leave the stack, and what that means for the others.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Diagnostic, Lifecycle, Node, Schema};

use crate::clash::clash;
use crate::decide::Decision;
use crate::plan::{Action, Leave, Step};
use crate::state::{Object, State};

/// How an object leaves the stack: deleted, or kept in the cloud where the program or the record says so.
pub(crate) fn parting(object: &Object, declared: Option<&Lifecycle>, why: Leave) -> Action {
    let id = object.id.clone();
    match object.lifecycle.retain_on_delete || declared.is_some_and(|declared| declared.retain_on_delete) {
        true => Action::Retain { id, why },
        false => Action::Delete { id, why, hooks: object.lifecycle.hooks.clone() },
    }
}

/// The replacements of objects that stay, where the cloud refuses to have both.
pub(crate) fn conflicts(decisions: &[(usize, Decision)], nodes: &[Node], schemas: &[&Schema], state: &State) -> Vec<Diagnostic> {
    let conflict = |(at, decision): &(usize, Decision)| {
        let (node, Decision::Replace { want, .. }) = (&nodes[*at], decision) else { return None };
        let object = state.object(&node.address)?;
        let stays = object.lifecycle.retain_on_delete || node.options.lifecycle.retain_on_delete;
        let reason = clash(schemas[*at], object, &want.inputs, &state.salt).filter(|_| stays)?;
        let problem = Diagnostic::new(format!("is to stay in the cloud beside what takes its place, and {reason}"));
        let help = "let the new one differ in that, or take `.retain_on_delete()` away and deploy that first";
        Some(problem.with_resource(&node.address).with_location(&node.declared).with_help(help))
    };
    decisions.iter().filter_map(conflict).collect()
}

/// What the reader should know of objects that stay while something that they need is deleted: the cloud may refuse that.
pub(crate) fn notes(steps: &[Step], state: &State) -> Vec<String> {
    let deleted: BTreeSet<&Address> =
        steps.iter().filter(|step| matches!(step.action, Action::Delete { .. } | Action::Sweep { .. })).map(|step| &step.address).collect();
    let objects = |address: &Address| {
        let row = state.rows.get(address);
        row.into_iter().flat_map(|row| row.object.iter().chain(&row.old))
    };
    let mut needs: BTreeMap<&Address, BTreeSet<&Address>> = BTreeMap::new();
    for step in steps {
        let Action::Retain { id, .. } = &step.action else { continue };
        for object in objects(&step.address).filter(|object| object.id == *id) {
            needs.entry(&step.address).or_default().extend(object.dependencies.iter().filter(|need| deleted.contains(need)));
        }
    }
    let note = |user: &Address, need: &Address| format!("{need} is deleted while {user}, which stays in the cloud, may still use it");
    needs.iter().flat_map(|(user, needs)| needs.iter().map(move |need| note(user, need))).collect()
}

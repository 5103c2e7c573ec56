//! What a plan must not do: delete or replace what is protected.

use std::collections::BTreeMap;

use infra_core::{Address, Diagnostic, Node};

use crate::plan::{Action, Leave, Replacement, Step};
use crate::state::State;

/// Every step that would end a protected object. Of what is declared the program says whether it is protected, so that there
/// is always a way on, also where the cloud and not the program forces a replacement; of what is not declared any more, its
/// record does. Only the current object of a resource can be: nothing takes the place of one that is.
pub(crate) fn violations(steps: &[Step], nodes: &[Node], state: &State) -> Vec<Diagnostic> {
    if !steps.iter().any(|step| step.action.is_parting()) {
        return Vec::new();
    }
    let declared: BTreeMap<&Address, &Node> = nodes.iter().map(|node| (&node.address, node)).collect();
    let violation = |step: &Step| {
        let (Action::Delete { id, why, .. } | Action::Sweep { id, why, .. } | Action::Retain { id, why }) = &step.action else {
            return None;
        };
        let object = state.object(&step.address).filter(|object| object.id == *id)?;
        let node = declared.get(&step.address).copied();
        if !node.map_or(object.lifecycle.protect, |node| node.options.lifecycle.protect) {
            return None;
        }
        let problem = match why {
            // It stays, and somebody says so.
            Leave::Forgotten => return None,
            Leave::NotDeclared => "is protected, and the program does not declare it any more".to_owned(),
            Leave::Destroy => "is protected, and would be destroyed".to_owned(),
            Leave::Replaced => format!("is protected, and would be {}", replaced(steps, &step.address)),
        };
        let help = match (node, why) {
            (Some(_), _) => "take `.protect()` away, if another may take its place",
            (None, Leave::Destroy) => "take `.protect()` away in the program and deploy that first, if it may go",
            (None, _) => "declare it without `.protect()` and deploy that first, if it may go",
        };
        let declared = node.map_or(&object.declared, |node| &node.declared);
        Some(Diagnostic::new(problem).with_resource(&step.address).with_location(declared).with_help(help))
    };
    steps.iter().filter_map(violation).collect()
}

/// Why another object would take a resource's place.
fn replaced(steps: &[Step], address: &Address) -> String {
    let replacement = steps.iter().filter(|step| step.address == *address).find_map(|step| match &step.action {
        Action::Create { replaces: Some(replacement), .. } => Some(replacement),
        _ => None,
    });
    replacement.map_or_else(|| "replaced".to_owned(), Replacement::describe)
}

//! Whether an object that exists already can be a resource's own: if it is as the program says, or can be made so.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Address, Diagnostic, Expr, Graph, Import, Lifecycle, Node, Provider, Schema, Value};

use crate::diff::{Change, differences};
use crate::ignore::kept;
use crate::observed::Sight;
use crate::plan::Difference;
use crate::state::State;

/// An object that can be taken over.
pub(crate) struct Adoption {
    /// The inputs that are asked of it from now on.
    pub(crate) inputs: BTreeMap<String, Expr>,
    /// What must be changed for that.
    pub(crate) changes: Vec<Difference>,
    /// What the cloud says of it.
    pub(crate) outputs: BTreeMap<String, Value>,
}

/// What a resource without an object is to take over, if anything.
pub(crate) fn wanted<'a>(node: &'a Node, state: &State) -> Option<&'a Import> {
    node.options.import.as_ref().filter(|_| state.object(&node.address).is_none())
}

/// What an object is, of all that there are: its type, its id, and where it is.
type Identity<'a> = (&'a str, &'a str, Option<&'a Provider>);

fn place(lifecycle: &Lifecycle) -> Option<&Provider> {
    lifecycle.provider.as_ref()
}

/// Two resources that would have one object: imported twice, or managed under another address already. Only those that are
/// taken up by the plan count.
pub(crate) fn doubles(graph: &Graph, state: &State, taken: impl Fn(&Node) -> bool) -> Vec<Diagnostic> {
    if graph.nodes.iter().all(|node| wanted(node, state).is_none()) {
        return Vec::new();
    }
    let mut owners: BTreeMap<Identity<'_>, &Address> = BTreeMap::new();
    for (address, row) in &state.rows {
        let objects = row.object.iter().chain(&row.old);
        owners.extend(objects.map(|object| ((&**address.kind(), object.id.as_str(), place(&object.lifecycle)), address)));
    }
    let (mut claimed, mut problems) = (BTreeMap::<Identity<'_>, &Node>::new(), Vec::new());
    for node in graph.nodes.iter().filter(|node| taken(node)) {
        let Some(import) = wanted(node, state) else { continue };
        let (key, id) = ((&**node.address.kind(), import.id.as_str(), place(&node.options.lifecycle)), &import.id);
        let about = |problem: String| Diagnostic::new(problem).with_resource(&node.address).with_location(&node.declared);
        if let Some(owner) = owners.get(&key).filter(|owner| ***owner != node.address) {
            let problem = format!("is to import {id}, which this stack has as {owner}");
            problems.push(about(problem).with_help(format!("write `.moved_from(\"{owner}\")` instead, if it has another name now")));
        } else if let Some(other) = claimed.insert(key, node) {
            let problem = format!("is to import {id}, and so is {}, declared at {}", other.address, other.declared);
            problems.push(about(problem).with_help("one object is one resource: take `.import(…)` away from the other"));
        }
    }
    problems
}

/// Compares what was seen of the object with what the program says.
pub(crate) fn adoption(
    import: &Import,
    node: &Node,
    schema: &Schema,
    sight: Option<&Sight>,
    mut inputs: BTreeMap<String, Expr>,
    salt: &str,
) -> Result<Adoption, Diagnostic> {
    let id = &import.id;
    let about = |problem: String| Diagnostic::new(problem).with_resource(&node.address).with_location(&node.declared);
    let (have, outputs) = match sight {
        Some(Sight::Present { failed: Some(state), .. }) => {
            let problem = format!("is to import {id}, which the cloud calls {state}");
            return Err(about(problem).with_help("import it when it can be used, or let another be made"));
        }
        Some(Sight::Present { inputs, outputs, .. }) => (inputs, outputs.clone()),
        Some(Sight::Gone) | None => {
            let problem = format!("is to import {id}, and there is no {} with that id", schema.handle);
            return Err(about(problem)
                .with_help("check the id, and that the environment has its account and region; without `.import(…)` one is made"));
        }
    };
    if let Some((field, _)) = schema.physical_name()
        && !inputs.contains_key(&field.name)
        && let Some(name) = have.get(&field.name)
    {
        inputs.insert(field.name.clone(), Expr::Lit(name.clone()));
    }
    let mut have = have.clone();
    let untold: BTreeSet<&String> = schema.inputs.iter().filter(|field| field.write_only).map(|field| &field.name).collect();
    if !import.update {
        // What the cloud never tells cannot be compared: that it is so is for the program to say.
        have.extend(untold.iter().filter_map(|name| Some(((*name).clone(), inputs.get(*name)?.value()?))));
    }
    kept(&schema.inputs, &node.options.ignore_changes, &have, &mut inputs, salt);
    let changes = differences(&schema.inputs, &have, &inputs, salt);
    let fixed: Vec<&Change> = changes.iter().filter(|change| change.replaces).collect();
    if !fixed.is_empty() {
        let problem = format!("cannot be {id}, of which this cannot be changed: {}", listed(&fixed));
        return Err(about(problem).with_help("write it as the object has it, or leave it out where it is optional"));
    }
    if !import.update && !changes.is_empty() {
        let problem = format!("is not as {id} is: {}", listed(&changes.iter().collect::<Vec<_>>()));
        let help = format!("write it as the object has it, or have it changed with `.import_and_update(\"{id}\")`");
        return Err(about(problem).with_help(help));
    }
    let changes = changes.into_iter().map(|change| Difference { change, drift: false, forced: false }).collect();
    Ok(Adoption { inputs, changes, outputs })
}

fn listed(changes: &[&Change]) -> String {
    let line = |change: &&Change| {
        let old = change.old.as_ref().map_or_else(|| "nothing".into(), |old| old.redacted().to_string());
        let new = change.new.as_ref().map_or_else(|| "nothing".into(), ToString::to_string);
        format!("`{}` is {old}, and the program says {new}", change.path)
    };
    changes.iter().map(line).collect::<Vec<_>>().join("; ")
}

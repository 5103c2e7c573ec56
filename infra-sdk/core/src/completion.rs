//! Edges that no reference shows and that a type knows of: a role is of no use without its policies.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Address, Graph};

/// Adds the edges that the types of the graph's resources ask for. Where a resource completes another one, whatever else
/// needs that one waits for the completion too, and so goes before it. What the completion itself needs does not wait for
/// it, and of several that complete the same object none waits for the others.
pub(crate) fn complete(graph: &mut Graph) {
    let completions = completions(graph);
    if completions.is_empty() {
        return;
    }
    let mut needs: BTreeMap<Address, BTreeSet<Address>> =
        graph.nodes.iter().map(|node| (node.address.clone(), node.dependencies())).collect();
    for (target, completing) in &completions {
        for completion in completing {
            let before = all_needs(&needs, completion);
            for node in &mut graph.nodes {
                let waits = needs.get_mut(&node.address).filter(|needs| needs.contains(target));
                if let Some(waits) = waits
                    && !completing.contains(&node.address)
                    && !before.contains(&node.address)
                    && waits.insert(completion.clone())
                {
                    node.depends_on.insert(completion.clone());
                }
            }
        }
    }
}

/// By what is completed, what completes it.
fn completions(graph: &Graph) -> BTreeMap<Address, BTreeSet<Address>> {
    let mut completions: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
    for node in &graph.nodes {
        let Some(schema) = graph.schemas.get(node.address.kind()).filter(|schema| !schema.completes.is_empty()) else { continue };
        for input in node.inputs.values() {
            input.visit(&mut |attr| {
                if schema.completes.contains(attr.resource.kind()) {
                    completions.entry(attr.resource.clone()).or_default().insert(node.address.clone());
                }
            });
        }
    }
    completions
}

/// Everything that a resource needs, directly or not, and itself.
fn all_needs(needs: &BTreeMap<Address, BTreeSet<Address>>, of: &Address) -> BTreeSet<Address> {
    let (mut all, mut next) = (BTreeSet::from([of.clone()]), vec![of]);
    while let Some(address) = next.pop() {
        for need in needs.get(address).into_iter().flatten() {
            if all.insert(need.clone()) {
                next.push(need);
            }
        }
    }
    all
}

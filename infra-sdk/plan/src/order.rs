//! The order of a graph: every resource after those it needs.

use std::collections::{BTreeSet, HashMap};

use infra_core::{Address, Diagnostic, Graph};

/// The graph's resources in an order in which each comes after its dependencies; otherwise as the program has them.
pub(crate) struct Order {
    /// Indices into the graph's nodes.
    pub(crate) sequence: Vec<usize>,
    /// For each node, the addresses it directly needs.
    pub(crate) dependencies: Vec<BTreeSet<Address>>,
}

/// Orders the graph. A reference to what is not declared and a cycle are errors that name the places.
pub(crate) fn order(graph: &Graph) -> Result<Order, Vec<Diagnostic>> {
    let dependencies: Vec<BTreeSet<Address>> = graph.nodes.iter().map(infra_core::Node::dependencies).collect();
    let (mut index, mut problems) = (HashMap::with_capacity(graph.nodes.len()), Vec::new());
    for (at, node) in graph.nodes.iter().enumerate() {
        if let Some(first) = index.insert(&node.address, at) {
            let (first, other) = (&graph.nodes[first].declared, &node.declared);
            let problem = Diagnostic::new(format!("declared twice; the other is at {other}")).with_resource(&node.address);
            problems.push(problem.with_location(first).with_help("rename one of them: a name is one resource's in its scope"));
        }
    }
    let mut dependants = vec![Vec::new(); graph.nodes.len()];
    for (at, (node, needs)) in graph.nodes.iter().zip(&dependencies).enumerate() {
        for need in needs {
            match index.get(need) {
                Some(needed) => dependants[*needed].push(at),
                None => problems.push(
                    Diagnostic::new(format!("needs {need}, which the stack does not declare"))
                        .with_resource(&node.address)
                        .with_location(&node.declared)
                        .with_help("declare it in this stack, or refer to it by its id"),
                ),
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }

    let mut waiting: Vec<usize> = dependencies.iter().map(BTreeSet::len).collect();
    let mut ready: BTreeSet<usize> = (0..waiting.len()).filter(|at| waiting[*at] == 0).collect();
    let mut sequence = Vec::with_capacity(waiting.len());
    while let Some(at) = ready.pop_first() {
        sequence.push(at);
        for dependant in &dependants[at] {
            waiting[*dependant] -= 1;
            if waiting[*dependant] == 0 {
                ready.insert(*dependant);
            }
        }
    }
    if sequence.len() == graph.nodes.len() {
        return Ok(Order { sequence, dependencies });
    }
    Err(vec![cycle(graph, &index, &dependencies, &waiting)])
}

/// Walks dependencies that never became ready until one repeats: that is a cycle, shortest part only.
fn cycle(graph: &Graph, index: &HashMap<&Address, usize>, dependencies: &[BTreeSet<Address>], waiting: &[usize]) -> Diagnostic {
    let mut path: Vec<usize> = waiting.iter().position(|left| *left > 0).into_iter().collect();
    while let Some(&at) = path.last() {
        let Some(next) = dependencies[at].iter().map(|need| index[need]).find(|need| waiting[*need] > 0) else { break };
        if let Some(start) = path.iter().position(|seen| *seen == next) {
            path.drain(..start);
            path.push(next);
            break;
        }
        path.push(next);
    }
    let names: Vec<String> = path.iter().map(|at| graph.nodes[*at].address.to_string()).collect();
    let node = &graph.nodes[path.first().copied().unwrap_or_default()];
    Diagnostic::new(format!("resources need each other in a circle: {}", names.join(" needs ")))
        .with_resource(&node.address)
        .with_location(&node.declared)
        .with_help("break the circle: give one of them a separate resource for the reference, as a rule of a security group has")
}

//! A graph as a drawing: who needs whom.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use infra_core::{Address, Graph, Location};
use infra_plan::{Action, Plan, Sketch, Tint, svg};
use serde::Serialize;

use super::JSON_VERSION;

/// What is drawn.
#[derive(Serialize)]
pub(crate) struct Drawing {
    /// The version of this form.
    v: u32,
    /// The stack.
    stack: String,
    /// The resources.
    nodes: Vec<Node>,
    /// What is made before what.
    edges: Vec<Edge>,
}

#[derive(Serialize)]
struct Node {
    address: Address,
    r#type: String,
    name: String,
    /// Where the program declares it; nothing for what it does not declare any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    declared: Option<Location>,
    /// What a plan does to it, where one is drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
}

#[derive(Serialize)]
struct Edge {
    /// Made first.
    from: Address,
    /// Needs it.
    to: Address,
}

impl Drawing {
    /// The drawing of a graph.
    pub(crate) fn of(graph: &Graph) -> Drawing {
        let handle = |address: &Address| {
            graph.schemas.get(address.kind()).map_or_else(|| address.kind().to_string(), |schema| schema.handle.clone())
        };
        let nodes = graph.nodes.iter().map(|node| Node {
            address: node.address.clone(),
            r#type: handle(&node.address),
            name: node.address.name().to_owned(),
            declared: Some(node.declared.clone()),
            action: None,
        });
        let needs = graph.nodes.iter().flat_map(|node| node.dependencies().into_iter().map(|need| (need, node.address.clone())));
        let edges = needs.map(|(from, to)| Edge { from, to });
        Drawing { v: JSON_VERSION, stack: graph.stack.clone(), nodes: nodes.collect(), edges: edges.collect() }
    }

    /// With what a plan does to each resource, and with what it deletes.
    pub(crate) fn coloured(mut self, plan: &Plan) -> Drawing {
        let mut actions: BTreeMap<&Address, (&str, &'static str)> = BTreeMap::new();
        for step in &plan.steps {
            let action = match &step.action {
                Action::Create { replaces: None, .. } => "create",
                Action::Create { replaces: Some(_), .. } => "replace",
                Action::Adopt { changes, .. } if changes.is_empty() => continue,
                Action::Update { .. } | Action::Adopt { .. } => "change",
                Action::Delete { .. } | Action::Sweep { .. } => "delete",
                Action::Retain { .. } | Action::Note { .. } | Action::Forget { .. } => continue,
            };
            // A replacement is a deletion too, and is called what it is.
            if action != "delete" || !actions.contains_key(&step.address) {
                actions.insert(&step.address, (&step.handle, action));
            }
        }
        for node in &mut self.nodes {
            node.action = actions.remove(&node.address).map(|(_, action)| action);
        }
        self.nodes.extend(actions.into_iter().map(|(address, (handle, action))| Node {
            address: address.clone(),
            r#type: handle.to_owned(),
            name: address.name().to_owned(),
            declared: None,
            action: Some(action),
        }));
        self
    }

    /// As a picture.
    pub(crate) fn svg(&self) -> String {
        let boxes = self.nodes.iter().map(|node| (node.r#type.clone(), node.name.clone(), node.tint())).collect();
        let mut edges = Vec::new();
        self.each_edge(|from, to| edges.push((from, to)));
        svg(&Sketch { title: self.stack.clone(), boxes, edges })
    }

    /// As Mermaid.
    pub(crate) fn mermaid(&self) -> String {
        let mut text = "flowchart TD\n".to_owned();
        for (number, (scope, nodes)) in self.scopes().into_iter().enumerate() {
            let indent = if scope.is_empty() { "  " } else { "    " };
            if !scope.is_empty() {
                let _ = writeln!(text, "  subgraph s{number}[\"{scope}\"]");
            }
            for (at, node) in nodes {
                let _ = writeln!(text, "{indent}n{at}[\"{}<br/>{}\"]", node.r#type, last(&node.name));
            }
            if !scope.is_empty() {
                text.push_str("  end\n");
            }
        }
        self.each_edge(|from, to| text.push_str(&format!("  n{from} --> n{to}\n")));
        for (at, node) in self.nodes.iter().enumerate() {
            if let Some((fill, stroke)) = node.colours() {
                let _ = writeln!(text, "  style n{at} fill:{fill},stroke:{stroke}");
            }
        }
        text
    }

    /// As Graphviz.
    pub(crate) fn dot(&self) -> String {
        let mut text = format!("digraph \"{}\" {{\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n", self.stack);
        for (number, (scope, nodes)) in self.scopes().into_iter().enumerate() {
            let indent = if scope.is_empty() { "  " } else { "    " };
            if !scope.is_empty() {
                let _ = writeln!(text, "  subgraph cluster_{number} {{\n    label=\"{scope}\";");
            }
            for (at, node) in nodes {
                let colours = node
                    .colours()
                    .map(|(fill, stroke)| format!(", style=filled, fillcolor=\"{fill}\", color=\"{stroke}\""))
                    .unwrap_or_default();
                let _ = writeln!(text, "{indent}n{at} [label=\"{}\\n{}\"{colours}];", node.r#type, last(&node.name));
            }
            if !scope.is_empty() {
                text.push_str("  }\n");
            }
        }
        self.each_edge(|from, to| text.push_str(&format!("  n{from} -> n{to};\n")));
        text.push_str("}\n");
        text
    }

    /// The nodes by scope, with their numbers.
    fn scopes(&self) -> BTreeMap<&str, Vec<(usize, &Node)>> {
        let mut scopes: BTreeMap<&str, Vec<(usize, &Node)>> = BTreeMap::new();
        for (at, node) in self.nodes.iter().enumerate() {
            scopes.entry(node.name.rsplit_once('/').map_or("", |(scope, _)| scope)).or_default().push((at, node));
        }
        scopes
    }

    fn each_edge(&self, mut draw: impl FnMut(usize, usize)) {
        let numbers: HashMap<&Address, usize> = self.nodes.iter().enumerate().map(|(at, node)| (&node.address, at)).collect();
        for edge in &self.edges {
            if let (Some(from), Some(to)) = (numbers.get(&edge.from), numbers.get(&edge.to)) {
                draw(*from, *to);
            }
        }
    }
}

impl Node {
    fn tint(&self) -> Tint {
        match self.action {
            Some("create") => Tint::Create,
            Some("replace") => Tint::Replace,
            Some("change") => Tint::Change,
            Some("delete") => Tint::Delete,
            _ => Tint::Plain,
        }
    }

    /// Its box and its frame, where a plan does something to it.
    fn colours(&self) -> Option<(&'static str, &'static str)> {
        self.action.map(|_| self.tint().colours())
    }
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn graph() -> Graph {
        let node = |name: &str, needs: &[&str]| infra_core::Node {
            address: Address::new("aws:ec2/thing", name),
            inputs: BTreeMap::new(),
            depends_on: needs.iter().map(|need| Address::new("aws:ec2/thing", *need)).collect::<BTreeSet<_>>(),
            options: Default::default(),
            declared: Location::default(),
        };
        let nodes = vec![node("vpc", &[]), node("network/a", &["vpc"]), node("network/b", &["vpc", "network/a"])];
        Graph { nodes, ..Graph::empty("web") }
    }

    #[test]
    fn mermaid_goes_from_what_is_made_first_and_frames_scopes() {
        insta::assert_snapshot!(Drawing::of(&graph()).mermaid(), @r#"
        flowchart TD
          n0["aws:ec2/thing<br/>vpc"]
          subgraph s1["network"]
            n1["aws:ec2/thing<br/>a"]
            n2["aws:ec2/thing<br/>b"]
          end
          n0 --> n1
          n1 --> n2
          n0 --> n2
        "#);
    }

    #[test]
    fn dot_says_the_same() {
        insta::assert_snapshot!(Drawing::of(&graph()).dot(), @r#"
        digraph "web" {
          rankdir=TB;
          node [shape=box, fontname="sans-serif"];
          n0 [label="aws:ec2/thing\nvpc"];
          subgraph cluster_1 {
            label="network";
            n1 [label="aws:ec2/thing\na"];
            n2 [label="aws:ec2/thing\nb"];
          }
          n0 -> n1;
          n1 -> n2;
          n0 -> n2;
        }
        "#);
    }
}

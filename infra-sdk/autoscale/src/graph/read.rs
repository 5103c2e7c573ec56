//! A node's inputs as the typed struct of its resource, though some of them are known only after a deployment.
//!
//! A reference to another resource's output becomes a text that names the resource, so that fleets, policies and alarms find one
//! another.

use infra_core::{Address, Attr, EvalError, Expr, Graph, Node, Resource, Type, Value};

use super::Source;
use crate::Error;

/// A node with its inputs.
pub(crate) struct Read<'a, I> {
    pub(crate) node: &'a Node,
    pub(crate) inputs: I,
}

impl<I> Read<'_, I> {
    pub(crate) fn source(&self) -> Source {
        Source { address: self.node.address.clone(), declared: self.node.declared.clone() }
    }

    /// What an error about one of its fields is.
    pub(crate) fn wrong(&self, field: &str, problem: impl Into<String>, help: impl Into<String>) -> Error {
        wrong(self.node, field, problem, help)
    }
}

fn wrong(node: &Node, field: &str, problem: impl Into<String>, help: impl Into<String>) -> Error {
    Error::Resource {
        resource: node.address.to_string(),
        field: field.to_owned(),
        problem: problem.into(),
        declared: node.declared.clone(),
        help: help.into(),
    }
}

/// The text that stands for an output.
pub(crate) fn mark(resource: &Address, output: &str) -> String {
    format!("\u{1}{resource}\u{1}{output}")
}

/// The resource whose id a text stands for.
pub(crate) fn marked<'a>(graph: &'a Graph, text: &str) -> Option<&'a Node> {
    let (resource, _) = text.strip_prefix('\u{1}')?.split_once('\u{1}')?;
    graph.node(&resource.parse().ok()?)
}

/// A node's inputs, typed.
pub(crate) fn read<'a, R: Resource>(graph: &'a Graph, node: &'a Node) -> Result<Read<'a, R::Inputs>, Error> {
    let stands_for = |attr: &Attr| -> Result<Option<Value>, EvalError> {
        let text = Value::String(mark(&attr.resource, &attr.output));
        let schema = graph.schemas.get(attr.resource.kind());
        let output = schema.and_then(|schema| schema.outputs.iter().find(|output| output.name == attr.output));
        Ok(match output.map(|output| &output.ty) {
            None | Some(Type::String | Type::Id(_) | Type::Json | Type::Choice(_)) => Some(text),
            Some(Type::List(_) | Type::Set(_)) => Some(Value::List(vec![text])),
            Some(_) => None,
        })
    };
    let mut fields = serde_json::Map::new();
    for (name, input) in &node.inputs {
        // What cannot be computed yet is left out: most of it says nothing of scaling, and what must be there is missed below.
        if let Ok(Expr::Lit(value)) = input.evaluate(&stands_for) {
            fields.insert(name.clone(), value.reveal());
        }
    }
    let help = "give it a value that is known before the deployment";
    let inputs = serde_json::from_value(serde_json::Value::Object(fields))
        .map_err(|error| wrong(node, "its inputs", format!("cannot be read: {error}"), help))?;
    Ok(Read { node, inputs })
}

/// Every node of a type, typed.
pub(crate) fn all<'a, R: Resource>(graph: &'a Graph) -> impl Iterator<Item = Result<Read<'a, R::Inputs>, Error>> {
    graph.nodes.iter().filter(|node| &**node.address.kind() == R::KIND).map(|node| read::<R>(graph, node))
}

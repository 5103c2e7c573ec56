//! What a program built: its resources and outputs, as data that can be stored, sent and planned.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Address, Deferral, Expr, Kind, Location, Options, Schema, Value};

/// The version of the graph's serialized form; a reader refuses any other.
pub const GRAPH_VERSION: u32 = 1;

/// A stack as its program declares it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Graph {
    /// The serialized form's version.
    pub version: u32,
    /// The stack's name.
    pub stack: String,
    /// The resources, in the order in which the program declared them.
    pub nodes: Vec<Node>,
    /// The stack's outputs.
    pub exports: BTreeMap<String, Expr>,
    /// The types of the resources.
    pub schemas: BTreeMap<Kind, Schema>,
    /// The policies that the program brings, by name: it is asked for their judgement when there is a plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
    /// The parts of the program that wait for a value, or have waited for one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deferrals: Vec<Deferral>,
    /// The outputs of other stacks that the program uses, by stack and name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub references: BTreeMap<String, BTreeMap<String, Value>>,
    /// The resources that the stack is to know nothing of any more, with where the program says so: their objects stay.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub forgotten: BTreeMap<Address, Location>,
}

/// A resource as its program declares it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Its identity in the stack.
    pub address: Address,
    /// What the program says of it; what it does not mention is not managed.
    pub inputs: BTreeMap<String, Expr>,
    /// Edges that no reference shows.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<Address>,
    /// How it is to be treated.
    #[serde(default, skip_serializing_if = "Options::is_default")]
    pub options: Options,
    /// Where it was declared.
    pub declared: Location,
}

impl Node {
    /// Every resource this one needs: those that its inputs and options refer to, and those it was told to depend on.
    pub fn dependencies(&self) -> BTreeSet<Address> {
        let mut all = self.depends_on.clone();
        all.extend(self.options.terms.dependencies(&self.address));
        for input in self.inputs.values() {
            input.visit(&mut |attr| {
                all.insert(attr.resource.clone());
            });
        }
        all
    }
}

impl Graph {
    /// A graph with nothing in it.
    pub fn empty(stack: impl Into<String>) -> Graph {
        Graph {
            version: GRAPH_VERSION,
            stack: stack.into(),
            nodes: Vec::new(),
            exports: BTreeMap::new(),
            schemas: BTreeMap::new(),
            policies: Vec::new(),
            deferrals: Vec::new(),
            references: BTreeMap::new(),
            forgotten: BTreeMap::new(),
        }
    }

    /// Whether anything in it is secret, or may become so: a value, or what a type says of itself.
    pub fn has_secrets(&self) -> bool {
        let inputs = self.nodes.iter().flat_map(|node| node.inputs.values());
        let terms = |node: &Node| {
            let found = node.options.terms.try_map(&mut |expr| if expr.has_secret() { Err(()) } else { Ok(expr.clone()) });
            found.is_err()
        };
        self.schemas.values().any(Schema::has_secrets)
            || self.nodes.iter().any(terms)
            || inputs.chain(self.exports.values()).any(Expr::has_secret)
            || self.references.values().flat_map(BTreeMap::values).any(Value::has_secret)
    }

    /// The resource at an address; linear, for tests and single look-ups.
    pub fn node(&self, address: &Address) -> Option<&Node> {
        self.nodes.iter().find(|node| node.address == *address)
    }
}

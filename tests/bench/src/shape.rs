//! The graphs that are measured: the same ones for every engine, of a resource that is nothing but a row.

use infra_core::program::{Program as _, Request, Response};
use infra_core::{GRAPH_VERSION, Graph, NoOutputs, Resource, Stack};
use serde::{Deserialize, Serialize};

/// The stack's name.
pub const STACK: &str = "bench";

/// A resource that is nothing but what it was told, as `terraform_data` is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Thing, id = ThingId, outputs = NoOutputs, kind = "bench:data/thing")]
pub struct ThingInputs {
    /// Any text.
    pub text: String,
    /// What it needs.
    pub after: Option<Vec<ThingId>>,
}

/// How the resources of a graph hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Shape {
    /// Nothing needs anything.
    Flat,
    /// Each needs the one before it.
    Chain,
    /// All need the first, and the last needs all others.
    Fan,
    /// As flat, from one declaration that is repeated.
    Counted,
}

impl Shape {
    /// All of them.
    pub const ALL: [Shape; 4] = [Shape::Flat, Shape::Chain, Shape::Fan, Shape::Counted];

    /// Its name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Shape::Flat => "flat",
            Shape::Chain => "chain",
            Shape::Fan => "fan",
            Shape::Counted => "counted",
        }
    }

    /// The numbers of the resources that the one of a number needs, in a graph of `size`.
    pub fn needs(self, number: usize, size: usize) -> std::ops::Range<usize> {
        match self {
            Shape::Chain if number > 0 => number - 1..number,
            Shape::Fan if number > 0 && number + 1 == size => 0..number,
            Shape::Fan if number > 0 => 0..1,
            _ => 0..0,
        }
    }
}

/// The graph, built as a program builds it. Another `revision` changes every resource.
///
/// # Errors
/// What the program was told is wrong with it.
pub fn graph(shape: Shape, size: usize, revision: u32) -> Result<Graph, String> {
    let node = |number| (format!("{number} v{revision}"), shape.needs(number, size).collect::<Vec<_>>());
    graph_of(&(0..size).map(node).collect::<Vec<_>>())
}

/// A graph of things: the text of each, and the numbers of those before it that it needs.
///
/// # Errors
/// What the program was told is wrong with it.
pub fn graph_of(nodes: &[(String, Vec<usize>)]) -> Result<Graph, String> {
    let program = |stack: &Stack| {
        let mut made: Vec<Thing> = Vec::with_capacity(nodes.len());
        for (number, (text, needs)) in nodes.iter().enumerate() {
            let thing = Thing::new(format!("r{number}")).text(text);
            let needs: Vec<&Thing> = needs.iter().map(|need| &made[*need]).collect();
            let thing = if needs.is_empty() { thing.add(stack) } else { thing.after(needs).add(stack) };
            made.push(thing);
        }
    };
    let request = Request { version: GRAPH_VERSION, stack: STACK.into(), environment: "local".into(), ..Request::default() };
    match program.run(&request) {
        Response::Graph(graph) => Ok(*graph),
        other => Err(format!("the program of the benchmark is wrong: {other:?}")),
    }
}

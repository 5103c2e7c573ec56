//! From a stack's resources to a fleet: the same typed resources that the stack deploys, read from its graph.

mod alarm;
mod group;
mod policy;
mod read;
mod schedule;

use infra_core::program::{Program, Request, Response};
use infra_core::{Address, Declared, Graph, Location, Resource};

use infra_aws::autoscaling::AutoScalingGroup;

use crate::model::Fleet;
use crate::{Error, Simulation};

/// Where a part of a fleet is declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The resource.
    pub address: Address,
    /// Where the program declares it.
    pub declared: Location,
}

/// A fleet with where its parts are declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The fleet.
    pub fleet: Fleet,
    /// The group.
    pub group: Source,
    /// What its instances are made from: a launch template or a launch configuration, where the stack declares it.
    pub template: Option<Source>,
    /// The policies, as in the fleet.
    pub policies: Vec<Source>,
    /// The alarms, as in the fleet.
    pub alarms: Vec<Source>,
}

/// A stack's graph, from its program: in a unit test, `graph(&my_stack, &Request::default())`.
///
/// # Errors
/// Where the program does not yield a stack: its own errors, or lookups without an answer in the request.
pub fn graph<A>(program: &impl Program<A>, request: &Request) -> Result<Graph, Error> {
    let named = if request.stack.is_empty() { Request { stack: "simulated".into(), ..request.clone() } } else { request.clone() };
    match program.run(&named) {
        Response::Graph(graph) => Ok(*graph),
        Response::Unanswered(questions) => {
            let asked: Vec<_> = questions.iter().map(|question| format!("`{}` at {}", question.key(), question.declared)).collect();
            Err(Error::Program(format!("it asks {}; put the answers into the request", asked.join(", "))))
        }
        Response::Reviewed(_) => Err(Error::Program("it judges a plan, and was asked what it declares".into())),
        Response::Failed(problems) => Err(Error::Program(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))),
    }
}

/// A simulation of the group that a stack declares by `name`, with the scopes it is in: `blue/app`.
///
/// # Errors
/// Where there is no such group, or something of it cannot be simulated; it says which field, where, and what to do.
pub fn fleet(graph: &Graph, name: &str) -> Result<Simulation, Error> {
    Ok(Simulation::of(find(graph, name)?.fleet))
}

/// The same by the group's handle, in the program itself.
///
/// # Errors
/// As [`fleet`].
pub fn fleet_of(graph: &Graph, group: &impl Declared) -> Result<Simulation, Error> {
    fleet(graph, group.address().name())
}

/// The fleet of a name, with where its parts are declared.
///
/// # Errors
/// As [`fleet`].
pub fn find(graph: &Graph, name: &str) -> Result<Found, Error> {
    let groups = || graph.nodes.iter().filter(|node| &**node.address.kind() == AutoScalingGroup::KIND);
    match groups().find(|node| node.address.name() == name) {
        Some(node) => group::found(graph, node),
        None => {
            let known = groups().map(|node| node.address.name().to_owned()).collect();
            Err(Error::NoSuchGroup { name: name.to_owned(), known })
        }
    }
}

/// Every group of a stack, with those that cannot be simulated.
pub fn fleets(graph: &Graph) -> Vec<Result<Found, Error>> {
    let groups = graph.nodes.iter().filter(|node| &**node.address.kind() == AutoScalingGroup::KIND);
    groups.map(|node| group::found(graph, node)).collect()
}

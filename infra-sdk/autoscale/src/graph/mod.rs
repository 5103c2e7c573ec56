//! From a stack's resources to a fleet: the same typed resources that the stack deploys, read from its graph.

mod alarm;
mod environment;
mod group;
mod policy;
mod read;
mod schedule;
mod service;
mod service_policy;
mod service_schedule;
mod surroundings;

use infra_core::program::{Program, Request, Response};
use infra_core::{Address, Declared, Graph, Location, Node, Resource};

use infra_aws::autoscaling::AutoScalingGroup;
use infra_aws::ecs::{EcsService, FargateService};
use infra_aws::elasticbeanstalk::Environment;

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

/// What a fleet is declared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaled {
    /// A group of EC2 Auto Scaling.
    Group,
    /// A service of ECS, whose tasks Application Auto Scaling counts.
    Service,
    /// An environment of Elastic Beanstalk, which makes the group, the policies and the alarms itself.
    Environment,
}

/// A fleet with where its parts are declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The fleet.
    pub fleet: Fleet,
    /// What it is declared as.
    pub of: Scaled,
    /// The group, the service or the environment.
    pub group: Source,
    /// A service's scalable target, which has its sizes.
    pub target: Option<Source>,
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

/// A simulation of the auto scaling group, the service of ECS or the environment of Elastic Beanstalk that a stack declares by
/// `name`, with the scopes it is in: `blue/app`.
///
/// # Errors
/// Where there is no such thing, or something of it cannot be simulated; it says which field, where, and what to do.
pub fn fleet(graph: &Graph, name: &str) -> Result<Simulation, Error> {
    Ok(Simulation::of(find(graph, name)?.fleet))
}

/// The same by the handle, in the program itself.
///
/// # Errors
/// As [`fleet`].
pub fn fleet_of(graph: &Graph, group: &impl Declared) -> Result<Simulation, Error> {
    let node = graph.node(group.address()).filter(|node| scaled(node).is_some());
    match node {
        Some(node) => Ok(Simulation::of(found(graph, node)?.fleet)),
        None => fleet(graph, group.address().name()),
    }
}

/// The fleet of a name, with where its parts are declared. A service is found whether it scales or not.
///
/// # Errors
/// As [`fleet`].
pub fn find(graph: &Graph, name: &str) -> Result<Found, Error> {
    let nodes = || graph.nodes.iter().filter(|node| scaled(node).is_some());
    match nodes().find(|node| node.address.name() == name) {
        Some(node) => found(graph, node),
        None => {
            let known = nodes().map(|node| node.address.name().to_owned()).collect();
            Err(Error::NoSuchGroup { name: name.to_owned(), known })
        }
    }
}

/// Every fleet of a stack, with those that cannot be simulated. Services that nothing scales are none.
pub fn fleets(graph: &Graph) -> Vec<Result<Found, Error>> {
    let scales = |node: &&Node| match scaled(node) {
        Some(Scaled::Service) => service::scales(graph, node),
        of => of.is_some(),
    };
    graph.nodes.iter().filter(scales).map(|node| found(graph, node)).collect()
}

fn scaled(node: &Node) -> Option<Scaled> {
    match &**node.address.kind() {
        AutoScalingGroup::KIND => Some(Scaled::Group),
        FargateService::KIND | EcsService::KIND => Some(Scaled::Service),
        Environment::KIND => Some(Scaled::Environment),
        _ => None,
    }
}

fn found(graph: &Graph, node: &Node) -> Result<Found, Error> {
    match scaled(node) {
        Some(Scaled::Service) => service::found(graph, node),
        Some(Scaled::Environment) => environment::found(graph, node),
        Some(Scaled::Group) | None => group::found(graph, node),
    }
}

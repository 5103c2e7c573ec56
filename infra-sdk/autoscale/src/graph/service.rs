//! A service of ECS: its tasks, and the scalable target that counts them.

use infra_aws::applicationautoscaling::{ScalableTarget, ScalableTargetInputs, ScalingPolicy};
use infra_aws::cloudwatch::MetricAlarm;
use infra_aws::ec2::SubnetId;
use infra_aws::ecs::{EcsService, FargateService, LoadBalancer, SchedulingStrategy};
use infra_core::{Graph, Node, Resource};

use super::read::{Read, all, mark, read};
use super::{Found, Scaled, Source, alarm, service_policy, service_schedule, surroundings};
use crate::Error;
use crate::model::{Boot, Bounds, Fleet, Health, Monitoring, Platform, Policy};

/// What the two kinds of services have in common.
struct Service {
    source: Source,
    /// Its name in ECS, where the program chooses it.
    name: Option<String>,
    desired: Option<i32>,
    subnets: Vec<SubnetId>,
    balancers: Vec<LoadBalancer>,
    grace: Option<i32>,
    boot: Boot,
}

fn service(graph: &Graph, node: &Node) -> Result<Service, Error> {
    if &**node.address.kind() == FargateService::KIND {
        let service = read::<FargateService>(graph, node)?;
        let (source, of) = (service.source(), service.inputs);
        return Ok(Service {
            source,
            name: of.name,
            desired: of.desired_count,
            subnets: of.subnets,
            balancers: of.load_balancers.unwrap_or_default(),
            grace: of.health_check_grace_period,
            boot: Boot::fargate(),
        });
    }
    let service = read::<EcsService>(graph, node)?;
    if service.inputs.scheduling_strategy == Some(SchedulingStrategy::Daemon) {
        return Err(service.wrong("scheduling_strategy", "is a task on each instance", "simulate the group of the instances instead"));
    }
    let (source, of) = (service.source(), service.inputs);
    Ok(Service {
        source,
        name: of.name,
        desired: of.desired_count,
        subnets: of.subnets.unwrap_or_default(),
        balancers: of.load_balancers.unwrap_or_default(),
        grace: of.health_check_grace_period,
        boot: Boot::container(),
    })
}

/// Whether something counts the tasks of a service.
pub(super) fn scales(graph: &Graph, node: &Node) -> bool {
    // What cannot be read is for `found` to say.
    service(graph, node).is_ok_and(|service| !matches!(target(graph, node, service.name.as_deref()), Ok(None)))
}

/// The scalable target of a service: by the service's own outputs, or by its name in ECS.
fn target<'a>(graph: &'a Graph, service: &Node, name: Option<&str>) -> Result<Option<Read<'a, ScalableTargetInputs>>, Error> {
    let stands_for = format!("\u{1}{}\u{1}", service.address);
    for found in all::<ScalableTarget>(graph) {
        let found = found?;
        let resource = found.inputs.resource.as_str();
        let named = name.is_some_and(|name| resource.starts_with("service/") && resource.rsplit('/').next() == Some(name));
        if resource.contains(&stands_for) || named {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The fleet of a service's node. Its size is fixed where no target counts it.
pub(super) fn found(graph: &Graph, node: &Node) -> Result<Found, Error> {
    let service = service(graph, node)?;
    let target = target(graph, node, service.name.as_deref())?;
    let size = |size: i32| u32::try_from(size).unwrap_or(0);
    let bounds = match &target {
        None => Bounds { min: size(service.desired.unwrap_or(1)), max: size(service.desired.unwrap_or(1)) },
        Some(target) => {
            let (min, max) = (target.inputs.min_capacity, target.inputs.max_capacity);
            if min < 0 || min > max {
                let problem = format!("is {min}, and `max_capacity` is {max}");
                return Err(target.wrong("min_capacity", problem, "let the least be 0 or more, and at most the greatest"));
            }
            Bounds { min: size(min), max: size(max) }
        }
    };
    let mut fleet = Fleet {
        platform: Platform::Ecs,
        bounds,
        desired: service.desired.map(size),
        zones: surroundings::settled(surroundings::zones(graph, &service.subnets)?),
        health: health(graph, &service)?,
        // Tasks report each minute, and nothing has to be paid for that.
        monitoring: Monitoring::Detailed,
        boot: service.boot,
        ..Fleet::new(node.address.name(), 0, 0)
    };
    let (mut policies, mut alarms) = (Vec::new(), Vec::new());
    if let Some(target) = &target {
        let mut arns = Vec::new();
        let ours = mark(&target.node.address, "id");
        for found in all::<ScalingPolicy>(graph) {
            let found = found?;
            if found.inputs.target.as_str() != ours {
                continue;
            }
            let (enabled, rule) = service_policy::rule(&found, target)?;
            fleet.policies.push(Policy { name: found.node.address.name().to_owned(), enabled, rule });
            arns.push(mark(&found.node.address, "arn"));
            policies.push(found.source());
        }
        for found in all::<MetricAlarm>(graph) {
            let found = found?;
            if let Some(alarm) = alarm::alarm(&found, &arns)? {
                fleet.alarms.push(alarm);
                alarms.push(found.source());
            }
        }
        fleet.schedules = service_schedule::schedules(target)?;
    }
    let target = target.map(|target| target.source());
    Ok(Found { fleet, of: Scaled::Service, group: service.source, target, template: None, policies, alarms })
}

/// ECS replaces what a load balancer that leads to it calls unhealthy, and drains what leaves.
fn health(graph: &Graph, service: &Service) -> Result<Health, Error> {
    let balanced = !service.balancers.is_empty();
    let mut health = Health { balanced, elb: balanced, grace: service.grace.map_or(0, i64::from), ..Health::default() };
    let targets = service.balancers.iter().filter_map(|balancer| balancer.target_group.as_ref());
    if !surroundings::checked(graph, targets, &mut health)? && balanced {
        health.deregistration = 300;
    }
    Ok(health)
}

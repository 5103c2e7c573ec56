//! A group: its size, its zones, its health, and what its instances are made from.

use infra_aws::autoscaling::{
    AutoScalingGroup, AutoScalingGroupInputs, HealthCheck, LaunchConfiguration, LaunchTemplateChoice, PolicyType, PredictiveMode,
    ScalingPolicy,
};
use infra_aws::cloudwatch::MetricAlarm;
use infra_aws::ec2::{CpuCredits, LaunchTemplate};
use infra_aws::elb::ClassicLoadBalancer;
use infra_core::{Graph, Node};

use super::read::{Read, all, mark, marked, read};
use super::{Found, Scaled, Source, alarm, policy, schedule, surroundings};
use crate::Error;
use crate::model::{Boot, Bounds, CreditMode, Fleet, Health, Monitoring, Policy, Termination};

/// What a group's instances are, as far as scaling goes.
struct Instances {
    source: Option<Source>,
    monitoring: Monitoring,
    instance_type: Option<String>,
    credits: Option<CreditMode>,
}

/// The fleet of a group's node.
pub(super) fn found(graph: &Graph, node: &Node) -> Result<Found, Error> {
    let group = read::<AutoScalingGroup>(graph, node)?;
    let of = &group.inputs;
    let size = |field: &str, size: i32| u32::try_from(size).map_err(|_| group.wrong(field, format!("is {size}"), "a size is 0 or more"));
    let seconds = |value: Option<i32>| value.map(i64::from);
    let instances = instances(graph, &group)?;
    let mut fleet = Fleet {
        bounds: Bounds { min: size("min_size", of.min_size)?, max: size("max_size", of.max_size)? },
        desired: of.desired_capacity.map(|desired| size("desired_capacity", desired)).transpose()?,
        zones: zones(graph, of)?,
        default_cooldown: seconds(of.default_cooldown).unwrap_or(300),
        // -1 takes a warm-up away.
        default_warm_up: seconds(of.default_instance_warmup).filter(|warm_up| *warm_up >= 0),
        health: health(graph, of)?,
        termination: termination(of),
        monitoring: instances.monitoring,
        instance_type: instances.instance_type,
        credits: instances.credits,
        boot: Boot::ec2(),
        ..Fleet::new(node.address.name(), 0, 0)
    };
    if fleet.bounds.min > fleet.bounds.max {
        let problem = format!("is {}, and `max_size` is {}", fleet.bounds.min, fleet.bounds.max);
        return Err(group.wrong("min_size", problem, "let the least be at most the greatest"));
    }

    let id = mark(&node.address, "id");
    let is_ours = |named: &str| named == id || of.name.as_deref() == Some(named);
    let (mut policies, mut ids) = (Vec::new(), Vec::new());
    for found in all::<ScalingPolicy>(graph) {
        let found = found?;
        if !is_ours(found.inputs.group.as_str()) {
            continue;
        }
        let predictive = found.inputs.predictive_scaling.as_ref();
        let only_told = predictive.is_some_and(|forecast| forecast.mode != Some(PredictiveMode::ForecastAndScale));
        fleet.policies.push(Policy {
            name: found.node.address.name().to_owned(),
            enabled: found.inputs.enabled.unwrap_or(true) && !only_told,
            rule: policy::rule(&found)?,
        });
        if found.inputs.policy_type == Some(PolicyType::Predictive) && predictive.is_none() {
            return Err(found.wrong("predictive_scaling", "is missing", "say what is forecast, or leave `policy_type` out"));
        }
        ids.push(mark(&found.node.address, "id"));
        policies.push(found.source());
    }
    let mut alarms = Vec::new();
    for found in all::<MetricAlarm>(graph) {
        let found = found?;
        if let Some(alarm) = alarm::alarm(&found, &ids)? {
            fleet.alarms.push(alarm);
            alarms.push(found.source());
        }
    }
    fleet.schedules = schedule::schedules(graph, &is_ours)?;
    Ok(Found { fleet, of: Scaled::Group, group: group.source(), target: None, template: instances.source, policies, alarms })
}

fn instances(graph: &Graph, group: &Read<'_, AutoScalingGroupInputs>) -> Result<Instances, Error> {
    let of = &group.inputs;
    let mixed = of.mixed_instances_policy.as_ref();
    let chosen: Option<&LaunchTemplateChoice> = of.launch_template.as_ref().or(mixed.map(|mixed| &mixed.launch_template));
    // The first override stands for all: a mixed fleet is taken for one of alike hosts.
    let first = mixed.and_then(|mixed| mixed.overrides.as_ref()).and_then(|overrides| overrides.first()?.instance_type.clone());
    if let Some(node) = chosen.and_then(|choice| marked(graph, choice.template.as_str())) {
        let template = read::<LaunchTemplate>(graph, node)?;
        let credits = template.inputs.cpu_credits.map(|credits| match credits {
            CpuCredits::Standard => CreditMode::Standard,
            CpuCredits::Unlimited => CreditMode::Unlimited,
        });
        return Ok(Instances {
            source: Some(template.source()),
            monitoring: monitoring(template.inputs.monitoring.unwrap_or(false)),
            instance_type: first.or(template.inputs.instance_type),
            credits,
        });
    }
    if let Some(node) = of.launch_configuration.as_ref().and_then(|name| marked(graph, name.as_str())) {
        let configuration = read::<LaunchConfiguration>(graph, node)?;
        // Made by the API, a launch configuration begins with reports each minute.
        return Ok(Instances {
            source: Some(configuration.source()),
            monitoring: monitoring(configuration.inputs.monitoring.unwrap_or(true)),
            instance_type: Some(configuration.inputs.instance_type),
            credits: None,
        });
    }
    Ok(Instances { source: None, monitoring: Monitoring::Basic, instance_type: first, credits: None })
}

fn monitoring(detailed: bool) -> Monitoring {
    if detailed { Monitoring::Detailed } else { Monitoring::Basic }
}

/// The zones by name; a subnet whose zone is known only after a deployment stands for one of its own.
fn zones(graph: &Graph, of: &AutoScalingGroupInputs) -> Result<Vec<String>, Error> {
    let mut zones: Vec<String> = of.availability_zones.iter().flatten().chain(of.availability_zone_ids.iter().flatten()).cloned().collect();
    if zones.is_empty() {
        zones = surroundings::zones(graph, of.subnets.iter().flatten())?;
    }
    Ok(surroundings::settled(zones))
}

/// Health as the load balancer and the group see it. Where several lead to the group, the first that the stack declares.
fn health(graph: &Graph, of: &AutoScalingGroupInputs) -> Result<Health, Error> {
    let classic = of.classic_load_balancers.iter().flatten().map(|name| name.as_str());
    let targets = of.target_groups.iter().flatten();
    let mut health = Health {
        balanced: classic.clone().next().is_some()
            || targets.clone().next().is_some()
            || of.lattice_target_groups.as_ref().is_some_and(|all| !all.is_empty()),
        elb: of.health_checks.iter().flatten().any(|check| *check == HealthCheck::Elb),
        grace: of.health_check_grace_period.map_or(0, i64::from),
        ..Health::default()
    };
    if surroundings::checked(graph, targets, &mut health)? {
        return Ok(health);
    }
    if let Some(node) = classic.clone().find_map(|name| marked(graph, name)) {
        let balancer = read::<ClassicLoadBalancer>(graph, node)?.inputs;
        if let Some(check) = &balancer.health_check {
            health.interval = i64::from(check.interval);
            health.unhealthy = i64::from(check.unhealthy_threshold);
        }
        let draining = balancer.connection_draining.as_ref().filter(|draining| draining.enabled);
        health.deregistration = draining.map_or(0, |draining| draining.timeout.map_or(300, i64::from));
    } else if health.balanced {
        health.deregistration = 300;
    }
    Ok(health)
}

/// The first of the policies that is about age; others choose between hosts that are alike here.
fn termination(of: &AutoScalingGroupInputs) -> Termination {
    let known = |name: &String| match name.as_str() {
        "OldestInstance" => Some(Termination::Oldest),
        "NewestInstance" => Some(Termination::Newest),
        "ClosestToNextInstanceHour" => Some(Termination::ClosestToHour),
        _ => None,
    };
    of.termination_policies.iter().flatten().find_map(known).unwrap_or_default()
}

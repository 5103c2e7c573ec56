//! Where hosts are, and who checks them: what groups and services have in common.

use infra_aws::ec2::{Subnet, SubnetId};
use infra_aws::elbv2::{TargetGroup, TargetGroupArn};
use infra_core::Graph;

use super::read::{marked, read};
use crate::Error;
use crate::model::Health;

/// The zones of subnets by name; a subnet whose zone is known only after a deployment stands for one of its own.
pub(super) fn zones<'a>(graph: &Graph, subnets: impl IntoIterator<Item = &'a SubnetId>) -> Result<Vec<String>, Error> {
    let mut zones = Vec::new();
    for subnet in subnets {
        let zone = match marked(graph, subnet.as_str()) {
            Some(node) => read::<Subnet>(graph, node)?.inputs.availability_zone.unwrap_or_else(|| node.address.name().to_owned()),
            None => subnet.as_str().to_owned(),
        };
        zones.push(zone);
    }
    Ok(zones)
}

/// The zones in order, each once; where nothing is known of them, one.
pub(super) fn settled(mut zones: Vec<String>) -> Vec<String> {
    zones.sort();
    zones.dedup();
    if zones.is_empty() {
        zones.push("a".into());
    }
    zones
}

/// Adds what the first of the target groups that the stack declares says of checks and draining; AWS's defaults where it declares
/// none of them.
pub(super) fn checked<'a>(
    graph: &Graph,
    mut targets: impl Iterator<Item = &'a TargetGroupArn>,
    health: &mut Health,
) -> Result<bool, Error> {
    let Some(node) = targets.find_map(|arn| marked(graph, arn.as_str())) else { return Ok(false) };
    let target = read::<TargetGroup>(graph, node)?.inputs;
    let check = target.health_check.as_ref();
    health.interval = check.and_then(|check| check.interval).map_or(30, i64::from);
    health.unhealthy = check.and_then(|check| check.unhealthy_threshold).map_or(2, i64::from);
    health.deregistration = target.deregistration_delay.map_or(300, i64::from);
    Ok(true)
}

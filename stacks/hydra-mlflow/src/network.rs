//! The network that everything is in. It exists already: the stack makes none.

use infra_sdk::aws::ec2::{DefaultVpc, SubnetId, VpcId};
use infra_sdk::prelude::*;

use crate::config::Config;

/// The VPC and its subnets.
pub(crate) struct Network {
    pub(crate) vpc: VpcId,
    /// Those of the load balancer.
    pub(crate) outer: Vec<SubnetId>,
    /// Those of tasks and database.
    pub(crate) inner: Vec<SubnetId>,
}

/// The network that the configuration names, or the region's default VPC.
///
/// # Errors
/// Where a VPC is named without subnets, or subnets without a VPC; and where the default VPC is not known yet.
pub(crate) fn network(stack: &Stack, config: &Config) -> Result<Network, Stop> {
    let ids = |texts: &[String]| texts.iter().map(SubnetId::new).collect::<Vec<_>>();
    let (vpc, outer) = match (&config.vpc, config.subnets.as_slice()) {
        (Some(_), []) => return Err(Stop::failed("`vpc` is given and `subnets` is not: name two of its subnets, in two zones")),
        (Some(vpc), subnets) => (VpcId::new(vpc), ids(subnets)),
        (None, []) => {
            let default = stack.lookup(DefaultVpc {})?;
            (default.id, default.subnets.into_iter().map(|subnet| subnet.id).collect())
        }
        (None, _) => return Err(Stop::failed("`subnets` is given and `vpc` is not: name the VPC that they are in")),
    };
    let inner = if config.private_subnets.is_empty() { outer.clone() } else { ids(&config.private_subnets) };
    Ok(Network { vpc, outer, inner })
}

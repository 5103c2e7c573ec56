//! The network that everything is in. It exists already: the stack makes none.

use infra_sdk::aws::ec2::{DefaultVpc, SecurityGroup, SecurityGroupId, SecurityGroupRule, SubnetId};
use infra_sdk::prelude::*;

use crate::config::Config;

/// Where the database listens.
const MYSQL: u16 = 3306;

/// Where machines, database and function are.
pub(crate) struct Network {
    pub(crate) subnets: Vec<SubnetId>,
    pub(crate) groups: Output<Vec<SecurityGroupId>>,
}

/// The network that the configuration names; or the region's default one, with a group of which nobody but itself reaches the
/// database.
///
/// # Errors
/// Where subnets are named without security groups, or groups without subnets; and where the default VPC is not known yet.
pub(crate) fn network(stack: &Stack, config: &Config) -> Result<Network, Stop> {
    match (config.subnets.as_slice(), config.security_groups.as_slice()) {
        ([], []) => {
            let default = stack.lookup(DefaultVpc {})?;
            let group = SecurityGroup::new("batch")
                .vpc(&default.id)
                .description("Machines, database and function")
                .ingress([SecurityGroupRule::tcp(MYSQL).from_self()])
                .egress([SecurityGroupRule::all().to_cidr("0.0.0.0/0")])
                .add(stack);
            let subnets = default.subnets.into_iter().map(|subnet| subnet.id).collect();
            Ok(Network { subnets, groups: Output::from_input([&group]) })
        }
        (_, []) => Err(Stop::failed("`subnets` is given and `security_groups` is not: name those that let each other in on port 3306")),
        ([], _) => Err(Stop::failed("`security_groups` is given and `subnets` is not: name two of their VPC, in two zones")),
        (subnets, groups) => {
            let groups: Vec<SecurityGroupId> = groups.iter().map(SecurityGroupId::new).collect();
            Ok(Network { subnets: subnets.iter().map(SubnetId::new).collect(), groups: Output::from_input(groups) })
        }
    }
}

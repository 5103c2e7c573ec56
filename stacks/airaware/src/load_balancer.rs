//! The load balancer in front of both fleets.

use infra_sdk::aws::elb::ClassicLoadBalancer;
use infra_sdk::prelude::*;

use crate::access::Groups;
use crate::network::{Network, named};

pub(crate) fn load_balancer(stack: &Stack, network: &Network, groups: &Groups) -> ClassicLoadBalancer {
    ClassicLoadBalancer::new("flask-elb")
        .subnets(&network.public)
        .security_groups([&groups.load_balancer])
        .tags(named("flask-elb"))
        .add(stack)
}

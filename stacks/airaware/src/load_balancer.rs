//! The load balancer in front of both fleets.

use infra_sdk::aws::elb::{ClassicHealthCheck, ClassicListener, ClassicLoadBalancer, ConnectionDraining};
use infra_sdk::prelude::*;

use crate::access::Groups;
use crate::network::{Network, named};

pub(crate) fn load_balancer(stack: &Stack, network: &Network, groups: &Groups) -> ClassicLoadBalancer {
    let check = ClassicHealthCheck::new().target("HTTP:5000/").interval(300).timeout(10).healthy_threshold(2).unhealthy_threshold(2);
    ClassicLoadBalancer::new("flask-elb")
        .subnets(&network.public)
        .security_groups([&groups.load_balancer])
        .listeners([ClassicListener::http(80, 5000)])
        .health_check(check)
        .cross_zone(true)
        .connection_draining(ConnectionDraining::seconds(400))
        .tags(named("flask-elb"))
        .add(stack)
}

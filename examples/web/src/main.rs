//! Run with: cargo xtask deploy web
//!
//! A network in two zones, and behind a load balancer a group of servers that grows with its load.

use infra_sdk::aws::autoscaling::{AutoScalingGroup, GroupTag, ScalingPolicy, TargetTracking};
use infra_sdk::aws::ec2::{
    InternetGateway, LaunchTemplate, Route, RouteTable, RouteTableAssociation, SecurityGroup, SecurityGroupRule, Subnet, Vpc,
};
use infra_sdk::aws::elbv2::{Listener, LoadBalancer, Protocol, TargetGroup};
use infra_sdk::prelude::*;
use serde::Deserialize;

/// What `infra.toml` says.
#[derive(Deserialize)]
struct Config {
    /// The image of the servers; it answers on port 8080.
    image: String,
    /// The zones, each with a subnet of its own.
    zones: Vec<String>,
    /// The most servers there may be.
    max_size: i32,
}

fn web(stack: &Stack, config: Config) {
    let vpc = Vpc::new("main").cidr_block("10.0.0.0/16").enable_dns_hostnames(true).add(stack);
    let gateway = InternetGateway::new("main").vpc(&vpc).add(stack);
    let table = RouteTable::new("public").vpc(&vpc).add(stack);
    Route::new("internet").route_table(&table).destination_cidr_block("0.0.0.0/0").gateway(&gateway).add(stack);
    let subnets: Vec<Subnet> = (1_u32..)
        .zip(&config.zones)
        .map(|(number, zone)| {
            let range = ops::cidr_subnet(vpc.cidr_block(), 8_u8, number);
            let subnet = Subnet::new(zone).vpc(&vpc).cidr_block(range).availability_zone(zone).map_public_ip_on_launch(true).add(stack);
            RouteTableAssociation::new(zone).route_table(&table).subnet(&subnet).add(stack);
            subnet
        })
        .collect();

    let everywhere = [SecurityGroupRule::all().to_cidr("0.0.0.0/0")];
    let front = SecurityGroup::new("front")
        .vpc(&vpc)
        .description("The web from everywhere")
        .ingress([SecurityGroupRule::tcp(80).from_cidr("0.0.0.0/0")])
        .egress(everywhere.clone())
        .add(stack);
    let servers = SecurityGroup::new("servers")
        .vpc(&vpc)
        .description("The load balancer only")
        .ingress([SecurityGroupRule::tcp(8080).from_group(&front)])
        .egress(everywhere)
        .add(stack);

    let lb = LoadBalancer::new("web").subnets(&subnets).security_groups([&front]).add(stack);
    let targets = TargetGroup::new("servers").vpc(&vpc).port(8080).protocol(Protocol::Http).add(stack);
    let listener = Listener::new("http").load_balancer(&lb).port(80).protocol(Protocol::Http).forward_to(&targets).add(stack);
    let template = LaunchTemplate::new("server")
        .image(&config.image)
        .instance_type("t3.small")
        .security_groups([&servers])
        .user_data(output!("#!/bin/sh\nexec serve --port 8080 --public-url http://{}/\n", lb.dns_name()))
        .add(stack);
    let group = AutoScalingGroup::new("servers")
        .launch_template(&template)
        .subnets(&subnets)
        .min_size(2)
        .max_size(config.max_size)
        .target_groups([&targets])
        .tags([GroupTag::propagated("Name", "server")])
        .depends_on(&listener)
        .add(stack);
    ScalingPolicy::new("cpu").group(&group).target_tracking(TargetTracking::average_cpu(50)).add(stack);

    stack.export("url", output!("http://{}/", lb.dns_name()));
}

fn main() -> ExitCode {
    infra_sdk::main(web)
}

#[cfg(test)]
mod tests {
    use infra_testing::World;
    use serde_json::json;

    use super::web;

    #[test]
    fn a_third_zone_is_a_subnet_more_and_the_servers_spread_to_it() {
        let config = |zones: &[&str]| json!({"image": "ami-1", "zones": zones, "max_size": 4});
        let mut world = World::new();
        world.deploy(&web, config(&["us-west-2a", "us-west-2b"])).complete();
        let deployed = world.deploy(&web, config(&["us-west-2a", "us-west-2b", "us-west-2c"])).complete();
        for change in ["create subnet us-west-2c", "update load-balancer web", "update group servers"] {
            assert!(deployed.changes.contains(&change.to_owned()), "{:?}", deployed.changes);
        }
        assert_eq!(deployed.changes.len(), 4, "{:?}", deployed.changes);
    }
}

//! A network with a public subnet in each zone, and who may talk to whom.

use infra_sdk::aws::ec2::{InternetGateway, Route, RouteTable, RouteTableAssociation, SecurityGroup, SecurityGroupRule, Subnet, Vpc};
use infra_sdk::prelude::*;

use crate::PORT;
use crate::config::Config;

/// What the fleet is in.
pub(crate) struct Network {
    pub(crate) vpc: Vpc,
    pub(crate) subnets: Vec<Subnet>,
}

/// Who may talk to whom.
pub(crate) struct Groups {
    /// Of the load balancer.
    pub(crate) front: SecurityGroup,
    /// Of the servers.
    pub(crate) servers: SecurityGroup,
}

pub(crate) fn network(stack: &Stack, config: &Config) -> Network {
    let vpc = Vpc::new("main").cidr_block(&config.range).enable_dns_hostnames(true).add(stack);
    let gateway = InternetGateway::new("main").vpc(&vpc).add(stack);
    let table = RouteTable::new("public").vpc(&vpc).add(stack);
    Route::new("internet").route_table(&table).destination_cidr_block("0.0.0.0/0").gateway(&gateway).add(stack);
    let subnets = (1_u32..)
        .zip(&config.zones)
        .map(|(number, zone)| {
            let range = ops::cidr_subnet(vpc.cidr_block(), 8_u8, number);
            let subnet = Subnet::new(zone).vpc(&vpc).cidr_block(range).availability_zone(zone).map_public_ip_on_launch(true).add(stack);
            RouteTableAssociation::new(zone).route_table(&table).subnet(&subnet).add(stack);
            subnet
        })
        .collect();
    Network { vpc, subnets }
}

pub(crate) fn groups(stack: &Stack, vpc: &Vpc) -> Groups {
    let everywhere = [SecurityGroupRule::all().to_cidr("0.0.0.0/0")];
    let front = SecurityGroup::new("front")
        .vpc(vpc)
        .description("The web from everywhere")
        .ingress([SecurityGroupRule::tcp(80).from_cidr("0.0.0.0/0")])
        .egress(everywhere.clone())
        .add(stack);
    let servers = SecurityGroup::new("servers")
        .vpc(vpc)
        .description("The load balancer only")
        .ingress([SecurityGroupRule::tcp(PORT).from_group(&front)])
        .egress(everywhere)
        .add(stack);
    Groups { front, servers }
}

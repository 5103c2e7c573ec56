//! The network: a VPC with a subnet in each of two zones, public for the load balancer, private for the machines.

use infra_sdk::aws::ec2::{
    AvailabilityZones, ElasticIp, InternetGateway, NatGateway, Route, RouteTable, RouteTableAssociation, Subnet, Vpc,
};
use infra_sdk::prelude::*;

use crate::config::{Config, Placement};

/// The network and what is in it.
pub(crate) struct Network {
    pub(crate) vpc: Vpc,
    pub(crate) public: [Subnet; 2],
    pub(crate) zones: [Zone; 2],
}

/// One of the two zones, for the machines in it.
pub(crate) struct Zone {
    /// 1 or 2: what the original's names end with.
    pub(crate) number: u16,
    /// The subnet of its machines.
    pub(crate) subnet: Subnet,
}

pub(crate) fn network(stack: &Stack, config: &Config) -> Result<Network, Stop> {
    let vpc = Vpc::new("main").cidr_block(&config.range).enable_dns_support(true).enable_dns_hostnames(true).tags(named("main")).add(stack);
    let names = match &config.zones {
        Some(zones) => zones.clone(),
        None => first_two(stack)?,
    };
    // Networks 1 and 2 of the range are public, 11 and 12 private.
    let subnet = |kind: &str, index: u16, part: u16| {
        let name = format!("main-{kind}-{}", index + 1);
        Subnet::new(&name)
            .vpc(&vpc)
            .cidr_block(ops::cidr_subnet(&config.range, 8_u8, u32::from(part + index)))
            .availability_zone(&names[usize::from(index)])
            .map_public_ip_on_launch(kind == "public")
            .tags(named(&name))
            .add(stack)
    };
    let public = [subnet("public", 0, 1), subnet("public", 1, 1)];
    let gateway = InternetGateway::new("main-gw").vpc(&vpc).tags(named("main")).add(stack);
    let table = RouteTable::new("main-public").vpc(&vpc).tags(named("main-public")).add(stack);
    let out = Route::new("main-public-internet").route_table(&table).destination_cidr_block("0.0.0.0/0").gateway(&gateway).add(stack);
    for (index, subnet) in public.iter().enumerate() {
        RouteTableAssociation::new(format!("main-public-{}", index + 1)).route_table(&table).subnet(subnet).add(stack);
    }

    let machines = match config.placement {
        Placement::Public => public.clone(),
        Placement::Private => {
            let private = [subnet("private", 0, 11), subnet("private", 1, 11)];
            let address = ElasticIp::new("nat").tags(named("nat")).depends_on(&gateway).add(stack);
            let nat = NatGateway::new("nat").subnet(&public[0]).allocation(&address).tags(named("main")).depends_on(&out).add(stack);
            let table = RouteTable::new("main-private").vpc(&vpc).tags(named("main-private")).add(stack);
            Route::new("main-private-internet").route_table(&table).destination_cidr_block("0.0.0.0/0").nat_gateway(&nat).add(stack);
            for (index, subnet) in private.iter().enumerate() {
                RouteTableAssociation::new(format!("main-private-{}", index + 1)).route_table(&table).subnet(subnet).add(stack);
            }
            private
        }
    };
    let [first, second] = machines;
    let zones = [Zone { number: 1, subnet: first }, Zone { number: 2, subnet: second }];
    Ok(Network { vpc, public, zones })
}

fn first_two(stack: &Stack) -> Result<[String; 2], Stop> {
    let zones = stack.lookup(AvailabilityZones::default())?;
    let mut zones = zones.into_iter();
    match (zones.next(), zones.next()) {
        (Some(first), Some(second)) => Ok([first, second]),
        _ => Err(Stop::failed("the region has fewer than two availability zones: set `zones` in the configuration")),
    }
}

/// The tag that consoles show as a thing's name.
pub(crate) fn named(name: &str) -> [(&'static str, String); 1] {
    [("Name", name.to_owned())]
}

//! VPCs and what lies in them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use infra_aws::ec2::{
    AllocationId, ConnectivityType, ElasticIp, InstanceId, InternetGateway, InternetGatewayId, NatGateway, NatGatewayId, Route, RouteTable,
    RouteTableAssociation, RouteTableId, Subnet, SubnetId, Vpc, VpcId,
};

use crate::conformance::{Made, change, live_through, make};
use crate::wire;

/// Held by a test that makes a NAT gateway: the local cloud ignores filters for their tags, so that `find` finds any.
static NAT_GATEWAYS: Mutex<()> = Mutex::new(());

fn one_nat_gateway_at_a_time() -> MutexGuard<'static, ()> {
    NAT_GATEWAYS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn a_vpc() -> Made<'static> {
    make::<Vpc>(|stack| drop(Vpc::new("main").cidr_block("10.0.0.0/16").add(stack)))
}

fn a_subnet(vpc: &Made<'_>, range: &str) -> Made<'static> {
    make::<Subnet>(|stack| drop(Subnet::new("a").vpc(VpcId::new(&vpc.id)).cidr_block(range).add(stack)))
}

#[test]
fn a_vpc_lives_and_its_attributes_and_tags_change_in_place() {
    live_through::<Vpc>(
        |stack| {
            Vpc::new("main").cidr_block("10.0.0.0/16").enable_dns_hostnames(true).tags([("Name", "main"), ("Old", "1")]).add(stack);
        },
        |stack| {
            let vpc = Vpc::new("main").cidr_block("10.0.0.0/16").enable_dns_hostnames(false).enable_dns_support(false);
            vpc.tags([("Name", "other"), ("New", "2")]).add(stack);
        },
    );
}

#[test]
fn a_vpc_tells_what_comes_with_it() {
    let vpc = a_vpc();
    assert!(vpc.output("default_security_group").starts_with("sg-"));
    assert!(vpc.output("default_network_acl").starts_with("acl-"));
    assert!(vpc.output("main_route_table").starts_with("rtb-"));
    vpc.delete();
}

#[test]
fn a_subnet_lives_in_its_vpc() {
    let vpc = a_vpc();
    let subnet = || Subnet::new("a").vpc(VpcId::new(&vpc.id)).cidr_block("10.0.1.0/24").availability_zone("us-west-2a");
    live_through::<Subnet>(
        |stack| drop(subnet().map_public_ip_on_launch(true).add(stack)),
        |stack| drop(subnet().map_public_ip_on_launch(false).assign_ipv6_address_on_creation(true).tags([("Name", "a")]).add(stack)),
    );
    vpc.delete();
}

#[test]
fn an_internet_gateway_moves_from_one_vpc_to_another_and_is_detached_before_it_goes() {
    let (one, other) = (a_vpc(), a_vpc());
    live_through::<InternetGateway>(
        |stack| drop(InternetGateway::new("out").vpc(VpcId::new(&one.id)).tags([("Name", "out")]).add(stack)),
        |stack| drop(InternetGateway::new("out").vpc(VpcId::new(&other.id)).tags([("Name", "way-out")]).add(stack)),
    );
    one.delete();
    other.delete();
}

#[test]
fn routes_change_their_target_in_place_and_associations_their_table() {
    let _one = one_nat_gateway_at_a_time();
    let vpc = a_vpc();
    let in_vpc = || VpcId::new(&vpc.id);
    let gateway = make::<InternetGateway>(|stack| drop(InternetGateway::new("out").vpc(in_vpc()).add(stack)));
    let subnet = a_subnet(&vpc, "10.0.1.0/24");
    let table = || make::<RouteTable>(|stack| drop(RouteTable::new("public").vpc(in_vpc()).tags([("Name", "public")]).add(stack)));
    let (one, other) = (table(), table());
    change(&one, |stack| drop(RouteTable::new("public").vpc(in_vpc()).tags([("Name", "outside")]).add(stack)));

    let nat = make::<NatGateway>(|stack| {
        let nat = NatGateway::new("nat").subnet(SubnetId::new(&subnet.id)).connectivity_type(ConnectivityType::Private);
        nat.add(stack);
    });
    let route = || Route::new("default").route_table(RouteTableId::new(&one.id)).destination_cidr_block("0.0.0.0/0");
    let made = make::<Route>(|stack| drop(route().gateway(InternetGatewayId::new(&gateway.id)).add(stack)));
    assert_eq!(made.id, format!("{}|0.0.0.0/0", one.id));
    change(&made, |stack| drop(route().nat_gateway(NatGatewayId::new(&nat.id)).add(stack)));

    let association = |table: &str| RouteTableAssociation::new("a").route_table(RouteTableId::new(table)).subnet(SubnetId::new(&subnet.id));
    let associated = make::<RouteTableAssociation>(|stack| drop(association(&one.id).add(stack)));
    let before = associated.output("association");
    change(&associated, |stack| drop(association(&other.id).add(stack)));
    assert_eq!(associated.id, subnet.id);
    assert_ne!(associated.output("association"), before, "AWS's own id changes, ours does not");

    for made in [associated, made, nat, one, other, gateway, subnet, vpc] {
        made.delete();
    }
}

#[test]
fn a_route_of_ipv6_lives() {
    let vpc = a_vpc();
    let gateway = make::<InternetGateway>(|stack| drop(InternetGateway::new("out").vpc(VpcId::new(&vpc.id)).add(stack)));
    let table = make::<RouteTable>(|stack| drop(RouteTable::new("public").vpc(VpcId::new(&vpc.id)).add(stack)));
    let route = make::<Route>(|stack| {
        let route = Route::new("v6").route_table(RouteTableId::new(&table.id)).destination_ipv6_cidr_block("::/0");
        route.gateway(InternetGatewayId::new(&gateway.id)).add(stack);
    });
    for made in [route, table, gateway, vpc] {
        made.delete();
    }
}

#[test]
fn an_elastic_ip_lives() {
    live_through::<ElasticIp>(
        |stack| drop(ElasticIp::new("nat").tags([("Name", "nat")]).add(stack)),
        |stack| drop(ElasticIp::new("nat").tags([("Name", "other")]).add(stack)),
    );
}

#[test]
fn an_elastic_ip_points_to_one_instance_and_then_another_and_leaves_it_before_it_goes() {
    let (one, other) = (an_instance(), an_instance());
    let address = |instance: &str| ElasticIp::new("web").instance(InstanceId::new(instance));
    live_through::<ElasticIp>(|stack| drop(address(&one).add(stack)), |stack| drop(address(&other).add(stack)));
}

/// An instance of any image in the default VPC; it dies with the local cloud.
fn an_instance() -> String {
    let client = aws_sdk_ec2::Client::new(&wire().sdk);
    wire().runtime.block_on(async {
        let images = client.describe_images().send().await.unwrap();
        let image = images.images()[0].image_id().unwrap();
        let call = client.run_instances().image_id(image).min_count(1).max_count(1).instance_type("t3.micro".into());
        call.send().await.unwrap().instances()[0].instance_id().unwrap().to_owned()
    })
}

#[test]
fn a_nat_gateway_lives_on_its_address() {
    let _one = one_nat_gateway_at_a_time();
    let vpc = a_vpc();
    let subnet = a_subnet(&vpc, "10.0.1.0/24");
    let address = make::<ElasticIp>(|stack| drop(ElasticIp::new("nat").add(stack)));
    let nat = || {
        let nat = NatGateway::new("nat").subnet(SubnetId::new(&subnet.id)).allocation(AllocationId::new(&address.id));
        nat.connectivity_type(ConnectivityType::Public).max_drain_duration_seconds(60)
    };
    let made = make::<NatGateway>(|stack| drop(nat().tags([("Name", "nat")]).add(stack)));
    assert_eq!(made.output("public_ip"), address.output("public_ip"));
    change(&made, |stack| drop(nat().tags([("Name", "other")]).add(stack)));
    for made in [made, address, subnet, vpc] {
        made.delete();
    }
}

//! VPCs and what lies in them.

use infra_aws::ec2::{Subnet, Vpc, VpcId};

use crate::conformance::{live_through, make};

#[test]
fn a_vpc_lives_and_its_attributes_and_tags_change_in_place() {
    live_through::<Vpc>(
        |stack| {
            Vpc::new("main").cidr_block("10.0.0.0/16").enable_dns_hostnames(true).tags([("Name", "main"), ("Old", "1")]).add(stack);
        },
        |stack| {
            Vpc::new("main").cidr_block("10.0.0.0/16").enable_dns_hostnames(false).tags([("Name", "other"), ("New", "2")]).add(stack);
        },
    );
}

#[test]
fn a_subnet_lives_in_its_vpc() {
    let vpc = make::<Vpc>(|stack| drop(Vpc::new("main").cidr_block("10.0.0.0/16").add(stack)));
    let subnet = || Subnet::new("a").vpc(VpcId::new(&vpc.id)).cidr_block("10.0.1.0/24").availability_zone("us-west-2a");
    live_through::<Subnet>(
        |stack| drop(subnet().map_public_ip_on_launch(true).add(stack)),
        |stack| drop(subnet().map_public_ip_on_launch(false).tags([("Name", "a")]).add(stack)),
    );
    vpc.delete();
}

//! Security groups and their rules.

use infra_aws::ec2::{SecurityGroup, SecurityGroupEgress, SecurityGroupId, SecurityGroupIngress, SecurityGroupRule as Rule, Vpc, VpcId};
use infra_core::Value;

use crate::conformance::{Made, change, live_through, make};

fn a_vpc() -> Made<'static> {
    make::<Vpc>(|stack| drop(Vpc::new("main").cidr_block("10.0.0.0/16").add(stack)))
}

fn a_group(vpc: &Made<'_>, name: &str) -> Made<'static> {
    make::<SecurityGroup>(|stack| drop(SecurityGroup::new("g").name(name).description("test").vpc(VpcId::new(&vpc.id)).add(stack)))
}

fn rules(made: &Made<'_>, field: &str) -> usize {
    match &made.read().inputs.as_object().unwrap()[field] {
        Value::List(rules) => rules.len(),
        other => panic!("{field} is {other:?}"),
    }
}

#[test]
fn a_group_changes_its_rules_in_place() {
    let vpc = a_vpc();
    let web = a_group(&vpc, "web");
    let group = || SecurityGroup::new("db").name("db").description("the database").vpc(VpcId::new(&vpc.id));
    let from_web = Rule::tcp(5432).from_group(SecurityGroupId::new(&web.id));
    let made = make::<SecurityGroup>(|stack| {
        let group = group().tags([("Name", "db")]).ingress([
            from_web.clone(),
            Rule::tcp(22).from_cidr("10.0.0.0/8").description("ops"),
            Rule::tcp(22).from_cidr("192.168.0.0/16"),
            Rule::udp(6000..=6999).from_self(),
            Rule::icmp().from_cidr("0.0.0.0/0"),
            Rule::icmpv6().from_cidr("::/0"),
            Rule::all().from_cidr("172.16.0.0/12"),
        ]);
        group.egress([Rule::tcp(443).to_cidr("0.0.0.0/0")]).add(stack);
    });
    assert_eq!((rules(&made, "ingress"), rules(&made, "egress")), (7, 1), "the rule that lets everything out is revoked");
    change(&made, |stack| {
        let group = group().tags([("Name", "database")]).ingress([
            from_web.clone(),
            Rule::tcp(22).from_cidr("10.0.0.0/8").description("operators"),
            Rule::icmp_type(8).from_cidr("0.0.0.0/0"),
        ]);
        group.egress([Rule::all().to_cidr("0.0.0.0/0")]).add(stack);
    });
    for made in [made, web, vpc] {
        made.delete();
    }
}

#[test]
fn what_a_program_does_not_say_of_egress_is_left_alone() {
    let vpc = a_vpc();
    let group = a_group(&vpc, "open");
    change(&group, |stack| {
        let group = SecurityGroup::new("g").name("open").description("test").vpc(VpcId::new(&vpc.id));
        group.ingress([Rule::tcp(80).from_cidr("0.0.0.0/0")]).add(stack);
    });
    assert_eq!((rules(&group, "ingress"), rules(&group, "egress")), (1, 1));
    change(&group, |stack| {
        let group = SecurityGroup::new("g").name("open").description("test").vpc(VpcId::new(&vpc.id));
        group.egress(Rule::none()).add(stack);
    });
    assert_eq!((rules(&group, "ingress"), rules(&group, "egress")), (1, 0));
    group.delete();
    vpc.delete();
}

#[test]
fn rules_of_groups_that_refer_to_each_other_live_by_themselves() {
    let vpc = a_vpc();
    let (one, other) = (a_group(&vpc, "one"), a_group(&vpc, "other"));
    let (one_id, other_id) = (|| SecurityGroupId::new(&one.id), || SecurityGroupId::new(&other.id));
    let ingress = || SecurityGroupIngress::new("in").group(one_id()).rule(Rule::tcp(80).from_cidr("10.0.0.0/8"));
    live_through::<SecurityGroupIngress>(
        |stack| drop(ingress().description("web").tags([("Name", "web")]).add(stack)),
        |stack| drop(ingress().description("www").tags([("Name", "web")]).add(stack)),
    );
    let to_other = make::<SecurityGroupEgress>(|stack| {
        SecurityGroupEgress::new("out").group(one_id()).rule(Rule::tcp(81).to_group(other_id())).add(stack);
    });
    let to_one = make::<SecurityGroupIngress>(|stack| {
        SecurityGroupIngress::new("in").group(other_id()).protocol("icmp").source_group(one_id()).add(stack);
    });
    for made in [to_other, to_one, one, other, vpc] {
        made.delete();
    }
}

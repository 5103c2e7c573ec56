pub(super) fn vpc(stack: &infra_sdk::core::Stack) {
use infra_sdk::aws::ec2::{Tenancy, Vpc};

let vpc = Vpc::new("vpc")
    .cidr_block("10.0.0.0/16")
    .enable_dns_hostnames(false)
    .enable_dns_support(true)
    .instance_tenancy(Tenancy::Default)
    .tags([("Name", "main"), ("team", "core")])
    .import("vpc-0a1b")
    .add(stack);
let _ = vpc;
}

pub(super) fn subnet(stack: &infra_sdk::core::Stack) {
use infra_sdk::aws::ec2::{DnsNamesOnLaunch, HostnameType, Subnet, VpcId};

let subnet = Subnet::new("subnet")
    .vpc(VpcId::new("vpc-0a1b"))
    .cidr_block("10.0.1.0/24")
    .ipv6_native(false)
    .availability_zone("eu-west-1a")
    .availability_zone_id("euw1-az1")
    .map_public_ip_on_launch(true)
    .enable_lni_at_device_index(1)
    .private_dns_name_options_on_launch(DnsNamesOnLaunch::new()
        .hostname_type(HostnameType::IpName)
        .enable_resource_name_dns_a_record(false))
    .import("subnet-0a1b")
    .add(stack);
let _ = subnet;
}

pub(super) fn security_group(stack: &infra_sdk::core::Stack) {
use infra_sdk::aws::ec2::{SecurityGroup, SecurityGroupId, SecurityGroupRule, VpcId};

let security_group = SecurityGroup::new("security_group")
    .description("The \"web\" from everywhere")
    .name("web")
    .vpc(VpcId::new("vpc-0a1b"))
    .ingress([
        SecurityGroupRule::new()
            .protocol("tcp")
            .from_port(443)
            .to_port(443)
            .cidr("0.0.0.0/0")
            .description("https"),
        SecurityGroupRule::new()
            .protocol("tcp")
            .from_port(8000)
            .to_port(8080)
            .group(SecurityGroupId::new("sg-0c2d")),
    ])
    .tags([("Name", "web")])
    .import("sg-0a1b")
    .add(stack);
let _ = security_group;
}

pub(super) fn role(stack: &infra_sdk::core::Stack) {
use infra_sdk::aws::iam::{ManagedPolicyArn, Role};
use serde_json::json;

let role = Role::new("role")
    .trust_policy(json!({
        "Statement": [
            {
                "Action": "sts:AssumeRole",
                "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"},
            },
        ],
        "Version": "2012-10-17",
    }))
    .name("web")
    .description("of the servers")
    .managed_policies([
        ManagedPolicyArn::new("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"),
    ])
    .max_session_duration(3600)
    .path("/")
    .import("web")
    .add(stack);
let _ = role;
}

pub(super) fn load_balancer(stack: &infra_sdk::core::Stack) {
use infra_sdk::aws::ec2::{SecurityGroupId, SubnetId};
use infra_sdk::aws::elbv2::{IpAddressType, LoadBalancer, Scheme};

let load_balancer = LoadBalancer::new("load_balancer")
    .name("web")
    .scheme(Scheme::InternetFacing)
    .ip_address_type(IpAddressType::Ipv4)
    .subnets([SubnetId::new("subnet-0a1b"), SubnetId::new("subnet-0c2d")])
    .security_groups([SecurityGroupId::new("sg-0a1b")])
    .tags([("Name", "web")])
    .import("arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188")
    .add(stack);
let _ = load_balancer;
}

pub(super) fn listener(stack: &infra_sdk::core::Stack) {
use infra_sdk::aws::elbv2::{Action, Listener, LoadBalancerArn, Protocol, Redirect, RedirectStatus};

let listener = Listener::new("listener")
    .load_balancer(LoadBalancerArn::new("arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188"))
    .default_actions([
        Action::new()
            .redirect(Redirect::new()
                .status_code(RedirectStatus::Permanent)
                .protocol("HTTPS")
                .port("443")),
    ])
    .port(80)
    .protocol(Protocol::Http)
    .attributes([("routing.http.response.server.enabled", "true")])
    .import("arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2")
    .add(stack);
let _ = listener;
}


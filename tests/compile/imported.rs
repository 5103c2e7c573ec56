//! What `infra import` prints for resources of AWS compiles, and then plans as unchanged.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::collections::BTreeMap;

use infra_plan::{Observed, Sight, State, declaration, plan};
use infra_sdk::aws::ec2::{SecurityGroup, Subnet, Vpc};
use infra_sdk::aws::elbv2::{Listener, LoadBalancer};
use infra_sdk::aws::iam::Role;
use infra_sdk::core::program::{Program, Request, Response};
use infra_sdk::core::{Address, GRAPH_VERSION, Resource, Schema, Stack, Value};
use serde_json::{Value as Json, json};

/// The printed declarations, as functions: written by the test below with `INFRA_BLESS=1`, and compiled with it.
mod printed {
    include!("printed/aws.printed");
}

const WRITTEN: &str = include_str!("printed/aws.printed");

/// Objects as their handlers read them: the function of each, its type, its id, and its inputs.
fn objects() -> Vec<(&'static str, Schema, &'static str, Json)> {
    vec![
        (
            "vpc",
            Vpc::schema(),
            "vpc-0a1b",
            json!({
                "cidr_block": "10.0.0.0/16", "enable_dns_support": true, "enable_dns_hostnames": false, "instance_tenancy": "default",
                "tags": {"Name": "main", "team": "core"},
            }),
        ),
        (
            "subnet",
            Subnet::schema(),
            "subnet-0a1b",
            json!({
                "vpc": "vpc-0a1b", "cidr_block": "10.0.1.0/24", "availability_zone": "eu-west-1a", "availability_zone_id": "euw1-az1",
                "map_public_ip_on_launch": true, "ipv6_native": false, "enable_lni_at_device_index": 1,
                "private_dns_name_options_on_launch": {"hostname_type": "ip-name", "enable_resource_name_dns_a_record": false},
                "tags": {},
            }),
        ),
        (
            "security_group",
            SecurityGroup::schema(),
            "sg-0a1b",
            json!({
                "name": "web", "description": "The \"web\" from everywhere", "vpc": "vpc-0a1b",
                "ingress": [
                    {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr": "0.0.0.0/0", "description": "https"},
                    {"protocol": "tcp", "from_port": 8000, "to_port": 8080, "group": "sg-0c2d"},
                ],
                "egress": [], "tags": {"Name": "web"},
            }),
        ),
        (
            "role",
            Role::schema(),
            "web",
            json!({
                "trust_policy": {"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
                ]},
                "name": "web", "description": "of the servers", "path": "/", "max_session_duration": 3600,
                "managed_policies": ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"], "tags": {},
            }),
        ),
        (
            "load_balancer",
            LoadBalancer::schema(),
            "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188",
            json!({
                "name": "web", "scheme": "internet-facing", "ip_address_type": "ipv4", "subnets": ["subnet-0a1b", "subnet-0c2d"],
                "security_groups": ["sg-0a1b"], "tags": {"Name": "web"},
            }),
        ),
        (
            "listener",
            Listener::schema(),
            "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2",
            json!({
                "load_balancer": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188",
                "default_actions": [{"redirect": {"status_code": "HTTP_301", "protocol": "HTTPS", "port": "443"}}],
                "port": 80, "protocol": "HTTP", "attributes": {"routing.http.response.server.enabled": "true"}, "tags": {},
            }),
        ),
    ]
}

fn program(stack: &Stack) {
    printed::vpc(stack);
    printed::subnet(stack);
    printed::security_group(stack);
    printed::role(stack);
    printed::load_balancer(stack);
    printed::listener(stack);
}

#[test]
fn what_is_printed_compiles_and_plans_as_unchanged() {
    let (mut text, mut observed) = (String::new(), Observed::default());
    for (function, schema, id, inputs) in objects() {
        for field in inputs.as_object().unwrap().keys() {
            assert!(schema.input(field).is_some(), "{function} has no {field}");
        }
        let Value::Object(inputs) = Value::from(inputs) else { unreachable!("an object") };
        let printed = declaration(&schema, function, id, &inputs, &State::default());
        text.push_str(&format!("pub(super) fn {function}(stack: &infra_sdk::core::Stack) {{\n{printed}let _ = {function};\n}}\n\n"));
        let sight = Sight::Present { inputs, outputs: BTreeMap::new(), failed: None, pending: None };
        observed.objects.insert(Address::new(schema.kind.clone(), function), sight);
    }
    if std::env::var_os("INFRA_BLESS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/printed/aws.printed"), &text).unwrap();
    }
    assert_eq!(text, WRITTEN, "run the test with INFRA_BLESS=1 to write what is printed now");

    let request = Request {
        version: GRAPH_VERSION,
        stack: "web".into(),
        environment: "local".into(),
        config: json!({}),
        answers: BTreeMap::new(),
        known: Default::default(),
        references: Default::default(),
        review: Default::default(),
    };
    let Response::Graph(graph) = program.run(&request) else { panic!("the program is wrong") };
    let plan = plan(&graph, &State::new("salt"), &observed).unwrap();
    assert_eq!((plan.counts().import, plan.steps.iter().filter(|step| step.action.is_change()).count()), (6, 0));
}

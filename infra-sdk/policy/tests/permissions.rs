//! The least permissions of programs with AWS's resources.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::collections::{BTreeMap, BTreeSet};

use infra_aws::ec2::{Instance, Subnet, Vpc};
use infra_aws::iam::{InstanceProfile, PolicyDocument, Role};
use infra_core::program::Program;
use infra_core::{Kind, Schema, Stack};
use infra_policy::permissions::{Basis, Purpose, least};
use infra_testing::World;
use serde_json::{Value, json};

fn schemas() -> BTreeMap<Kind, Schema> {
    infra_aws::schemas().into_iter().map(|schema| (schema.kind.clone(), schema)).collect()
}

fn policy<M>(world: &World, program: &impl Program<M>, purpose: Purpose) -> Value {
    let graph = world.graph(program, json!({}));
    let plan = world.plan_graph(&graph).unwrap();
    let basis = Basis { schemas: &schemas(), graph: Some(&graph), plan: &plan, state: &world.state, account: Some("123456789012") };
    let (policy, unknown) = least(purpose, &basis);
    assert_eq!(unknown, []);
    policy
}

fn actions(policy: &Value) -> BTreeSet<String> {
    let statements = policy["Statement"].as_array().unwrap().iter();
    statements.flat_map(|statement| statement["Action"].as_array().unwrap()).map(|action| action.as_str().unwrap().to_owned()).collect()
}

fn network(stack: &Stack) {
    let vpc = Vpc::new("main").cidr_block("10.0.0.0/16").add(stack);
    Subnet::new("a").vpc(&vpc).cidr_block("10.0.1.0/24").add(stack);
}

#[test]
fn a_first_deployment_may_create_and_not_delete() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&policy(&World::new(), &network, Purpose::Deploy)).unwrap(), @r#"
{
  "Statement": [
    {
      "Action": [
        "ec2:AssociateSubnetCidrBlock",
        "ec2:CreateSubnet",
        "ec2:CreateTags",
        "ec2:CreateVpc",
        "ec2:DeleteTags",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeVpcs",
        "ec2:DisassociateSubnetCidrBlock",
        "ec2:ModifySubnetAttribute",
        "ec2:ModifyVpcAttribute"
      ],
      "Effect": "Allow",
      "Resource": "*",
      "Sid": "Ec2"
    }
  ],
  "Version": "2012-10-17"
}
"#);
}

#[test]
fn each_purpose_has_what_it_needs_and_no_more() {
    let mut world = World::new();
    world.deploy(&network, json!({})).complete();
    let read = actions(&policy(&world, &network, Purpose::Plan));
    assert!(read.iter().all(|action| action.contains(":Describe")), "{read:?}");
    // Nothing to do takes nothing but looking.
    assert_eq!(actions(&policy(&world, &network, Purpose::Deploy)), read);
    let destroy = actions(&policy(&world, &network, Purpose::Destroy));
    let beyond: Vec<&String> = destroy.difference(&read).collect();
    assert_eq!(beyond, ["ec2:DeleteSubnet", "ec2:DeleteVpc"]);
    let nothing = |_: &Stack| {};
    assert_eq!(actions(&policy(&world, &nothing, Purpose::Deploy)), destroy);
}

#[test]
fn roles_are_named_and_only_those_are_passed() {
    let program = |stack: &Stack| {
        let role = Role::new("app").trust_policy(PolicyDocument::trust_service("ec2.amazonaws.com")).add(stack);
        let profile = InstanceProfile::new("app").role(&role).name("fixed").add(stack);
        Instance::new("app").image("ami-1").instance_type("t3.small").instance_profile(&profile).add(stack);
    };
    let policy = policy(&World::new(), &program, Purpose::Deploy);
    let resources = |wanted: &str| {
        let statements = policy["Statement"].as_array().unwrap();
        let has = |statement: &&Value| statement["Action"].as_array().unwrap().iter().any(|action| action == wanted);
        statements.iter().find(has).map(|statement| statement["Resource"].clone())
    };
    assert_eq!(resources("iam:PassRole"), Some(json!("arn:aws:iam::123456789012:role/test-*")));
    assert_eq!(resources("iam:CreateRole"), Some(json!("arn:aws:iam::123456789012:role/test-*")));
    assert_eq!(resources("iam:CreateInstanceProfile"), Some(json!("arn:aws:iam::123456789012:instance-profile/fixed")));
    assert_eq!(resources("ec2:RunInstances"), Some(json!("*")));
    let without = |stack: &Stack| {
        Instance::new("app").image("ami-1").instance_type("t3.small").add(stack);
    };
    assert!(!actions(&self::policy(&World::new(), &without, Purpose::Deploy)).contains("iam:PassRole"));
    let foreign = |stack: &Stack| {
        let profile = infra_aws::iam::InstanceProfileName::new("theirs");
        Instance::new("app").image("ami-1").instance_type("t3.small").instance_profile(profile).add(stack);
    };
    let policy = self::policy(&World::new(), &foreign, Purpose::Deploy);
    let passing = policy["Statement"].as_array().unwrap().iter().find(|statement| statement["Action"] == json!(["iam:PassRole"])).unwrap();
    assert_eq!(passing["Resource"], json!("*"));
}

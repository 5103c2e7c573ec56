//! Hydra's MLflow server through the real planner and executor, on a simulated cloud.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hydra_mlflow::hydra_mlflow;
use infra_apply::Registry;
use infra_plan::{Action, RenderOptions, render};
use infra_random_values::RandomPassword;
use infra_sdk::aws::ec2::{DefaultNetwork, DefaultSubnet, DefaultVpc, SubnetId, VpcId};
use infra_sdk::core::program::{Program, Request, Response};
use infra_sdk::core::{GRAPH_VERSION, Resource as _};
use infra_sdk::prelude::Image;
use infra_testing::{Crash, World};
use serde_json::{Value, json};

fn config(changes: Value) -> Value {
    let mut config = json!({
        "region": "us-east-1", "vpc": "vpc-1", "subnets": ["subnet-1", "subnet-2"], "cidr_blocks": ["10.0.0.0/8"],
    });
    for (key, value) in changes.as_object().unwrap() {
        config[key] = value.clone();
    }
    config
}

fn world() -> World {
    let mut registry = Registry::new();
    infra_random_values::register(&mut registry);
    World::new()
        .serving(Arc::clone(registry.handler(RandomPassword::KIND).unwrap()))
        .answering(&Image::dockerfile("image"), &"sha256:1111".to_owned())
}

fn deployed(changes: Value) -> World {
    let mut world = world();
    world.deploy(&hydra_mlflow, config(changes)).complete();
    world
}

#[test]
fn it_is_made_in_one_deployment_left_alone_by_the_next_and_ended_in_one() {
    let mut world = deployed(json!({}));
    assert!(world.deploy(&hydra_mlflow, config(json!({}))).complete().changes.is_empty());
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty());
}

#[test]
fn the_service_comes_after_its_listener_and_policies_and_goes_before_them() {
    let mut world = world();
    let made = world.deploy(&hydra_mlflow, config(json!({}))).complete().changes;
    let gone = world.destroy().complete().changes;
    let at =
        |changes: &[String], line: &str| changes.iter().position(|change| change == line).unwrap_or_else(|| panic!("{line}: {changes:?}"));
    for (kind, name) in [
        ("listener", "http"),
        ("role-policy", "secrets"),
        ("role-policy", "artifacts"),
        ("role-policy-attachment", "execution-AmazonECSTaskExecutionRolePolicy"),
    ] {
        let (service, gone_service) = (at(&made, "create fargate-service mlflow"), at(&gone, "delete fargate-service mlflow"));
        assert!(at(&made, &format!("create {kind} {name}")) < service, "{made:?}");
        assert!(at(&gone, &format!("delete {kind} {name}")) > gone_service, "{gone:?}");
    }
}

#[test]
fn another_image_is_one_new_revision_and_one_change_of_the_service() {
    let world = deployed(json!({}));
    let mut world = world.answering(&Image::dockerfile("image"), &"sha256:2222".to_owned());
    let mut changes = world.deploy(&hydra_mlflow, config(json!({}))).complete().changes;
    assert_eq!(changes[..3], ["create image mlflow", "create task-definition mlflow", "update fargate-service mlflow"]);
    changes[3..].sort();
    assert_eq!(changes[3..], ["delete image mlflow", "delete task-definition mlflow"], "the old ones go when nothing runs them");
}

#[test]
fn a_plan_shows_what_a_container_runs_and_a_policy_is_about() {
    let text = render(&world().plan(&hydra_mlflow, config(json!({}))).unwrap(), &RenderOptions { width: 100, colour: false });
    let has = |line: &str| text.lines().any(|shown| shown.trim() == line);
    for line in ["- environment:", "HOST: database.address", "DBNAME: \"mlflowdb\"", "image: mlflow.reference"] {
        assert!(has(line), "{line}:\n{text}");
    }
    assert!(has(r#""Resource": ["${artifacts.arn}/* (known after apply)"]"#), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn how_many_tasks_there_are_is_left_to_auto_scaling() {
    let world = deployed(json!({}));
    assert!(world.cloud.change("aws:ecs/fargate-service", "mlflow", "desired_count", json!(7)));
    assert!(!world.plan(&hydra_mlflow, config(json!({}))).unwrap().has_changes());
    let plan = world.plan(&hydra_mlflow, config(json!({"tasks": {"max": 8}}))).unwrap();
    let changed: Vec<&str> = plan.steps.iter().filter(|step| step.action.is_change()).map(|step| step.address.name()).collect();
    assert_eq!(changed, ["mlflow"]);
    assert!(matches!(plan.steps.iter().find(|step| step.action.is_change()).unwrap().action, Action::Update { .. }));
}

#[test]
fn nothing_but_the_cloud_learns_the_name_and_the_password_of_the_database() {
    let mut world = world();
    let deployed = world.deploy(&hydra_mlflow, config(json!({}))).complete();
    let database = world.cloud.object("aws:rds/db-instance", "database").unwrap().1.inputs;
    let said = format!("{}{:?}{:?}{:?}", serde_json::to_string(&world.state).unwrap(), deployed.plan, deployed.outcome, deployed.events);
    for name in ["username", "password"] {
        let secret = database[name].as_str().unwrap();
        assert!(secret.len() >= 20 && !said.contains(secret), "{name}");
    }
    assert!(database["username"].as_str().unwrap().starts_with("mlflow"));
    let outputs: BTreeSet<&str> = deployed.outcome.exports.keys().map(String::as_str).collect();
    let expected = ["artifact_bucket", "container_repository_url", "db_host", "ecs_cluster_name", "ecs_service_name", "url"];
    assert_eq!(outputs, expected.into());
    assert!(deployed.outcome.exports.values().all(|output| !output.has_secret()), "{:?}", deployed.outcome.exports);
}

#[test]
fn without_a_network_of_ones_own_it_is_in_the_default_one_and_half_of_one_is_refused() {
    let mut own = config(json!({}));
    own.as_object_mut().unwrap().retain(|key, _| key != "vpc" && key != "subnets");
    let subnet = |zone: &str| DefaultSubnet {
        id: SubnetId::new(format!("subnet-{zone}")),
        availability_zone: format!("us-east-1{zone}"),
        cidr_block: "172.31.0.0/20".to_owned(),
    };
    let network =
        DefaultNetwork { id: VpcId::new("vpc-default"), cidr_block: "172.31.0.0/16".to_owned(), subnets: vec![subnet("a"), subnet("b")] };
    let mut world = world().answering(&DefaultVpc {}, &network);
    world.deploy(&hydra_mlflow, own).complete();
    let input = |kind: &str, name: &str, field: &str| world.cloud.object(kind, name).unwrap().1.inputs[field].reveal();
    assert_eq!(input("aws:elbv2/target-group", "mlflow", "vpc"), json!("vpc-default"));
    for (kind, name) in
        [("aws:elbv2/load-balancer", "mlflow"), ("aws:rds/db-subnet-group", "database"), ("aws:ecs/fargate-service", "mlflow")]
    {
        assert_eq!(input(kind, name, "subnets"), json!(["subnet-a", "subnet-b"]), "{kind}");
    }
    for without in ["vpc", "subnets"] {
        let mut half = config(json!({}));
        half.as_object_mut().unwrap().retain(|key, _| key != without);
        let request = Request {
            version: GRAPH_VERSION,
            stack: "test".into(),
            environment: "local".into(),
            config: half,
            answers: BTreeMap::new(),
            review: None,
            known: BTreeMap::new(),
            references: BTreeMap::new(),
        };
        let Response::Failed(problems) = Program::run(&hydra_mlflow, &request) else { panic!("half a network is taken") };
        assert!(format!("{problems:?}").contains(&format!("`{without}` is not")), "{problems:?}");
    }
}

#[test]
fn with_a_certificate_and_private_subnets_it_speaks_https_and_has_no_public_address() {
    let changes = json!({"certificate": "arn:aws:acm:us-east-1:123456789012:certificate/1", "private_subnets": ["subnet-3", "subnet-4"]});
    let mut world = world();
    let deployed = world.deploy(&hydra_mlflow, config(changes)).complete();
    assert!(deployed.output("url").unwrap().starts_with("https://"));
    let service = world.cloud.object("aws:ecs/fargate-service", "mlflow").unwrap().1.inputs;
    assert_eq!((service["assign_public_ip"].reveal(), service["subnets"].reveal()), (json!(false), json!(["subnet-3", "subnet-4"])));
    assert!(world.cloud.object("aws:elbv2/listener", "https").is_some() && world.cloud.object("aws:elbv2/listener", "http").is_some());
}

#[test]
fn wherever_a_deployment_dies_the_next_one_finishes() {
    for step in (0..).step_by(7) {
        let mut world = world();
        let graph = world.graph(&hydra_mlflow, config(json!({})));
        let died = world.deploy_until(&graph, Crash::AfterCall(step));
        world.deploy(&hydra_mlflow, config(json!({}))).complete();
        assert!(!world.plan(&hydra_mlflow, config(json!({}))).unwrap().has_changes(), "after call {step}");
        world.destroy().complete();
        assert!(world.cloud.objects().is_empty(), "after call {step}");
        if !died {
            break;
        }
    }
}

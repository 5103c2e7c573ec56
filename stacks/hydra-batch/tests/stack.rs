//! Hydra's Batch through the real planner and executor, on a simulated cloud.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod common;

use std::collections::BTreeSet;

use common::{CALL, config, deployed, text, world};
use hydra_batch::hydra_batch;
use infra_core::program::{Program, Request, Response};
use infra_core::{GRAPH_VERSION, Graph};
use infra_plan::Action;
use infra_sdk::aws::ec2::{DefaultNetwork, DefaultSubnet, DefaultVpc, SubnetId, VpcId};
use infra_testing::{Crash, Fault, Verb, World};
use serde_json::{Value, json};

const SCRIPT: &str = "sql/schema_setup_v_0_0_1.sql";
const DATABASE: &str = "aws:rds/db-instance";

fn changed(world: &World, changes: Value) -> BTreeSet<String> {
    let plan = world.plan(&hydra_batch, config(changes)).unwrap();
    let steps = plan.steps.iter().filter(|step| step.action.is_change());
    steps.map(|step| format!("{} {}", verb(&step.action), step.address)).collect()
}

fn verb(action: &Action) -> &'static str {
    match action {
        Action::Create { replaces: None, .. } => "create",
        Action::Create { .. } => "replace",
        Action::Update { .. } => "update",
        _ => "other",
    }
}

/// The default VPC of a region, with its subnets `subnet-a` and `subnet-b`.
fn in_zones() -> DefaultNetwork {
    let subnet = |zone: &str| DefaultSubnet {
        id: SubnetId::new(format!("subnet-{zone}")),
        availability_zone: format!("us-east-1{zone}"),
        cidr_block: "172.31.0.0/20".to_owned(),
    };
    let subnets = ["a", "b"].map(subnet).into();
    DefaultNetwork { id: VpcId::new("vpc-default"), cidr_block: "172.31.0.0/16".to_owned(), subnets }
}

fn asked<M>(program: &impl Program<M>, request: &Request) -> Response {
    program.run(request)
}

fn problems(changes: Value) -> String {
    let request = Request {
        version: GRAPH_VERSION,
        stack: "test".into(),
        environment: "local".into(),
        config: config(changes),
        ..Request::default()
    };
    match asked(&hydra_batch, &request) {
        Response::Failed(problems) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_whole_system_is_planned() {
    insta::assert_snapshot!(text(&world().plan(&hydra_batch, config(json!({}))).unwrap()));
}

#[test]
fn it_is_made_in_one_deployment_left_alone_by_the_next_and_ended_in_one() {
    let mut world = deployed(json!({}));
    assert!(world.deploy(&hydra_batch, config(json!({}))).complete().changes.is_empty());
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty());
}

#[test]
fn the_committed_configuration_is_one() {
    let file: Value = toml::from_str(include_str!("../infra.toml")).unwrap();
    let mut world = world().answering(&DefaultVpc {}, &in_zones());
    world.deploy(&hydra_batch, file["config"].clone()).complete();
    let queue = world.cloud.object("aws:batch/job-queue", "hydra-gpu-queue").unwrap().1.inputs;
    assert_eq!(queue["name"].as_str(), Some("hydra-gpu-queue"));
}

/// What must be there before a resource, by the graph: through references and through what types say.
fn before(graph: &Graph, address: &str) -> BTreeSet<String> {
    let (mut all, mut next) = (BTreeSet::new(), vec![address.parse().unwrap()]);
    while let Some(address) = next.pop() {
        for need in graph.node(&address).unwrap().dependencies() {
            if all.insert(need.to_string()) {
                next.push(need);
            }
        }
    }
    all
}

#[test]
fn environments_and_the_function_need_the_policies_of_their_roles() {
    let graph = world().graph(&hydra_batch, config(json!({})));
    let environment = before(&graph, "aws:batch/compute-environment:hydra-ml");
    for policy in ["compute-environment-service-AWSBatchServiceRole", "compute-environment-instance-AmazonEC2ContainerServiceforEC2Role"] {
        assert!(environment.contains(&format!("aws:iam/role-policy-attachment:{policy}")), "{environment:?}");
    }
    let function = before(&graph, "aws:lambda/function:initialize-db");
    for policy in ["role-policy-attachment:lambda-service-AWSLambdaVPCAccessExecutionRole", "role-policy:script-and-secrets"] {
        assert!(function.contains(&format!("aws:iam/{policy}")), "{function:?}");
    }
    let call = before(&graph, "aws:lambda/invocation:initialize-db");
    for needed in ["rds/db-instance:database", "s3/object:schema-setup", "secretsmanager/secret-version:password"] {
        assert!(call.contains(&format!("aws:{needed}")), "{call:?}");
    }
    assert!(before(&graph, "aws:batch/job-queue:hydra-ml-queue").contains("aws:batch/compute-environment:hydra-ml"));
}

#[test]
fn environments_come_after_their_policies_and_before_their_queues_and_go_the_other_way_round() {
    let mut world = world();
    let made = world.deploy(&hydra_batch, config(json!({}))).complete().changes;
    let gone = world.destroy().complete().changes;
    let at =
        |changes: &[String], line: &str| changes.iter().position(|change| change == line).unwrap_or_else(|| panic!("{line}: {changes:?}"));
    for (first, second) in [
        ("role-policy-attachment compute-environment-service-AWSBatchServiceRole", "compute-environment hydra-ml"),
        ("role-policy-attachment compute-environment-instance-AmazonEC2ContainerServiceforEC2Role", "compute-environment hydra-gpu"),
        ("compute-environment hydra-gpu", "job-queue hydra-gpu-queue"),
        ("role-policy-attachment lambda-service-AWSLambdaVPCAccessExecutionRole", "function initialize-db"),
    ] {
        assert!(at(&made, &format!("create {first}")) < at(&made, &format!("create {second}")), "{made:?}");
        assert!(at(&gone, &format!("delete {first}")) > at(&gone, &format!("delete {second}")), "{gone:?}");
    }
}

#[test]
fn the_database_is_initialized_once_by_three_plans_and_two_deployments_and_again_when_the_script_is_another_one() {
    let mut world = world();
    let runs = |world: &World| world.cloud.runs(CALL, "initialize-db").len();
    world.plan(&hydra_batch, config(json!({}))).unwrap();
    world.deploy(&hydra_batch, config(json!({}))).complete();
    world.plan(&hydra_batch, config(json!({}))).unwrap();
    world.refresh().unwrap();
    world.deploy(&hydra_batch, config(json!({}))).complete();
    assert!(!world.plan(&hydra_batch, config(json!({}))).unwrap().has_changes());
    assert_eq!(runs(&world), 1);

    world.set_content(SCRIPT, "CREATE TABLE other (id INT);");
    let plan = text(&world.plan(&hydra_batch, config(json!({}))).unwrap());
    assert!(plan.contains("> Invocation initialize-db  runs again: "), "{plan}");
    assert_eq!(runs(&world), 1, "a plan does not");
    let again = world.deploy(&hydra_batch, config(json!({}))).complete().changes;
    assert_eq!(again, ["update object schema-setup", "run invocation initialize-db"]);
    world.deploy(&hydra_batch, config(json!({}))).complete();
    assert_eq!(runs(&world), 2);
}

#[test]
fn other_code_is_uploaded_and_nothing_is_initialized_for_it() {
    let mut world = deployed(json!({}));
    world.set_content("lambda", "another");
    let plan = text(&world.plan(&hydra_batch, config(json!({}))).unwrap());
    assert!(plan.contains("code.zip.sha256"), "the digest of the code is in the plan: {plan}");
    assert_eq!(world.deploy(&hydra_batch, config(json!({}))).complete().changes, ["update function initialize-db"]);
    assert_eq!(world.cloud.runs(CALL, "initialize-db").len(), 1);
}

#[test]
fn a_new_database_is_initialized_too() {
    let mut world = deployed(json!({}));
    assert!(world.cloud.remove(DATABASE, "database"));
    let changes = world.deploy(&hydra_batch, config(json!({}))).complete().changes;
    assert_eq!(changes, ["create db-instance database", "run invocation initialize-db"]);
    assert_eq!(world.cloud.runs(CALL, "initialize-db").len(), 2);
}

#[test]
fn an_initialization_that_fails_fails_the_deployment_and_is_run_by_the_next_one() {
    let mut world = world();
    world.cloud.inject(Fault::refuse(Verb::Run, "initialize-db"));
    let failed = world.deploy(&hydra_batch, config(json!({})));
    assert!(!failed.outcome.failed.is_empty());
    let again = world.deploy(&hydra_batch, config(json!({}))).complete().changes;
    assert_eq!(again, ["run invocation initialize-db"]);
}

#[test]
fn nothing_but_the_cloud_learns_the_name_and_the_password_of_the_database() {
    let mut world = world();
    let deployed = world.deploy(&hydra_batch, config(json!({}))).complete();
    let database = world.cloud.object(DATABASE, "database").unwrap().1.inputs;
    let call = world.cloud.runs(CALL, "initialize-db").remove(0);
    let next = world.plan(&hydra_batch, config(json!({"db_instance_class": "db.m5.large"}))).unwrap();
    let said = format!(
        "{}{:?}{:?}{:?}{call:?}{next:?}{}",
        serde_json::to_string(&world.state).unwrap(),
        deployed.plan,
        deployed.outcome,
        deployed.events,
        text(&next)
    );
    for (name, length) in [("username", 16), ("password", 37)] {
        let secret = database[name].as_str().unwrap();
        assert!(secret.starts_with("batch") && secret.len() == length, "{name}");
        assert!(!said.contains(secret), "{name}");
        let kept = world.cloud.object("aws:secretsmanager/secret-version", name).unwrap().1.inputs;
        assert_eq!(kept["value"].as_str(), Some(secret), "{name}");
    }
    let outputs: BTreeSet<&str> = deployed.outcome.exports.keys().map(String::as_str).collect();
    let expected = [
        "compute_environment_instance_profile_arn",
        "compute_environment_service_role_arn",
        "db_host",
        "db_subnet_group",
        "job_queue_hydra_gpu_queue",
        "job_queue_hydra_ml_queue",
        "lambda_invocation_response",
        "lambda_service_role_arn",
        "password_secret",
        "schema_setup_script_bucket_key",
        "schema_setup_script_bucket_name",
        "username_secret",
    ];
    assert_eq!(outputs, expected.into());
}

#[test]
fn more_processors_are_a_change_and_other_machines_another_environment_to_which_the_queue_moves() {
    let world = deployed(json!({}));
    let environments = |names: [&str; 2]| names.map(|name| format!("update aws:batch/compute-environment:{name}")).into();
    assert_eq!(changed(&world, json!({"compute_environment_max_vcpus": 128})), environments(["hydra-gpu", "hydra-ml"]));
    assert_eq!(changed(&world, json!({"db_instance_class": "db.m5.large"})), [format!("update {DATABASE}:database")].into());

    let mut world = deployed(json!({}));
    let other = json!({"compute_environments": [
        {"name": "hydra-ml", "instance_type": "c5"}, {"name": "hydra-gpu", "instance_type": "g4dn"},
    ]});
    let changes = world.deploy(&hydra_batch, config(other)).complete().changes;
    let expected = ["create compute-environment hydra-ml", "update job-queue hydra-ml-queue", "delete compute-environment hydra-ml"];
    assert_eq!(changes, expected);
}

#[test]
fn spot_and_unmanaged_environments_say_what_batch_takes_of_them() {
    let world = deployed(json!({"compute_environment_resource_type": "SPOT"}));
    let machines = world.cloud.object("aws:batch/compute-environment", "hydra-ml").unwrap().1.inputs["compute_resources"].reveal();
    assert_eq!((&machines["compute_type"], &machines["allocation_strategy"]), (&json!("SPOT"), &json!("SPOT_PRICE_CAPACITY_OPTIMIZED")));
    let world = deployed(json!({"compute_environment_type": "UNMANAGED", "job_queue_state": "DISABLED"}));
    let environment = world.cloud.object("aws:batch/compute-environment", "hydra-ml").unwrap().1.inputs;
    assert!(!environment.contains_key("compute_resources"), "{environment:?}");
    assert_eq!(world.cloud.object("aws:batch/job-queue", "hydra-ml-queue").unwrap().1.inputs["state"].as_str(), Some("DISABLED"));
}

#[test]
fn without_a_network_of_ones_own_it_is_in_the_default_one_behind_a_group_of_its_own() {
    let mut nothing = config(json!({}));
    nothing.as_object_mut().unwrap().retain(|key, _| key != "subnets" && key != "security_groups");
    let mut world = world().answering(&DefaultVpc {}, &in_zones());
    world.deploy(&hydra_batch, nothing).complete();
    let input = |kind: &str, name: &str, field: &str| world.cloud.object(kind, name).unwrap().1.inputs[field].reveal();
    let (group, given) = world.cloud.object("aws:ec2/security-group", "batch").unwrap();
    assert_eq!(given.inputs["vpc"].as_str(), Some("vpc-default"));
    let rule = &given.inputs["ingress"].reveal()[0];
    assert_eq!((&rule["from_port"], &rule["itself"]), (&json!(3306), &json!(true)), "nobody else reaches the database");
    let (subnets, groups) = (json!(["subnet-a", "subnet-b"]), json!([group]));
    assert_eq!(input("aws:rds/db-subnet-group", "database", "subnets"), subnets);
    assert_eq!(input(DATABASE, "database", "security_groups"), groups);
    for (kind, name, field) in
        [("aws:batch/compute-environment", "hydra-ml", "compute_resources"), ("aws:lambda/function", "initialize-db", "vpc")]
    {
        let placed = input(kind, name, field);
        assert_eq!((&placed["subnets"], &placed["security_groups"]), (&subnets, &groups), "{kind}");
    }
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn what_cannot_be_is_refused_with_what_to_change() {
    assert!(problems(json!({"subnets": []})).contains("`subnets` is not: name two"));
    assert!(problems(json!({"security_groups": []})).contains("`security_groups` is not: name those that let each other in"));
    let queue = json!({"job_queues": [{"name": "q", "compute_environment": "fast"}]});
    assert!(problems(queue).contains("job queue q is for compute environment fast, and there is hydra-gpu, hydra-ml"));
    assert!(problems(json!({"db_password_random_length": 40})).contains("`db_password_random_length` is 40, and may be 3 to 36"));
    assert!(problems(json!({"db_username_random_length": 0})).contains("may be 1 to 27"));
    assert!(problems(json!({"compute_environment_min_vcpus": 65})).contains("more than `compute_environment_max_vcpus`"));
    assert!(problems(json!({"job_queue_state": "OPEN"})).contains("OPEN"));
}

#[test]
fn a_bucket_that_exists_is_used_and_an_archive_without_a_build_is_just_the_folder() {
    let world = deployed(json!({"schema_setup_script_bucket_name": "hydra-code-dumps", "lambda_build": []}));
    assert!(world.cloud.object("aws:s3/bucket", "schema-setup").is_none());
    let object = world.cloud.object("aws:s3/object", "schema-setup").unwrap().1.inputs;
    assert_eq!(object["bucket"].as_str(), Some("hydra-code-dumps"));
    let document = world.cloud.object("aws:iam/role-policy", "script-and-secrets").unwrap().1.inputs["document"].reveal().to_string();
    assert!(document.contains("arn:aws:s3:::hydra-code-dumps/schema_setup_v_0_0_1.sql"), "{document}");
}

#[test]
fn wherever_a_deployment_dies_the_next_one_finishes_and_the_end_leaves_nothing() {
    for step in (0..).step_by(7) {
        let mut world = world();
        let graph = world.graph(&hydra_batch, config(json!({})));
        let died = world.deploy_until(&graph, Crash::AfterCall(step));
        world.deploy(&hydra_batch, config(json!({}))).complete();
        assert!(!world.plan(&hydra_batch, config(json!({}))).unwrap().has_changes(), "after call {step}");
        world.destroy_until(Crash::AfterCall(step));
        world.destroy().complete();
        assert!(world.cloud.objects().is_empty(), "after call {step}");
        if !died {
            break;
        }
    }
}

//! Hydra's MLflow server: made in one run, left alone, changed, damaged, repaired, ended; and dying on the way.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use aws_sdk_ecs::types::{Service, TaskDefinition};
use hydra_mlflow::hydra_mlflow;
use infra_core::Graph;
use infra_plan::{Action, Plan};
use serde_json::{Value as Json, json};

use crate::layout;
use crate::settings::config;
use crate::station::{Station, text};

const SERVICE: &str = "aws:ecs/fargate-service:mlflow";
const TASKS: &str = "aws:ecs/task-definition:mlflow";

/// The clients that look past the engine.
pub(crate) struct Clouds<'a> {
    station: &'a Station,
    ec2: aws_sdk_ec2::Client,
    ecr: aws_sdk_ecr::Client,
    ecs: aws_sdk_ecs::Client,
    elb: aws_sdk_elasticloadbalancingv2::Client,
    iam: aws_sdk_iam::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
    rds: aws_sdk_rds::Client,
    s3: aws_sdk_s3::Client,
    scaling: aws_sdk_applicationautoscaling::Client,
    secrets: aws_sdk_secretsmanager::Client,
}

impl<'a> Clouds<'a> {
    pub(crate) fn new(station: &'a Station) -> Clouds<'a> {
        let sdk = &station.sdk;
        Clouds {
            station,
            ec2: aws_sdk_ec2::Client::new(sdk),
            ecr: aws_sdk_ecr::Client::new(sdk),
            ecs: aws_sdk_ecs::Client::new(sdk),
            elb: aws_sdk_elasticloadbalancingv2::Client::new(sdk),
            iam: aws_sdk_iam::Client::new(sdk),
            logs: aws_sdk_cloudwatchlogs::Client::new(sdk),
            rds: aws_sdk_rds::Client::new(sdk),
            s3: aws_sdk_s3::Client::new(sdk),
            scaling: aws_sdk_applicationautoscaling::Client::new(sdk),
            secrets: aws_sdk_secretsmanager::Client::new(sdk),
        }
    }

    fn ask<T>(&self, question: impl Future<Output = T>) -> T {
        self.station.runtime.block_on(question)
    }

    /// How many there are of each sort that the stack has, whoever made them.
    pub(crate) fn census(&self) -> BTreeMap<&'static str, usize> {
        // moto lists clusters and services for ever, also those that are gone, which are inactive; AWS does so for a while.
        let alive = |status: Option<&str>| status == Some("ACTIVE");
        let services = |cluster: &str| {
            let listed = self.ask(self.ecs.list_services().cluster(cluster).send()).unwrap();
            let call = self.ecs.describe_services().cluster(cluster).set_services(listed.service_arns);
            self.ask(call.send()).unwrap().services().iter().filter(|service| alive(service.status())).count()
        };
        let listed = self.ask(self.ecs.list_clusters().send()).unwrap();
        let described = self.ask(self.ecs.describe_clusters().set_clusters(listed.cluster_arns).send()).unwrap();
        let clusters: Vec<&str> =
            described.clusters().iter().filter(|one| alive(one.status())).filter_map(|one| one.cluster_arn()).collect();
        let policies = |role: &str| {
            let own = self.ask(self.iam.list_role_policies().role_name(role).send()).unwrap().policy_names().len();
            own + self.ask(self.iam.list_attached_role_policies().role_name(role).send()).unwrap().attached_policies().len()
        };
        let roles = self.ask(self.iam.list_roles().send()).unwrap();
        let balancers = self.ask(self.elb.describe_load_balancers().send()).unwrap();
        let listeners =
            |arn: Option<&str>| self.ask(self.elb.describe_listeners().set_load_balancer_arn(arn.map(str::to_owned)).send()).unwrap();
        let repositories = self.ask(self.ecr.describe_repositories().send()).unwrap();
        let images = |name: Option<&str>| {
            let call = self.ecr.describe_images().set_repository_name(name.map(str::to_owned));
            self.ask(call.send()).unwrap().image_details().len()
        };
        let scaled = self.scaling.describe_scalable_targets().service_namespace(ServiceNamespace::Ecs);
        let rules = self.scaling.describe_scaling_policies().service_namespace(ServiceNamespace::Ecs);
        let definitions = self.ecs.list_task_definitions().status("ACTIVE".into());
        [
            ("clusters", clusters.len()),
            ("services", clusters.iter().map(|cluster| services(cluster)).sum()),
            ("task definitions", self.ask(definitions.send()).unwrap().task_definition_arns().len()),
            ("scaled", self.ask(scaled.send()).unwrap().scalable_targets().len()),
            ("scaling policies", self.ask(rules.send()).unwrap().scaling_policies().len()),
            ("repositories", repositories.repositories().len()),
            ("images", repositories.repositories().iter().map(|one| images(one.repository_name())).sum()),
            ("databases", self.ask(self.rds.describe_db_instances().send()).unwrap().db_instances().len()),
            ("database subnets", self.ask(self.rds.describe_db_subnet_groups().send()).unwrap().db_subnet_groups().len()),
            ("secrets", self.ask(self.secrets.list_secrets().send()).unwrap().secret_list().len()),
            ("buckets", self.ask(self.s3.list_buckets().send()).unwrap().buckets().len()),
            ("log groups", self.ask(self.logs.describe_log_groups().send()).unwrap().log_groups().len()),
            ("roles", roles.roles().len()),
            ("role policies", roles.roles().iter().map(|role| policies(role.role_name())).sum()),
            ("security groups", self.ask(self.ec2.describe_security_groups().send()).unwrap().security_groups().len()),
            ("load balancers", balancers.load_balancers().len()),
            ("listeners", balancers.load_balancers().iter().map(|one| listeners(one.load_balancer_arn()).listeners().len()).sum()),
            ("target groups", self.ask(self.elb.describe_target_groups().send()).unwrap().target_groups().len()),
        ]
        .into()
    }

    fn service(&self) -> Service {
        let call = self.ecs.describe_services().cluster(self.station.id("aws:ecs/cluster:mlflow")).services(self.station.id(SERVICE));
        self.ask(call.send()).unwrap().services()[0].clone()
    }

    /// What the service runs.
    pub(crate) fn running(&self) -> TaskDefinition {
        let definition = self.service().task_definition().unwrap().to_owned();
        assert_eq!(definition, self.station.id(TASKS));
        self.ask(self.ecs.describe_task_definition().task_definition(definition).send()).unwrap().task_definition.unwrap()
    }

    fn secret(&self, name: &str) -> String {
        let id = self.station.id(&format!("aws:secretsmanager/secret:{name}"));
        self.ask(self.secrets.get_secret_value().secret_id(id).send()).unwrap().secret_string().unwrap().to_owned()
    }
}

fn asked(station: &Station, changes: Json) -> Graph {
    let mut all = config("hydra-mlflow", &json!({"image": {"layout": "image"}}));
    for (key, value) in changes.as_object().unwrap() {
        all[key] = value.clone();
    }
    station.graph(&hydra_mlflow, &all)
}

/// What a plan does, as `create task-definition mlflow`.
pub(crate) fn changes(plan: &Plan) -> BTreeSet<String> {
    let steps = plan.steps.iter().filter(|step| step.action.is_change());
    let line = |step: &infra_plan::Step| {
        let kind = step.address.kind().rsplit('/').next().unwrap_or_default().to_owned();
        let verb = match step.action {
            Action::Create { .. } => "create",
            Action::Update { .. } => "update",
            Action::Delete { .. } => "delete",
            _ => panic!("{}", text(plan)),
        };
        format!("{verb} {kind} {}", step.address.name())
    };
    steps.map(line).collect()
}

pub(crate) fn lines<const N: usize>(lines: [&str; N]) -> BTreeSet<String> {
    lines.map(str::to_owned).into()
}

#[test]
fn hydras_mlflow_is_made_in_one_run_changed_repaired_and_ended_in_one() {
    let station = Station::new("hydra-mlflow");
    let clouds = Clouds::new(&station);
    let before = clouds.census();
    let first = layout::write(&station.folder().join("image"), b"one");

    station.deploy(&asked(&station, json!({})));
    as_the_program_says(&station, &clouds, &first, "1024", "db.t3.micro");
    let whole = clouds.census();

    let larger = json!({"tasks": {"memory": 2048}});
    let plan = station.deploy(&asked(&station, larger.clone()));
    let revision = ["create task-definition mlflow", "update fargate-service mlflow", "delete task-definition mlflow"];
    assert_eq!(changes(&plan), lines(revision), "{}", text(&plan));
    as_the_program_says(&station, &clouds, &first, "2048", "db.t3.micro");
    assert_eq!(clouds.census(), whole);

    let second = layout::write(&station.folder().join("image"), b"two");
    let plan = station.deploy(&asked(&station, larger.clone()));
    let image = ["create image mlflow", "delete image mlflow"];
    assert_eq!(changes(&plan), &lines(revision) | &lines(image), "{}", text(&plan));
    as_the_program_says(&station, &clouds, &second, "2048", "db.t3.micro");
    assert_eq!(clouds.census(), whole, "neither the old image nor its revision is left");

    let faster = || asked(&station, json!({"tasks": {"memory": 2048}, "database": {"class": "db.t3.small"}}));
    let plan = station.deploy(&faster());
    assert_eq!(changes(&plan), lines(["update db-instance database"]), "{}", text(&plan));
    as_the_program_says(&station, &clouds, &second, "2048", "db.t3.small");

    // How many tasks there are is auto scaling's.
    let grown = clouds.ecs.update_service().cluster(station.id("aws:ecs/cluster:mlflow")).service(station.id(SERVICE)).desired_count(5);
    clouds.ask(grown.send()).unwrap();
    let plan = station.plan(&faster());
    assert!(!plan.has_changes(), "{}", text(&plan));

    damage(&station, &clouds);
    let plan = station.deploy(&faster());
    let repaired = ["create listener http", "update security-group database", "update target mlflow", "update target-group mlflow"];
    assert_eq!(changes(&plan), lines(repaired), "{}", text(&plan));
    as_the_program_says(&station, &clouds, &second, "2048", "db.t3.small");
    assert_eq!(clouds.census(), whole);
    assert_eq!(clouds.service().desired_count(), 5, "a repair leaves it to auto scaling too");

    station.destroy("hydra-mlflow");
    assert_eq!(clouds.census(), before, "nothing is left");
}

#[test]
fn wherever_a_run_of_hydras_mlflow_dies_the_next_one_finishes() {
    let station = Station::new("hydra-mlflow");
    let clouds = Clouds::new(&station);
    let before = clouds.census();
    layout::write(&station.folder().join("image"), b"one");
    let graph = asked(&station, json!({}));
    station.deploy(&graph);
    let whole = clouds.census();
    station.destroy("hydra-mlflow");

    let (mut deaths, mut ends) = (0, 0);
    for records in (3..).step_by(14) {
        let died = station.deploy_until(&graph, records);
        station.deploy(&graph);
        assert_eq!(clouds.census(), whole, "made, after {records} records");
        let died_again = station.destroy_until("hydra-mlflow", records);
        station.destroy("hydra-mlflow");
        assert_eq!(clouds.census(), before, "ended, after {records} records");
        (deaths, ends) = (deaths + usize::from(died), ends + usize::from(died_again));
        if !died && !died_again {
            break;
        }
    }
    assert!(deaths >= 3 && ends >= 2, "{deaths} and {ends}");
}

/// Takes the listener away, lets nobody to the database, scales to less, and asks the server elsewhere, behind the engine's back.
fn damage(station: &Station, clouds: &Clouds<'_>) {
    let listener = station.id("aws:elbv2/listener:http");
    clouds.ask(clouds.elb.delete_listener().listener_arn(listener).send()).unwrap();
    let group = station.id("aws:ec2/security-group:database");
    let told = clouds.ask(clouds.ec2.describe_security_groups().group_ids(&group).send()).unwrap();
    let rules = told.security_groups()[0].ip_permissions().to_vec();
    clouds.ask(clouds.ec2.revoke_security_group_ingress().group_id(group).set_ip_permissions(Some(rules)).send()).unwrap();
    let target = clouds.scaling.register_scalable_target().service_namespace(ServiceNamespace::Ecs);
    let target = target.resource_id(station.output(SERVICE, "scalable")).scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
    clouds.ask(target.max_capacity(3).send()).unwrap();
    let targets = station.id("aws:elbv2/target-group:mlflow");
    clouds.ask(clouds.elb.modify_target_group().target_group_arn(targets).health_check_path("/").send()).unwrap();
}

/// Compares the cloud with the program.
fn as_the_program_says(station: &Station, clouds: &Clouds<'_>, image: &str, memory: &str, class: &str) {
    let (username, password) = (clouds.secret("username"), clouds.secret("password"));
    assert!(username.starts_with("mlflow") && password.len() == 20);
    let journal = std::fs::read_to_string(station.folder().join("journal")).unwrap();
    assert!(!journal.contains(&username) && !journal.contains(&password), "a secret is in the journal in clear");

    let told = clouds.ask(clouds.rds.describe_db_instances().send()).unwrap();
    let database = &told.db_instances()[0];
    assert_eq!((database.db_instance_class(), database.master_username()), (Some(class), Some(username.as_str())));
    assert_eq!((database.publicly_accessible(), database.storage_encrypted()), (Some(false), Some(true)));

    let definition = clouds.running();
    assert_eq!((definition.cpu(), definition.memory()), (Some("512"), Some(memory)));
    let server = &definition.container_definitions()[0];
    assert!(server.image().unwrap().ends_with(&format!("@{image}")), "{:?}", server.image());
    let environment: BTreeMap<_, _> = server.environment().iter().map(|pair| (pair.name().unwrap(), pair.value().unwrap())).collect();
    assert_eq!(environment["HOST"], database.endpoint().unwrap().address().unwrap());
    assert_eq!(environment["BUCKET"], station.id("aws:s3/bucket:artifacts"));
    let secrets: BTreeMap<_, _> = server.secrets().iter().map(|secret| (secret.name(), secret.value_from())).collect();
    let arn = |name: &str| station.id(&format!("aws:secretsmanager/secret:{name}"));
    assert_eq!((secrets["USERNAME"], secrets["PASSWORD"]), (arn("username").as_str(), arn("password").as_str()));
    assert_eq!(definition.execution_role_arn(), Some(station.output("aws:iam/role:execution", "arn").as_str()));

    let service = clouds.service();
    assert_eq!(service.load_balancers()[0].target_group_arn(), Some(station.id("aws:elbv2/target-group:mlflow").as_str()));
    let scaled = clouds.scaling.describe_scalable_targets().service_namespace(ServiceNamespace::Ecs);
    let scaled = clouds.ask(scaled.send()).unwrap();
    let scaled = &scaled.scalable_targets()[0];
    assert_eq!((scaled.min_capacity(), scaled.max_capacity()), (2, 16));

    let balancer = station.id("aws:elbv2/load-balancer:mlflow");
    let listeners = clouds.ask(clouds.elb.describe_listeners().load_balancer_arn(balancer).send()).unwrap();
    let action = &listeners.listeners()[0].default_actions()[0];
    assert_eq!((listeners.listeners()[0].port(), action.target_group_arn()), (Some(80), service.load_balancers()[0].target_group_arn()));
    let groups = clouds.ask(clouds.ec2.describe_security_groups().group_ids(station.id("aws:ec2/security-group:database")).send()).unwrap();
    let rule = &groups.security_groups()[0].ip_permissions()[0];
    let from = rule.user_id_group_pairs()[0].group_id().map(str::to_owned);
    assert_eq!((rule.from_port(), from), (Some(3306), Some(station.id("aws:ec2/security-group:tasks"))));
    assert_eq!(station.exports()["db_host"].as_str(), database.endpoint().unwrap().address());
}

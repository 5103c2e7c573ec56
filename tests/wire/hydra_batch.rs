//! Hydra's Batch: made in one command, left alone, changed, damaged, repaired, interrupted, ended.

use std::collections::BTreeSet;
use std::path::Path;

use aws_sdk_batch::types::JqState;
use hydra_batch::hydra_batch;
use infra_core::Graph;
use infra_plan::Plan;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::station::{Station, text};

pub(crate) const STACK: &str = "hydra-batch";
const SCRIPT: &str = "sql/schema_setup_v_0_0_1.sql";

/// The stack at a local cloud, with files of its own and the network that it expects to be there.
pub(crate) struct Hydra {
    pub(crate) station: Station,
    pub(crate) files: TempDir,
    subnets: Vec<String>,
    group: String,
}

impl Hydra {
    pub(crate) fn new() -> Hydra {
        let files = TempDir::new().unwrap();
        let stack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stacks/hydra-batch");
        for file in [SCRIPT, "lambda/batch_lambda.py", "lambda/schema_setup.py", "lambda/requirements.txt"] {
            std::fs::create_dir_all(files.path().join(file).parent().unwrap()).unwrap();
            std::fs::copy(stack.join(file), files.path().join(file)).unwrap();
        }
        let station = Station::with_files(STACK, files.path());
        let ec2 = aws_sdk_ec2::Client::new(&station.sdk);
        let (subnets, group) = station.runtime.block_on(async {
            let subnets = ec2.describe_subnets().send().await.unwrap();
            let subnets = subnets.subnets().iter().take(2).filter_map(|subnet| subnet.subnet_id().map(str::to_owned)).collect();
            let groups = ec2.describe_security_groups().send().await.unwrap();
            (subnets, groups.security_groups()[0].group_id().unwrap().to_owned())
        });
        Hydra { station, files, subnets, group }
    }

    /// What the program declares. What is fetched from the network to build the function is left out.
    pub(crate) fn graph(&self, changes: Json) -> Graph {
        let mut config = json!({
            "subnets": self.subnets,
            "security_groups": [self.group],
            "compute_environments": [{"name": "hydra-ml", "instance_type": "m5.large"}, {"name": "hydra-gpu", "instance_type": "g4dn.xlarge"}],
            "compute_environment_max_vcpus": 64,
            "job_queues": [
                {"name": "hydra-ml-queue", "compute_environment": "hydra-ml"},
                {"name": "hydra-gpu-queue", "compute_environment": "hydra-gpu"},
            ],
            "db_instance_class": "db.t3.micro",
            "db_name": "batchdb",
            "db_engine_version": "8.0",
            "db_apply_immediately": true,
            "lambda_build": [],
        });
        config.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.station.graph(&hydra_batch, &config)
    }

    /// How often the function has been called.
    pub(crate) fn initializations(&self) -> usize {
        self.station.requests().iter().filter(|call| call.contains(" lambda POST ") && call.ends_with("/invocations")).count()
    }

    /// Everything of the services that the stack uses, by name; what is in there without it is there before.
    pub(crate) fn all(&self) -> BTreeSet<String> {
        let sdk = &self.station.sdk;
        self.station.runtime.block_on(async {
            let mut all = BTreeSet::new();
            let batch = aws_sdk_batch::Client::new(sdk);
            let queues = batch.describe_job_queues().send().await.unwrap();
            all.extend(queues.job_queues().iter().filter_map(|one| one.job_queue_name()).map(|name| format!("queue {name}")));
            let environments = batch.describe_compute_environments().send().await.unwrap();
            let environments = environments.compute_environments().iter().filter_map(|one| one.compute_environment_name());
            all.extend(environments.map(|name| format!("environment {name}")));
            let functions = aws_sdk_lambda::Client::new(sdk).list_functions().send().await.unwrap();
            all.extend(functions.functions().iter().filter_map(|one| one.function_name()).map(|name| format!("function {name}")));
            let rds = aws_sdk_rds::Client::new(sdk);
            let databases = rds.describe_db_instances().send().await.unwrap();
            all.extend(
                databases.db_instances().iter().filter_map(|one| one.db_instance_identifier()).map(|name| format!("database {name}")),
            );
            let groups = rds.describe_db_subnet_groups().send().await.unwrap();
            all.extend(groups.db_subnet_groups().iter().filter_map(|one| one.db_subnet_group_name()).map(|name| format!("subnets {name}")));
            let snapshots = rds.describe_db_snapshots().send().await.unwrap();
            all.extend(
                snapshots.db_snapshots().iter().filter_map(|one| one.db_snapshot_identifier()).map(|name| format!("snapshot {name}")),
            );
            let secrets = aws_sdk_secretsmanager::Client::new(sdk).list_secrets().send().await.unwrap();
            all.extend(secrets.secret_list().iter().filter_map(|one| one.name()).map(|name| format!("secret {name}")));
            let buckets = aws_sdk_s3::Client::new(sdk).list_buckets().send().await.unwrap();
            all.extend(buckets.buckets().iter().filter_map(|one| one.name()).map(|name| format!("bucket {name}")));
            let iam = aws_sdk_iam::Client::new(sdk);
            let roles = iam.list_roles().send().await.unwrap();
            all.extend(roles.roles().iter().map(|one| format!("role {}", one.role_name())));
            let profiles = iam.list_instance_profiles().send().await.unwrap();
            all.extend(profiles.instance_profiles().iter().map(|one| format!("profile {}", one.instance_profile_name())));
            let logs = aws_sdk_cloudwatchlogs::Client::new(sdk).describe_log_groups().send().await.unwrap();
            all.extend(logs.log_groups().iter().filter_map(|one| one.log_group_name()).map(|name| format!("log {name}")));
            all
        })
    }

    /// Compares the cloud with the program.
    fn as_the_program_says(&self, most: i32, class: &str) {
        let sdk = &self.station.sdk;
        self.station.runtime.block_on(async {
            let batch = aws_sdk_batch::Client::new(sdk);
            for (queue, environment, machine) in
                [("hydra-ml-queue", "hydra-ml", "m5.large"), ("hydra-gpu-queue", "hydra-gpu", "g4dn.xlarge")]
            {
                let queues = batch.describe_job_queues().job_queues(queue).send().await.unwrap();
                let told = &queues.job_queues()[0];
                assert_eq!((told.state(), told.priority()), (Some(&JqState::Enabled), Some(1)), "{queue}");
                let arn = told.compute_environment_order()[0].compute_environment().unwrap();
                assert_eq!(arn, self.station.id(&format!("aws:batch/compute-environment:{environment}")));
                let environments = batch.describe_compute_environments().compute_environments(arn).send().await.unwrap();
                let told = &environments.compute_environments()[0];
                assert!(told.service_role().unwrap().contains("compute-environment-service"), "{told:?}");
                let machines = told.compute_resources().unwrap();
                assert_eq!((machines.maxv_cpus(), machines.instance_types()), (Some(most), [machine.to_owned()].as_slice()));
                assert_eq!(machines.subnets().iter().collect::<BTreeSet<_>>(), self.subnets.iter().collect());
            }
            let name = self.station.id("aws:rds/db-instance:database");
            let databases = aws_sdk_rds::Client::new(sdk).describe_db_instances().db_instance_identifier(name).send().await.unwrap();
            let database = &databases.db_instances()[0];
            assert_eq!(
                (database.db_instance_class(), database.engine(), database.db_name()),
                (Some(class), Some("mysql"), Some("batchdb"))
            );
            let secrets = aws_sdk_secretsmanager::Client::new(sdk);
            let (journal, shown) = (self.station.written(), format!("{:?}", self.station.exports()));
            for secret in ["username", "password"] {
                let id = self.station.id(&format!("aws:secretsmanager/secret:{secret}"));
                let value = secrets.get_secret_value().secret_id(id).send().await.unwrap().secret_string.unwrap();
                assert!(value.starts_with("batch") && value.len() >= 16, "{secret}");
                assert!(!journal.contains(&value) && !shown.contains(&value), "{secret} is in clear");
                if secret == "username" {
                    assert_eq!(database.master_username(), Some(value.as_str()));
                }
            }
            let export = |name: &str| self.station.exports()[name].as_str().unwrap().to_owned();
            let (bucket, key) = (export("schema_setup_script_bucket_name"), export("schema_setup_script_bucket_key"));
            let object = aws_sdk_s3::Client::new(sdk).get_object().bucket(bucket).key(key).send().await.unwrap();
            let body = object.body.collect().await.unwrap().into_bytes();
            assert_eq!(body.to_vec(), std::fs::read(self.files.path().join(SCRIPT)).unwrap());
        });
        // moto answers with what the function was given, in which nothing is secret: not the word either that both secrets begin with.
        let exports = self.station.exports();
        let (given, bucket) = (&exports["lambda_invocation_response"], &exports["schema_setup_script_bucket_name"]);
        assert!(!given.has_secret(), "{given:?}");
        let given = given.reveal();
        assert_eq!((given["script_key"].as_str(), given["script_bucket"].as_str()), (Some("schema_setup_v_0_0_1.sql"), bucket.as_str()));
        assert!(given["script_bucket"].as_str().unwrap().contains("batch"), "{given}");
    }

    /// Appends to a file of the stack.
    pub(crate) fn append(&self, file: &str, words: &str) {
        let file = self.files.path().join(file);
        let content = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, content + words).unwrap();
    }

    /// Stops a queue and takes the script away, behind the engine's back.
    fn damage(&self) {
        let sdk = &self.station.sdk;
        let export = |name: &str| self.station.exports()[name].as_str().unwrap().to_owned();
        let (bucket, key) = (export("schema_setup_script_bucket_name"), export("schema_setup_script_bucket_key"));
        self.station.runtime.block_on(async {
            let stop = aws_sdk_batch::Client::new(sdk).update_job_queue().job_queue("hydra-ml-queue").state(JqState::Disabled);
            stop.send().await.unwrap();
            aws_sdk_s3::Client::new(sdk).delete_object().bucket(bucket).key(key).send().await.unwrap();
        });
    }
}

pub(crate) fn changed(plan: &Plan) -> BTreeSet<String> {
    plan.steps.iter().filter(|step| step.action.is_change()).map(|step| step.address.to_string()).collect()
}

pub(crate) fn these<const N: usize>(addresses: [&str; N]) -> BTreeSet<String> {
    addresses.map(|address| format!("aws:{address}")).into()
}

#[test]
#[allow(clippy::print_stdout, reason = "how many calls it takes is worth knowing")]
fn hydras_batch_is_made_in_one_command_changed_repaired_and_ended_in_one() {
    let hydra = Hydra::new();
    let (station, before) = (&hydra.station, hydra.all());
    let counted = |what: &dyn Fn()| {
        let calls = station.requests().len();
        what();
        station.requests().len() - calls
    };

    let graph = hydra.graph(json!({}));
    let deployed = counted(&|| drop(station.deploy(&graph)));
    hydra.as_the_program_says(64, "db.t3.micro");
    let planned = counted(&|| assert!(!station.plan(&graph).has_changes()));
    for _ in 0..3 {
        assert!(!station.plan(&graph).has_changes());
    }
    assert!(changed(&station.deploy(&graph)).is_empty());
    assert_eq!(hydra.initializations(), 1, "four plans and two deployments, and the tables are made once");

    let grown = json!({"compute_environment_max_vcpus": 128, "db_instance_class": "db.m5.large"});
    let plan = station.deploy(&hydra.graph(grown.clone()));
    assert_eq!(
        changed(&plan),
        these(["batch/compute-environment:hydra-gpu", "batch/compute-environment:hydra-ml", "rds/db-instance:database"])
    );
    hydra.as_the_program_says(128, "db.m5.large");

    hydra.append("lambda/batch_lambda.py", "\n# Another code.\n");
    assert_eq!(changed(&station.deploy(&hydra.graph(grown.clone()))), these(["lambda/function:initialize-db"]));
    assert_eq!(hydra.initializations(), 1, "not for the function's sake");
    hydra.append(SCRIPT, "\nINSERT INTO job_type (id, name) VALUES (5, 'late');\n");
    let plan = station.deploy(&hydra.graph(grown.clone()));
    assert_eq!(changed(&plan), these(["lambda/invocation:initialize-db", "s3/object:schema-setup"]), "{}", text(&plan));
    assert_eq!(hydra.initializations(), 2, "another script is another initialization");
    hydra.as_the_program_says(128, "db.m5.large");

    hydra.damage();
    let graph = hydra.graph(grown);
    let plan = station.deploy(&graph);
    assert_eq!(changed(&plan), these(["batch/job-queue:hydra-ml-queue", "s3/object:schema-setup"]), "{}", text(&plan));
    assert_eq!(hydra.initializations(), 2, "the same script comes back, and does not run");
    hydra.as_the_program_says(128, "db.m5.large");

    let destroyed = counted(&|| station.destroy(STACK));
    assert_eq!(hydra.all(), before, "nothing is left");
    // A deployment here ends with a plan that finds nothing left to do.
    let deployed = deployed - planned;
    println!("calls of hydra-batch: {deployed} for a deployment, {planned} for an empty plan, {destroyed} for its end");
    // A rise is worth a look. What is looked at before it is ready is looked at again, so there is some room.
    assert!(deployed <= 90 && planned <= 45 && destroyed <= 125, "{deployed} {planned} {destroyed}");
}

#[test]
fn hydras_batch_is_finished_by_the_next_run_wherever_one_dies() {
    let hydra = Hydra::new();
    let (station, before) = (&hydra.station, hydra.all());
    // The same numbers in every run, so that a failure can be seen again.
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below).unwrap()
    };
    let graph = hydra.graph(json!({}));
    for _ in 0..4 {
        let points = [random(20), random(40), random(30)];
        assert!(station.deploy_until(&graph, points[0]), "{points:?}");
        station.deploy_until(&graph, points[1]);
        station.deploy(&graph);
        hydra.as_the_program_says(64, "db.t3.micro");
        assert!(station.destroy_until(STACK, points[2]), "{points:?}");
        station.destroy(STACK);
        assert_eq!(hydra.all(), before, "nothing is left after {points:?}");
    }
}

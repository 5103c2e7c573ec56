//! What may differ from one environment to the next, with the original's defaults where it has some.
//!
//! Inputs are called as in the original's later version; the names of the earlier one are taken too. Three of the original's
//! inputs are not here: `aws_region`, which is the environment's own (`region` in `infra.toml`, and a function knows where it
//! runs); `db_subnet_group_name`, which the original declares and never uses; and the two of the later version's roles, which
//! nothing uses either. Names in the account are optional: without one the engine makes a name of stack and resource.

use hydra_components::{AWS_POLICIES, DatabaseSettings};
use infra_sdk::aws::batch::{ComputeEnvironmentType, JobQueueState};
use infra_sdk::aws::rds::StorageType;
use infra_sdk::prelude::*;
use serde::Deserialize;

/// The stack's configuration, from its `infra.toml`.
#[derive(Clone, Debug, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "they are settings, and each stands for itself")]
pub struct Config {
    /// The subnets of machines, database and function, in two zones at least; they exist already. Machines and function need a way
    /// out of them, to ECS and to S3 and Secrets Manager: a NAT gateway, or endpoints. Without these and `security_groups` they are
    /// those of the region's default VPC, where the function has no way out in an account unless somebody has made endpoints.
    #[serde(default)]
    pub subnets: Vec<String>,
    /// The security groups of all three; they exist already, and let each other in on port 3306. In the default VPC it is one that
    /// the stack makes.
    #[serde(default)]
    pub security_groups: Vec<String>,

    /// The name of the role with which Batch calls other services.
    pub compute_environment_service_role_name: Option<String>,
    /// Its managed policies, by ARN.
    #[serde(default = "service_policies")]
    pub compute_environment_service_iam_policy_arn: Vec<String>,
    /// The name of the machines' role, and of its instance profile.
    pub compute_environment_instance_role_name: Option<String>,
    /// Its managed policies, by ARN.
    #[serde(default = "instance_policies")]
    pub compute_environment_instance_iam_policy_arn: Vec<String>,
    /// The compute environments.
    pub compute_environments: Vec<ComputeEnvironment>,
    /// What their machines cost.
    #[serde(default)]
    pub compute_environment_resource_type: ResourceType,
    /// The most vCPUs of each at a time.
    pub compute_environment_max_vcpus: i32,
    /// The fewest, also without jobs.
    #[serde(default)]
    pub compute_environment_min_vcpus: i32,
    /// Who keeps the machines: `MANAGED` or `UNMANAGED`.
    #[serde(default = "managed")]
    pub compute_environment_type: ComputeEnvironmentType,
    /// The job queues.
    pub job_queues: Vec<Queue>,
    /// Whose jobs come first on an environment that queues share.
    #[serde(default = "priority")]
    pub job_queue_priority: i32,
    /// Whether jobs may be submitted: `ENABLED` or `DISABLED`.
    #[serde(default = "enabled")]
    pub job_queue_state: JobQueueState,

    /// How many characters of the administrator's name are random, after `batch`. RDS promises to take 16 in all.
    #[serde(default = "username_length", alias = "username_random_length")]
    pub db_username_random_length: u16,
    /// For how many days the secret with the name can be had back: 0, or 7 to 30.
    #[serde(default, alias = "username_recovery_window")]
    pub db_username_recovery_window: i32,
    /// The secret's name.
    #[serde(alias = "username_secret_name")]
    pub db_username_secret_name: Option<String>,
    /// How many characters of the administrator's password are random, after `batch`: 3 to 36.
    #[serde(default = "password_length", alias = "password_random_length")]
    pub db_password_random_length: u16,
    /// For how many days the secret with the password can be had back: 0, or 7 to 30.
    #[serde(default, alias = "password_recovery_window")]
    pub db_password_recovery_window: i32,
    /// The secret's name.
    #[serde(alias = "password_secret_name")]
    pub db_password_secret_name: Option<String>,

    /// The name of the database's subnet group.
    #[serde(alias = "rds_subnet_group_name")]
    pub db_subnet_group: Option<String>,
    /// The database's name in the account.
    #[serde(alias = "batch_backend_store_identifier")]
    pub db_identifier: Option<String>,
    /// The class of its machine.
    pub db_instance_class: String,
    /// The name of the database in it.
    #[serde(alias = "db_default_name")]
    pub db_name: String,
    /// GiB.
    #[serde(default = "storage", alias = "allocated_storage")]
    pub db_allocated_storage: i32,
    /// What it is stored on: `standard`, `gp2`, `gp3`, `io1` or `io2`.
    #[serde(default = "storage_type", alias = "storage_type")]
    pub db_storage_type: StorageType,
    /// The version of MySQL, or the beginning of one.
    #[serde(default = "version")]
    pub db_engine_version: String,
    /// Whether it goes without a last snapshot.
    #[serde(default = "yes", alias = "skip_final_snapshot")]
    pub db_skip_final_snapshot: bool,
    /// Whether it has a public address.
    #[serde(default, alias = "publicly_accessible")]
    pub db_publicly_accessible: bool,
    /// Whether it is encrypted, which cannot be changed later, and which the oldest classes cannot.
    #[serde(default = "yes")]
    pub db_storage_encrypted: bool,
    /// Whether changes of the database are made at once rather than in its maintenance window.
    #[serde(default)]
    pub db_apply_immediately: bool,

    /// The script that makes the tables, from the stack's folder.
    #[serde(default = "script")]
    pub schema_setup_script: String,
    /// The bucket that the script is put into; it exists already. Without one the stack has a bucket of its own for it.
    #[serde(alias = "table_setup_script_bucket_name")]
    pub schema_setup_script_bucket_name: Option<String>,
    /// The script's key in the bucket.
    #[serde(default = "script_key", alias = "table_setup_script_bucket_key")]
    pub schema_setup_script_bucket_key: String,

    /// The name of the function's role.
    pub lambda_service_role_name: Option<String>,
    /// Its managed policies, by ARN. What it must read, the script and the two secrets, it may read without any.
    #[serde(default = "lambda_policies")]
    pub lambda_service_iam_policy_arn: Vec<String>,
    /// The function's name.
    pub lambda_function_name: Option<String>,
    /// Seconds that the function may take, 1 to 900.
    #[serde(default = "timeout")]
    pub lambda_function_timeout: i32,
    /// The folder of its code, from the stack's.
    #[serde(default = "code")]
    pub lambda_folder: String,
    /// The command that adds to its code what it needs, where `{out}` is the folder that it fills. Empty where all of it is in the
    /// folder already.
    #[serde(default = "build")]
    pub lambda_build: Vec<String>,
}

/// A compute environment.
#[derive(Clone, Debug, Deserialize)]
pub struct ComputeEnvironment {
    /// Its name in the stack. In the account the engine gives it one, so that one of other machines can take its place beside it.
    pub name: String,
    /// The type of its machines, as in `m5.xlarge`; a family, as in `m5`; or `optimal`.
    pub instance_type: String,
}

/// A job queue.
#[derive(Clone, Debug, Deserialize)]
pub struct Queue {
    /// Its name in the stack and in the account, to which jobs are submitted.
    pub name: String,
    /// The name of its compute environment.
    pub compute_environment: String,
}

/// What machines cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ResourceType {
    /// The usual price.
    #[default]
    Ec2,
    /// That of the spot market; AWS may take them back.
    Spot,
}

impl Config {
    pub(crate) fn database(&self) -> DatabaseSettings {
        DatabaseSettings {
            identifier: self.db_identifier.clone(),
            subnet_group_name: self.db_subnet_group.clone(),
            name: self.db_name.clone(),
            class: self.db_instance_class.clone(),
            version: self.db_engine_version.clone(),
            storage: self.db_allocated_storage,
            storage_type: self.db_storage_type,
            encrypted: self.db_storage_encrypted,
            publicly_accessible: self.db_publicly_accessible,
            iam_authentication: true,
            skip_final_snapshot: self.db_skip_final_snapshot,
            apply_immediately: self.db_apply_immediately,
        }
    }

    /// What AWS would refuse after minutes is refused before anything is made.
    pub(crate) fn checked(self) -> Result<Config, Stop> {
        let say = |problem: String| Err(Stop::failed(problem));
        // The prefix of both has five letters. MySQL takes names of 32 characters, and RDS passwords of 8 to 41.
        if !(1..=27).contains(&self.db_username_random_length) {
            return say(format!("`db_username_random_length` is {}, and may be 1 to 27", self.db_username_random_length));
        }
        if !(3..=36).contains(&self.db_password_random_length) {
            return say(format!("`db_password_random_length` is {}, and may be 3 to 36", self.db_password_random_length));
        }
        if self.compute_environment_min_vcpus > self.compute_environment_max_vcpus {
            let (least, most) = (self.compute_environment_min_vcpus, self.compute_environment_max_vcpus);
            return say(format!("`compute_environment_min_vcpus` is {least}, more than `compute_environment_max_vcpus`, which is {most}"));
        }
        Ok(self)
    }
}

fn aws(policies: &[&str]) -> Vec<String> {
    policies.iter().map(|policy| format!("{AWS_POLICIES}{policy}")).collect()
}

fn service_policies() -> Vec<String> {
    aws(&["service-role/AWSBatchServiceRole"])
}

fn instance_policies() -> Vec<String> {
    aws(&["service-role/AmazonEC2ContainerServiceforEC2Role"])
}

fn lambda_policies() -> Vec<String> {
    aws(&["service-role/AWSLambdaVPCAccessExecutionRole"])
}

fn managed() -> ComputeEnvironmentType {
    ComputeEnvironmentType::Managed
}

fn enabled() -> JobQueueState {
    JobQueueState::Enabled
}

fn priority() -> i32 {
    1
}

fn username_length() -> u16 {
    11
}

fn password_length() -> u16 {
    32
}

fn storage() -> i32 {
    20
}

fn storage_type() -> StorageType {
    StorageType::Standard
}

fn version() -> String {
    "5.7".to_owned()
}

fn yes() -> bool {
    true
}

fn script() -> String {
    "sql/schema_setup_v_0_0_1.sql".to_owned()
}

fn script_key() -> String {
    "schema_setup_v_0_0_1.sql".to_owned()
}

fn timeout() -> i32 {
    300
}

fn code() -> String {
    "lambda".to_owned()
}

fn build() -> Vec<String> {
    let pip = "python3 -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.txt -t";
    pip.split(' ').chain([Build::OUT]).map(str::to_owned).collect()
}

//! What may differ from one environment to the next, with the original's values where it has some.

use hydra_components::DatabaseSettings;
use infra_sdk::aws::rds::StorageType;
use serde::Deserialize;

/// The stack's configuration, from its `infra.toml`.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    /// The region, for the log of the tasks.
    pub region: String,
    /// The VPC, by id; it exists already. Without one, and without `subnets`, it is the region's default VPC with its default subnets.
    pub vpc: Option<String>,
    /// The subnets of the load balancer, in two zones at least.
    #[serde(default)]
    pub subnets: Vec<String>,
    /// The subnets of tasks and database, where they are not those of the load balancer: without public addresses then, so that
    /// they need a way out to ECR, S3, Secrets Manager and the logs.
    #[serde(default)]
    pub private_subnets: Vec<String>,
    /// From where the server is reached.
    pub cidr_blocks: Vec<String>,
    /// The certificate's ARN, for HTTPS; plain HTTP without one.
    pub certificate: Option<String>,
    /// Whether only the VPC reaches the load balancer.
    #[serde(default)]
    pub internal: bool,
    /// The folder of the image's Dockerfile, or with its own name the folder of an OCI layout or a tarball of one.
    #[serde(default = "image")]
    pub image: Source,
    /// The bucket of the artifacts; made from stack and resource where there is none.
    pub artifact_bucket: Option<String>,
    /// The folder in it.
    #[serde(default = "folder")]
    pub artifact_folder: String,
    /// The tasks.
    #[serde(default)]
    pub tasks: Tasks,
    /// The database.
    #[serde(default)]
    pub database: Database,
    /// Days in which a deleted secret can be had back: 0, or 7 to 30.
    #[serde(default)]
    pub secret_recovery_days: i32,
}

/// What the image is made of.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The folder of a Dockerfile.
    Dockerfile(String),
    /// A folder with an OCI layout.
    Layout(String),
    /// An archive of one.
    Tarball(String),
}

fn image() -> Source {
    Source::Dockerfile("image".to_owned())
}

fn folder() -> String {
    "logging".to_owned()
}

/// The tasks and how many there are.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Tasks {
    /// Their share of processors, of which 1024 are one.
    pub cpu: i32,
    /// Their MiB of memory.
    pub memory: i32,
    /// The fewest.
    pub min: i32,
    /// The most.
    pub max: i32,
    /// How busy processors are to be, in percent.
    pub cpu_target: f64,
    /// How full memory is to be, in percent.
    pub memory_target: f64,
    /// Seconds from one scaling in to the next.
    pub scale_in_cooldown: i32,
    /// Seconds from one scaling out to the next.
    pub scale_out_cooldown: i32,
}

impl Default for Tasks {
    fn default() -> Tasks {
        Tasks {
            cpu: 512,
            memory: 1024,
            min: 2,
            max: 16,
            cpu_target: 80.0,
            memory_target: 80.0,
            scale_in_cooldown: 0,
            scale_out_cooldown: 0,
        }
    }
}

/// The database.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Database {
    /// Its class.
    pub class: String,
    /// GiB.
    pub storage: i32,
    /// The version of MySQL.
    pub version: String,
    /// The name of the database in it.
    pub name: String,
    /// Whether it goes without a last snapshot.
    pub skip_final_snapshot: bool,
    /// Whether changes of it are made at once rather than in its maintenance window.
    pub apply_immediately: bool,
}

impl Database {
    /// It is encrypted, and nobody but the tasks reaches it.
    pub(crate) fn settings(&self) -> DatabaseSettings {
        DatabaseSettings {
            identifier: None,
            subnet_group_name: None,
            name: self.name.clone(),
            class: self.class.clone(),
            version: self.version.clone(),
            storage: self.storage,
            storage_type: StorageType::Gp3,
            encrypted: true,
            publicly_accessible: false,
            iam_authentication: false,
            skip_final_snapshot: self.skip_final_snapshot,
            apply_immediately: self.apply_immediately,
        }
    }
}

impl Default for Database {
    fn default() -> Database {
        Database {
            class: "db.t3.micro".to_owned(),
            storage: 20,
            version: "8.0".to_owned(),
            name: "mlflowdb".to_owned(),
            skip_final_snapshot: true,
            apply_immediately: false,
        }
    }
}

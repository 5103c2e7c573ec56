//! A container of a task.

mod linux;
#[cfg(feature = "ecs")]
mod live;
mod parts;

use std::collections::BTreeMap;

use infra_core::{Block, choices};
use serde::{Deserialize, Serialize};

use super::{LogConfiguration, SecretSource};

pub use linux::{Device, DevicePermission, KernelCapabilities, LinuxParameters, SystemControl, Tmpfs, Ulimit, UlimitName};
pub use parts::{
    AppProtocol, ContainerCondition, ContainerDependency, ContainerHealthCheck, EnvironmentFile, EnvironmentFileType,
    FirelensConfiguration, FirelensType, HostEntry, MountPoint, PortMapping, RepositoryCredentials, ResourceRequirement, ResourceType,
    RestartPolicy, TransportProtocol, VolumeFrom,
};

choices! {
    /// Whether all tasks of a deployment run the very same image.
    pub enum VersionConsistency {
        /// They do: a tag is resolved once, when the deployment begins.
        Enabled = "enabled",
        /// Each takes what the tag is when it starts.
        Disabled = "disabled",
    }
}

/// A container of a task.
///
/// Another image, another environment or any other difference makes another revision of the task definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ContainerDefinition {
    /// Its name, unique in the task.
    pub name: String,
    /// Its image, as in `123456789012.dkr.ecr.us-east-1.amazonaws.com/web@sha256:…`. By digest, so that another image is another
    /// revision; a tag may mean another image tomorrow.
    pub image: String,
    /// Where the credentials of a private registry are, for one that is not ECR.
    pub repository_credentials: Option<RepositoryCredentials>,
    /// Its share of the processors, of which 1024 are one. Default: what is left.
    pub cpu: Option<i32>,
    /// MiB of memory, more than which ends it. Default: the task's.
    pub memory: Option<i32>,
    /// MiB of memory that it is sure to have. Default: none.
    pub memory_reservation: Option<i32>,
    /// The ports that it listens on.
    pub port_mappings: Option<Vec<PortMapping>>,
    /// Whether the task ends when it does. Default: true.
    pub essential: Option<bool>,
    /// Whether it is started again by itself when it ends.
    pub restart_policy: Option<RestartPolicy>,
    /// What runs, in place of the image's.
    pub entry_point: Option<Vec<String>>,
    /// With which arguments, in place of the image's.
    pub command: Option<Vec<String>>,
    /// Environment variables; what is secret belongs into `secrets`, since everybody who may look at the task can read these.
    pub environment: Option<BTreeMap<String, String>>,
    /// Files in S3 with more environment variables.
    pub environment_files: Option<Vec<EnvironmentFile>>,
    /// Environment variables whose values the execution role fetches when the task starts: by name a secret, a
    /// [`key`](SecretSource::key) of one, or the ARN of a parameter of SSM.
    #[input(unlike_cloud = "a list of names and values is a map here")]
    pub secrets: Option<BTreeMap<String, SecretSource>>,
    /// Where volumes of the task stand in it.
    pub mount_points: Option<Vec<MountPoint>>,
    /// Other containers whose volumes stand in it too.
    pub volumes_from: Option<Vec<VolumeFrom>>,
    /// What is special for Linux.
    pub linux_parameters: Option<LinuxParameters>,
    /// What other containers must have come to before it starts.
    pub depends_on: Option<Vec<ContainerDependency>>,
    /// Seconds that what it depends on may take. Default: 180 on Fargate.
    pub start_timeout: Option<i32>,
    /// Seconds that it may take to end before it is killed, 120 at most on Fargate. Default: 30.
    pub stop_timeout: Option<i32>,
    /// Whether all tasks of a deployment run the very same image. Default: enabled.
    pub version_consistency: Option<VersionConsistency>,
    /// Its host name. Not with the network mode `awsvpc`.
    pub hostname: Option<String>,
    /// The user that it runs as, as in `1000:1000`. Default: the image's.
    pub user: Option<String>,
    /// The folder that it runs in. Default: the image's.
    pub working_directory: Option<String>,
    /// Whether it has no network. Default: false.
    pub disable_networking: Option<bool>,
    /// Whether it may do what root of the instance may; not on Fargate. Default: false.
    pub privileged: Option<bool>,
    /// Whether it cannot write to its own file system. Default: false.
    pub readonly_root_filesystem: Option<bool>,
    /// Name servers. Not with the network mode `awsvpc`.
    pub dns_servers: Option<Vec<String>>,
    /// Domains in which names are looked up. Not with the network mode `awsvpc`.
    pub dns_search_domains: Option<Vec<String>>,
    /// Names that it knows without asking. Not with the network mode `awsvpc`.
    pub extra_hosts: Option<Vec<HostEntry>>,
    /// Other containers that it may reach by name; only with the network mode `bridge`.
    pub links: Option<Vec<String>>,
    /// Labels for SELinux and AppArmor; not on Fargate.
    pub docker_security_options: Option<Vec<String>>,
    /// Files that join it to an Active Directory, by ARN.
    pub credential_specs: Option<Vec<String>>,
    /// Whether its standard input stays open. Default: false.
    pub interactive: Option<bool>,
    /// Whether it has a terminal. Default: false.
    pub pseudo_terminal: Option<bool>,
    /// Labels.
    pub docker_labels: Option<BTreeMap<String, String>>,
    /// What it may use at most of what the kernel counts.
    pub ulimits: Option<Vec<Ulimit>>,
    /// Where its output goes. Default: nowhere on Fargate.
    pub log_configuration: Option<LogConfiguration>,
    /// How it is known to be well.
    pub health_check: Option<ContainerHealthCheck>,
    /// Kernel parameters in its name space.
    pub system_controls: Option<Vec<SystemControl>>,
    /// Accelerators that it needs.
    pub resource_requirements: Option<Vec<ResourceRequirement>>,
    /// Makes it the log router of the task.
    pub firelens_configuration: Option<FirelensConfiguration>,
}

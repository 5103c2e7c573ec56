//! What runs in a job's container.

use std::collections::BTreeMap;

use infra_core::{Block, Input, Set};
use serde::{Deserialize, Serialize};

use super::parts::{LinuxParameters, LogConfiguration, MountPoint, Ulimit, Volume};
use crate::iam::RoleArn;

/// What runs in a job's container, and what it gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ContainerProperties {
    /// The image, as in `123456789012.dkr.ecr.us-east-1.amazonaws.com/train@sha256:…`.
    pub image: String,
    /// How many vCPUs, as in 1 or 0.25. With Fargate one of 0.25, 0.5, 1, 2, 4, 8 and 16.
    #[input(cloud = "ResourceRequirements", unlike_cloud = "AWS lists pairs of a type and a text")]
    pub vcpus: Option<f64>,
    /// How much memory, in MiB.
    #[input(cloud = "ResourceRequirements", unlike_cloud = "AWS lists pairs of a type and a text")]
    pub memory: Option<i32>,
    /// How many graphics processors.
    #[input(cloud = "ResourceRequirements", unlike_cloud = "AWS lists pairs of a type and a text")]
    pub gpus: Option<i32>,
    /// The command, in which `Ref::name` stands for a parameter. Default: the image's.
    pub command: Option<Vec<String>>,
    /// Environment variables. Those that begin with `AWS_BATCH` are Batch's.
    pub environment: Option<BTreeMap<String, String>>,
    /// Environment variables whose values come from secrets, each by the ARN of a secret or of an SSM parameter.
    #[input(unlike_cloud = "AWS lists pairs of a name and an ARN")]
    pub secrets: Option<BTreeMap<String, String>>,
    /// The role that the program in the container has.
    #[input(cloud = "JobRoleArn")]
    pub job_role: Option<RoleArn>,
    /// The role with which images and secrets are fetched and logs written. Required with Fargate, and for secrets.
    #[input(cloud = "ExecutionRoleArn")]
    pub execution_role: Option<RoleArn>,
    /// Volumes that can be mounted.
    #[input(set)]
    pub volumes: Option<Vec<Volume>>,
    /// Where volumes are mounted.
    #[input(set)]
    pub mount_points: Option<Vec<MountPoint>>,
    /// Whether the container cannot write into its own file system. Default: false.
    pub readonly_root_filesystem: Option<bool>,
    /// Whether the container has the rights of the machine's administrator. Not for Fargate. Default: false.
    pub privileged: Option<bool>,
    /// Limits of processes.
    #[input(set)]
    pub ulimits: Option<Vec<Ulimit>>,
    /// The user, as in `1000` or `app`. Default: the image's.
    pub user: Option<String>,
    /// What is special to Linux.
    pub linux_parameters: Option<LinuxParameters>,
    /// Where logs go. Default: to the log group `/aws/batch/job`.
    pub log_configuration: Option<LogConfiguration>,
    /// Whether the container has a public address. Fargate. Default: false.
    #[input(cloud = "NetworkConfiguration/AssignPublicIp", unlike_cloud = "not for a job on several machines")]
    pub assign_public_ip: Option<bool>,
    /// The version of Fargate. Default: LATEST.
    #[input(cloud = "FargatePlatformConfiguration/PlatformVersion", unlike_cloud = "not for a job on several machines")]
    pub platform_version: Option<String>,
    /// How much disk, in GiB, from 21 to 200. Fargate. Default: 20.
    #[input(cloud = "EphemeralStorage/SizeInGiB")]
    pub ephemeral_storage: Option<i32>,
    /// The processor: `X86_64` or `ARM64`. Fargate. Default: `X86_64`.
    #[input(cloud = "RuntimePlatform/CpuArchitecture")]
    pub cpu_architecture: Option<String>,
    /// The operating system: `LINUX`, or one of Windows'. Fargate. Default: `LINUX`.
    #[input(cloud = "RuntimePlatform/OperatingSystemFamily")]
    pub operating_system: Option<String>,
    /// The ARN of the secret with the credentials of a private registry that is not ECR.
    #[input(cloud = "RepositoryCredentials/CredentialsParameter")]
    pub repository_credentials: Option<String>,
    /// Whether one can run commands in it with ECS Exec. Default: false.
    pub enable_execute_command: Option<bool>,
}

impl ContainerProperties {
    /// An image with so many vCPUs and so much memory, in MiB.
    pub fn of(image: impl Input<String>, vcpus: impl Input<f64>, memory: impl Input<i32>) -> ContainerPropertiesBuilder<Set> {
        ContainerProperties::new().image(image).vcpus(vcpus).memory(memory)
    }
}

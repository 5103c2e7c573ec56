//! What a container is made of.

use std::collections::BTreeMap;

use infra_core::{Block, Input, Set, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// How a port is spoken to.
    pub enum TransportProtocol {
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
    }
}

choices! {
    /// What is spoken on a port, for Service Connect.
    pub enum AppProtocol {
        /// HTTP/1.
        Http = "http",
        /// HTTP/2.
        Http2 = "http2",
        /// gRPC.
        Grpc = "grpc",
    }
}

/// A port that a container listens on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct PortMapping {
    /// The port in the container.
    pub container_port: Option<i32>,
    /// A range of ports in place of one, as in `8000-8010`; not on Fargate.
    pub container_port_range: Option<String>,
    /// The port of the instance. With `awsvpc` it is the container's; with `bridge` the default is a free one.
    pub host_port: Option<i32>,
    /// How it is spoken to. Default: TCP.
    pub protocol: Option<TransportProtocol>,
    /// Its name, by which Service Connect and VPC Lattice know it.
    pub name: Option<String>,
    /// What is spoken, for Service Connect. Default: TCP.
    pub app_protocol: Option<AppProtocol>,
}

impl PortMapping {
    /// A TCP port.
    pub fn tcp(port: impl Input<i32>) -> PortMappingBuilder {
        PortMapping::new().container_port(port).protocol(TransportProtocol::Tcp)
    }
}

choices! {
    /// What another container must have come to.
    pub enum ContainerCondition {
        /// It has started.
        Start = "START",
        /// It has ended.
        Complete = "COMPLETE",
        /// It has ended with 0.
        Success = "SUCCESS",
        /// Its health check says that it is well.
        Healthy = "HEALTHY",
    }
}

/// What another container must have come to before this one starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ContainerDependency {
    /// The other container.
    #[input(cloud = "ContainerName", unlike_cloud = "AWS requires it")]
    pub container: String,
    /// What it must have come to.
    #[input(unlike_cloud = "AWS requires it")]
    pub condition: ContainerCondition,
}

/// How a container is known to be well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ContainerHealthCheck {
    /// What runs in it, and ends with 0 where it is well: `["CMD", …]`, or `["CMD-SHELL", "curl -f localhost || exit 1"]`.
    #[input(unlike_cloud = "AWS requires it")]
    pub command: Vec<String>,
    /// Seconds from one check to the next, 5 to 300. Default: 30.
    pub interval: Option<i32>,
    /// Seconds that a check may take, 2 to 60. Default: 5.
    pub timeout: Option<i32>,
    /// How many failures in a row make it unwell, 1 to 10. Default: 3.
    pub retries: Option<i32>,
    /// Seconds at its start in which failures do not count, 0 to 300. Default: 0.
    pub start_period: Option<i32>,
}

impl ContainerHealthCheck {
    /// A command of the container's shell.
    pub fn shell(command: impl Input<String>) -> ContainerHealthCheckBuilder<Set> {
        let words = vec![infra_core::Expr::lit("CMD-SHELL"), command.into_expr()];
        let mut builder = ContainerHealthCheck::new().command(Vec::<String>::new());
        builder.fields.set("command", infra_core::Expr::List(words));
        builder
    }
}

/// A name that a container knows without asking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct HostEntry {
    /// The name.
    #[input(unlike_cloud = "AWS requires it")]
    pub hostname: String,
    /// Its address.
    #[input(unlike_cloud = "AWS requires it")]
    pub ip_address: String,
}

/// Where a volume of the task stands in a container.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct MountPoint {
    /// The volume, by its name in the task.
    pub source_volume: Option<String>,
    /// Where it stands.
    pub container_path: Option<String>,
    /// Whether it cannot be written to. Default: false.
    pub read_only: Option<bool>,
}

/// Another container, whose volumes stand in this one too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct VolumeFrom {
    /// The other container.
    pub source_container: Option<String>,
    /// Whether they cannot be written to. Default: false.
    pub read_only: Option<bool>,
}

/// Where the credentials of a private registry are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct RepositoryCredentials {
    /// The ARN of the secret.
    #[input(unlike_cloud = "AWS requires it")]
    pub credentials_parameter: String,
}

/// Whether a container is started again by itself when it ends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct RestartPolicy {
    /// Whether it is. Default: false.
    pub enabled: Option<bool>,
    /// The exit codes with which it is not.
    #[input(set)]
    pub ignored_exit_codes: Option<Vec<i32>>,
    /// Seconds that it must have run before it is started again, 60 to 1800. Default: 300.
    pub restart_attempt_period: Option<i32>,
}

choices! {
    /// Where a file of environment variables is.
    pub enum EnvironmentFileType {
        /// In S3.
        S3 = "s3",
    }
}

/// A file with environment variables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct EnvironmentFile {
    /// Its ARN in S3.
    #[input(cloud = "Value", unlike_cloud = "AWS requires it")]
    pub file: String,
    /// Where it is: in S3.
    #[input(cloud = "Type", unlike_cloud = "AWS requires it")]
    pub kind: EnvironmentFileType,
}

choices! {
    /// An accelerator.
    pub enum ResourceType {
        /// A processor for graphics.
        Gpu = "GPU",
        /// A part of Elastic Inference.
        InferenceAccelerator = "InferenceAccelerator",
        /// A Neuron device.
        NeuronDevice = "NeuronDevice",
    }
}

/// An accelerator that a container needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ResourceRequirement {
    /// Which kind.
    #[input(cloud = "Type")]
    pub kind: ResourceType,
    /// How many, or which one by name.
    #[input(unlike_cloud = "AWS requires it")]
    pub value: String,
}

choices! {
    /// A log router.
    pub enum FirelensType {
        /// Fluentd.
        Fluentd = "fluentd",
        /// Fluent Bit.
        Fluentbit = "fluentbit",
    }
}

/// Makes a container the log router of its task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct FirelensConfiguration {
    /// Which router it is.
    #[input(cloud = "Type", unlike_cloud = "AWS requires it")]
    pub kind: FirelensType,
    /// What it is told.
    pub options: Option<BTreeMap<String, String>>,
}

//! A task definition.

#[cfg(feature = "ecs")]
mod live;

use std::collections::BTreeMap;

use infra_core::{Block, Input, Outputs, Resource, Set, Tags, choices};
use serde::{Deserialize, Serialize};

use super::{ContainerDefinition, Volume};
use crate::iam::RoleArn;

choices! {
    /// Where tasks can run.
    pub enum Compatibility {
        /// On Fargate.
        Fargate = "FARGATE",
        /// On EC2 instances of one's own.
        Ec2 = "EC2",
        /// On machines outside of AWS.
        External = "EXTERNAL",
        /// On instances that AWS looks after.
        ManagedInstances = "MANAGED_INSTANCES",
    }
}

choices! {
    /// Which network a task's containers have.
    pub enum NetworkMode {
        /// An interface of its own in the VPC; the only one on Fargate.
        Awsvpc = "awsvpc",
        /// A network inside the instance.
        Bridge = "bridge",
        /// The instance's.
        Host = "host",
        /// None.
        None = "none",
    }
}

choices! {
    /// Which processes a task's containers see.
    pub enum PidMode {
        /// Those of the instance.
        Host = "host",
        /// Those of the task.
        Task = "task",
    }
}

choices! {
    /// Which shared memory a task's containers see.
    pub enum IpcMode {
        /// That of the instance.
        Host = "host",
        /// That of the task.
        Task = "task",
        /// Each its own.
        None = "none",
    }
}

choices! {
    /// A processor's kind.
    pub enum CpuArchitecture {
        /// Of Intel and AMD.
        X8664 = "X86_64",
        /// Of Arm.
        Arm64 = "ARM64",
    }
}

choices! {
    /// An operating system.
    pub enum OperatingSystemFamily {
        /// Linux.
        Linux = "LINUX",
        /// Windows Server 2019, without what has windows.
        WindowsServer2019Core = "WINDOWS_SERVER_2019_CORE",
        /// Windows Server 2019.
        WindowsServer2019Full = "WINDOWS_SERVER_2019_FULL",
        /// Windows Server 2022, without what has windows.
        WindowsServer2022Core = "WINDOWS_SERVER_2022_CORE",
        /// Windows Server 2022.
        WindowsServer2022Full = "WINDOWS_SERVER_2022_FULL",
        /// Windows Server 2025, without what has windows.
        WindowsServer2025Core = "WINDOWS_SERVER_2025_CORE",
        /// Windows Server 2025.
        WindowsServer2025Full = "WINDOWS_SERVER_2025_FULL",
        /// Windows Server 2016.
        WindowsServer2016Full = "WINDOWS_SERVER_2016_FULL",
        /// Windows Server 2004, without what has windows.
        WindowsServer2004Core = "WINDOWS_SERVER_2004_CORE",
        /// Windows Server 20H2, without what has windows.
        WindowsServer20H2Core = "WINDOWS_SERVER_20H2_CORE",
    }
}

/// What a task runs on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct RuntimePlatform {
    /// Its processor. Default: x86.
    pub cpu_architecture: Option<CpuArchitecture>,
    /// Its operating system. Default: Linux.
    pub operating_system_family: Option<OperatingSystemFamily>,
}

choices! {
    /// How a task is kept from instances.
    pub enum TaskPlacementConstraintType {
        /// By what must hold of them.
        MemberOf = "memberOf",
    }
}

/// On which instances a task may be placed; not on Fargate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct TaskPlacementConstraint {
    /// How: by the expression.
    #[input(cloud = "Type")]
    pub kind: TaskPlacementConstraintType,
    /// What must hold of the instance, in the query language of clusters, as in `attribute:ecs.instance-type =~ t3.*`.
    #[input(unlike_cloud = "the only type there is says nothing without it")]
    pub expression: String,
}

/// The App Mesh proxy of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ProxyConfiguration {
    /// The container that is the proxy.
    #[input(cloud = "ContainerName")]
    pub container: String,
    /// What it is told.
    #[input(cloud = "ProxyConfigurationProperties")]
    pub properties: Option<BTreeMap<String, String>>,
}

/// What a task is made of: containers, their share of memory and processors, and what they may do.
///
/// A difference registers another revision, which services are moved to before the old one is deregistered. Tasks that run
/// stay what they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = TaskDefinition, id = TaskDefinitionArn, outputs = TaskDefinitionOutputs, kind = "aws:ecs/task-definition",
    cloud = "AWS::ECS::TaskDefinition",
    iam(
        "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions",
        create("ecs:RegisterTaskDefinition", "ecs:TagResource", "iam:PassRole"),
        update("ecs:TagResource", "ecs:UntagResource"),
        delete("ecs:DeregisterTaskDefinition"),
    ),
    without(
        "ProxyConfiguration/Type" = "there is one type of proxy",
        "ContainerDefinitions/ResourceRequirements/SharingStrategy" = "newer than the instances that have it",
    ),
)]
pub struct TaskDefinitionInputs {
    /// The containers, in an order that the cloud keeps.
    #[input(replace, cloud = "ContainerDefinitions", unlike_cloud = "a task without containers cannot be; their order is kept")]
    pub containers: Vec<ContainerDefinition>,
    /// What its revisions are called together, at most 255 letters, digits, `-` and `_`. Default: made from stack and resource, the
    /// same for all revisions.
    #[input(replace)]
    pub family: Option<String>,
    /// Its share of processors, of which 1024 are one; on Fargate 256, 512, 1024, 2048, 4096, 8192 or 16384.
    #[input(replace, unlike_cloud = "a number is a number here")]
    pub cpu: Option<i32>,
    /// Its MiB of memory; on Fargate as many as go with `cpu`.
    #[input(replace, unlike_cloud = "a number is a number here")]
    pub memory: Option<i32>,
    /// Which network its containers have. Default: `bridge`; on Fargate it must be `awsvpc`.
    #[input(replace)]
    pub network_mode: Option<NetworkMode>,
    /// Where it must be able to run. Default: EC2.
    #[input(replace, set)]
    pub requires_compatibilities: Option<Vec<Compatibility>>,
    /// What fetches images and secrets, and writes logs, before and beside the containers.
    #[input(replace, cloud = "ExecutionRoleArn")]
    pub execution_role: Option<RoleArn>,
    /// What the containers may do.
    #[input(replace, cloud = "TaskRoleArn")]
    pub task_role: Option<RoleArn>,
    /// What it runs on.
    #[input(replace)]
    pub runtime_platform: Option<RuntimePlatform>,
    /// Storage that its containers share.
    #[input(replace)]
    pub volumes: Option<Vec<Volume>>,
    /// GiB of disk on Fargate, 21 to 200. Default: 20.
    #[input(replace, cloud = "EphemeralStorage/SizeInGiB")]
    pub ephemeral_storage: Option<i32>,
    /// On which instances it may be placed.
    #[input(replace, set)]
    pub placement_constraints: Option<Vec<TaskPlacementConstraint>>,
    /// Its App Mesh proxy.
    #[input(replace)]
    pub proxy_configuration: Option<ProxyConfiguration>,
    /// Which processes its containers see. Default: each its own.
    #[input(replace)]
    pub pid_mode: Option<PidMode>,
    /// Which shared memory its containers see. Default: as the instance's Docker says.
    #[input(replace)]
    pub ipc_mode: Option<IpcMode>,
    /// Whether its containers may ask for faults, to be tested by. Default: false.
    #[input(replace)]
    pub enable_fault_injection: Option<bool>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`TaskDefinition`]; its id is the ARN of the revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = TaskDefinition)]
pub struct TaskDefinitionOutputs {
    /// What its revisions are called together.
    #[output(stable)]
    pub family_name: String,
    /// Which revision it is, from 1.
    #[output(stable)]
    pub revision: i32,
}

impl TaskDefinition {
    /// One for Fargate: `cpu` of which 1024 are one processor, and MiB of `memory`.
    pub fn fargate(
        name: impl Into<String>,
        cpu: impl Input<i32>,
        memory: impl Input<i32>,
        containers: impl Input<Vec<ContainerDefinition>>,
    ) -> TaskDefinitionBuilder<Set> {
        TaskDefinition::new(name)
            .containers(containers)
            .cpu(cpu)
            .memory(memory)
            .network_mode(NetworkMode::Awsvpc)
            .requires_compatibilities([Compatibility::Fargate])
    }
}

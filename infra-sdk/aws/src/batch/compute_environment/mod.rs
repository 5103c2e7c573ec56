//! A compute environment.

#[cfg(feature = "batch")]
mod live;
mod resources;

use infra_core::{Block, Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};

use crate::iam::RoleArn;

pub use resources::{
    AllocationStrategy, ComputeResources, ComputeResourcesBuilder, ComputeType, ImageChoice, LaunchTemplateChoice, UserdataType,
};

choices! {
    /// Who keeps the machines.
    pub enum ComputeEnvironmentType {
        /// Batch: it starts and ends them as jobs need them.
        Managed = "MANAGED",
        /// The program, or people: they join machines to the environment's ECS cluster.
        Unmanaged = "UNMANAGED",
    }
}

choices! {
    /// Whether jobs of queues may be placed there.
    pub enum ComputeEnvironmentState {
        /// They may.
        Enabled = "ENABLED",
        /// They may not; what runs runs on.
        Disabled = "DISABLED",
    }
}

choices! {
    /// What CloudWatch's Container Insights sees of the ECS cluster behind an environment.
    pub enum ContainerInsights {
        /// Nothing.
        Disabled = "DISABLED",
        /// Processor, memory, disk and network of the environment.
        Enabled = "ENABLED",
        /// That, and the same for each task and container.
        Enhanced = "ENHANCED",
    }
}

/// The EKS cluster that jobs run on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct EksConfiguration {
    /// The cluster's ARN.
    #[input(replace, cloud = "EksClusterArn")]
    pub cluster: String,
    /// The namespace in which Batch manages pods.
    #[input(replace, cloud = "KubernetesNamespace")]
    pub namespace: String,
}

/// A compute environment: machines, or Fargate's capacity, that job queues place their jobs on.
///
/// Most of what says which machines there are needs another environment when it changes: the new one is made, the
/// queues that refer to it are moved over, and then the old one is disabled and deleted. That works with every
/// allocation strategy and service role, where Batch's own update in place does not; but it needs another name, so leave
/// `name` to the engine where the machines may change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = BatchComputeEnvironment, id = ComputeEnvironmentArn, outputs = BatchComputeEnvironmentOutputs,
    kind = "aws:batch/compute-environment", cloud = "AWS::Batch::ComputeEnvironment",
    iam(
        "batch:DescribeComputeEnvironments",
        create("batch:CreateComputeEnvironment", "batch:TagResource", "iam:PassRole", "iam:CreateServiceLinkedRole"),
        update("batch:UpdateComputeEnvironment", "batch:TagResource", "batch:UntagResource", "iam:PassRole"),
        delete("batch:UpdateComputeEnvironment", "batch:DeleteComputeEnvironment"),
    ),
    without(
        ReplaceComputeEnvironment = "a field says by itself whether another value needs another environment",
        UpdatePolicy = "it is for updates that replace machines in place; here another environment takes the old one's place",
    ),
)]
pub struct BatchComputeEnvironmentInputs {
    /// Who keeps the machines.
    #[input(replace, cloud = "Type")]
    pub environment_type: ComputeEnvironmentType,
    /// Its name, at most 128 letters, digits, hyphens and underscores, the same only once in a region. Default: made from
    /// stack and resource.
    #[input(name = 128, replace, cloud = "ComputeEnvironmentName")]
    pub name: Option<String>,
    /// Whether jobs may be placed there. Default: ENABLED.
    pub state: Option<ComputeEnvironmentState>,
    /// What a managed environment consists of.
    pub compute_resources: Option<ComputeResources>,
    /// The role with which Batch calls other services. It needs `service-role/AWSBatchServiceRole`. Default: Batch's
    /// service-linked role, which is made where there is none.
    pub service_role: Option<RoleArn>,
    /// How many vCPUs an unmanaged environment is said to have, for fair-share scheduling.
    #[input(cloud = "UnmanagedvCpus")]
    pub unmanaged_vcpus: Option<i32>,
    /// The EKS cluster that jobs run on. Default: Batch makes an ECS cluster of its own.
    pub eks_configuration: Option<EksConfiguration>,
    /// What Container Insights sees of the ECS cluster. Default: DISABLED.
    #[input(cloud = "EcsSettings/ContainerInsights")]
    pub container_insights: Option<ContainerInsights>,
    /// Reserved by AWS.
    pub context: Option<String>,
    /// Tags of the environment; not of its machines.
    #[input(unlike_cloud = "the API changes them in place")]
    pub tags: Option<Tags>,
}

/// What AWS says of a [`BatchComputeEnvironment`]; its ARN is its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = BatchComputeEnvironment)]
pub struct BatchComputeEnvironmentOutputs {
    /// Its name.
    #[output(stable, echo)]
    pub name: String,
    /// The ARN of the ECS cluster behind it; empty where there is none.
    #[output(stable)]
    pub ecs_cluster: String,
}

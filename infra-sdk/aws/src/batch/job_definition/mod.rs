//! A job definition.

mod container;
#[cfg(feature = "batch")]
mod from_sdk;
#[cfg(feature = "batch")]
mod live;
mod parts;
#[cfg(feature = "batch")]
mod to_sdk;

use std::collections::BTreeMap;

use infra_core::{Block, Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};

pub use container::{ContainerProperties, ContainerPropertiesBuilder};
pub use parts::{Device, EfsVolume, LinuxParameters, LogConfiguration, LogDriver, MountPoint, Tmpfs, Ulimit, Volume};

choices! {
    /// On how many machines a job runs.
    pub enum JobType {
        /// In one container.
        Container = "container",
        /// On several machines that work together.
        Multinode = "multinode",
    }
}

choices! {
    /// What a job can run on.
    pub enum PlatformCapability {
        /// EC2 instances.
        Ec2 = "EC2",
        /// Fargate.
        Fargate = "FARGATE",
        /// Instances that ECS manages.
        ManagedInstances = "MANAGED_INSTANCES",
    }
}

choices! {
    /// What becomes of a failed attempt.
    pub enum RetryAction {
        /// It is tried again.
        Retry = "retry",
        /// The job has failed.
        Exit = "exit",
    }
}

/// What becomes of an attempt that ended in some way. All that is given must match; a `*` at the end matches any rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct EvaluateOnExit {
    /// What becomes of it.
    pub action: RetryAction,
    /// The exit code.
    pub on_exit_code: Option<String>,
    /// The reason, as in `CannotPullContainerError:*`.
    pub on_reason: Option<String>,
    /// The reason of the status, as in `Host EC2*` where a spot instance was taken away.
    pub on_status_reason: Option<String>,
}

/// How often a job is tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct RetryStrategy {
    /// How many times, from 1 to 10. Default: 1.
    pub attempts: Option<i32>,
    /// What becomes of an attempt by how it ended, five at most: the first that matches counts. Default: it is tried again.
    pub evaluate_on_exit: Option<Vec<EvaluateOnExit>>,
}

/// What there is a limited number of, such as licences, and a job uses some of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ConsumableResource {
    /// The ARN of the consumable resource.
    #[input(cloud = "ConsumableResource")]
    pub resource: String,
    /// How many a job uses.
    pub quantity: i64,
}

/// The nodes of a job on several machines that are alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct NodeRange {
    /// Which, as in `0:` or `1:3`.
    pub target_nodes: String,
    /// What runs on each.
    pub container: Option<ContainerProperties>,
    /// The instance types. Default: those of the compute environment.
    pub instance_types: Option<Vec<String>>,
    /// What a node uses of what there is a limited number of.
    #[input(cloud = "ConsumableResourceProperties/ConsumableResourceList")]
    pub consumable_resources: Option<Vec<ConsumableResource>>,
}

/// The nodes of a job on several machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Nodes {
    /// How many.
    #[input(cloud = "NumNodes")]
    pub count: i32,
    /// The one that begins, by its number from 0.
    #[input(cloud = "MainNode")]
    pub main: i32,
    /// All, by ranges.
    #[input(cloud = "NodeRangeProperties")]
    pub ranges: Vec<NodeRange>,
}

/// A job definition: what a job runs, and what it needs.
///
/// The object is the name with all its revisions. A revision cannot be changed, so a change registers the next one, and
/// then takes the older ones back unless `keep_revisions` says otherwise; jobs that were submitted go on as they are. A
/// job that is submitted by the name runs the newest revision, and `arn` names just one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = JobDefinition, id = JobDefinitionName, outputs = JobDefinitionOutputs, kind = "aws:batch/job-definition",
    cloud = "AWS::Batch::JobDefinition",
    iam(
        "batch:DescribeJobDefinitions",
        create("batch:RegisterJobDefinition", "batch:TagResource", "iam:PassRole"),
        update("batch:RegisterJobDefinition", "batch:DeregisterJobDefinition", "batch:TagResource", "batch:UntagResource", "iam:PassRole"),
        delete("batch:DeregisterJobDefinition"),
    ),
)]
pub struct JobDefinitionInputs {
    /// On how many machines a job runs.
    #[input(cloud = "Type")]
    pub job_type: JobType,
    /// Its name, at most 128 letters, digits, hyphens and underscores. Default: made from stack and resource.
    #[input(name = 128, replace, cloud = "JobDefinitionName")]
    pub name: Option<String>,
    /// What runs, of a job in one container.
    #[input(cloud = "ContainerProperties")]
    pub container: Option<ContainerProperties>,
    /// What runs, of a job on several machines.
    #[input(cloud = "NodeProperties")]
    pub nodes: Option<Nodes>,
    /// What a job can run on. Default: EC2.
    #[input(set)]
    pub platform_capabilities: Option<Vec<PlatformCapability>>,
    /// Defaults for `Ref::name` in the command, by name. A job may give others.
    pub parameters: Option<BTreeMap<String, String>>,
    /// Whether its tags, and a job's, are put on the ECS task. Default: false.
    pub propagate_tags: Option<bool>,
    /// How often a job is tried. Default: once.
    pub retry_strategy: Option<RetryStrategy>,
    /// Which job of a queue with fair-share scheduling comes first: the one of the higher number, from 0 to 9999.
    pub scheduling_priority: Option<i32>,
    /// After how many seconds an attempt is ended, 60 at least. Default: never.
    #[input(cloud = "Timeout/AttemptDurationSeconds")]
    pub timeout: Option<i32>,
    /// What a job uses of what there is a limited number of.
    #[input(cloud = "ConsumableResourceProperties/ConsumableResourceList")]
    pub consumable_resources: Option<Vec<ConsumableResource>>,
    /// Whether older revisions stay. Default: false.
    #[input(write_only, cloud = "ResourceRetentionPolicy/SkipDeregisterOnUpdate")]
    pub keep_revisions: Option<bool>,
    /// Tags of the newest revision.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`JobDefinition`]; its name is its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = JobDefinition)]
pub struct JobDefinitionOutputs {
    /// The ARN of the newest revision.
    pub arn: String,
    /// The number of the newest revision, from 1.
    pub revision: i32,
}

//! Batch: queues of jobs, what they run on, and what they run.

mod compute_environment;
mod job_definition;
mod job_queue;
#[cfg(feature = "batch")]
mod tags;

pub use compute_environment::{
    AllocationStrategy, BatchComputeEnvironment, BatchComputeEnvironmentInputs, BatchComputeEnvironmentOutputs, ComputeEnvironmentArn,
    ComputeEnvironmentState, ComputeEnvironmentType, ComputeResources, ComputeResourcesBuilder, ComputeType, ContainerInsights,
    EksConfiguration, ImageChoice, LaunchTemplateChoice, UserdataType,
};
pub use job_definition::{
    ConsumableResource, ContainerProperties, ContainerPropertiesBuilder, Device, EfsVolume, EvaluateOnExit, JobDefinition,
    JobDefinitionInputs, JobDefinitionName, JobDefinitionOutputs, JobType, LinuxParameters, LogConfiguration, LogDriver, MountPoint,
    NodeRange, Nodes, PlatformCapability, RetryAction, RetryStrategy, Tmpfs, Ulimit, Volume,
};
pub use job_queue::{
    JobQueue, JobQueueArn, JobQueueInputs, JobQueueOutputs, JobQueueState, JobQueueType, TimeLimitAction, TimeLimitActionBuilder,
};

crate::resources!("batch", aws_sdk_batch::Client: BatchComputeEnvironment, JobDefinition, JobQueue);

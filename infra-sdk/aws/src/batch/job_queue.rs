//! A job queue.

use infra_core::{Block, Input, Outputs, Resource, Set, Tags, choices};
use serde::{Deserialize, Serialize};

use super::ComputeEnvironmentArn;

choices! {
    /// Whether jobs may be submitted.
    pub enum JobQueueState {
        /// They may.
        Enabled = "ENABLED",
        /// They may not; those that are there are finished.
        Disabled = "DISABLED",
    }
}

choices! {
    /// What a queue's environments are.
    pub enum JobQueueType {
        /// ECS, on instances.
        Ecs = "ECS",
        /// ECS, on Fargate.
        EcsFargate = "ECS_FARGATE",
        /// ECS, on instances that ECS manages.
        EcsManagedInstances = "ECS_MANAGED_INSTANCES",
        /// EKS.
        Eks = "EKS",
        /// SageMaker's training jobs.
        SagemakerTraining = "SAGEMAKER_TRAINING",
    }
}

choices! {
    /// What becomes of a job that stays at the head of the queue for too long.
    pub enum TimeLimit {
        /// It is cancelled.
        Cancel = "CANCEL",
        /// It is terminated.
        Terminate = "TERMINATE",
    }
}

/// What becomes of a job that cannot be started for long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct TimeLimitAction {
    /// What becomes of it.
    pub action: TimeLimit,
    /// After how many seconds, from 600 to 86400.
    #[input(cloud = "MaxTimeSeconds")]
    pub after: i32,
    /// Batch's reason for which it cannot be started, as in `MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE`.
    pub reason: String,
    /// The state it is in.
    pub state: StuckState,
}

choices! {
    /// The state of a job that cannot be started.
    pub enum StuckState {
        /// It could run, and there is nothing for it to run on.
        Runnable = "RUNNABLE",
    }
}

impl TimeLimitAction {
    /// Cancels a job that could run and has nothing to run on, for a reason, after so many seconds.
    pub fn cancel(reason: impl Input<String>, after: impl Input<i32>) -> TimeLimitActionBuilder<Set, Set, Set, Set> {
        TimeLimitAction::new().action(TimeLimit::Cancel).after(after).reason(reason).state(StuckState::Runnable)
    }
}

/// A job queue: where jobs wait for a compute environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = JobQueue, id = JobQueueArn, outputs = JobQueueOutputs, kind = "aws:batch/job-queue", cloud = "AWS::Batch::JobQueue",
    iam(
        "batch:DescribeJobQueues",
        create("batch:CreateJobQueue", "batch:TagResource"),
        update("batch:UpdateJobQueue", "batch:TagResource", "batch:UntagResource"),
        delete("batch:UpdateJobQueue", "batch:DeleteJobQueue"),
    ),
)]
pub struct JobQueueInputs {
    /// Which queue's jobs come first on an environment that several share: those of the higher number, from 0 to 1000.
    pub priority: i32,
    /// Its name, at most 128 letters, digits, hyphens and underscores, the same only once in a region. Default: made from
    /// stack and resource.
    #[input(name = 128, replace, cloud = "JobQueueName")]
    pub name: Option<String>,
    /// The compute environments, three at most, in the order in which they are tried. All are of EC2, or all of Fargate.
    #[input(cloud = "ComputeEnvironmentOrder", unlike_cloud = "the order is that of the list")]
    pub compute_environments: Option<Vec<ComputeEnvironmentArn>>,
    /// The service environments, by ARN, in the order in which they are tried, for jobs of other services.
    #[input(cloud = "ServiceEnvironmentOrder", unlike_cloud = "the order is that of the list")]
    pub service_environments: Option<Vec<String>>,
    /// What its environments are. Default: by them.
    #[input(replace, cloud = "JobQueueType")]
    pub queue_type: Option<JobQueueType>,
    /// Whether jobs may be submitted. Default: ENABLED.
    pub state: Option<JobQueueState>,
    /// The ARN of the policy of fair-share scheduling. Once set, it can be changed and not removed. Default: first in,
    /// first out.
    #[input(cloud = "SchedulingPolicyArn")]
    pub scheduling_policy: Option<String>,
    /// What becomes of jobs that cannot be started for long. Default: they wait.
    #[input(cloud = "JobStateTimeLimitActions")]
    pub time_limit_actions: Option<Vec<TimeLimitAction>>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`JobQueue`]; its ARN is its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = JobQueue)]
pub struct JobQueueOutputs {
    /// Its name.
    #[output(stable, echo)]
    pub name: String,
}

#[cfg(feature = "batch")]
mod live {
    use aws_sdk_batch::Client;
    use aws_sdk_batch::types as sdk;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{
        ComputeEnvironmentArn, JobQueue, JobQueueArn, JobQueueInputs, JobQueueOutputs, JobQueueState, JobQueueType, StuckState, TimeLimit,
        TimeLimitAction,
    };
    use crate::batch::tags;
    use crate::sdk::{differs, failed, named, some_list};

    impl Lifecycle for JobQueue {
        type Client = Client;
        const SERVICE: &'static str = "batch";

        async fn read(client: &Client, ids: &[JobQueueArn]) -> Result<Vec<Observed<JobQueue>>, ProviderError> {
            let queues = describe(client, ids.iter().map(|id| id.as_str().to_owned()).collect()).await?;
            Ok(queues.iter().filter_map(observed).collect())
        }

        async fn create(client: &Client, want: &JobQueueInputs, new: Creation<'_>) -> Result<JobQueueArn, ProviderError> {
            let name = named(want.name.as_ref(), "CreateJobQueue")?;
            let call = client
                .create_job_queue()
                .job_queue_name(name)
                .priority(want.priority)
                // Batch's own default, which it wants to be said.
                .state(want.state.map_or(sdk::JqState::Enabled, |state| state.as_str().into()))
                .set_compute_environment_order(environments(want))
                .set_service_environment_order(services(want))
                .set_job_queue_type(want.queue_type.map(|of| of.as_str().into()))
                .set_scheduling_policy_arn(want.scheduling_policy.clone())
                .set_job_state_time_limit_actions(actions(want))
                .set_tags(Some(tags::to_sdk(new.tags)));
            match call.send().await.map_err(|error| not_valid_yet(tags::in_words(failed("CreateJobQueue")(error)))) {
                Ok(answer) => Ok(JobQueueArn::new(answer.job_queue_arn().unwrap_or_default())),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error),
            }
        }

        async fn update(client: &Client, id: &JobQueueArn, have: &JobQueueInputs, want: &JobQueueInputs) -> Result<(), ProviderError> {
            let in_place = |inputs: &JobQueueInputs| JobQueueInputs { tags: None, ..inputs.clone() };
            if differs(&in_place(have), &in_place(want)) {
                let call = client
                    .update_job_queue()
                    .job_queue(id.as_str())
                    .priority(want.priority)
                    .set_state(want.state.map(|state| state.as_str().into()))
                    .set_compute_environment_order(environments(want))
                    .set_service_environment_order(services(want))
                    .set_scheduling_policy_arn(want.scheduling_policy.clone())
                    .set_job_state_time_limit_actions(actions(want));
                call.send().await.map_err(|error| not_valid_yet(tags::in_words(failed("UpdateJobQueue")(error))))?;
            }
            tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
        }

        // As with an environment: disabled first, which takes a while, in which the delete is refused.
        async fn delete(client: &Client, id: &JobQueueArn) -> Result<(), ProviderError> {
            let found = describe(client, vec![id.as_str().to_owned()]).await?;
            let Some(queue) = found.first() else { return Ok(()) };
            match queue.status() {
                Some(sdk::JqStatus::Deleting | sdk::JqStatus::Deleted) => return Ok(()),
                Some(status @ (sdk::JqStatus::Creating | sdk::JqStatus::Updating)) => {
                    let message = format!("it is {}, and can only be deleted when that is done", status.as_str());
                    return Err(ProviderError::new(Class::NotYet, "DeleteJobQueue", message));
                }
                _ => {}
            }
            if queue.state() != Some(&sdk::JqState::Disabled) {
                let call = client.update_job_queue().job_queue(id.as_str()).state(sdk::JqState::Disabled);
                call.send().await.map_err(|error| tags::in_words(failed("UpdateJobQueue")(error)))?;
            }
            let deleted = client.delete_job_queue().job_queue(id.as_str()).send().await;
            gone_is_success(deleted.map(drop).map_err(|error| tags::in_words(failed("DeleteJobQueue")(error))))
        }

        async fn find(client: &Client, want: &JobQueueInputs, new: Creation<'_>) -> Result<Option<JobQueueArn>, ProviderError> {
            let name = named(want.name.as_ref(), "DescribeJobQueues")?;
            let found = describe(client, vec![name.to_owned()]).await?;
            let ours = found.iter().find(|queue| tags::has_token(queue.tags(), new.token));
            Ok(ours.and_then(|queue| queue.job_queue_arn()).map(JobQueueArn::new))
        }
    }

    async fn describe(client: &Client, ids: Vec<String>) -> Result<Vec<sdk::JobQueueDetail>, ProviderError> {
        let pages = client.describe_job_queues().set_job_queues(Some(ids)).into_paginator().items().send();
        pages.collect::<Result<_, _>>().await.map_err(failed("DescribeJobQueues"))
    }

    /// An environment that was valid a moment ago is changing.
    fn not_valid_yet(error: ProviderError) -> ProviderError {
        error.class_if(Class::NotYet, |error| error.message.contains("is not valid") || error.message.contains("not in VALID"))
    }

    fn environments(want: &JobQueueInputs) -> Option<Vec<sdk::ComputeEnvironmentOrder>> {
        let place = |(order, arn): (i32, &ComputeEnvironmentArn)| {
            sdk::ComputeEnvironmentOrder::builder().order(order).compute_environment(arn.as_str()).build()
        };
        want.compute_environments.as_ref().map(|arns| (1..).zip(arns).map(place).collect())
    }

    fn services(want: &JobQueueInputs) -> Option<Vec<sdk::ServiceEnvironmentOrder>> {
        let place = |(order, arn): (i32, &String)| sdk::ServiceEnvironmentOrder::builder().order(order).service_environment(arn).build();
        want.service_environments.as_ref().map(|arns| (1..).zip(arns).map(place).collect())
    }

    fn actions(want: &JobQueueInputs) -> Option<Vec<sdk::JobStateTimeLimitAction>> {
        let action = |from: &TimeLimitAction| {
            sdk::JobStateTimeLimitAction::builder()
                .action(from.action.as_str().into())
                .max_time_seconds(from.after)
                .reason(&from.reason)
                .state(from.state.as_str().into())
                .build()
        };
        want.time_limit_actions.as_ref().map(|actions| actions.iter().map(action).collect())
    }

    fn observed(queue: &sdk::JobQueueDetail) -> Option<Observed<JobQueue>> {
        let status = queue.status().map_or("", |status| status.as_str());
        if status == "DELETED" {
            return None;
        }
        let mut environments: Vec<_> = queue.compute_environment_order().to_vec();
        environments.sort_by_key(|place| place.order());
        let mut services: Vec<_> = queue.service_environment_order().to_vec();
        services.sort_by_key(|place| place.order());
        let action = |action: &sdk::JobStateTimeLimitAction| {
            Some(TimeLimitAction {
                action: TimeLimit::from_word(action.action()?.as_str())?,
                after: action.max_time_seconds()?,
                reason: action.reason()?.to_owned(),
                state: StuckState::from_word(action.state()?.as_str())?,
            })
        };
        Some(Observed {
            id: JobQueueArn::new(queue.job_queue_arn()?),
            inputs: JobQueueInputs {
                priority: queue.priority().unwrap_or_default(),
                name: queue.job_queue_name().map(str::to_owned),
                compute_environments: some_list(
                    environments.iter().filter_map(|place| place.compute_environment()).map(ComputeEnvironmentArn::new),
                ),
                service_environments: some_list(services.iter().filter_map(|place| place.service_environment()).map(str::to_owned)),
                queue_type: queue.job_queue_type().and_then(|of| JobQueueType::from_word(of.as_str())),
                state: queue.state().and_then(|state| JobQueueState::from_word(state.as_str())),
                scheduling_policy: queue.scheduling_policy_arn().filter(|arn| !arn.is_empty()).map(str::to_owned),
                time_limit_actions: some_list(queue.job_state_time_limit_actions().iter().filter_map(action)),
                tags: Some(tags::from_sdk(queue.tags())),
            },
            outputs: JobQueueOutputs { name: queue.job_queue_name().unwrap_or_default().to_owned() },
            condition: match status {
                "VALID" => Condition::Ready,
                "INVALID" => Condition::Failed(queue.status_reason().unwrap_or(status).to_owned()),
                _ => Condition::Pending(status.to_owned()),
            },
        })
    }
}

//! The lifecycle of a job definition.

use std::collections::HashMap;

use aws_sdk_batch::Client;
use aws_sdk_batch::types as sdk;
use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
use infra_core::OWNERSHIP_PREFIX;

use super::to_sdk::{consumables, container, nodes, pairs, retries};
use super::{JobDefinition, JobDefinitionInputs, JobDefinitionName, JobDefinitionOutputs, from_sdk};
use crate::batch::tags;
use crate::sdk::{differs, failed, named, overlaid};

impl Lifecycle for JobDefinition {
    type Client = Client;
    const SERVICE: &'static str = "batch";
    // A name with all its revisions is asked for by itself.
    const PAGE: usize = 1;

    async fn read(client: &Client, ids: &[JobDefinitionName]) -> Result<Vec<Observed<JobDefinition>>, ProviderError> {
        let mut observed = Vec::new();
        for id in ids {
            let Some(newest) = revisions(client, id.as_str()).await?.into_iter().next() else { continue };
            observed.push(Observed {
                id: id.clone(),
                inputs: from_sdk::inputs(&newest),
                outputs: JobDefinitionOutputs {
                    arn: newest.job_definition_arn().unwrap_or_default().to_owned(),
                    revision: newest.revision().unwrap_or_default(),
                },
                condition: Condition::Ready,
            });
        }
        Ok(observed)
    }

    async fn create(client: &Client, want: &JobDefinitionInputs, new: Creation<'_>) -> Result<JobDefinitionName, ProviderError> {
        let name = named(want.name.as_ref(), "RegisterJobDefinition")?;
        // Batch would take it for the next revision of what is somebody else's.
        if let Some(newest) = revisions(client, name).await?.first() {
            return match tags::has_token(newest.tags(), new.token) {
                true => Ok(JobDefinitionName::new(name)),
                false => {
                    let message = format!("there is a job definition {name} already");
                    Err(ProviderError::new(Class::Exists, "RegisterJobDefinition", message))
                }
            };
        }
        register(client, name, want, tags::to_sdk(new.tags)).await?;
        Ok(JobDefinitionName::new(name))
    }

    async fn update(
        client: &Client,
        id: &JobDefinitionName,
        have: &JobDefinitionInputs,
        want: &JobDefinitionInputs,
    ) -> Result<(), ProviderError> {
        let untagged = |inputs: &JobDefinitionInputs| JobDefinitionInputs { tags: None, keep_revisions: None, ..inputs.clone() };
        let all = revisions(client, id.as_str()).await?;
        let Some(newest) = all.first() else {
            return Err(ProviderError::new(Class::NotFound, "DescribeJobDefinitions", format!("{id} has no active revision")));
        };
        if !differs(&untagged(have), &untagged(want)) {
            let arn = newest.job_definition_arn().unwrap_or_default();
            return tags::update(client, arn, have.tags.as_ref(), want.tags.as_ref()).await;
        }
        // A new revision says everything, also what the program does not, and whose it is.
        let next: JobDefinitionInputs = overlaid::<JobDefinition>(have, want)?;
        let mut all_tags: HashMap<_, _> = next.tags.as_ref().map(tags::to_sdk).unwrap_or_default();
        let own = newest.tags().into_iter().flatten().filter(|(key, _)| key.starts_with(OWNERSHIP_PREFIX));
        all_tags.extend(own.map(|(key, value)| (key.clone(), value.clone())));
        register(client, id.as_str(), &next, all_tags).await?;
        if want.keep_revisions != Some(true) {
            deregister(client, &all).await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &JobDefinitionName) -> Result<(), ProviderError> {
        deregister(client, &revisions(client, id.as_str()).await?).await
    }

    async fn find(client: &Client, want: &JobDefinitionInputs, new: Creation<'_>) -> Result<Option<JobDefinitionName>, ProviderError> {
        let name = named(want.name.as_ref(), "DescribeJobDefinitions")?;
        let newest = revisions(client, name).await?.into_iter().next();
        Ok(newest.filter(|newest| tags::has_token(newest.tags(), new.token)).map(|_| JobDefinitionName::new(name)))
    }
}

/// The active revisions of a name, the newest first.
async fn revisions(client: &Client, name: &str) -> Result<Vec<sdk::JobDefinition>, ProviderError> {
    let pages = client.describe_job_definitions().job_definition_name(name).status("ACTIVE").into_paginator().items().send();
    let mut all: Vec<_> = pages.collect::<Result<_, _>>().await.map_err(failed("DescribeJobDefinitions"))?;
    all.sort_by_key(|revision| std::cmp::Reverse(revision.revision()));
    Ok(all)
}

async fn register(client: &Client, name: &str, from: &JobDefinitionInputs, tags: HashMap<String, String>) -> Result<(), ProviderError> {
    let capabilities = from.platform_capabilities.as_ref();
    let call = client
        .register_job_definition()
        .job_definition_name(name)
        .r#type(from.job_type.as_str().into())
        .set_container_properties(from.container.as_ref().map(container))
        .set_node_properties(from.nodes.as_ref().map(nodes))
        .set_platform_capabilities(capabilities.map(|all| all.iter().map(|of| of.as_str().into()).collect()))
        .set_parameters(from.parameters.as_ref().map(pairs))
        .set_propagate_tags(from.propagate_tags)
        .set_retry_strategy(from.retry_strategy.as_ref().map(retries))
        .set_scheduling_priority(from.scheduling_priority)
        .set_timeout(from.timeout.map(|seconds| sdk::JobTimeout::builder().attempt_duration_seconds(seconds).build()))
        .set_consumable_resource_properties(from.consumable_resources.as_deref().map(consumables))
        .set_tags(Some(tags));
    call.send().await.map(drop).map_err(|error| tags::in_words(failed("RegisterJobDefinition")(error)))
}

async fn deregister(client: &Client, revisions: &[sdk::JobDefinition]) -> Result<(), ProviderError> {
    for revision in revisions {
        let call = client.deregister_job_definition().job_definition(revision.job_definition_arn().unwrap_or_default());
        gone_is_success(call.send().await.map(drop).map_err(|error| tags::in_words(failed("DeregisterJobDefinition")(error))))?;
    }
    Ok(())
}

//! The lifecycle of a launch template and its versions.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{LaunchTemplate as Told, LaunchTemplateVersion, ResourceType};
use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

use super::{LaunchTemplate, LaunchTemplateId, LaunchTemplateInputs, LaunchTemplateOutputs, read, write};
use crate::ec2::tags;
use crate::sdk::{failed, named};

impl Lifecycle for LaunchTemplate {
    type Client = Client;
    const SERVICE: &'static str = "ec2";

    async fn read(client: &Client, ids: &[LaunchTemplateId]) -> Result<Vec<Observed<LaunchTemplate>>, ProviderError> {
        let mut observed = Vec::new();
        for told in described(client, ids).await? {
            let id = told.launch_template_id().unwrap_or_default();
            // Deleted between the two calls is gone.
            let Some(version) = default_version(client, id).await? else { continue };
            let number = |number: Option<i64>| number.map_or_else(String::new, |number| number.to_string());
            observed.push(Observed {
                id: LaunchTemplateId::new(id),
                inputs: read::inputs(&told, &version),
                outputs: LaunchTemplateOutputs {
                    name: told.launch_template_name().unwrap_or_default().to_owned(),
                    latest_version: number(told.latest_version_number()),
                    default_version: number(told.default_version_number()),
                },
                condition: Condition::Ready,
            });
        }
        Ok(observed)
    }

    async fn create(client: &Client, want: &LaunchTemplateInputs, new: Creation<'_>) -> Result<LaunchTemplateId, ProviderError> {
        let call = client
            .create_launch_template()
            .client_token(new.token)
            .launch_template_name(named(want.name.as_ref(), "CreateLaunchTemplate")?)
            .set_version_description(want.version_description.clone())
            .launch_template_data(write::data(want)?)
            .tag_specifications(tags::specification(ResourceType::LaunchTemplate, new.tags));
        match call.send().await.map_err(failed("CreateLaunchTemplate")) {
            Ok(answer) => {
                Ok(LaunchTemplateId::new(answer.launch_template().and_then(|told| told.launch_template_id()).unwrap_or_default()))
            }
            Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
            Err(error) => Err(error),
        }
    }

    async fn update(
        client: &Client,
        id: &LaunchTemplateId,
        have: &LaunchTemplateInputs,
        want: &LaunchTemplateInputs,
    ) -> Result<(), ProviderError> {
        let next = write::merged(have, want)?;
        let data = write::data(&next)?;
        if data != write::data(have)? || next.version_description != have.version_description {
            let call = client
                .create_launch_template_version()
                .launch_template_id(id.as_str())
                .set_version_description(next.version_description)
                .launch_template_data(data);
            let answer = call.send().await.map_err(failed("CreateLaunchTemplateVersion"))?;
            let number = answer.launch_template_version().and_then(|version| version.version_number()).unwrap_or_default();
            let call = client.modify_launch_template().launch_template_id(id.as_str()).default_version(number.to_string());
            call.send().await.map_err(failed("ModifyLaunchTemplate"))?;
        }
        tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
    }

    async fn delete(client: &Client, id: &LaunchTemplateId) -> Result<(), ProviderError> {
        let call = client.delete_launch_template().launch_template_id(id.as_str());
        gone_is_success(call.send().await.map(drop).map_err(failed("DeleteLaunchTemplate")))
    }

    async fn find(client: &Client, _: &LaunchTemplateInputs, new: Creation<'_>) -> Result<Option<LaunchTemplateId>, ProviderError> {
        let call = client.describe_launch_templates().filters(tags::token_filter(new.token));
        let answer = call.send().await.map_err(failed("DescribeLaunchTemplates"))?;
        Ok(answer.launch_templates().first().and_then(|told| told.launch_template_id()).map(LaunchTemplateId::new))
    }
}

/// The templates that exist among `ids`. EC2 has no filter for ids, and a list with one that is gone is an error: then
/// each is asked for alone.
async fn described(client: &Client, ids: &[LaunchTemplateId]) -> Result<Vec<Told>, ProviderError> {
    let all = ids.iter().map(|id| id.as_str().to_owned()).collect();
    match describe(client, all).await {
        Err(error) if is_gone(&error) && ids.len() > 1 => {
            let mut found = Vec::new();
            for id in ids {
                match describe(client, vec![id.as_str().to_owned()]).await {
                    Err(error) if is_gone(&error) => {}
                    one => found.extend(one?),
                }
            }
            Ok(found)
        }
        Err(error) if is_gone(&error) => Ok(Vec::new()),
        all => all,
    }
}

async fn describe(client: &Client, ids: Vec<String>) -> Result<Vec<Told>, ProviderError> {
    let mut pages = client.describe_launch_templates().set_launch_template_ids(Some(ids)).into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(told) = pages.next().await {
        found.push(told.map_err(failed("DescribeLaunchTemplates"))?);
    }
    Ok(found)
}

async fn default_version(client: &Client, id: &str) -> Result<Option<LaunchTemplateVersion>, ProviderError> {
    let call = client.describe_launch_template_versions().launch_template_id(id).versions("$Default");
    match call.send().await.map_err(failed("DescribeLaunchTemplateVersions")) {
        Ok(answer) => Ok(answer.launch_template_versions.unwrap_or_default().into_iter().next()),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the error is that there is no such template; an id that EC2 did not make is malformed, and no more there.
fn is_gone(error: &ProviderError) -> bool {
    error.class == Class::NotFound || error.is_code("InvalidLaunchTemplateId.Malformed")
}

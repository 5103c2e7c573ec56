//! The lifecycle of a compute environment.

use aws_sdk_batch::Client;
use aws_sdk_batch::types as sdk;
use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

use super::{
    AllocationStrategy, BatchComputeEnvironment, BatchComputeEnvironmentInputs, BatchComputeEnvironmentOutputs, ComputeEnvironmentArn,
    ComputeEnvironmentState, ComputeEnvironmentType, ComputeResources, ComputeType, ContainerInsights, EksConfiguration, ImageChoice,
    LaunchTemplateChoice, UserdataType,
};
use crate::batch::tags;
use crate::ec2::{KeyPairName, LaunchTemplateId, SecurityGroupId, SubnetId};
use crate::iam::{InstanceProfileArn, RoleArn};
use crate::sdk::{differs, failed, named, some_list, texts};

impl Lifecycle for BatchComputeEnvironment {
    type Client = Client;
    const SERVICE: &'static str = "batch";

    async fn read(client: &Client, ids: &[ComputeEnvironmentArn]) -> Result<Vec<Observed<BatchComputeEnvironment>>, ProviderError> {
        let ids = ids.iter().map(|id| id.as_str().to_owned()).collect();
        Ok(describe(client, ids).await?.iter().filter_map(observed).collect())
    }

    async fn create(
        client: &Client,
        want: &BatchComputeEnvironmentInputs,
        new: Creation<'_>,
    ) -> Result<ComputeEnvironmentArn, ProviderError> {
        let name = named(want.name.as_ref(), "CreateComputeEnvironment")?;
        let call = client
            .create_compute_environment()
            .compute_environment_name(name)
            .r#type(want.environment_type.as_str().into())
            .set_state(want.state.map(|state| state.as_str().into()))
            .set_compute_resources(want.compute_resources.as_ref().map(resources))
            .set_service_role(want.service_role.as_ref().map(|role| role.as_str().to_owned()))
            .set_unmanagedv_cpus(want.unmanaged_vcpus)
            .set_eks_configuration(
                want.eks_configuration
                    .as_ref()
                    .map(|eks| sdk::EksConfiguration::builder().eks_cluster_arn(&eks.cluster).kubernetes_namespace(&eks.namespace).build()),
            )
            .set_ecs_settings(want.container_insights.map(settings))
            .set_context(want.context.clone())
            .set_tags(Some(tags::to_sdk(new.tags)));
        match call.send().await.map_err(|error| tags::in_words(failed("CreateComputeEnvironment")(error))) {
            Ok(answer) => Ok(ComputeEnvironmentArn::new(answer.compute_environment_arn().unwrap_or_default())),
            Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
            Err(error) => Err(error),
        }
    }

    async fn update(
        client: &Client,
        id: &ComputeEnvironmentArn,
        have: &BatchComputeEnvironmentInputs,
        want: &BatchComputeEnvironmentInputs,
    ) -> Result<(), ProviderError> {
        let in_place = |inputs: &BatchComputeEnvironmentInputs| BatchComputeEnvironmentInputs { tags: None, ..inputs.clone() };
        if differs(&in_place(have), &in_place(want)) {
            let changed = want.compute_resources.as_ref().map(|resources| {
                let delay = |minutes| sdk::ComputeScalingPolicy::builder().min_scale_down_delay_minutes(minutes).build();
                sdk::ComputeResourceUpdate::builder()
                    .maxv_cpus(resources.max_vcpus)
                    .set_minv_cpus(resources.min_vcpus)
                    .set_desiredv_cpus(resources.desired_vcpus)
                    .set_scaling_policy(resources.min_scale_down_delay.map(delay))
                    .build()
            });
            let call = client
                .update_compute_environment()
                .compute_environment(id.as_str())
                .set_state(want.state.map(|state| state.as_str().into()))
                .set_compute_resources(changed)
                .set_service_role(want.service_role.as_ref().filter(|_| differs(&have.service_role, &want.service_role)).map(role_text))
                .set_unmanagedv_cpus(want.unmanaged_vcpus)
                .set_ecs_settings(want.container_insights.map(settings))
                .set_context(want.context.clone().filter(|_| want.context != have.context));
            call.send().await.map_err(|error| tags::in_words(failed("UpdateComputeEnvironment")(error)))?;
        }
        tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
    }

    // Batch deletes only what is disabled, and disabling takes a while: until then the delete is refused with words that
    // are classed as passing, and the engine comes back here.
    async fn delete(client: &Client, id: &ComputeEnvironmentArn) -> Result<(), ProviderError> {
        let found = describe(client, vec![id.as_str().to_owned()]).await?;
        let Some(environment) = found.first() else { return Ok(()) };
        match environment.status() {
            Some(sdk::CeStatus::Deleting | sdk::CeStatus::Deleted) => return Ok(()),
            Some(sdk::CeStatus::Creating | sdk::CeStatus::Updating) => return Err(busy(environment)),
            _ => {}
        }
        if environment.state() != Some(&sdk::CeState::Disabled) {
            let call = client.update_compute_environment().compute_environment(id.as_str()).state(sdk::CeState::Disabled);
            call.send().await.map_err(|error| tags::in_words(failed("UpdateComputeEnvironment")(error)))?;
        }
        let deleted = client.delete_compute_environment().compute_environment(id.as_str()).send().await;
        gone_is_success(deleted.map(drop).map_err(|error| tags::in_words(failed("DeleteComputeEnvironment")(error))))
    }

    async fn find(
        client: &Client,
        want: &BatchComputeEnvironmentInputs,
        new: Creation<'_>,
    ) -> Result<Option<ComputeEnvironmentArn>, ProviderError> {
        let name = named(want.name.as_ref(), "DescribeComputeEnvironments")?;
        let found = describe(client, vec![name.to_owned()]).await?;
        let ours = found.iter().find(|environment| tags::has_token(environment.tags(), new.token));
        Ok(ours.and_then(|environment| environment.compute_environment_arn()).map(ComputeEnvironmentArn::new))
    }
}

async fn describe(client: &Client, ids: Vec<String>) -> Result<Vec<sdk::ComputeEnvironmentDetail>, ProviderError> {
    let pages = client.describe_compute_environments().set_compute_environments(Some(ids)).into_paginator().items().send();
    pages.collect::<Result<_, _>>().await.map_err(failed("DescribeComputeEnvironments"))
}

fn busy(environment: &sdk::ComputeEnvironmentDetail) -> ProviderError {
    let status = environment.status().map_or("", |status| status.as_str());
    ProviderError::new(Class::NotYet, "DeleteComputeEnvironment", format!("it is {status}, and can only be deleted when that is done"))
}

fn settings(insights: ContainerInsights) -> sdk::EcsSettings {
    sdk::EcsSettings::builder().container_insights(insights.as_str().into()).build()
}

fn role_text(role: &RoleArn) -> String {
    role.as_str().to_owned()
}

fn resources(from: &ComputeResources) -> sdk::ComputeResource {
    let template = from.launch_template.as_ref().map(|template| {
        sdk::LaunchTemplateSpecification::builder()
            .launch_template_id(template.template.as_str())
            .set_version(template.version.clone())
            .set_userdata_type(template.userdata_type.map(|how| how.as_str().into()))
            .build()
    });
    let image = |image: &ImageChoice| {
        sdk::Ec2Configuration::builder()
            .image_type(&image.image_type)
            .set_image_id_override(image.image.clone())
            .set_image_kubernetes_version(image.kubernetes_version.clone())
            .build()
    };
    // EC2 needs one, and Fargate may have none.
    let needs_min = matches!(from.compute_type, ComputeType::Ec2 | ComputeType::Spot);
    sdk::ComputeResource::builder()
        .r#type(from.compute_type.as_str().into())
        .maxv_cpus(from.max_vcpus)
        .set_subnets(texts(Some(&from.subnets)))
        .set_security_group_ids(texts(from.security_groups.as_deref()))
        .set_minv_cpus(from.min_vcpus.or(needs_min.then_some(0)))
        .set_desiredv_cpus(from.desired_vcpus)
        .set_instance_types(from.instance_types.clone())
        .set_instance_role(from.instance_role.as_ref().map(|profile| profile.as_str().to_owned()))
        .set_allocation_strategy(from.allocation_strategy.map(|strategy| strategy.as_str().into()))
        .set_bid_percentage(from.bid_percentage)
        .set_spot_iam_fleet_role(from.spot_fleet_role.as_ref().map(role_text))
        .set_ec2_configuration(from.images.as_ref().map(|images| images.iter().map(image).collect()))
        .set_ec2_key_pair(from.key_pair.as_ref().map(|key| key.as_str().to_owned()))
        .set_launch_template(template)
        .set_placement_group(from.placement_group.clone())
        .set_scaling_policy(
            from.min_scale_down_delay.map(|minutes| sdk::ComputeScalingPolicy::builder().min_scale_down_delay_minutes(minutes).build()),
        )
        .set_tags(from.instance_tags.as_ref().map(|tags| tags.clone().into_iter().collect()))
        .build()
}

fn resources_from(sdk: &sdk::ComputeResource) -> Option<ComputeResources> {
    let owned = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let template = |spec: &sdk::LaunchTemplateSpecification| {
        Some(LaunchTemplateChoice {
            template: LaunchTemplateId::new(spec.launch_template_id()?),
            version: owned(spec.version()),
            userdata_type: spec.userdata_type().and_then(|how| UserdataType::from_word(how.as_str())),
        })
    };
    let image = |image: &sdk::Ec2Configuration| ImageChoice {
        image_type: image.image_type().unwrap_or_default().to_owned(),
        image: owned(image.image_id_override()),
        kubernetes_version: owned(image.image_kubernetes_version()),
    };
    Some(ComputeResources {
        compute_type: ComputeType::from_word(sdk.r#type()?.as_str())?,
        max_vcpus: sdk.maxv_cpus().unwrap_or_default(),
        subnets: sdk.subnets().iter().map(SubnetId::new).collect(),
        security_groups: some_list(sdk.security_group_ids().iter().map(SecurityGroupId::new)),
        min_vcpus: sdk.minv_cpus(),
        desired_vcpus: sdk.desiredv_cpus(),
        instance_types: some_list(sdk.instance_types().iter().cloned()),
        instance_role: owned(sdk.instance_role()).map(InstanceProfileArn::new),
        allocation_strategy: sdk.allocation_strategy().and_then(|strategy| AllocationStrategy::from_word(strategy.as_str())),
        bid_percentage: sdk.bid_percentage(),
        spot_fleet_role: owned(sdk.spot_iam_fleet_role()).map(RoleArn::new),
        images: some_list(sdk.ec2_configuration().iter().map(image)),
        key_pair: owned(sdk.ec2_key_pair()).map(KeyPairName::new),
        launch_template: sdk.launch_template().and_then(template),
        placement_group: owned(sdk.placement_group()),
        min_scale_down_delay: sdk.scaling_policy().and_then(|policy| policy.min_scale_down_delay_minutes()),
        instance_tags: sdk.tags().map(|tags| tags.clone().into_iter().collect()),
    })
}

fn observed(environment: &sdk::ComputeEnvironmentDetail) -> Option<Observed<BatchComputeEnvironment>> {
    let status = environment.status().map_or("", |status| status.as_str());
    if status == "DELETED" {
        return None;
    }
    let why = environment.status_reason().unwrap_or(status);
    Some(Observed {
        id: ComputeEnvironmentArn::new(environment.compute_environment_arn()?),
        inputs: BatchComputeEnvironmentInputs {
            environment_type: environment
                .r#type()
                .and_then(|of| ComputeEnvironmentType::from_word(of.as_str()))
                .unwrap_or(ComputeEnvironmentType::Managed),
            name: environment.compute_environment_name().map(str::to_owned),
            state: environment.state().and_then(|state| ComputeEnvironmentState::from_word(state.as_str())),
            compute_resources: environment.compute_resources().and_then(resources_from),
            service_role: environment.service_role().filter(|role| !role.is_empty()).map(RoleArn::new),
            unmanaged_vcpus: environment.unmanagedv_cpus(),
            eks_configuration: environment.eks_configuration().map(|eks| EksConfiguration {
                cluster: eks.eks_cluster_arn().unwrap_or_default().to_owned(),
                namespace: eks.kubernetes_namespace().unwrap_or_default().to_owned(),
            }),
            container_insights: environment
                .ecs_settings()
                .and_then(|settings| settings.container_insights())
                .and_then(|insights| ContainerInsights::from_word(insights.as_str())),
            context: environment.context().filter(|context| !context.is_empty()).map(str::to_owned),
            tags: Some(tags::from_sdk(environment.tags())),
        },
        outputs: BatchComputeEnvironmentOutputs {
            name: environment.compute_environment_name().unwrap_or_default().to_owned(),
            ecs_cluster: environment.ecs_cluster_arn().unwrap_or_default().to_owned(),
        },
        condition: match status {
            "VALID" => Condition::Ready,
            "INVALID" => Condition::Failed(why.to_owned()),
            _ => Condition::Pending(status.to_owned()),
        },
    })
}

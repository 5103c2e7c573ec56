//! The life of an auto scaling group.

use std::collections::BTreeMap;

use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types::{AutoScalingGroup as SdkGroup, LifecycleState};
use infra_apply::{Asked, Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
use infra_core::OWNERSHIP_PREFIX;

use super::attachments::live as attachments;
use super::hook::live as hooks;
use super::launch::live as launch;
use super::policies::live as policies;
use super::tag::live as tags;
use super::update::{self, health_check_type, joined};
use super::{
    AutoScalingGroup, AutoScalingGroupInputs, AutoScalingGroupName, AutoScalingGroupOutputs, CapacityUnit, DeletionProtection, HealthCheck,
    LifecycleHook,
};
use crate::autoscaling::LaunchConfigurationName;
use crate::ec2::SubnetId;
use crate::elb::ClassicLoadBalancerName;
use crate::elbv2::TargetGroupArn;
use crate::sdk::{failed, told};

impl Lifecycle for AutoScalingGroup {
    type Client = Client;
    const SERVICE: &'static str = "autoscaling";
    const PAGE: usize = 50;

    async fn read(client: &Client, ids: &[AutoScalingGroupName]) -> Result<Vec<Observed<AutoScalingGroup>>, ProviderError> {
        Self::look(client, &Asked::whole_of(ids)).await
    }

    async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<AutoScalingGroup>>, ProviderError> {
        let names = objects.iter().map(|asked| asked.id().to_owned()).collect();
        let mut observed = Vec::new();
        for group in describe(client, names).await? {
            let name = group.auto_scaling_group_name().unwrap_or_default();
            let wanted = Asked::wanted(objects, name, &["lifecycle_hooks"]);
            let hooks = told(wanted, hooks::read(client, name)).await?;
            observed.push(observe(&group, hooks));
        }
        Ok(observed)
    }

    async fn create(client: &Client, want: &AutoScalingGroupInputs, new: Creation<'_>) -> Result<AutoScalingGroupName, ProviderError> {
        let name = name(want)?;
        let wanted = want.tags.as_deref().unwrap_or_default();
        let texts = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let hooks = want.lifecycle_hooks.as_ref();
        let call = client
            .create_auto_scaling_group()
            .auto_scaling_group_name(name)
            .min_size(want.min_size)
            .max_size(want.max_size)
            .set_tags(Some(tags::of_new(name, wanted, new.tags, want.wait_for_capacity)))
            .set_launch_template(want.launch_template.as_ref().map(launch::template_to_sdk))
            .set_mixed_instances_policy(want.mixed_instances_policy.as_ref().map(launch::mixed_to_sdk))
            .set_launch_configuration_name(want.launch_configuration.as_ref().map(ToString::to_string))
            .set_instance_id(want.instance.as_ref().map(ToString::to_string))
            .set_vpc_zone_identifier(want.subnets.as_ref().map(|subnets| joined(subnets.iter().map(|subnet| subnet.as_str()))))
            .set_availability_zones(want.availability_zones.clone())
            .set_availability_zone_ids(want.availability_zone_ids.clone())
            .set_desired_capacity(want.desired_capacity)
            .set_desired_capacity_type(want.desired_capacity_type.map(|word| word.to_string()))
            .set_default_cooldown(want.default_cooldown)
            .set_default_instance_warmup(want.default_instance_warmup.filter(|seconds| *seconds >= 0))
            .set_health_check_type(want.health_checks.as_deref().map(health_check_type))
            .set_health_check_grace_period(want.health_check_grace_period)
            .set_termination_policies(want.termination_policies.clone())
            .set_new_instances_protected_from_scale_in(want.new_instances_protected_from_scale_in)
            .set_capacity_rebalance(want.capacity_rebalance)
            .set_max_instance_lifetime(want.max_instance_lifetime)
            .set_placement_group(want.placement_group.clone().filter(|name| !name.is_empty()))
            .set_service_linked_role_arn(want.service_linked_role.clone())
            .set_load_balancer_names(want.classic_load_balancers.as_ref().map(|all| texts(all.iter().map(|name| name.as_str()).collect())))
            .set_target_group_arns(want.target_groups.as_ref().map(|all| texts(all.iter().map(|arn| arn.as_str()).collect())))
            .set_traffic_sources(want.lattice_target_groups.as_ref().map(|all| all.iter().map(attachments::source).collect()))
            .set_lifecycle_hook_specification_list(
                hooks.map(|hooks| hooks.iter().map(|(name, hook)| hooks::specification(name, hook)).collect()),
            )
            .set_instance_maintenance_policy(want.instance_maintenance_policy.as_ref().map(policies::maintenance_to_sdk))
            .set_availability_zone_distribution(want.availability_zone_distribution.map(policies::distribution_to_sdk))
            .set_availability_zone_impairment_policy(want.availability_zone_impairment_policy.as_ref().map(policies::impairment_to_sdk))
            .set_skip_zonal_shift_validation(want.skip_zonal_shift_validation)
            .set_capacity_reservation_specification(want.capacity_reservation_specification.as_ref().map(policies::reservation_to_sdk))
            .set_instance_lifecycle_policy(want.abandoned_termination.map(policies::retention_to_sdk))
            .set_deletion_protection(want.deletion_protection.map(|word| word.as_str().into()));
        match call.send().await.map_err(failed("CreateAutoScalingGroup")) {
            Ok(_) => Ok(AutoScalingGroupName::new(name)),
            Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
            // IAM takes seconds to tell others of a new instance profile.
            Err(error) => {
                Err(error.class_if(Class::NotYet, |error| error.message.to_ascii_lowercase().contains("invalid iam instance profile")))
            }
        }
    }

    async fn update(
        client: &Client,
        id: &AutoScalingGroupName,
        have: &AutoScalingGroupInputs,
        want: &AutoScalingGroupInputs,
    ) -> Result<(), ProviderError> {
        update::update(client, id.as_str(), have, want).await
    }

    async fn delete(client: &Client, id: &AutoScalingGroupName) -> Result<(), ProviderError> {
        // Without force AWS refuses while there are instances, which are the group's and nobody else's.
        let call = client.delete_auto_scaling_group().auto_scaling_group_name(id.as_str()).force_delete(true);
        let deleted = call.send().await.map_err(failed("DeleteAutoScalingGroup"));
        gone_is_success(deleted.map(drop).map_err(|error| {
            // The service has one code for all that is wrong with a request.
            error.class_if(Class::NotFound, |error| error.is_code("ValidationError") && error.message.contains("not found"))
        }))
    }

    async fn find(
        client: &Client,
        want: &AutoScalingGroupInputs,
        new: Creation<'_>,
    ) -> Result<Option<AutoScalingGroupName>, ProviderError> {
        let key = format!("{OWNERSHIP_PREFIX}token");
        let groups = describe(client, vec![name(want)?.to_owned()]).await?;
        let ours = groups.iter().find(|group| group.tags().iter().any(|tag| tag.key() == Some(&key) && tag.value() == Some(new.token)));
        Ok(ours.and_then(|group| group.auto_scaling_group_name()).map(AutoScalingGroupName::new))
    }
}

fn name(want: &AutoScalingGroupInputs) -> Result<&str, ProviderError> {
    want.name.as_deref().ok_or_else(|| ProviderError::new(Class::Invalid, "CreateAutoScalingGroup", "the group has no name"))
}

async fn describe(client: &Client, names: Vec<String>) -> Result<Vec<SdkGroup>, ProviderError> {
    let pages = client.describe_auto_scaling_groups().set_auto_scaling_group_names(Some(names)).into_paginator();
    pages.items().send().collect::<Result<_, _>>().await.map_err(failed("DescribeAutoScalingGroups"))
}

/// A group as the cloud has it. Where AWS is silent about a setting, it is what one would ask for to have none.
fn observe(group: &SdkGroup, lifecycle_hooks: Option<BTreeMap<String, LifecycleHook>>) -> Observed<AutoScalingGroup> {
    let name = group.auto_scaling_group_name().unwrap_or_default();
    let subnets = group.vpc_zone_identifier().unwrap_or_default().split(',').filter(|subnet| !subnet.is_empty());
    let health_checks = group.health_check_type().unwrap_or_default().split(',').filter_map(|word| HealthCheck::from_word(word.trim()));
    // With a mixed policy the template stands in the policy.
    let template = group.launch_template().filter(|_| group.mixed_instances_policy().is_none());
    let inputs = AutoScalingGroupInputs {
        name: Some(name.to_owned()),
        launch_template: template.map(launch::template_from_sdk),
        mixed_instances_policy: group.mixed_instances_policy().and_then(launch::mixed_from_sdk),
        launch_configuration: group.launch_configuration_name().map(LaunchConfigurationName::new),
        instance: None,
        subnets: Some(subnets.map(SubnetId::new).collect()),
        availability_zones: Some(group.availability_zones().to_vec()),
        availability_zone_ids: Some(group.availability_zone_ids().to_vec()),
        min_size: group.min_size().unwrap_or_default(),
        max_size: group.max_size().unwrap_or_default(),
        desired_capacity: group.desired_capacity(),
        desired_capacity_type: Some(group.desired_capacity_type().and_then(CapacityUnit::from_word).unwrap_or(CapacityUnit::Units)),
        default_cooldown: group.default_cooldown(),
        default_instance_warmup: Some(group.default_instance_warmup().unwrap_or(-1)),
        health_checks: Some(health_checks.collect()),
        health_check_grace_period: Some(group.health_check_grace_period().unwrap_or_default()),
        termination_policies: Some(group.termination_policies().to_vec()),
        new_instances_protected_from_scale_in: Some(group.new_instances_protected_from_scale_in().unwrap_or_default()),
        capacity_rebalance: Some(group.capacity_rebalance().unwrap_or_default()),
        max_instance_lifetime: Some(group.max_instance_lifetime().unwrap_or_default()),
        placement_group: Some(group.placement_group().unwrap_or_default().to_owned()),
        service_linked_role: group.service_linked_role_arn().map(str::to_owned),
        classic_load_balancers: Some(group.load_balancer_names().iter().map(ClassicLoadBalancerName::new).collect()),
        target_groups: Some(group.target_group_arns().iter().map(TargetGroupArn::new).collect()),
        lattice_target_groups: Some(attachments::lattice(group)),
        group_metrics: Some(attachments::metrics(group)),
        lifecycle_hooks,
        instance_maintenance_policy: Some(policies::maintenance_from_sdk(group.instance_maintenance_policy())),
        availability_zone_distribution: Some(policies::distribution_from_sdk(group.availability_zone_distribution())),
        availability_zone_impairment_policy: group.availability_zone_impairment_policy().map(policies::impairment_from_sdk),
        skip_zonal_shift_validation: None,
        capacity_reservation_specification: Some(policies::reservation_from_sdk(group.capacity_reservation_specification())),
        abandoned_termination: Some(policies::retention_from_sdk(group.instance_lifecycle_policy())),
        deletion_protection: Some(
            group.deletion_protection().and_then(|word| DeletionProtection::from_word(word.as_str())).unwrap_or(DeletionProtection::None),
        ),
        instance_refresh: None,
        wait_for_capacity: Some(tags::wait_for_capacity(group.tags())),
        tags: Some(tags::from_sdk(group.tags())),
    };
    Observed {
        id: AutoScalingGroupName::new(name),
        inputs,
        outputs: AutoScalingGroupOutputs {
            arn: group.auto_scaling_group_arn().unwrap_or_default().to_owned(),
            name: name.to_owned(),
            availability_zones: group.availability_zones().to_vec(),
        },
        condition: condition(group),
    }
}

/// A group has a status only while it is being deleted; otherwise its instances say whether it is ready.
fn condition(group: &SdkGroup) -> Condition {
    if let Some(status) = group.status() {
        return Condition::Pending(status.to_owned());
    }
    let wanted = tags::wait_for_capacity(group.tags());
    let in_service = group.instances().iter().filter(|instance| instance.lifecycle_state() == Some(&LifecycleState::InService)).count();
    if i32::try_from(in_service).unwrap_or(i32::MAX) >= wanted {
        Condition::Ready
    } else {
        Condition::Pending(format!("{in_service} of {wanted} instances in service"))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_autoscaling::types::{Instance, TagDescription};

    use super::*;

    fn waiting(count: &str) -> aws_sdk_autoscaling::types::builders::AutoScalingGroupBuilder {
        SdkGroup::builder().tags(TagDescription::builder().key(tags::WAIT_FOR_CAPACITY).value(count).build())
    }

    #[test]
    fn a_group_is_ready_once_enough_instances_are_in_service() {
        let instance = |state| Instance::builder().lifecycle_state(state).build();
        let group = waiting("2").instances(instance(LifecycleState::InService)).instances(instance(LifecycleState::PendingWait));
        assert_eq!(condition(&group.clone().build()), Condition::Pending("1 of 2 instances in service".into()));
        assert_eq!(condition(&group.instances(instance(LifecycleState::InService)).build()), Condition::Ready);
        assert_eq!(condition(&SdkGroup::builder().build()), Condition::Ready);
    }

    #[test]
    fn a_group_on_its_way_out_is_pending_and_not_gone() {
        let group = SdkGroup::builder().status("Delete in progress").build();
        assert_eq!(condition(&group), Condition::Pending("Delete in progress".into()));
    }

    #[test]
    fn silence_of_the_cloud_is_read_as_what_one_asks_for_to_have_none() {
        let inputs = observe(&SdkGroup::builder().health_check_type("EC2,ELB").build(), None).inputs;
        assert_eq!((inputs.default_instance_warmup, inputs.max_instance_lifetime), (Some(-1), Some(0)));
        assert_eq!(inputs.placement_group.as_deref(), Some(""));
        assert_eq!(inputs.health_checks, Some(vec![HealthCheck::Elb]));
    }
}

//! What of a group is changed by which call.

use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::operation::update_auto_scaling_group::UpdateAutoScalingGroupInput;
use aws_sdk_autoscaling::operation::update_auto_scaling_group::builders::UpdateAutoScalingGroupInputBuilder;
use infra_apply::ProviderError;
use serde::Serialize;
use serde_json::Value as Json;

use super::attachments::live as attachments;
use super::hook::live as hooks;
use super::launch::live as launch;
use super::policies::live as policies;
use super::refresh::live as refresh;
use super::tag::live as tags;
use super::{AutoScalingGroupInputs, GroupTag, HealthCheck};
use crate::sdk::failed;

/// Brings a group from `have` to `want`.
pub(super) async fn update(
    client: &Client,
    id: &str,
    have: &AutoScalingGroupInputs,
    want: &AutoScalingGroupInputs,
) -> Result<(), ProviderError> {
    let replacement = want.instance_refresh.as_ref().filter(|_| launches_others(have, want));
    if replacement.is_some() {
        refresh::end_earlier(client, id).await?;
    }
    // What launches instances later must be in place before the group grows.
    hooks::update(client, id, have.lifecycle_hooks.as_ref(), want.lifecycle_hooks.as_ref()).await?;
    attachments::update(client, id, have, want).await?;
    update_tags(client, id, have, want).await?;
    if let Some(changes) = changes(have, want) {
        let call = client.update_auto_scaling_group();
        let sent = with(call, changes.auto_scaling_group_name(id));
        sent.send().await.map_err(failed("UpdateAutoScalingGroup"))?;
    }
    match replacement {
        Some(replacement) => refresh::start(client, id, replacement).await,
        None => Ok(()),
    }
}

type Call = aws_sdk_autoscaling::operation::update_auto_scaling_group::builders::UpdateAutoScalingGroupFluentBuilder;

/// The call with these inputs: the SDK's call takes them only one by one.
fn with(call: Call, input: UpdateAutoScalingGroupInputBuilder) -> Call {
    call.set_auto_scaling_group_name(input.get_auto_scaling_group_name().clone())
        .set_launch_configuration_name(input.get_launch_configuration_name().clone())
        .set_launch_template(input.get_launch_template().clone())
        .set_mixed_instances_policy(input.get_mixed_instances_policy().clone())
        .set_min_size(*input.get_min_size())
        .set_max_size(*input.get_max_size())
        .set_desired_capacity(*input.get_desired_capacity())
        .set_desired_capacity_type(input.get_desired_capacity_type().clone())
        .set_default_cooldown(*input.get_default_cooldown())
        .set_default_instance_warmup(*input.get_default_instance_warmup())
        .set_availability_zones(input.get_availability_zones().clone())
        .set_availability_zone_ids(input.get_availability_zone_ids().clone())
        .set_vpc_zone_identifier(input.get_vpc_zone_identifier().clone())
        .set_health_check_type(input.get_health_check_type().clone())
        .set_health_check_grace_period(*input.get_health_check_grace_period())
        .set_placement_group(input.get_placement_group().clone())
        .set_termination_policies(input.get_termination_policies().clone())
        .set_new_instances_protected_from_scale_in(*input.get_new_instances_protected_from_scale_in())
        .set_capacity_rebalance(*input.get_capacity_rebalance())
        .set_max_instance_lifetime(*input.get_max_instance_lifetime())
        .set_service_linked_role_arn(input.get_service_linked_role_arn().clone())
        .set_instance_maintenance_policy(input.get_instance_maintenance_policy().clone())
        .set_availability_zone_distribution(input.get_availability_zone_distribution().clone())
        .set_availability_zone_impairment_policy(input.get_availability_zone_impairment_policy().clone())
        .set_skip_zonal_shift_validation(*input.get_skip_zonal_shift_validation())
        .set_capacity_reservation_specification(input.get_capacity_reservation_specification().clone())
        .set_instance_lifecycle_policy(input.get_instance_lifecycle_policy().clone())
        .set_deletion_protection(input.get_deletion_protection().clone())
}

/// The group's own settings that differ; nothing if none does.
fn changes(have: &AutoScalingGroupInputs, want: &AutoScalingGroupInputs) -> Option<UpdateAutoScalingGroupInputBuilder> {
    let mut call = UpdateAutoScalingGroupInput::builder();
    macro_rules! change {
        ($($field:ident: $set:ident($map:expr);)*) => {$(
            if changed(have.$field.as_ref(), want.$field.as_ref()) {
                call = call.$set(want.$field.as_ref().map($map));
            }
        )*};
    }
    change! {
        launch_template: set_launch_template(launch::template_to_sdk);
        mixed_instances_policy: set_mixed_instances_policy(launch::mixed_to_sdk);
        launch_configuration: set_launch_configuration_name(ToString::to_string);
        desired_capacity: set_desired_capacity(|count| *count);
        desired_capacity_type: set_desired_capacity_type(ToString::to_string);
        default_cooldown: set_default_cooldown(|seconds| *seconds);
        default_instance_warmup: set_default_instance_warmup(|seconds| *seconds);
        health_check_grace_period: set_health_check_grace_period(|seconds| *seconds);
        placement_group: set_placement_group(Clone::clone);
        termination_policies: set_termination_policies(Clone::clone);
        new_instances_protected_from_scale_in: set_new_instances_protected_from_scale_in(|protected| *protected);
        capacity_rebalance: set_capacity_rebalance(|rebalance| *rebalance);
        max_instance_lifetime: set_max_instance_lifetime(|seconds| *seconds);
        service_linked_role: set_service_linked_role_arn(Clone::clone);
        instance_maintenance_policy: set_instance_maintenance_policy(policies::maintenance_to_sdk);
        availability_zone_distribution: set_availability_zone_distribution(|word| policies::distribution_to_sdk(*word));
        availability_zone_impairment_policy: set_availability_zone_impairment_policy(policies::impairment_to_sdk);
        capacity_reservation_specification: set_capacity_reservation_specification(policies::reservation_to_sdk);
        abandoned_termination: set_instance_lifecycle_policy(|word| policies::retention_to_sdk(*word));
        deletion_protection: set_deletion_protection(|word| word.as_str().into());
    }
    if sets_differ(have.subnets.as_ref(), want.subnets.as_ref()) {
        call = call.set_vpc_zone_identifier(want.subnets.as_ref().map(|subnets| joined(subnets.iter().map(|subnet| subnet.as_str()))));
    }
    if sets_differ(have.availability_zones.as_ref(), want.availability_zones.as_ref()) {
        call = call.set_availability_zones(want.availability_zones.clone());
    }
    if sets_differ(have.availability_zone_ids.as_ref(), want.availability_zone_ids.as_ref()) {
        call = call.set_availability_zone_ids(want.availability_zone_ids.clone());
    }
    if sets_differ(have.health_checks.as_ref(), want.health_checks.as_ref()) {
        call = call.set_health_check_type(want.health_checks.as_deref().map(health_check_type));
    }
    if have.min_size != want.min_size {
        call = call.min_size(want.min_size);
    }
    if have.max_size != want.max_size {
        call = call.max_size(want.max_size);
    }
    let nothing = call == UpdateAutoScalingGroupInput::builder();
    if call.get_availability_zone_impairment_policy().is_some() {
        call = call.set_skip_zonal_shift_validation(want.skip_zonal_shift_validation);
    }
    (!nothing).then_some(call)
}

/// Whether new instances will be made from something else than before.
fn launches_others(have: &AutoScalingGroupInputs, want: &AutoScalingGroupInputs) -> bool {
    changed(have.launch_template.as_ref(), want.launch_template.as_ref())
        || changed(have.mixed_instances_policy.as_ref(), want.mixed_instances_policy.as_ref())
        || changed(have.launch_configuration.as_ref(), want.launch_configuration.as_ref())
}

async fn update_tags(client: &Client, id: &str, have: &AutoScalingGroupInputs, want: &AutoScalingGroupInputs) -> Result<(), ProviderError> {
    let (new, old) = attachments::delta(have.tags.as_ref(), want.tags.as_ref());
    let mut set: Vec<_> = new.iter().map(|tag| tags::to_sdk(id, tag)).collect();
    if want.wait_for_capacity.is_some() && want.wait_for_capacity != have.wait_for_capacity {
        let value = want.wait_for_capacity.unwrap_or_default().to_string();
        let tag = GroupTag { key: tags::WAIT_FOR_CAPACITY.into(), value, propagate_at_launch: false };
        set.push(tags::to_sdk(id, &tag));
    }
    if !set.is_empty() {
        client.create_or_update_tags().set_tags(Some(set)).send().await.map_err(failed("CreateOrUpdateTags"))?;
    }
    let unset: Vec<_> = old.iter().filter(|tag| !new.iter().any(|other| other.key == tag.key)).collect();
    if !unset.is_empty() {
        let keys = unset.iter().map(|tag| tags::key(id, &tag.key).build()).collect();
        client.delete_tags().set_tags(Some(keys)).send().await.map_err(failed("DeleteTags"))?;
    }
    Ok(())
}

/// Texts as AWS lists them in one.
pub(super) fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.collect::<Vec<_>>().join(",")
}

/// EC2's own checks cannot be turned off, so they are what is left where nobody else is asked.
pub(super) fn health_check_type(checks: &[HealthCheck]) -> String {
    if checks.is_empty() { "EC2".into() } else { joined(checks.iter().map(|check| check.as_str())) }
}

/// Whether what is wanted says anything that is not there: a part of an object that is not wanted is left alone.
pub(super) fn changed<T: Serialize>(have: Option<&T>, want: Option<&T>) -> bool {
    let json = |value: Option<&T>| value.and_then(|value| serde_json::to_value(value).ok()).unwrap_or_default();
    !covers(&json(have), &json(want))
}

fn covers(have: &Json, want: &Json) -> bool {
    match (have, want) {
        (_, Json::Null) => true,
        (Json::Object(have), Json::Object(want)) => want.iter().all(|(key, want)| covers(have.get(key).unwrap_or(&Json::Null), want)),
        (Json::Array(have), Json::Array(want)) => have.len() == want.len() && have.iter().zip(want).all(|(have, want)| covers(have, want)),
        (Json::Null, Json::Array(want)) => want.is_empty(),
        (Json::Number(have), Json::Number(want)) => have.as_f64() == want.as_f64(),
        _ => have == want,
    }
}

fn sets_differ<T: PartialEq>(have: Option<&Vec<T>>, want: Option<&Vec<T>>) -> bool {
    let (new, old) = attachments::delta(have, want);
    !new.is_empty() || !old.is_empty()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn group(more: Json) -> AutoScalingGroupInputs {
        let mut fields = json!({"min_size": 1, "max_size": 3});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(fields).unwrap()
    }

    #[test]
    fn what_differs_is_sent_and_nothing_else() {
        let have = group(json!({"desired_capacity": 2, "default_cooldown": 300, "subnets": ["s-1", "s-2"], "default_instance_warmup": -1}));
        let want = group(json!({"max_size": 5, "default_instance_warmup": 60, "default_cooldown": 300, "subnets": ["s-2", "s-1"]}));
        let call = changes(&have, &want).unwrap();
        assert_eq!(call, UpdateAutoScalingGroupInput::builder().max_size(5).default_instance_warmup(60));
        assert_eq!(changes(&have, &group(json!({"default_cooldown": 300}))), None);
    }

    #[test]
    fn the_call_carries_every_change() {
        let want = group(json!({
            "launch_template": {"template": "lt-1", "version": "2"}, "desired_capacity": 2, "desired_capacity_type": "units",
            "default_cooldown": 10, "default_instance_warmup": 20, "availability_zones": ["a"], "availability_zone_ids": ["az1"],
            "subnets": ["s-1"], "health_checks": ["ELB", "EBS"], "health_check_grace_period": 30, "placement_group": "p",
            "termination_policies": ["OldestInstance"], "new_instances_protected_from_scale_in": true, "capacity_rebalance": true,
            "max_instance_lifetime": 86400, "service_linked_role": "arn:role", "launch_configuration": "lc",
            "mixed_instances_policy": {"launch_template": {"template": "lt-1"}},
            "instance_maintenance_policy": {"min_healthy_percentage": 90, "max_healthy_percentage": 110},
            "availability_zone_distribution": "balanced-only", "skip_zonal_shift_validation": true,
            "availability_zone_impairment_policy": {"zonal_shift_enabled": true, "health_checks": "IgnoreUnhealthy"},
            "capacity_reservation_specification": {"preference": "none"}, "abandoned_termination": "retain", "deletion_protection": "none"
        }));
        let have = AutoScalingGroupInputs { min_size: 0, max_size: 0, ..group(json!({})) };
        let built = changes(&have, &want).unwrap();
        let config = aws_sdk_autoscaling::Config::builder().behavior_version(aws_sdk_autoscaling::config::BehaviorVersion::latest());
        let call = with(Client::from_conf(config.build()).update_auto_scaling_group(), built.clone());
        assert_eq!(call.as_input(), &built);
        assert_eq!(built.get_health_check_type().as_deref(), Some("ELB,EBS"));
    }

    #[test]
    fn instances_are_replaced_only_where_what_they_are_made_from_changes() {
        let have = group(json!({"launch_template": {"template": "lt-1", "version": "1"}, "default_cooldown": 300}));
        assert!(launches_others(&have, &group(json!({"launch_template": {"template": "lt-1", "version": "2"}}))));
        assert!(!launches_others(&have, &group(json!({"launch_template": {"template": "lt-1"}, "default_cooldown": 5}))));
    }
}

//! A launch template's data as EC2 takes it.

use aws_sdk_ec2::types::{
    CreditSpecificationRequest, LaunchTemplateEnclaveOptionsRequest, LaunchTemplateHibernationOptionsRequest,
    LaunchTemplateIamInstanceProfileSpecificationRequest, LaunchTemplateInstanceMaintenanceOptionsRequest,
    LaunchTemplateLicenseConfigurationRequest, LaunchTemplateNetworkPerformanceOptionsRequest, LaunchTemplatePlacementRequest,
    LaunchTemplateTagSpecificationRequest, LaunchTemplatesMonitoringRequest, RequestLaunchTemplateData, ResourceType,
};
use infra_apply::{Class, ProviderError};
use infra_core::Tags;
use serde_json::Value as Json;

use super::LaunchTemplateInputs;
use crate::ec2::{PrivateDnsNameOptions, tags};
use crate::sdk::{texts, to_base64};

/// All that a version says.
pub(super) fn data(want: &LaunchTemplateInputs) -> Result<RequestLaunchTemplateData, ProviderError> {
    let profile = |name: &str| LaunchTemplateIamInstanceProfileSpecificationRequest::builder().name(name).build();
    let license = |arn: &String| LaunchTemplateLicenseConfigurationRequest::builder().license_configuration_arn(arn).build();
    let recovery = |word: &str| LaunchTemplateInstanceMaintenanceOptionsRequest::builder().auto_recovery(word.into()).build();
    let bandwidth = |word: &str| LaunchTemplateNetworkPerformanceOptionsRequest::builder().bandwidth_weighting(word.into()).build();
    let data = RequestLaunchTemplateData::builder()
        .set_image_id(want.image.clone())
        .set_instance_type(want.instance_type.as_deref().map(Into::into))
        .set_instance_requirements(want.instance_requirements.as_ref().map(|requirements| requirements.to_template()))
        .set_security_group_ids(texts(want.security_groups.as_deref()))
        .set_network_interfaces(want.network_interfaces.as_ref().map(|list| list.iter().map(|one| one.to_template()).collect()))
        .set_key_name(want.key_pair.as_ref().map(|name| name.as_str().to_owned()))
        .set_iam_instance_profile(want.instance_profile.as_ref().map(|name| profile(name.as_str())))
        .set_user_data(want.user_data.as_deref().map(to_base64))
        .set_block_device_mappings(want.block_devices.as_ref().map(|list| list.iter().map(|one| one.to_template()).collect()))
        .set_ebs_optimized(want.ebs_optimized)
        .set_placement(placement(want))
        .set_instance_market_options(want.market.as_ref().map(|market| market.to_template()).transpose()?)
        .set_capacity_reservation_specification(want.capacity_reservation.as_ref().map(|capacity| capacity.to_template()))
        .set_cpu_options(want.cpu_options.as_ref().map(|options| options.to_template()))
        .set_credit_specification(want.cpu_credits.map(|word| CreditSpecificationRequest::builder().cpu_credits(word.as_str()).build()))
        .set_metadata_options(want.metadata_options.as_ref().map(|options| options.to_template()))
        .set_monitoring(want.monitoring.map(|on| LaunchTemplatesMonitoringRequest::builder().enabled(on).build()))
        .set_disable_api_termination(want.termination_protection)
        .set_disable_api_stop(want.stop_protection)
        .set_instance_initiated_shutdown_behavior(want.shutdown_behavior.map(|word| word.as_str().into()))
        .set_maintenance_options(want.auto_recovery.map(|word| recovery(word.as_str())))
        .set_network_performance_options(want.bandwidth_weighting.map(|word| bandwidth(word.as_str())))
        .set_hibernation_options(want.hibernation.map(|on| LaunchTemplateHibernationOptionsRequest::builder().configured(on).build()))
        .set_enclave_options(want.enclaves.map(|on| LaunchTemplateEnclaveOptionsRequest::builder().enabled(on).build()))
        .set_private_dns_name_options(want.private_dns_name_options.clone().map(|names| PrivateDnsNameOptions::from(names).to_template()))
        .set_license_specifications(want.license_configurations.as_ref().map(|arns| arns.iter().map(license).collect()))
        .set_kernel_id(want.kernel.clone())
        .set_ram_disk_id(want.ramdisk.clone())
        .set_tag_specifications(tag_specifications(want));
    Ok(data.build())
}

/// The next version's inputs: what `want` says, and what it leaves alone as it is. Of two that exclude each other, the
/// one that is said drives the other out.
pub(super) fn merged(have: &LaunchTemplateInputs, want: &LaunchTemplateInputs) -> Result<LaunchTemplateInputs, ProviderError> {
    let failed = |error: serde_json::Error| ProviderError::new(Class::Other, "CreateLaunchTemplateVersion", error.to_string());
    let mut next = serde_json::to_value(have).map_err(failed)?;
    let wanted = serde_json::to_value(want).map_err(failed)?;
    if let (Json::Object(next), Json::Object(wanted)) = (&mut next, wanted) {
        for (one, other) in [("instance_type", "instance_requirements"), ("security_groups", "network_interfaces")] {
            for (said, out) in [(one, other), (other, one)] {
                if !wanted[said].is_null() && wanted[out].is_null() {
                    next.insert(out.to_owned(), Json::Null);
                }
            }
        }
        next.extend(wanted.into_iter().filter(|(_, value)| !value.is_null()));
    }
    serde_json::from_value(next).map_err(failed)
}

fn placement(want: &LaunchTemplateInputs) -> Option<LaunchTemplatePlacementRequest> {
    let placement = LaunchTemplatePlacementRequest::builder()
        .set_availability_zone(want.availability_zone.clone())
        .set_tenancy(want.tenancy.map(|word| word.as_str().into()))
        .set_group_name(want.placement_group.clone())
        .set_group_id(want.shared_placement_group.clone())
        .set_partition_number(want.partition_number)
        .set_host_id(want.host.clone())
        .set_host_resource_group_arn(want.host_resource_group.clone())
        .set_affinity(want.affinity.clone())
        .build();
    (placement != LaunchTemplatePlacementRequest::builder().build()).then_some(placement)
}

fn tag_specifications(want: &LaunchTemplateInputs) -> Option<Vec<LaunchTemplateTagSpecificationRequest>> {
    let of = |kind: ResourceType, tags: Option<&Tags>| {
        let tags = tags.filter(|tags| !tags.is_empty())?;
        Some(LaunchTemplateTagSpecificationRequest::builder().resource_type(kind).set_tags(Some(tags::to_sdk(tags))).build())
    };
    let specifications = [
        of(ResourceType::Instance, want.instance_tags.as_ref()),
        of(ResourceType::Volume, want.volume_tags.as_ref()),
        of(ResourceType::NetworkInterface, want.network_interface_tags.as_ref()),
        of(ResourceType::SpotInstancesRequest, want.spot_request_tags.as_ref()),
    ];
    let specifications: Vec<_> = specifications.into_iter().flatten().collect();
    (!specifications.is_empty()).then_some(specifications)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn inputs(json: Json) -> LaunchTemplateInputs {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_new_version_keeps_what_is_not_managed() {
        let have = inputs(json!({"image": "ami-1", "instance_type": "t3.micro", "monitoring": true}));
        let next = merged(&have, &inputs(json!({"image": "ami-2"}))).unwrap();
        assert_eq!(next, inputs(json!({"image": "ami-2", "instance_type": "t3.micro", "monitoring": true})));
    }

    #[test]
    fn of_two_that_exclude_each_other_the_wanted_one_stays() {
        let have = inputs(json!({"instance_type": "t3.micro", "security_groups": ["sg-1"]}));
        let want = inputs(json!({
            "instance_requirements": {"vcpu_count": {"min": 2}, "memory_mib": {"min": 1024}},
            "network_interfaces": [{"device_index": 0}],
        }));
        let next = merged(&have, &want).unwrap();
        assert_eq!((next.instance_type, next.security_groups), (None, None));
        assert_eq!(merged(&want, &have).unwrap(), have);
    }

    #[test]
    fn user_data_is_encoded_on_the_way() {
        let data = data(&inputs(json!({"user_data": "#!/bin/sh\n"}))).unwrap();
        assert_eq!(data.user_data(), Some("IyEvYmluL3NoCg=="));
    }
}

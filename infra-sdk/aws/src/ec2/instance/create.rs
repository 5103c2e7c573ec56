//! An instance's start, in one call.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    BlockDeviceMapping, CreditSpecificationRequest, EbsBlockDevice, EnclaveOptionsRequest, Filter, HibernationOptionsRequest,
    IamInstanceProfileSpecification, InstanceIpv6Address, InstanceMaintenanceOptionsRequest, InstanceNetworkInterfaceSpecification,
    InstanceNetworkPerformanceOptionsRequest, LaunchTemplateSpecification, LicenseConfigurationRequest, Placement, ResourceType,
    RunInstancesMonitoringEnabled, TagSpecification,
};
use infra_apply::{Class, Creation, ProviderError};
use infra_core::{OWNERSHIP_PREFIX, Tags};

use super::{InstanceId, InstanceInputs, RootVolume};
use crate::ec2::tags;
use crate::sdk::{failed, texts, to_base64};

pub(super) async fn create(client: &Client, want: &InstanceInputs, new: Creation<'_>) -> Result<InstanceId, ProviderError> {
    let mut call = client
        .run_instances()
        .min_count(1)
        .max_count(1)
        .client_token(new.token)
        .set_image_id(want.image.clone())
        .set_instance_type(want.instance_type.as_deref().map(Into::into))
        .set_launch_template(want.launch_template.as_ref().map(|template| {
            let id = template.template.as_str();
            LaunchTemplateSpecification::builder().launch_template_id(id).set_version(template.version.clone()).build()
        }))
        .set_key_name(want.key_pair.as_ref().map(|name| name.as_str().to_owned()))
        .set_iam_instance_profile(
            want.instance_profile.as_ref().map(|name| IamInstanceProfileSpecification::builder().name(name.as_str()).build()),
        )
        .set_user_data(want.user_data.as_deref().map(to_base64))
        .set_block_device_mappings(volumes(client, want).await?)
        .set_ebs_optimized(want.ebs_optimized)
        .set_placement(placement(want))
        .set_instance_market_options(want.market.as_ref().map(|market| market.to_launch()).transpose()?)
        .set_capacity_reservation_specification(want.capacity_reservation.as_ref().map(|capacity| capacity.to_launch()))
        .set_cpu_options(want.cpu_options.as_ref().map(|options| options.to_launch()))
        .set_credit_specification(want.cpu_credits.map(|word| CreditSpecificationRequest::builder().cpu_credits(word.as_str()).build()))
        .set_metadata_options(want.metadata_options.as_ref().map(|options| options.to_launch()))
        .set_monitoring(want.monitoring.map(|on| RunInstancesMonitoringEnabled::builder().enabled(on).build()))
        .set_disable_api_termination(want.termination_protection)
        .set_disable_api_stop(want.stop_protection)
        .set_instance_initiated_shutdown_behavior(want.shutdown_behavior.map(|word| word.as_str().into()))
        .set_maintenance_options(
            want.auto_recovery.map(|word| InstanceMaintenanceOptionsRequest::builder().auto_recovery(word.as_str().into()).build()),
        )
        .set_network_performance_options(
            want.bandwidth_weighting
                .map(|word| InstanceNetworkPerformanceOptionsRequest::builder().bandwidth_weighting(word.as_str().into()).build()),
        )
        .set_hibernation_options(want.hibernation.map(|on| HibernationOptionsRequest::builder().configured(on).build()))
        .set_enclave_options(want.enclaves.map(|on| EnclaveOptionsRequest::builder().enabled(on).build()))
        .set_private_dns_name_options(want.private_dns_name_options.as_ref().map(|options| options.to_launch()))
        .set_license_specifications(
            want.license_configurations
                .as_ref()
                .map(|arns| arns.iter().map(|arn| LicenseConfigurationRequest::builder().license_configuration_arn(arn).build()).collect()),
        )
        .set_kernel_id(want.kernel.clone())
        .set_ramdisk_id(want.ramdisk.clone())
        .tag_specifications(tags::specification(ResourceType::Instance, new.tags));
    if let Some(specification) = volume_tags(want)? {
        call = call.tag_specifications(specification);
    }
    call = match interfaces(want)? {
        Some(interfaces) => call.set_network_interfaces(Some(interfaces)),
        None => call
            .set_subnet_id(want.subnet.as_ref().map(|id| id.as_str().to_owned()))
            .set_security_group_ids(texts(want.security_groups.as_deref()))
            .set_private_ip_address(want.private_ip_address.clone())
            .set_ipv6_address_count(want.ipv6_address_count)
            .set_ipv6_addresses(ipv6_addresses(want)),
    };
    let answer = call.send().await.map_err(failed("RunInstances")).map_err(|error| {
        // A profile that was just made is known to EC2 some seconds later; the code says no more than "invalid".
        error.class_if(Class::NotYet, |error| error.message.to_ascii_lowercase().contains("iam instance profile"))
    })?;
    Ok(InstanceId::new(answer.instances().first().and_then(|told| told.instance_id()).unwrap_or_default()))
}

/// The interfaces to ask for; none where the launch itself can say all. The wish for a public address can be said of
/// an interface only.
fn interfaces(want: &InstanceInputs) -> Result<Option<Vec<InstanceNetworkInterfaceSpecification>>, ProviderError> {
    match (&want.network_interfaces, want.public_address) {
        (Some(_), Some(_)) => Err(invalid("`public_address` is that of an interface where `network_interfaces` is given: say it there")),
        (Some(interfaces), None) => Ok(Some(interfaces.iter().map(|interface| interface.to_launch()).collect())),
        (None, Some(public)) => {
            let primary = InstanceNetworkInterfaceSpecification::builder()
                .device_index(0)
                .associate_public_ip_address(public)
                .set_subnet_id(want.subnet.as_ref().map(|id| id.as_str().to_owned()))
                .set_groups(texts(want.security_groups.as_deref()))
                .set_private_ip_address(want.private_ip_address.clone())
                .set_ipv6_address_count(want.ipv6_address_count)
                .set_ipv6_addresses(ipv6_addresses(want))
                .build();
            Ok(Some(vec![primary]))
        }
        (None, None) => Ok(None),
    }
}

fn ipv6_addresses(want: &InstanceInputs) -> Option<Vec<InstanceIpv6Address>> {
    let addresses = want.ipv6_addresses.as_ref()?;
    Some(addresses.iter().map(|address| InstanceIpv6Address::builder().ipv6_address(address).build()).collect())
}

fn placement(want: &InstanceInputs) -> Option<Placement> {
    let placement = Placement::builder()
        .set_availability_zone(want.availability_zone.clone())
        .set_tenancy(want.tenancy.map(|word| word.as_str().into()))
        .set_group_name(want.placement_group.clone())
        .set_partition_number(want.partition_number)
        .set_host_id(want.host.clone())
        .set_host_resource_group_arn(want.host_resource_group.clone())
        .set_affinity(want.affinity.clone())
        .build();
    (placement != Placement::builder().build()).then_some(placement)
}

async fn volumes(client: &Client, want: &InstanceInputs) -> Result<Option<Vec<BlockDeviceMapping>>, ProviderError> {
    let mut mappings = Vec::new();
    if let Some(root) = &want.root_volume {
        mappings.push(root_mapping(root, &root_device(client, want).await?));
    }
    mappings.extend(want.volumes.iter().flatten().map(|volume| volume.to_launch()));
    Ok((!mappings.is_empty()).then_some(mappings))
}

/// The device that the image calls its root: the launch must name it to change it.
async fn root_device(client: &Client, want: &InstanceInputs) -> Result<String, ProviderError> {
    let image = want.image.as_deref().ok_or_else(|| invalid("`root_volume` needs `image`, which names the root device"))?;
    let filter = Filter::builder().name("image-id").values(image).build();
    let answer = client.describe_images().filters(filter).include_deprecated(true).send().await.map_err(failed("DescribeImages"))?;
    let device = answer.images().first().and_then(|image| image.root_device_name());
    device.map(str::to_owned).ok_or_else(|| invalid(&format!("the image {image} does not exist in this region, or has no root device")))
}

fn root_mapping(root: &RootVolume, device: &str) -> BlockDeviceMapping {
    let ebs = EbsBlockDevice::builder()
        .set_volume_size(root.size)
        .set_volume_type(root.volume_type.map(|word| word.as_str().into()))
        .set_iops(root.iops)
        .set_throughput(root.throughput)
        .set_encrypted(root.encrypted)
        .set_kms_key_id(root.kms_key.clone())
        .set_delete_on_termination(root.delete_on_termination);
    BlockDeviceMapping::builder().device_name(device).ebs(ebs.build()).build()
}

/// The tags of the volumes: never the engine's own, which say that the engine manages an object.
fn volume_tags(want: &InstanceInputs) -> Result<Option<TagSpecification>, ProviderError> {
    let tags: Tags = match (want.propagate_tags_to_volumes, &want.volume_tags) {
        (Some(true), Some(_)) => return Err(invalid("`volume_tags` and `propagate_tags_to_volumes` exclude each other")),
        (Some(true), None) => want.tags.clone().unwrap_or_default(),
        (_, Some(tags)) => tags.clone(),
        (_, None) => return Ok(None),
    };
    let tags: Tags = tags.into_iter().filter(|(key, _)| !key.starts_with(OWNERSHIP_PREFIX)).collect();
    Ok((!tags.is_empty()).then(|| tags::specification(ResourceType::Volume, &tags)))
}

fn invalid(message: &str) -> ProviderError {
    ProviderError::new(Class::Invalid, "RunInstances", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn inputs(json: serde_json::Value) -> InstanceInputs {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_wish_for_a_public_address_makes_the_primary_interface_explicit() {
        let want = inputs(json!({"public_address": false, "subnet": "subnet-1", "security_groups": ["sg-1"]}));
        let interfaces = interfaces(&want).unwrap().unwrap();
        assert_eq!(interfaces[0].subnet_id(), Some("subnet-1"));
        assert_eq!(interfaces[0].groups(), ["sg-1"]);
        assert_eq!(interfaces[0].associate_public_ip_address(), Some(false));
        assert!(super::interfaces(&inputs(json!({"subnet": "subnet-1"}))).unwrap().is_none());
    }

    #[test]
    fn volumes_get_the_instances_tags_only_where_asked_and_never_the_engines() {
        let tags = json!({"Name": "web", "infra:stack": "main"});
        assert!(volume_tags(&inputs(json!({"tags": tags}))).unwrap().is_none());
        let specification = volume_tags(&inputs(json!({"tags": tags, "propagate_tags_to_volumes": true}))).unwrap().unwrap();
        assert_eq!(specification.tags().len(), 1);
        let both = inputs(json!({"propagate_tags_to_volumes": true, "volume_tags": {"a": "b"}}));
        assert_eq!(volume_tags(&both).unwrap_err().class, Class::Invalid);
    }

    #[test]
    fn a_launch_that_says_nothing_of_its_place_has_no_placement() {
        assert!(placement(&inputs(json!({}))).is_none());
        assert_eq!(placement(&inputs(json!({"partition_number": 2}))).unwrap().partition_number(), Some(2));
    }
}

//! A launch template's default version as a program would have said it.

use aws_sdk_ec2::types::{LaunchTemplate as Told, LaunchTemplateVersion, ResourceType, ResponseLaunchTemplateData};
use infra_core::Tags;

use super::LaunchTemplateInputs;
use crate::ec2::launch::{
    AutoRecovery, BandwidthWeighting, CapacityReservation, CpuCredits, CpuOptions, InstanceTenancy, PrivateDnsNameOptions, ShutdownBehavior,
};
use crate::ec2::{BlockDevice, InstanceRequirements, KeyPairName, LaunchInterface, MarketOptions, MetadataOptions, SecurityGroupId, tags};
use crate::iam::InstanceProfileName;
use crate::sdk::{from_base64, name_of, some_list};

pub(super) fn inputs(template: &Told, version: &LaunchTemplateVersion) -> LaunchTemplateInputs {
    let nothing = ResponseLaunchTemplateData::builder().build();
    let data = version.launch_template_data().unwrap_or(&nothing);
    let owned = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let placement = data.placement();
    let profile = data.iam_instance_profile();
    LaunchTemplateInputs {
        name: owned(template.launch_template_name()),
        version_description: owned(version.version_description()),
        image: owned(data.image_id()),
        instance_type: data.instance_type().map(|word| word.as_str().to_owned()),
        instance_requirements: data.instance_requirements().map(InstanceRequirements::from_template),
        security_groups: some_list(data.security_group_ids().iter().map(SecurityGroupId::new)),
        network_interfaces: some_list(data.network_interfaces().iter().map(LaunchInterface::from_template)),
        key_pair: owned(data.key_name()).map(KeyPairName::new),
        instance_profile: profile.and_then(|one| one.name().or(one.arn())).map(|name| InstanceProfileName::new(name_of(name))),
        user_data: owned(data.user_data()).map(|encoded| from_base64(&encoded)),
        block_devices: some_list(data.block_device_mappings().iter().map(BlockDevice::from_template)),
        ebs_optimized: data.ebs_optimized(),
        availability_zone: placement.and_then(|placement| owned(placement.availability_zone())),
        tenancy: placement.and_then(|placement| InstanceTenancy::from_word(placement.tenancy()?.as_str())),
        placement_group: placement.and_then(|placement| owned(placement.group_name())),
        shared_placement_group: placement.and_then(|placement| owned(placement.group_id())),
        partition_number: placement.and_then(|placement| placement.partition_number()),
        host: placement.and_then(|placement| owned(placement.host_id())),
        host_resource_group: placement.and_then(|placement| owned(placement.host_resource_group_arn())),
        affinity: placement.and_then(|placement| owned(placement.affinity())),
        market: data.instance_market_options().and_then(MarketOptions::from_template),
        capacity_reservation: data.capacity_reservation_specification().map(CapacityReservation::from_template),
        cpu_options: data.cpu_options().map(CpuOptions::from_template),
        cpu_credits: data.credit_specification().and_then(|credits| CpuCredits::from_word(credits.cpu_credits()?)),
        metadata_options: data.metadata_options().map(MetadataOptions::from_template),
        monitoring: data.monitoring().and_then(|monitoring| monitoring.enabled()),
        termination_protection: data.disable_api_termination(),
        stop_protection: data.disable_api_stop(),
        shutdown_behavior: data.instance_initiated_shutdown_behavior().and_then(|word| ShutdownBehavior::from_word(word.as_str())),
        auto_recovery: data.maintenance_options().and_then(|options| AutoRecovery::from_word(options.auto_recovery()?.as_str())),
        bandwidth_weighting: data
            .network_performance_options()
            .and_then(|options| BandwidthWeighting::from_word(options.bandwidth_weighting()?.as_str())),
        hibernation: data.hibernation_options().and_then(|options| options.configured()),
        enclaves: data.enclave_options().and_then(|options| options.enabled()),
        private_dns_name_options: data.private_dns_name_options().map(|options| PrivateDnsNameOptions::from_template(options).into()),
        license_configurations: some_list(
            data.license_specifications().iter().filter_map(|license| owned(license.license_configuration_arn())),
        ),
        kernel: owned(data.kernel_id()),
        ramdisk: owned(data.ram_disk_id()),
        instance_tags: tags_of(data, ResourceType::Instance),
        volume_tags: tags_of(data, ResourceType::Volume),
        network_interface_tags: tags_of(data, ResourceType::NetworkInterface),
        spot_request_tags: tags_of(data, ResourceType::SpotInstancesRequest),
        tags: Some(tags::from_sdk(template.tags())),
    }
}

fn tags_of(data: &ResponseLaunchTemplateData, kind: ResourceType) -> Option<Tags> {
    let specification = data.tag_specifications().iter().find(|one| one.resource_type() == Some(&kind))?;
    Some(tags::from_sdk(specification.tags()))
}

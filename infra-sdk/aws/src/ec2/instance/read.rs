//! An instance as EC2 tells it: one page of instances, and what only other calls say of each.

use std::collections::HashMap;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    Filter, Instance as Told, InstanceAttributeName, InstanceNetworkInterface, InstanceStateName, LicenseConfiguration, MonitoringState,
    Volume,
};
use infra_apply::{Asked, Condition, Observed, ProviderError};

use super::live::{by_id, described};
use super::{Instance, InstanceId, InstanceInputs, InstanceOutputs, RootVolume};
use crate::ec2::launch::{
    AutoRecovery, BandwidthWeighting, CapacityReservation, CpuCredits, CpuOptions, InstanceTenancy, PrivateDnsNameOptions, ShutdownBehavior,
};
use crate::ec2::{KeyPairName, MetadataOptions, SecurityGroupId, SubnetId, VolumeType, VpcId, tags};
use crate::iam::InstanceProfileName;
use crate::sdk::{failed, from_base64, name_of, some_list};

pub(super) async fn read(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<Instance>>, ProviderError> {
    let asked: HashMap<&str, &Asked<'_>> = objects.iter().map(|object| (object.id(), object)).collect();
    let mut found = described(client, vec![by_id(asked.keys().copied())]).await?;
    // AWS shows an ended instance for an hour.
    found.retain(|told| state(told) != Some(&InstanceStateName::Terminated));
    let wants = |told: &Told, inputs: &[&str]| asked.get(text(told.instance_id())).is_some_and(|asked| asked.wants_any(inputs));
    let volumes = root_volumes(client, found.iter().filter(|told| wants(told, &["root_volume", "volume_tags"]))).await?;
    let credits = credits(client, found.iter().filter(|told| wants(told, &["cpu_credits"]))).await?;
    let mut observed = Vec::new();
    for told in &found {
        let ending = state(told) == Some(&InstanceStateName::ShuttingDown);
        let attributes = match asked.get(text(told.instance_id())) {
            Some(asked) if !ending => attributes(client, told, asked).await?,
            _ => Attributes::default(),
        };
        let volume = root_volume_id(told).and_then(|id| volumes.get(id));
        let credits = credits.get(text(told.instance_id())).copied();
        observed.push(observe(told, attributes, volume, credits));
    }
    Ok(observed)
}

/// The user data that are recorded, where they cannot have changed since: that takes a stop, and a start after it has another
/// time.
fn unchanged_user_data(told: &Told, asked: &Asked<'_>) -> Option<String> {
    let then = asked.recorded_output("launched").filter(|then| !then.is_empty())?;
    let same = state(told) == Some(&InstanceStateName::Running) && then == launched(told);
    asked.recorded("user_data").filter(|_| same)
}

/// What only `DescribeInstanceAttribute` tells.
#[derive(Default)]
struct Attributes {
    user_data: Option<String>,
    termination_protection: Option<bool>,
    stop_protection: Option<bool>,
    shutdown_behavior: Option<ShutdownBehavior>,
}

fn observe(told: &Told, attributes: Attributes, volume: Option<&Volume>, cpu_credits: Option<CpuCredits>) -> Observed<Instance> {
    let owned = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let primary = primary_interface(told);
    let groups = primary.map_or(told.security_groups(), |interface| interface.groups());
    let placement = told.placement();
    let state = state(told).map_or("", |state| state.as_str());
    Observed {
        id: InstanceId::new(text(told.instance_id())),
        inputs: InstanceInputs {
            image: owned(told.image_id()),
            instance_type: told.instance_type().map(|word| word.as_str().to_owned()),
            launch_template: None,
            subnet: told.subnet_id().map(SubnetId::new),
            security_groups: some_list(groups.iter().filter_map(|group| group.group_id()).map(SecurityGroupId::new)),
            public_address: None,
            private_ip_address: owned(told.private_ip_address()),
            ipv6_address_count: None,
            ipv6_addresses: None,
            network_interfaces: None,
            source_dest_check: primary.map_or(told.source_dest_check(), |interface| interface.source_dest_check()),
            key_pair: owned(told.key_name()).map(KeyPairName::new),
            instance_profile: told
                .iam_instance_profile()
                .and_then(|profile| profile.arn())
                .map(|arn| InstanceProfileName::new(name_of(arn))),
            user_data: attributes.user_data,
            root_volume: volume.map(|volume| root_volume(told, volume)),
            volumes: None,
            propagate_tags_to_volumes: None,
            volume_tags: volume.map(|volume| tags::from_sdk(volume.tags())),
            ebs_optimized: told.ebs_optimized(),
            availability_zone: placement.and_then(|placement| owned(placement.availability_zone())),
            tenancy: placement.and_then(|placement| InstanceTenancy::from_word(placement.tenancy()?.as_str())),
            placement_group: placement.and_then(|placement| owned(placement.group_name())),
            partition_number: placement.and_then(|placement| placement.partition_number()),
            host: placement.and_then(|placement| owned(placement.host_id())),
            host_resource_group: placement.and_then(|placement| owned(placement.host_resource_group_arn())),
            affinity: placement.and_then(|placement| owned(placement.affinity())),
            market: None,
            capacity_reservation: told.capacity_reservation_specification().map(CapacityReservation::from_instance),
            cpu_options: told.cpu_options().map(CpuOptions::from_instance),
            cpu_credits,
            metadata_options: told.metadata_options().map(MetadataOptions::from_instance),
            monitoring: told.monitoring().and_then(|monitoring| monitoring.state()).map(is_monitored),
            termination_protection: attributes.termination_protection,
            stop_protection: attributes.stop_protection,
            shutdown_behavior: attributes.shutdown_behavior,
            auto_recovery: told.maintenance_options().and_then(|options| AutoRecovery::from_word(options.auto_recovery()?.as_str())),
            bandwidth_weighting: told
                .network_performance_options()
                .and_then(|options| BandwidthWeighting::from_word(options.bandwidth_weighting()?.as_str())),
            hibernation: told.hibernation_options().and_then(|options| options.configured()),
            enclaves: told.enclave_options().and_then(|options| options.enabled()),
            private_dns_name_options: told.private_dns_name_options().map(PrivateDnsNameOptions::from_instance),
            license_configurations: some_list(
                told.licenses().iter().filter_map(LicenseConfiguration::license_configuration_arn).map(str::to_owned),
            ),
            kernel: owned(told.kernel_id()),
            ramdisk: owned(told.ramdisk_id()),
            tags: Some(tags::from_sdk(told.tags())),
        },
        outputs: InstanceOutputs {
            private_ip: text(told.private_ip_address()).to_owned(),
            private_dns_name: text(told.private_dns_name()).to_owned(),
            public_ip: text(told.public_ip_address()).to_owned(),
            public_dns_name: text(told.public_dns_name()).to_owned(),
            availability_zone: text(placement.and_then(|placement| placement.availability_zone())).to_owned(),
            vpc: VpcId::new(text(told.vpc_id())),
            launched: launched(told),
            spot_request: text(told.spot_instance_request_id()).to_owned(),
            primary_network_interface: text(primary.and_then(|interface| interface.network_interface_id())).to_owned(),
            root_volume_id: text(root_volume_id(told)).to_owned(),
        },
        // One that somebody stopped is as it was declared, but for running.
        condition: Condition::of(state, &["running", "stopped"], &[]),
    }
}

fn root_volume(told: &Told, volume: &Volume) -> RootVolume {
    let mapping = told.block_device_mappings().iter().find(|mapping| mapping.device_name() == told.root_device_name());
    RootVolume {
        size: volume.size(),
        volume_type: volume.volume_type().and_then(|word| VolumeType::from_word(word.as_str())),
        iops: volume.iops(),
        throughput: volume.throughput(),
        encrypted: volume.encrypted(),
        kms_key: volume.kms_key_id().map(str::to_owned),
        delete_on_termination: mapping.and_then(|mapping| mapping.ebs()).and_then(|ebs| ebs.delete_on_termination()),
    }
}

async fn root_volumes(client: &Client, found: impl Iterator<Item = &Told>) -> Result<HashMap<String, Volume>, ProviderError> {
    let ids: Vec<String> = found.filter_map(root_volume_id).map(str::to_owned).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let filter = Filter::builder().name("volume-id").set_values(Some(ids)).build();
    let mut pages = client.describe_volumes().filters(filter).into_paginator().items().send();
    let mut volumes = HashMap::new();
    while let Some(volume) = pages.next().await {
        let volume = volume.map_err(failed("DescribeVolumes"))?;
        volumes.insert(text(volume.volume_id()).to_owned(), volume);
    }
    Ok(volumes)
}

/// The credit options of those that have any; for other types EC2 answers too, with a word that means nothing.
async fn credits(client: &Client, found: impl Iterator<Item = &Told>) -> Result<HashMap<String, CpuCredits>, ProviderError> {
    let burstable = |told: &&Told| told.instance_type().is_some_and(|word| is_burstable(word.as_str())) && is_settled(told);
    let ids: Vec<String> = found.filter(burstable).filter_map(|told| told.instance_id()).map(str::to_owned).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let call = client.describe_instance_credit_specifications().set_instance_ids(Some(ids));
    let answer = call.send().await.map_err(failed("DescribeInstanceCreditSpecifications"))?;
    let pairs = answer.instance_credit_specifications().iter();
    Ok(pairs.filter_map(|told| Some((told.instance_id()?.to_owned(), CpuCredits::from_word(told.cpu_credits()?)?))).collect())
}

/// What is one request for each attribute of each instance, and so is asked only where somebody wants it and where it is not
/// known: the launch had all of these, and they are so from then on.
async fn attributes(client: &Client, told: &Told, asked: &Asked<'_>) -> Result<Attributes, ProviderError> {
    let known = Attributes {
        user_data: asked.sent("user_data").or_else(|| unchanged_user_data(told, asked)),
        termination_protection: asked.sent("termination_protection"),
        stop_protection: asked.sent("stop_protection"),
        shutdown_behavior: asked.sent("shutdown_behavior"),
    };
    let ask = |name, input: &'static str, known: bool| async move {
        if known || !asked.wants(input) {
            return Ok(None);
        }
        let call = client.describe_instance_attribute().instance_id(text(told.instance_id())).attribute(name);
        call.send().await.map(Some).map_err(failed("DescribeInstanceAttribute"))
    };
    let (data, termination, stop, shutdown) = tokio::try_join!(
        ask(InstanceAttributeName::UserData, "user_data", known.user_data.is_some()),
        ask(InstanceAttributeName::DisableApiTermination, "termination_protection", known.termination_protection.is_some()),
        ask(InstanceAttributeName::DisableApiStop, "stop_protection", known.stop_protection.is_some()),
        ask(InstanceAttributeName::InstanceInitiatedShutdownBehavior, "shutdown_behavior", known.shutdown_behavior.is_some()),
    )?;
    let data = data.as_ref().and_then(|told| told.user_data()?.value()).filter(|text| !text.is_empty());
    let behavior = shutdown.as_ref().and_then(|told| told.instance_initiated_shutdown_behavior()?.value());
    Ok(Attributes {
        user_data: known.user_data.or_else(|| data.map(from_base64)),
        termination_protection: known.termination_protection.or_else(|| termination?.disable_api_termination()?.value()),
        stop_protection: known.stop_protection.or_else(|| stop?.disable_api_stop()?.value()),
        shutdown_behavior: known.shutdown_behavior.or_else(|| behavior.and_then(ShutdownBehavior::from_word)),
    })
}

/// When an instance was last started.
fn launched(told: &Told) -> String {
    told.launch_time().map(ToString::to_string).unwrap_or_default()
}

/// The interface that the instance's own groups and addresses are those of.
pub(super) fn primary_interface(told: &Told) -> Option<&InstanceNetworkInterface> {
    let index = |interface: &InstanceNetworkInterface| interface.attachment().and_then(|attachment| attachment.device_index());
    told.network_interfaces().iter().find(|interface| index(interface) == Some(0))
}

pub(super) fn root_volume_id(told: &Told) -> Option<&str> {
    let root = told.root_device_name()?;
    told.block_device_mappings().iter().find(|mapping| mapping.device_name() == Some(root))?.ebs()?.volume_id()
}

/// Whether a type is one of those that earn and spend processor credits: t2, t3, t3a, t4g.
fn is_burstable(instance_type: &str) -> bool {
    let family = instance_type.split('.').next().unwrap_or_default();
    family.strip_prefix('t').is_some_and(|rest| matches!(rest.as_bytes().first(), Some(b'2'..=b'9')))
}

fn is_settled(told: &Told) -> bool {
    matches!(state(told), Some(InstanceStateName::Running | InstanceStateName::Stopped))
}

fn is_monitored(state: &MonitoringState) -> bool {
    matches!(state, MonitoringState::Enabled | MonitoringState::Pending)
}

fn state(told: &Told) -> Option<&InstanceStateName> {
    told.state().and_then(|state| state.name())
}

fn text(text: Option<&str>) -> &str {
    text.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::{
        EbsInstanceBlockDevice, GroupIdentifier, InstanceBlockDeviceMapping, InstanceNetworkInterfaceAttachment, InstanceState,
    };

    fn interface(index: i32, group: &str) -> InstanceNetworkInterface {
        let attachment = InstanceNetworkInterfaceAttachment::builder().device_index(index).build();
        let group = GroupIdentifier::builder().group_id(group).build();
        InstanceNetworkInterface::builder().network_interface_id(format!("eni-{index}")).attachment(attachment).groups(group).build()
    }

    #[test]
    fn the_groups_are_those_of_the_primary_interface_wherever_it_stands() {
        let told = Told::builder().network_interfaces(interface(1, "sg-other")).network_interfaces(interface(0, "sg-mine")).build();
        let observed = observe(&told, Attributes::default(), None, None);
        assert_eq!(observed.inputs.security_groups, Some(vec![SecurityGroupId::new("sg-mine")]));
        assert_eq!(observed.outputs.primary_network_interface, "eni-0");
    }

    #[test]
    fn the_root_volume_is_the_one_at_the_root_device() {
        let mapping = |device: &str, volume: &str| {
            let ebs = EbsInstanceBlockDevice::builder().volume_id(volume).delete_on_termination(true).build();
            InstanceBlockDeviceMapping::builder().device_name(device).ebs(ebs).build()
        };
        let told = Told::builder()
            .root_device_name("/dev/xvda")
            .block_device_mappings(mapping("/dev/sdf", "vol-data"))
            .block_device_mappings(mapping("/dev/xvda", "vol-root"))
            .build();
        assert_eq!(root_volume_id(&told), Some("vol-root"));
        let volume = Volume::builder().volume_id("vol-root").size(20).build();
        let root = observe(&told, Attributes::default(), Some(&volume), None).inputs.root_volume.unwrap();
        assert_eq!((root.size, root.delete_on_termination), (Some(20), Some(true)));
    }

    #[test]
    fn an_instance_on_its_way_is_pending_and_a_stopped_one_is_as_declared() {
        let condition = |name: InstanceStateName| {
            let told = Told::builder().state(InstanceState::builder().name(name).build()).build();
            observe(&told, Attributes::default(), None, None).condition
        };
        assert_eq!(condition(InstanceStateName::Pending), Condition::Pending("pending".into()));
        assert_eq!(condition(InstanceStateName::ShuttingDown), Condition::Pending("shutting-down".into()));
        assert_eq!(condition(InstanceStateName::Running), Condition::Ready);
        assert_eq!(condition(InstanceStateName::Stopped), Condition::Ready);
    }

    #[test]
    fn only_burstable_types_have_credits() {
        for burstable in ["t2.micro", "t3.small", "t3a.nano", "t4g.large"] {
            assert!(is_burstable(burstable), "{burstable}");
        }
        for other in ["m5.large", "trn1.2xlarge", "t1.micro", "c7g.medium"] {
            assert!(!is_burstable(other), "{other}");
        }
    }
}

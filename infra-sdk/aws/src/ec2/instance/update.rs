//! What EC2 changes of a running instance.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::modify_instance_attribute::builders::ModifyInstanceAttributeFluentBuilder;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, AttributeValue, EbsInstanceBlockDeviceSpecification, Filter, IamInstanceProfileSpecification, Instance as Told,
    InstanceBlockDeviceMappingSpecification, InstanceCreditSpecificationRequest,
};
use infra_apply::{Class, ProviderError};

use super::live::{by_id, described};
use super::read::{primary_interface, root_volume_id};
use super::{InstanceId, InstanceInputs, RootVolume};
use crate::ec2::tags;
use crate::iam::InstanceProfileName;
use crate::sdk::{amends, changes, failed, set_changes, texts};

pub(super) async fn update(client: &Client, id: &InstanceId, have: &InstanceInputs, want: &InstanceInputs) -> Result<(), ProviderError> {
    attributes(client, id, have, want).await?;
    options(client, id, have, want).await?;
    let interface = set_changes(have.security_groups.as_ref(), want.security_groups.as_ref())
        || changes(have.source_dest_check.as_ref(), want.source_dest_check.as_ref());
    let volume = amends(have.root_volume.as_ref(), want.root_volume.as_ref());
    let volume_tags = changes(have.volume_tags.as_ref(), want.volume_tags.as_ref());
    if interface || volume || volume_tags {
        let told = described(client, vec![by_id([id.as_str()])]).await?.into_iter().next();
        let told = told.ok_or_else(|| ProviderError::new(Class::NotFound, "DescribeInstances", format!("there is no instance {id}")))?;
        self::interface(client, &told, have, want).await?;
        if let (Some(want), true) = (&want.root_volume, volume) {
            root_volume(client, &told, have.root_volume.as_ref(), want).await?;
        }
        if volume_tags {
            for volume in own_volumes(&told, want) {
                tags::update(client, volume, have.volume_tags.as_ref(), want.volume_tags.as_ref()).await?;
            }
        }
    }
    if let (Some(profile), true) = (&want.instance_profile, changes(have.instance_profile.as_ref(), want.instance_profile.as_ref())) {
        instance_profile(client, id, profile).await?;
    }
    tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
}

/// One call for each attribute: the interface takes no more.
async fn attributes(client: &Client, id: &InstanceId, have: &InstanceInputs, want: &InstanceInputs) -> Result<(), ProviderError> {
    let bool = |value: Option<bool>| AttributeBooleanValue::builder().set_value(value).build();
    let call = || client.modify_instance_attribute().instance_id(id.as_str());
    let mut calls: Vec<ModifyInstanceAttributeFluentBuilder> = Vec::new();
    if changes(have.termination_protection.as_ref(), want.termination_protection.as_ref()) {
        calls.push(call().disable_api_termination(bool(want.termination_protection)));
    }
    if changes(have.stop_protection.as_ref(), want.stop_protection.as_ref()) {
        calls.push(call().disable_api_stop(bool(want.stop_protection)));
    }
    if let (Some(word), true) = (want.shutdown_behavior, changes(have.shutdown_behavior.as_ref(), want.shutdown_behavior.as_ref())) {
        calls.push(call().instance_initiated_shutdown_behavior(AttributeValue::builder().value(word.as_str()).build()));
    }
    for call in calls {
        call.send().await.map_err(failed("ModifyInstanceAttribute"))?;
    }
    Ok(())
}

/// What has a call of its own.
async fn options(client: &Client, id: &InstanceId, have: &InstanceInputs, want: &InstanceInputs) -> Result<(), ProviderError> {
    if let (Some(options), true) = (&want.metadata_options, amends(have.metadata_options.as_ref(), want.metadata_options.as_ref())) {
        let call = options.to_change(client.modify_instance_metadata_options().instance_id(id.as_str()));
        call.send().await.map_err(failed("ModifyInstanceMetadataOptions"))?;
    }
    if changes(have.monitoring.as_ref(), want.monitoring.as_ref()) {
        if want.monitoring == Some(true) {
            client.monitor_instances().instance_ids(id.as_str()).send().await.map_err(failed("MonitorInstances"))?;
        } else {
            client.unmonitor_instances().instance_ids(id.as_str()).send().await.map_err(failed("UnmonitorInstances"))?;
        }
    }
    if let (Some(word), true) = (want.cpu_credits, changes(have.cpu_credits.as_ref(), want.cpu_credits.as_ref())) {
        let credits = InstanceCreditSpecificationRequest::builder().instance_id(id.as_str()).cpu_credits(word.as_str()).build();
        let call = client.modify_instance_credit_specification().instance_credit_specifications(credits);
        let answer = call.send().await.map_err(failed("ModifyInstanceCreditSpecification"))?;
        if let Some(error) = answer.unsuccessful_instance_credit_specifications().first().and_then(|one| one.error()) {
            let message = error.message().unwrap_or("the service gave no reason");
            return Err(ProviderError::new(Class::Invalid, "ModifyInstanceCreditSpecification", message));
        }
    }
    if let (Some(word), true) = (want.auto_recovery, changes(have.auto_recovery.as_ref(), want.auto_recovery.as_ref())) {
        let call = client.modify_instance_maintenance_options().instance_id(id.as_str()).auto_recovery(word.as_str().into());
        call.send().await.map_err(failed("ModifyInstanceMaintenanceOptions"))?;
    }
    let capacity = amends(have.capacity_reservation.as_ref(), want.capacity_reservation.as_ref());
    if let (Some(capacity), true) = (&want.capacity_reservation, capacity) {
        let call = client.modify_instance_capacity_reservation_attributes().instance_id(id.as_str());
        let call = call.capacity_reservation_specification(capacity.to_launch());
        call.send().await.map_err(failed("ModifyInstanceCapacityReservationAttributes"))?;
    }
    let names = amends(have.private_dns_name_options.as_ref(), want.private_dns_name_options.as_ref());
    if let (Some(names), true) = (&want.private_dns_name_options, names) {
        let call = client
            .modify_private_dns_name_options()
            .instance_id(id.as_str())
            .set_enable_resource_name_dns_a_record(names.a_record)
            .set_enable_resource_name_dns_aaaa_record(names.aaaa_record);
        call.send().await.map_err(failed("ModifyPrivateDnsNameOptions"))?;
    }
    Ok(())
}

/// Through the primary interface: the instance's own call refuses where there are several.
async fn interface(client: &Client, told: &Told, have: &InstanceInputs, want: &InstanceInputs) -> Result<(), ProviderError> {
    let primary = primary_interface(told).and_then(|interface| interface.network_interface_id()).unwrap_or_default();
    if set_changes(have.security_groups.as_ref(), want.security_groups.as_ref()) {
        let call = client.modify_network_interface_attribute().network_interface_id(primary);
        let call = call.set_groups(texts(want.security_groups.as_deref()));
        call.send().await.map_err(failed("ModifyNetworkInterfaceAttribute"))?;
    }
    if changes(have.source_dest_check.as_ref(), want.source_dest_check.as_ref()) {
        let value = AttributeBooleanValue::builder().set_value(want.source_dest_check).build();
        let call = client.modify_network_interface_attribute().network_interface_id(primary).source_dest_check(value);
        call.send().await.map_err(failed("ModifyNetworkInterfaceAttribute"))?;
    }
    Ok(())
}

async fn root_volume(client: &Client, told: &Told, have: Option<&RootVolume>, want: &RootVolume) -> Result<(), ProviderError> {
    let grown = changes(have.and_then(|have| have.size.as_ref()), want.size.as_ref())
        || changes(have.and_then(|have| have.volume_type.as_ref()), want.volume_type.as_ref())
        || changes(have.and_then(|have| have.iops.as_ref()), want.iops.as_ref())
        || changes(have.and_then(|have| have.throughput.as_ref()), want.throughput.as_ref());
    if grown {
        let call = client
            .modify_volume()
            .volume_id(root_volume_id(told).unwrap_or_default())
            .set_size(want.size)
            .set_volume_type(want.volume_type.map(|word| word.as_str().into()))
            .set_iops(want.iops)
            .set_throughput(want.throughput);
        call.send().await.map_err(failed("ModifyVolume"))?;
    }
    if changes(have.and_then(|have| have.delete_on_termination.as_ref()), want.delete_on_termination.as_ref()) {
        let ebs = EbsInstanceBlockDeviceSpecification::builder().set_delete_on_termination(want.delete_on_termination).build();
        let device = told.root_device_name().unwrap_or_default();
        let mapping = InstanceBlockDeviceMappingSpecification::builder().device_name(device).ebs(ebs).build();
        let call = client.modify_instance_attribute().instance_id(told.instance_id().unwrap_or_default()).block_device_mappings(mapping);
        call.send().await.map_err(failed("ModifyInstanceAttribute"))?;
    }
    Ok(())
}

/// The root volume and those that `volumes` names; others were attached by somebody else, who tags them.
fn own_volumes<'a>(told: &'a Told, want: &InstanceInputs) -> Vec<&'a str> {
    let named = |device: Option<&str>| want.volumes.iter().flatten().any(|volume| Some(volume.device_name.as_str()) == device);
    let own = told.block_device_mappings().iter().filter(|one| one.device_name() == told.root_device_name() || named(one.device_name()));
    own.filter_map(|one| one.ebs()?.volume_id()).collect()
}

async fn instance_profile(client: &Client, id: &InstanceId, name: &InstanceProfileName) -> Result<(), ProviderError> {
    let unknown = |error: ProviderError| {
        // A profile that was just made is known to EC2 some seconds later; the code says no more than "invalid".
        error.class_if(Class::NotYet, |error| error.message.to_ascii_lowercase().contains("iam instance profile"))
    };
    let filter = |name: &str, values: &[&str]| {
        Filter::builder().name(name).set_values(Some(values.iter().copied().map(str::to_owned).collect())).build()
    };
    let current = client
        .describe_iam_instance_profile_associations()
        .filters(filter("instance-id", &[id.as_str()]))
        .filters(filter("state", &["associating", "associated"]));
    let current = current.send().await.map_err(failed("DescribeIamInstanceProfileAssociations"))?;
    let profile = IamInstanceProfileSpecification::builder().name(name.as_str()).build();
    match current.iam_instance_profile_associations().first().and_then(|association| association.association_id()) {
        Some(association) => {
            let call = client.replace_iam_instance_profile_association().association_id(association).iam_instance_profile(profile);
            call.send().await.map_err(failed("ReplaceIamInstanceProfileAssociation")).map_err(unknown)?;
        }
        None => {
            let call = client.associate_iam_instance_profile().instance_id(id.as_str()).iam_instance_profile(profile);
            call.send().await.map_err(failed("AssociateIamInstanceProfile")).map_err(unknown)?;
        }
    }
    Ok(())
}

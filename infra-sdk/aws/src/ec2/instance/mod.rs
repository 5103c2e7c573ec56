//! An instance: a virtual machine.

#[cfg(feature = "ec2")]
mod create;
#[cfg(feature = "ec2")]
mod live;
#[cfg(feature = "ec2")]
mod read;
mod root_volume;
#[cfg(feature = "ec2")]
mod update;

use infra_core::{Block, Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use super::block_device::BlockDevice;
use super::launch::{
    AutoRecovery, BandwidthWeighting, CapacityReservation, CpuCredits, CpuOptions, InstanceTenancy, PrivateDnsNameOptions, ShutdownBehavior,
};
use super::{KeyPairName, LaunchInterface, LaunchTemplateId, MarketOptions, MetadataOptions, SecurityGroupId, SubnetId, VpcId};
use crate::iam::InstanceProfileName;

pub use root_volume::{RootVolume, RootVolumeBuilder};

/// A launch template, and which of its versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct TemplateVersion {
    /// The template.
    #[input(cloud = "LaunchTemplateId")]
    pub template: LaunchTemplateId,
    /// The version: a number, `$Latest` or `$Default`. Default: the template's default version.
    pub version: Option<String>,
}

/// An instance: a virtual machine in a subnet.
///
/// What AWS changes on a stopped instance only (its type, user data, EBS optimization, tenancy, …) replaces it: an
/// update here is calls without a wait between them, and an instance takes minutes to stop. User data would not run
/// again in any case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Instance, id = InstanceId, outputs = InstanceOutputs, kind = "aws:ec2/instance", cloud = "AWS::EC2::Instance",
    iam(
        "ec2:DescribeInstances", "ec2:DescribeInstanceAttribute", "ec2:DescribeInstanceCreditSpecifications",
        "ec2:DescribeVolumes", "ec2:DescribeImages", "ec2:DescribeIamInstanceProfileAssociations",
        create("ec2:RunInstances", "ec2:CreateTags", "iam:PassRole"),
        update(
            "ec2:ModifyInstanceAttribute", "ec2:ModifyInstanceMetadataOptions", "ec2:ModifyInstanceCreditSpecification",
            "ec2:ModifyInstanceMaintenanceOptions", "ec2:ModifyInstanceCapacityReservationAttributes",
            "ec2:ModifyNetworkInterfaceAttribute", "ec2:ModifyPrivateDnsNameOptions", "ec2:ModifyVolume", "ec2:MonitorInstances",
            "ec2:UnmonitorInstances", "ec2:AssociateIamInstanceProfile", "ec2:ReplaceIamInstanceProfileAssociation",
            "ec2:CreateTags", "ec2:DeleteTags", "iam:PassRole",
        ),
        delete("ec2:CancelSpotInstanceRequests", "ec2:TerminateInstances"),
    ),
    without(
        AdditionalInfo = "reserved by AWS",
        ElasticGpuSpecifications = "Amazon Elastic Graphics is no more",
        ElasticInferenceAccelerators = "Amazon Elastic Inference is no more",
        SecurityGroups = "names of groups in the default VPC; `security_groups` takes the ids",
        Volumes = "attachments have a lifecycle of their own",
        SsmAssociations = "an object of Systems Manager, not of EC2",
    ),
)]
pub struct InstanceInputs {
    /// The image it starts from, as in `ami-0123`. Required unless the launch template has one.
    #[input(replace, cloud = "ImageId")]
    pub image: Option<String>,
    /// The type, as in `t3.micro`: how many processors, how much memory. Required unless the launch template has one.
    #[input(replace)]
    pub instance_type: Option<String>,
    /// The launch template that says what is not said here.
    #[input(replace, write_only)]
    pub launch_template: Option<TemplateVersion>,
    /// The subnet its primary interface is in. Default: one of the default VPC.
    #[input(replace, cloud = "SubnetId")]
    pub subnet: Option<SubnetId>,
    /// The security groups of its primary interface. Default: the VPC's default group.
    #[input(set, cloud = "SecurityGroupIds")]
    pub security_groups: Option<Vec<SecurityGroupId>>,
    /// Whether it gets a public IPv4 address. Default: as the subnet says. Not together with `network_interfaces`.
    // What AWS tells is the address of the moment, which an elastic address or a stop changes.
    #[input(replace, write_only, cloud = "NetworkInterfaces/AssociatePublicIpAddress")]
    pub public_address: Option<bool>,
    /// Its primary private IPv4 address. Default: a free one of the subnet.
    #[input(replace)]
    pub private_ip_address: Option<String>,
    /// How many IPv6 addresses it gets, which AWS chooses. Default: as the subnet says.
    #[input(replace, write_only)]
    pub ipv6_address_count: Option<i32>,
    /// Its IPv6 addresses, from the subnet's range.
    #[input(replace, write_only, set)]
    pub ipv6_addresses: Option<Vec<String>>,
    /// All its network interfaces, instead of `subnet`, `security_groups` and the addresses.
    // Interfaces that are attached later are no difference, so only what was asked at the launch is compared.
    #[input(
        replace,
        write_only,
        unlike_cloud = "RunInstances takes all that a launch template does, with other names than CloudFormation"
    )]
    pub network_interfaces: Option<Vec<LaunchInterface>>,
    /// Whether only packets from or to itself pass; false for one that routes for others. Default: true.
    pub source_dest_check: Option<bool>,
    /// The key pair that lets in over SSH.
    #[input(replace, cloud = "KeyName")]
    pub key_pair: Option<KeyPairName>,
    /// The instance profile, whose role its programs have.
    #[input(cloud = "IamInstanceProfile")]
    pub instance_profile: Option<InstanceProfileName>,
    /// What runs at the first start: a script or cloud-init's configuration, in clear, up to 16 KiB.
    #[input(replace)]
    pub user_data: Option<String>,
    /// The volume it starts from. Default: as the image says.
    #[input(
        cloud = "BlockDeviceMappings",
        unlike_cloud = "CloudFormation lists it among the other devices, by a device name that only the image knows"
    )]
    pub root_volume: Option<RootVolume>,
    /// Further volumes that are made with it, and devices of the image that are left out.
    // AWS does not tell which of an instance's volumes are from here, from the image, or were attached later.
    #[input(
        replace,
        write_only,
        set,
        cloud = "BlockDeviceMappings",
        unlike_cloud = "RunInstances takes all that a launch template does, and CloudFormation less"
    )]
    pub volumes: Option<Vec<BlockDevice>>,
    /// Whether the volumes that are made with it get its tags. Default: false.
    #[input(write_only, cloud = "PropagateTagsToVolumeOnCreation")]
    pub propagate_tags_to_volumes: Option<bool>,
    /// Tags of the root volume and of `volumes`. Not together with `propagate_tags_to_volumes`.
    #[input(unlike_cloud = "RunInstances takes it and CloudFormation does not")]
    pub volume_tags: Option<Tags>,
    /// Whether volumes have bandwidth of their own. Default: as the type says.
    #[input(replace)]
    pub ebs_optimized: Option<bool>,
    /// The zone, as in `us-west-2a`. Default: the subnet's.
    #[input(replace)]
    pub availability_zone: Option<String>,
    /// On whose hosts it runs. Default: as the VPC says.
    #[input(replace)]
    pub tenancy: Option<InstanceTenancy>,
    /// The placement group, by name.
    #[input(replace, cloud = "PlacementGroupName")]
    pub placement_group: Option<String>,
    /// The partition of the placement group, from 1 to 7.
    #[input(replace, cloud = "PlacementPartitionNumber", unlike_cloud = "RunInstances takes it and CloudFormation does not")]
    pub partition_number: Option<i32>,
    /// The dedicated host, by id, for the tenancy `host`.
    #[input(replace, cloud = "HostId")]
    pub host: Option<String>,
    /// The host resource group, by ARN, on whose hosts it runs.
    #[input(replace, cloud = "HostResourceGroupArn")]
    pub host_resource_group: Option<String>,
    /// Whether it always starts on the same dedicated host: `default` or `host`.
    #[input(replace)]
    pub affinity: Option<String>,
    /// How it is paid for. Default: on demand.
    // AWS tells no more than that it is a spot instance.
    #[input(replace, write_only, cloud = "InstanceMarketOptions", unlike_cloud = "RunInstances takes it and CloudFormation does not")]
    pub market: Option<MarketOptions>,
    /// Which capacity reservation it runs in. Default: an open one that fits.
    #[input(cloud = "CapacityReservationSpecification", unlike_cloud = "RunInstances takes it and CloudFormation does not")]
    pub capacity_reservation: Option<CapacityReservation>,
    /// The processor, other than the type says.
    #[input(replace, unlike_cloud = "RunInstances takes all that a launch template does, and CloudFormation less")]
    pub cpu_options: Option<CpuOptions>,
    /// What a burstable one does when its credits are used up. Default: `unlimited`, but for t2 `standard`.
    #[input(cloud = "CreditSpecification/CPUCredits")]
    pub cpu_credits: Option<CpuCredits>,
    /// Its metadata service.
    pub metadata_options: Option<MetadataOptions>,
    /// Whether its measures come every minute instead of every five, at a price. Default: false.
    pub monitoring: Option<bool>,
    /// Whether it is protected from being ended, by this program too. Default: false.
    #[input(cloud = "DisableApiTermination")]
    pub termination_protection: Option<bool>,
    /// Whether it is protected from being stopped. Default: false.
    #[input(cloud = "DisableApiStop", unlike_cloud = "RunInstances takes it and CloudFormation does not")]
    pub stop_protection: Option<bool>,
    /// What a shutdown from within does. Default: it stops.
    #[input(cloud = "InstanceInitiatedShutdownBehavior")]
    pub shutdown_behavior: Option<ShutdownBehavior>,
    /// Whether AWS moves it off a failing host. Default: where the type allows.
    #[input(cloud = "MaintenanceOptions/AutoRecovery", unlike_cloud = "RunInstances takes it and CloudFormation does not")]
    pub auto_recovery: Option<AutoRecovery>,
    /// How its bandwidth is shared between network and volumes. Default: as the type says.
    #[input(
        replace,
        cloud = "NetworkPerformanceOptions/BandwidthWeighting",
        unlike_cloud = "RunInstances takes it and CloudFormation does not"
    )]
    pub bandwidth_weighting: Option<BandwidthWeighting>,
    /// Whether it can hibernate; its root volume must be encrypted. Default: false.
    #[input(replace, cloud = "HibernationOptions/Configured")]
    pub hibernation: Option<bool>,
    /// Whether it can run Nitro Enclaves. Default: false.
    #[input(replace, cloud = "EnclaveOptions/Enabled")]
    pub enclaves: Option<bool>,
    /// Its private DNS names. Default: as the subnet says.
    pub private_dns_name_options: Option<PrivateDnsNameOptions>,
    /// License configurations, by ARN.
    #[input(replace, set, cloud = "LicenseSpecifications")]
    pub license_configurations: Option<Vec<String>>,
    /// The kernel, by id, for images that have none.
    #[input(replace, cloud = "KernelId")]
    pub kernel: Option<String>,
    /// The RAM disk, by id, for images that have none.
    #[input(replace, cloud = "RamdiskId")]
    pub ramdisk: Option<String>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of an [`Instance`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Instance)]
pub struct InstanceOutputs {
    /// Its primary private IPv4 address.
    #[output(stable, echo = "private_ip_address")]
    pub private_ip: String,
    /// Its private DNS name.
    #[output(stable)]
    pub private_dns_name: String,
    /// Its public IPv4 address; empty where it has none.
    #[output(stable)]
    pub public_ip: String,
    /// Its public DNS name; empty where it has none.
    #[output(stable)]
    pub public_dns_name: String,
    /// The zone it is in.
    #[output(stable, echo)]
    pub availability_zone: String,
    /// The VPC it is in.
    #[output(stable)]
    pub vpc: VpcId,
    /// When it was last started, as in `2026-01-31T12:00:00Z`.
    pub launched: String,
    /// The request for a spot instance that made it, by id; empty where none did.
    #[output(stable)]
    pub spot_request: String,
    /// Its primary network interface, by id.
    #[output(stable)]
    pub primary_network_interface: String,
    /// The volume it starts from, by id; empty where that is no EBS volume.
    #[output(stable)]
    pub root_volume_id: String,
}

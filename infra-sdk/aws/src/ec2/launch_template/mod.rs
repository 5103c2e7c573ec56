//! A launch template: what instances are to be like, kept in versions.

mod dns_names;
#[cfg(feature = "ec2")]
mod live;
#[cfg(feature = "ec2")]
mod read;
#[cfg(feature = "ec2")]
mod write;

use infra_core::{Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use super::block_device::BlockDevice;
use super::launch::{AutoRecovery, BandwidthWeighting, CapacityReservation, CpuCredits, CpuOptions, InstanceTenancy, ShutdownBehavior};
use super::{InstanceRequirements, KeyPairName, LaunchInterface, MarketOptions, MetadataOptions, SecurityGroupId};
use crate::iam::InstanceProfileName;

pub use dns_names::{TemplateDnsNames, TemplateDnsNamesBuilder};

/// A launch template: what instances are to be like, for auto scaling groups and launches that refer to it.
///
/// A change makes a new version and makes it the default one; older versions stay. What is here is the default
/// version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = LaunchTemplate, id = LaunchTemplateId, outputs = LaunchTemplateOutputs, kind = "aws:ec2/launch-template",
    cloud = "AWS::EC2::LaunchTemplate",
    iam(
        "ec2:DescribeLaunchTemplates", "ec2:DescribeLaunchTemplateVersions",
        create("ec2:CreateLaunchTemplate", "ec2:CreateTags"),
        update("ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate", "ec2:CreateTags", "ec2:DeleteTags"),
        delete("ec2:DeleteLaunchTemplate"),
    ),
    without("LaunchTemplateData/SecurityGroups" = "names of groups in the default VPC; `security_groups` takes the ids"),
)]
pub struct LaunchTemplateInputs {
    /// Its name, from 3 to 128 letters, digits and `().-/_`, unique in the region. Default: one made of the stack's and
    /// the resource's.
    #[input(name = 128, replace, cloud = "LaunchTemplateName")]
    pub name: Option<String>,
    /// What the version is for, up to 255 characters.
    pub version_description: Option<String>,
    /// The image instances start from, as in `ami-0123`, or `resolve:ssm:NAME` for one that a parameter names.
    #[input(cloud = "LaunchTemplateData/ImageId")]
    pub image: Option<String>,
    /// The type, as in `t3.micro`. Not together with `instance_requirements`.
    #[input(cloud = "LaunchTemplateData/InstanceType")]
    pub instance_type: Option<String>,
    /// What the type must have, instead of its name.
    #[input(cloud = "LaunchTemplateData/InstanceRequirements")]
    pub instance_requirements: Option<InstanceRequirements>,
    /// The security groups. Not together with `network_interfaces`, which have their own.
    #[input(set, cloud = "LaunchTemplateData/SecurityGroupIds")]
    pub security_groups: Option<Vec<SecurityGroupId>>,
    /// The network interfaces.
    #[input(cloud = "LaunchTemplateData/NetworkInterfaces")]
    pub network_interfaces: Option<Vec<LaunchInterface>>,
    /// The key pair that lets in over SSH.
    #[input(cloud = "LaunchTemplateData/KeyName")]
    pub key_pair: Option<KeyPairName>,
    /// The instance profile, whose role the programs on an instance have.
    #[input(cloud = "LaunchTemplateData/IamInstanceProfile/Name")]
    pub instance_profile: Option<InstanceProfileName>,
    /// What runs at the first start: a script or cloud-init's configuration, in clear, up to 16 KiB.
    #[input(cloud = "LaunchTemplateData/UserData")]
    pub user_data: Option<String>,
    /// The volumes, by device, in an order that is kept; those of the image that are not named are made as it says.
    #[input(cloud = "LaunchTemplateData/BlockDeviceMappings")]
    pub block_devices: Option<Vec<BlockDevice>>,
    /// Whether volumes have bandwidth of their own. Default: as the type says.
    #[input(cloud = "LaunchTemplateData/EbsOptimized")]
    pub ebs_optimized: Option<bool>,
    /// The zone, as in `us-west-2a`.
    #[input(cloud = "LaunchTemplateData/Placement/AvailabilityZone")]
    pub availability_zone: Option<String>,
    /// On whose hosts instances run. Default: as the VPC says.
    #[input(cloud = "LaunchTemplateData/Placement/Tenancy")]
    pub tenancy: Option<InstanceTenancy>,
    /// The placement group, by name.
    #[input(cloud = "LaunchTemplateData/Placement/GroupName")]
    pub placement_group: Option<String>,
    /// The placement group, by id, where another account shares it.
    #[input(cloud = "LaunchTemplateData/Placement/GroupId")]
    pub shared_placement_group: Option<String>,
    /// The partition of the placement group, from 1 to 7.
    #[input(cloud = "LaunchTemplateData/Placement/PartitionNumber")]
    pub partition_number: Option<i32>,
    /// The dedicated host, by id, for the tenancy `host`.
    #[input(cloud = "LaunchTemplateData/Placement/HostId")]
    pub host: Option<String>,
    /// The host resource group, by ARN.
    #[input(cloud = "LaunchTemplateData/Placement/HostResourceGroupArn")]
    pub host_resource_group: Option<String>,
    /// Whether an instance always starts on the same dedicated host: `default` or `host`.
    #[input(cloud = "LaunchTemplateData/Placement/Affinity")]
    pub affinity: Option<String>,
    /// How instances are paid for. Default: on demand.
    #[input(cloud = "LaunchTemplateData/InstanceMarketOptions")]
    pub market: Option<MarketOptions>,
    /// Which capacity reservation instances run in. Default: an open one that fits.
    #[input(cloud = "LaunchTemplateData/CapacityReservationSpecification")]
    pub capacity_reservation: Option<CapacityReservation>,
    /// The processor, other than the type says.
    #[input(cloud = "LaunchTemplateData/CpuOptions")]
    pub cpu_options: Option<CpuOptions>,
    /// What a burstable instance does when its credits are used up. Default: `unlimited`, but for t2 `standard`.
    #[input(cloud = "LaunchTemplateData/CreditSpecification/CpuCredits")]
    pub cpu_credits: Option<CpuCredits>,
    /// The metadata service.
    #[input(cloud = "LaunchTemplateData/MetadataOptions")]
    pub metadata_options: Option<MetadataOptions>,
    /// Whether measures come every minute instead of every five, at a price. Default: false.
    #[input(cloud = "LaunchTemplateData/Monitoring/Enabled")]
    pub monitoring: Option<bool>,
    /// Whether instances are protected from being ended. Default: false.
    #[input(cloud = "LaunchTemplateData/DisableApiTermination")]
    pub termination_protection: Option<bool>,
    /// Whether instances are protected from being stopped. Default: false.
    #[input(cloud = "LaunchTemplateData/DisableApiStop")]
    pub stop_protection: Option<bool>,
    /// What a shutdown from within does. Default: the instance stops.
    #[input(cloud = "LaunchTemplateData/InstanceInitiatedShutdownBehavior")]
    pub shutdown_behavior: Option<ShutdownBehavior>,
    /// Whether AWS moves an instance off a failing host. Default: where the type allows.
    #[input(cloud = "LaunchTemplateData/MaintenanceOptions/AutoRecovery")]
    pub auto_recovery: Option<AutoRecovery>,
    /// How bandwidth is shared between network and volumes. Default: as the type says.
    #[input(cloud = "LaunchTemplateData/NetworkPerformanceOptions/BandwidthWeighting")]
    pub bandwidth_weighting: Option<BandwidthWeighting>,
    /// Whether instances can hibernate; their root volume must be encrypted. Default: false.
    #[input(cloud = "LaunchTemplateData/HibernationOptions/Configured")]
    pub hibernation: Option<bool>,
    /// Whether instances can run Nitro Enclaves. Default: false.
    #[input(cloud = "LaunchTemplateData/EnclaveOptions/Enabled")]
    pub enclaves: Option<bool>,
    /// The private DNS names. Default: as the subnet says.
    #[input(cloud = "LaunchTemplateData/PrivateDnsNameOptions")]
    pub private_dns_name_options: Option<TemplateDnsNames>,
    /// License configurations, by ARN.
    #[input(set, cloud = "LaunchTemplateData/LicenseSpecifications")]
    pub license_configurations: Option<Vec<String>>,
    /// The kernel, by id, for images that have none.
    #[input(cloud = "LaunchTemplateData/KernelId")]
    pub kernel: Option<String>,
    /// The RAM disk, by id, for images that have none.
    #[input(cloud = "LaunchTemplateData/RamDiskId")]
    pub ramdisk: Option<String>,
    /// Tags of the instances.
    #[input(cloud = "LaunchTemplateData/TagSpecifications")]
    pub instance_tags: Option<Tags>,
    /// Tags of their volumes.
    #[input(cloud = "LaunchTemplateData/TagSpecifications")]
    pub volume_tags: Option<Tags>,
    /// Tags of their network interfaces.
    #[input(cloud = "LaunchTemplateData/TagSpecifications")]
    pub network_interface_tags: Option<Tags>,
    /// Tags of their requests for spare capacity.
    #[input(cloud = "LaunchTemplateData/TagSpecifications")]
    pub spot_request_tags: Option<Tags>,
    /// Tags of the template itself.
    #[input(cloud = "TagSpecifications")]
    pub tags: Option<Tags>,
}

/// What AWS says of a [`LaunchTemplate`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = LaunchTemplate)]
pub struct LaunchTemplateOutputs {
    /// Its name.
    #[output(stable, echo)]
    pub name: String,
    /// The number of the newest version, as text: what a group that is to follow each change refers to.
    pub latest_version: String,
    /// The number of the default version, as text.
    pub default_version: String,
}

//! EC2 and VPC.

mod availability_zones;
mod block_device;
mod default_vpc;
mod instance;
mod instance_requirements;
mod key_pair;
mod launch;
mod launch_interface;
mod launch_template;
mod market_options;
mod metadata_options;
mod newest_image;
mod security_group;
mod subnet;
#[cfg(feature = "ec2")]
mod tags;
mod vpc;

pub use availability_zones::AvailabilityZones;
pub use block_device::{BlockDevice, BlockDeviceBuilder, VolumeType};
pub use default_vpc::{DefaultNetwork, DefaultSubnet, DefaultVpc};
pub use instance::{
    Instance, InstanceBuilder, InstanceId, InstanceInputs, InstanceOutputs, RootVolume, RootVolumeBuilder, TemplateVersion,
    TemplateVersionBuilder,
};
pub use instance_requirements::{
    AmountRange, AmountRangeBuilder, CountRange, CountRangeBuilder, Inclusion, InstanceRequirements, InstanceRequirementsBuilder,
};
pub use key_pair::{KeyPair, KeyPairBuilder, KeyPairInputs, KeyPairName, KeyPairOutputs};
pub use launch::{
    AutoRecovery, BandwidthWeighting, CapacityReservation, CapacityReservationBuilder, CapacityReservationPreference, CpuCredits,
    CpuOptions, CpuOptionsBuilder, HostnameType, InstanceTenancy, PrivateDnsNameOptions, PrivateDnsNameOptionsBuilder, ShutdownBehavior,
    Switch,
};
pub use launch_interface::{
    ConnectionTracking, ConnectionTrackingBuilder, LaunchInterface, LaunchInterfaceBuilder, PrivateAddress, PrivateAddressBuilder,
};
pub use launch_template::{LaunchTemplate, LaunchTemplateBuilder, LaunchTemplateId, LaunchTemplateInputs, LaunchTemplateOutputs};
pub use market_options::{InterruptionBehavior, MarketOptions, MarketOptionsBuilder, MarketType, SpotType};
pub use metadata_options::{MetadataOptions, MetadataOptionsBuilder, MetadataTokens};
pub use newest_image::{Architecture, Image, NewestImage};
pub use security_group::{SecurityGroup, SecurityGroupId, SecurityGroupInputs};
pub use subnet::{Subnet, SubnetId, SubnetInputs, SubnetOutputs};
pub use vpc::{Tenancy, Vpc, VpcId, VpcInputs, VpcOutputs};

crate::resources!("ec2", aws_sdk_ec2::Client: Instance, KeyPair, LaunchTemplate, Subnet, Vpc; lookups: AvailabilityZones, DefaultVpc, NewestImage);

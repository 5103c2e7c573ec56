//! EC2 and VPC.

mod availability_zones;
mod block_device;
#[cfg(feature = "ec2")]
mod call;
#[cfg(feature = "ec2")]
mod cidr;
mod default_vpc;
mod elastic_ip;
mod ids;
mod instance;
mod instance_requirements;
mod internet_gateway;
mod key_pair;
mod launch;
mod launch_interface;
mod launch_template;
mod market_options;
mod metadata_options;
mod nat_gateway;
mod newest_image;
mod route;
mod route_table;
mod route_table_association;
mod security_group;
mod subnet;
#[cfg(feature = "ec2")]
mod tags;
mod vpc;

pub use availability_zones::AvailabilityZones;
pub use block_device::{BlockDevice, BlockDeviceBuilder, VolumeType};
pub use default_vpc::{DefaultNetwork, DefaultSubnet, DefaultVpc};
pub use elastic_ip::{AllocationId, ElasticIp, ElasticIpInputs, ElasticIpOutputs};
pub use ids::{
    CarrierGatewayId, EgressOnlyInternetGatewayId, GatewayId, IpamPoolId, LocalGatewayId, NetworkInterfaceId, PrefixListId,
    TransitGatewayId, VpcEndpointId, VpcPeeringConnectionId,
};
pub use instance::{
    Instance, InstanceBuilder, InstanceId, InstanceInputs, InstanceOutputs, RootVolume, RootVolumeBuilder, TemplateVersion,
    TemplateVersionBuilder,
};
pub use instance_requirements::{
    AmountRange, AmountRangeBuilder, CountRange, CountRangeBuilder, Inclusion, InstanceRequirements, InstanceRequirementsBuilder,
};
pub use internet_gateway::{InternetGateway, InternetGatewayId, InternetGatewayInputs, InternetGatewayOutputs};
pub use key_pair::{KeyPair, KeyPairBuilder, KeyPairInputs, KeyPairName, KeyPairOutputs};
pub use launch::{
    AutoRecovery, BandwidthWeighting, CapacityReservation, CapacityReservationBuilder, CapacityReservationPreference, CpuCredits,
    CpuOptions, CpuOptionsBuilder, HostnameType, InstanceTenancy, PrivateDnsNameOptions, PrivateDnsNameOptionsBuilder, ShutdownBehavior,
    Switch,
};
pub use launch_interface::{
    ConnectionTracking, ConnectionTrackingBuilder, LaunchInterface, LaunchInterfaceBuilder, PrivateAddress, PrivateAddressBuilder,
};
pub use launch_template::{
    LaunchTemplate, LaunchTemplateBuilder, LaunchTemplateId, LaunchTemplateInputs, LaunchTemplateOutputs, TemplateDnsNames,
    TemplateDnsNamesBuilder,
};
pub use market_options::{InterruptionBehavior, MarketOptions, MarketOptionsBuilder, MarketType, SpotType};
pub use metadata_options::{MetadataOptions, MetadataOptionsBuilder, MetadataTokens};
pub use nat_gateway::{
    AvailabilityMode, AvailabilityZoneAddress, ConnectivityType, NatGateway, NatGatewayId, NatGatewayInputs, NatGatewayOutputs,
};
pub use newest_image::{Architecture, Image, NewestImage};
pub use route::{Route, RouteId, RouteInputs};
pub use route_table::{RouteTable, RouteTableId, RouteTableInputs, RouteTableOutputs};
pub use route_table_association::{
    RouteTableAssociation, RouteTableAssociationId, RouteTableAssociationInputs, RouteTableAssociationOutputs,
};
pub use security_group::{
    Ports, SecurityGroup, SecurityGroupEgress, SecurityGroupEgressId, SecurityGroupEgressInputs, SecurityGroupEgressOutputs,
    SecurityGroupId, SecurityGroupIngress, SecurityGroupIngressId, SecurityGroupIngressInputs, SecurityGroupIngressOutputs,
    SecurityGroupInputs, SecurityGroupOutputs, SecurityGroupRule, SecurityGroupRuleBuilder,
};
pub use subnet::{DnsNamesOnLaunch, DnsNamesOnLaunchBuilder, Subnet, SubnetId, SubnetInputs, SubnetOutputs};
pub use vpc::{Tenancy, Vpc, VpcId, VpcInputs, VpcOutputs};

crate::resources!(
    "ec2", aws_sdk_ec2::Client: ElasticIp, Instance, InternetGateway, KeyPair, LaunchTemplate, NatGateway, Route, RouteTable, RouteTableAssociation, SecurityGroup, SecurityGroupEgress, SecurityGroupIngress, Subnet, Vpc; lookups: AvailabilityZones, DefaultVpc, NewestImage
);

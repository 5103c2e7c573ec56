//! EC2 and VPC.

#[cfg(feature = "ec2")]
mod call;
#[cfg(feature = "ec2")]
mod cidr;
mod elastic_ip;
mod ids;
mod instance;
mod internet_gateway;
mod key_pair;
mod launch_template;
mod nat_gateway;
mod route;
mod route_table;
mod route_table_association;
mod security_group;
mod subnet;
#[cfg(feature = "ec2")]
mod tags;
mod vpc;

pub use elastic_ip::{AllocationId, ElasticIp, ElasticIpInputs, ElasticIpOutputs};
pub use ids::{
    CarrierGatewayId, EgressOnlyInternetGatewayId, GatewayId, IpamPoolId, LocalGatewayId, NetworkInterfaceId, PrefixListId,
    TransitGatewayId, VpcEndpointId, VpcPeeringConnectionId,
};
pub use instance::{Instance, InstanceId, InstanceInputs};
pub use internet_gateway::{InternetGateway, InternetGatewayId, InternetGatewayInputs, InternetGatewayOutputs};
pub use key_pair::{KeyPair, KeyPairInputs, KeyPairName};
pub use launch_template::{LaunchTemplate, LaunchTemplateId, LaunchTemplateInputs};
pub use nat_gateway::{
    AvailabilityMode, AvailabilityZoneAddress, ConnectivityType, NatGateway, NatGatewayId, NatGatewayInputs, NatGatewayOutputs,
};
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
pub use subnet::{HostnameType, PrivateDnsNameOptions, Subnet, SubnetId, SubnetInputs, SubnetOutputs};
pub use vpc::{Tenancy, Vpc, VpcId, VpcInputs, VpcOutputs};

crate::resources!(
    "ec2", aws_sdk_ec2::Client: ElasticIp, InternetGateway, NatGateway, Route, RouteTable, RouteTableAssociation, SecurityGroup,
    SecurityGroupEgress, SecurityGroupIngress, Subnet, Vpc,
);

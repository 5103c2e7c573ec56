//! A NAT gateway.

#[cfg(feature = "ec2")]
mod addresses;

use infra_core::{Block, Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};

use super::{AllocationId, RouteTableId, SubnetId, VpcId};

choices! {
    /// Where a NAT gateway leads to.
    pub enum ConnectivityType {
        /// The internet, by elastic IP addresses.
        Public = "public",
        /// Other VPCs and your own networks.
        Private = "private",
    }
}

choices! {
    /// How far a NAT gateway reaches.
    pub enum AvailabilityMode {
        /// It is in one subnet of one zone.
        Zonal = "zonal",
        /// It is in every zone of its VPC where there are workloads, and in no subnet.
        Regional = "regional",
    }
}

/// The addresses of a regional NAT gateway in one zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct AvailabilityZoneAddress {
    /// The zone, as in `us-west-2a`.
    #[input(unlike_cloud = "AWS would take the id of the zone instead, and tells the name whichever was said")]
    pub availability_zone: String,
    /// The elastic IP addresses it uses there.
    #[input(set, cloud = "AllocationIds")]
    pub allocations: Vec<AllocationId>,
}

/// Lets instances without public addresses reach the internet or other networks, and nobody reach them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = NatGateway, id = NatGatewayId, outputs = NatGatewayOutputs, kind = "aws:ec2/nat-gateway", cloud = "AWS::EC2::NatGateway",
    unique(allocation),
    iam(
        "ec2:DescribeNatGateways",
        create("ec2:CreateNatGateway", "ec2:CreateTags"),
        update(
            "ec2:AssociateNatGatewayAddress", "ec2:DisassociateNatGatewayAddress", "ec2:AssignPrivateNatGatewayAddress",
            "ec2:UnassignPrivateNatGatewayAddress", "ec2:CreateTags", "ec2:DeleteTags",
        ),
        delete("ec2:DeleteNatGateway"),
    ),
)]
pub struct NatGatewayInputs {
    /// The subnet it is in; a public one needs a route to an internet gateway there. Required unless it is regional.
    #[input(replace, cloud = "SubnetId")]
    pub subnet: Option<SubnetId>,
    /// The VPC it is in, if it is regional.
    #[input(replace, cloud = "VpcId")]
    pub vpc: Option<VpcId>,
    /// Whether it is in one zone or in all of its VPC. Default: `zonal`.
    #[input(replace)]
    pub availability_mode: Option<AvailabilityMode>,
    /// Whether it leads to the internet. Default: `public`.
    #[input(replace)]
    pub connectivity_type: Option<ConnectivityType>,
    /// Its elastic IP address. Required of a public zonal one, not allowed for others.
    #[input(replace, cloud = "AllocationId")]
    pub allocation: Option<AllocationId>,
    /// Its private IPv4 address in the subnet. Default: a free one.
    #[input(replace)]
    pub private_ip_address: Option<String>,
    /// More elastic IP addresses of a public zonal one, up to 7 where the quota allows.
    #[input(set, cloud = "SecondaryAllocationIds")]
    pub secondary_allocations: Option<Vec<AllocationId>>,
    /// More private IPv4 addresses: of a public one, one for each of `secondary_allocations`.
    #[input(set)]
    pub secondary_private_ip_addresses: Option<Vec<String>>,
    /// How many more private IPv4 addresses a private one has, from 1 to 31, where they are not listed. Default: 0.
    pub secondary_private_ip_address_count: Option<i32>,
    /// The zones and addresses of a public regional one. Default: AWS sees to it as workloads come and go.
    #[input(set)]
    pub availability_zone_addresses: Option<Vec<AvailabilityZoneAddress>>,
    /// How long connections may last on an address that is taken away, in seconds, from 1 to 4000. Default: 350.
    #[input(write_only)]
    pub max_drain_duration_seconds: Option<i32>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`NatGateway`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = NatGateway)]
pub struct NatGatewayOutputs {
    /// Its first public address; empty if it has none.
    pub public_ip: String,
    /// Its first private address; empty if it is regional.
    pub private_ip: String,
    /// Its first network interface; empty if it is regional.
    pub network_interface: String,
    /// The VPC it is in.
    #[output(stable)]
    pub vpc: VpcId,
    /// Its route table, if it is regional; else empty.
    #[output(stable)]
    pub route_table: RouteTableId,
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types::{self, Filter, NatGatewayState, ResourceType};
    use infra_apply::{Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::addresses::{self, Addresses};
    use super::{AvailabilityMode, ConnectivityType, NatGateway, NatGatewayId, NatGatewayInputs, NatGatewayOutputs};
    use crate::ec2::call::{ids, not_yet, plain, some, text};
    use crate::ec2::{RouteTableId, VpcId, tags};
    use crate::sdk::failed;

    impl Lifecycle for NatGateway {
        type Client = Client;
        const SERVICE: &'static str = "ec2";

        async fn read(client: &Client, gateways: &[NatGatewayId]) -> Result<Vec<Observed<NatGateway>>, ProviderError> {
            let gateways = describe(client, ids("nat-gateway-id", gateways)).await?;
            Ok(gateways.iter().map(observed).collect())
        }

        async fn create(client: &Client, want: &NatGatewayInputs, new: Creation<'_>) -> Result<NatGatewayId, ProviderError> {
            let allocations = |ids: &Vec<super::AllocationId>| ids.iter().map(ToString::to_string).collect();
            let call = client
                .create_nat_gateway()
                .client_token(new.token)
                .set_subnet_id(plain(want.subnet.as_ref()))
                .set_vpc_id(plain(want.vpc.as_ref()))
                .set_availability_mode(want.availability_mode.map(|mode| mode.as_str().into()))
                .set_connectivity_type(want.connectivity_type.map(|of| of.as_str().into()))
                .set_allocation_id(plain(want.allocation.as_ref()))
                .set_private_ip_address(want.private_ip_address.clone())
                .set_secondary_allocation_ids(want.secondary_allocations.as_ref().map(allocations))
                .set_secondary_private_ip_addresses(want.secondary_private_ip_addresses.clone())
                .set_secondary_private_ip_address_count(want.secondary_private_ip_address_count.filter(|count| *count > 0))
                .set_availability_zone_addresses(want.availability_zone_addresses.as_deref().map(addresses::to_sdk))
                .tag_specifications(tags::specification(ResourceType::Natgateway, new.tags));
            let answer = call.send().await.map_err(failed("CreateNatGateway")).map_err(not_yet)?;
            Ok(NatGatewayId::new(answer.nat_gateway().and_then(|gateway| gateway.nat_gateway_id()).unwrap_or_default()))
        }

        async fn update(client: &Client, id: &NatGatewayId, have: &NatGatewayInputs, want: &NatGatewayInputs) -> Result<(), ProviderError> {
            let steps = addresses::steps(have, want);
            if !steps.is_empty() {
                // What is taken away is named by associations, which the inputs do not have.
                let seen = describe(client, ids("nat-gateway-id", std::slice::from_ref(id))).await?;
                let seen = seen.first().map(types::NatGateway::nat_gateway_addresses).unwrap_or_default();
                addresses::apply(client, id, &steps, seen, want.max_drain_duration_seconds).await?;
            }
            tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
        }

        async fn delete(client: &Client, id: &NatGatewayId) -> Result<(), ProviderError> {
            let deleted = client.delete_nat_gateway().nat_gateway_id(id.as_str()).send().await.map_err(failed("DeleteNatGateway"));
            gone_is_success(deleted.map(drop))
        }

        async fn find(client: &Client, _: &NatGatewayInputs, new: Creation<'_>) -> Result<Option<NatGatewayId>, ProviderError> {
            let found = describe(client, tags::token_filter(new.token)).await?;
            Ok(found.first().and_then(|gateway| gateway.nat_gateway_id()).map(NatGatewayId::new))
        }
    }

    /// The gateways that a filter lets through; AWS lists a deleted one for an hour more.
    async fn describe(client: &Client, filter: Filter) -> Result<Vec<types::NatGateway>, ProviderError> {
        let pages = client.describe_nat_gateways().filter(filter).into_paginator().items().send();
        let mut gateways: Vec<_> = pages.try_collect().await.map_err(failed("DescribeNatGateways"))?;
        gateways.retain(|gateway| gateway.state() != Some(&NatGatewayState::Deleted));
        Ok(gateways)
    }

    fn observed(gateway: &types::NatGateway) -> Observed<NatGateway> {
        let addresses =
            Addresses::of(gateway.nat_gateway_addresses(), gateway.availability_mode() == Some(&types::AvailabilityMode::Regional));
        let first = addresses.first;
        let condition = match Condition::of(gateway.state().map_or("", |state| state.as_str()), &["available"], &["failed"]) {
            Condition::Failed(word) => Condition::Failed(gateway.failure_message().map_or(word, str::to_owned)),
            Condition::Ready => addresses.condition(),
            pending => pending,
        };
        Observed {
            id: NatGatewayId::new(text(gateway.nat_gateway_id())),
            inputs: NatGatewayInputs {
                subnet: some(gateway.subnet_id()),
                vpc: some(gateway.vpc_id()),
                availability_mode: gateway.availability_mode().and_then(|mode| AvailabilityMode::from_word(mode.as_str())),
                connectivity_type: gateway.connectivity_type().and_then(|of| ConnectivityType::from_word(of.as_str())),
                allocation: some(first.and_then(|address| address.allocation_id())),
                private_ip_address: first.and_then(|address| address.private_ip()).map(str::to_owned),
                secondary_allocations: Some(addresses.secondary_allocations()),
                secondary_private_ip_address_count: i32::try_from(addresses.secondary_private_ips().len()).ok(),
                secondary_private_ip_addresses: Some(addresses.secondary_private_ips()),
                availability_zone_addresses: Some(addresses.by_zone()),
                max_drain_duration_seconds: None,
                tags: Some(tags::from_sdk(gateway.tags())),
            },
            outputs: NatGatewayOutputs {
                public_ip: text(addresses.any().and_then(|address| address.public_ip())),
                private_ip: text(first.and_then(|address| address.private_ip())),
                network_interface: text(first.and_then(|address| address.network_interface_id())),
                vpc: VpcId::new(text(gateway.vpc_id())),
                route_table: RouteTableId::new(text(gateway.route_table_id())),
            },
            condition,
        }
    }
}

//! A route in a route table.

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

use super::{
    CarrierGatewayId, EgressOnlyInternetGatewayId, GatewayId, InstanceId, LocalGatewayId, NatGatewayId, NetworkInterfaceId, PrefixListId,
    RouteTableId, TransitGatewayId, VpcEndpointId, VpcPeeringConnectionId,
};

/// Where packets to a range of addresses go. It has exactly one destination (`destination_…`) and exactly one target:
/// all the other fields but the table. Another target takes effect in place, without a gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Route, id = RouteId, outputs = NoOutputs, kind = "aws:ec2/route", cloud = "AWS::EC2::Route",
    iam(
        "ec2:DescribeRouteTables",
        create("ec2:CreateRoute"),
        update("ec2:ReplaceRoute"),
        delete("ec2:DeleteRoute"),
    ),
)]
pub struct RouteInputs {
    /// The table it is in.
    #[input(replace, cloud = "RouteTableId")]
    pub route_table: RouteTableId,
    /// The range of IPv4 addresses that packets go to; `0.0.0.0/0` is all that no other route takes.
    #[input(replace)]
    pub destination_cidr_block: Option<String>,
    /// The range of IPv6 addresses that packets go to; `::/0` is all that no other route takes.
    #[input(replace)]
    pub destination_ipv6_cidr_block: Option<String>,
    /// The prefix list that packets go to.
    #[input(replace, cloud = "DestinationPrefixListId")]
    pub destination_prefix_list: Option<PrefixListId>,
    /// Target: an internet gateway or a virtual private gateway, attached to the VPC.
    #[input(cloud = "GatewayId")]
    pub gateway: Option<GatewayId>,
    /// Target: a NAT gateway. IPv4 only.
    #[input(cloud = "NatGatewayId")]
    pub nat_gateway: Option<NatGatewayId>,
    /// Target: an instance with exactly one network interface, with its source/destination check off.
    #[input(cloud = "InstanceId")]
    pub instance: Option<InstanceId>,
    /// Target: a network interface.
    #[input(cloud = "NetworkInterfaceId")]
    pub network_interface: Option<NetworkInterfaceId>,
    /// Target: a peering connection to another VPC.
    #[input(cloud = "VpcPeeringConnectionId")]
    pub vpc_peering_connection: Option<VpcPeeringConnectionId>,
    /// Target: a transit gateway to which the VPC is attached.
    #[input(cloud = "TransitGatewayId")]
    pub transit_gateway: Option<TransitGatewayId>,
    /// Target: a gateway that lets IPv6 out but not in. IPv6 only.
    #[input(cloud = "EgressOnlyInternetGatewayId")]
    pub egress_only_internet_gateway: Option<EgressOnlyInternetGatewayId>,
    /// Target: the endpoint of a gateway load balancer.
    #[input(cloud = "VpcEndpointId")]
    pub vpc_endpoint: Option<VpcEndpointId>,
    /// Target: the carrier gateway of a Wavelength zone.
    #[input(cloud = "CarrierGatewayId")]
    pub carrier_gateway: Option<CarrierGatewayId>,
    /// Target: the local gateway of an Outpost.
    #[input(cloud = "LocalGatewayId")]
    pub local_gateway: Option<LocalGatewayId>,
    /// Target: the ARN of a Cloud WAN core network.
    #[input(cloud = "CoreNetworkArn")]
    pub core_network: Option<String>,
    /// Target: the ARN of an Oracle Database@AWS network.
    #[input(cloud = "OdbNetworkArn")]
    pub odb_network: Option<String>,
}

impl RouteId {
    /// Of a table's route to a destination: a range of addresses or a prefix list.
    pub fn of(table: &RouteTableId, destination: &str) -> RouteId {
        RouteId::new(format!("{table}|{destination}"))
    }

    /// The table and the destination; `None` if the text is not a route's id.
    pub fn parts(&self) -> Option<(RouteTableId, &str)> {
        self.as_str().split_once('|').map(|(table, destination)| (RouteTableId::new(table), destination))
    }
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types::{self, RouteOrigin};
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
    use infra_core::{NoOutputs, ResourceId};

    use super::{Route, RouteId, RouteInputs};
    use crate::ec2::call::{ids, not_yet, plain, some};
    use crate::ec2::route_table::live::describe;
    use crate::ec2::{RouteTableId, cidr};
    use crate::sdk::failed;

    impl Lifecycle for Route {
        type Client = Client;
        const SERVICE: &'static str = "ec2";

        async fn read(client: &Client, routes: &[RouteId]) -> Result<Vec<Observed<Route>>, ProviderError> {
            let mut tables: Vec<RouteTableId> = routes.iter().filter_map(|id| Some(id.parts()?.0)).collect();
            tables.sort();
            tables.dedup();
            if tables.is_empty() {
                return Ok(Vec::new());
            }
            let tables = describe(client, ids("route-table-id", &tables)).await?;
            let all = tables.iter().flat_map(|table| {
                let id = RouteTableId::new(table.route_table_id().unwrap_or_default());
                // The VPC's own routes and those that gateways propagate are nobody's resource.
                let own = table.routes().iter().filter(|route| matches!(route.origin(), None | Some(RouteOrigin::CreateRoute)));
                own.map(move |route| observed(&id, route))
            });
            Ok(all.filter(|route| routes.contains(&route.id)).collect())
        }

        async fn create(client: &Client, want: &RouteInputs, new: Creation<'_>) -> Result<RouteId, ProviderError> {
            let id = checked("CreateRoute", want)?;
            let call = client
                .create_route()
                .route_table_id(want.route_table.as_str())
                .set_destination_cidr_block(want.destination_cidr_block.clone())
                .set_destination_ipv6_cidr_block(want.destination_ipv6_cidr_block.clone())
                .set_destination_prefix_list_id(plain(want.destination_prefix_list.as_ref()))
                .set_gateway_id(plain(want.gateway.as_ref()))
                .set_nat_gateway_id(plain(want.nat_gateway.as_ref()))
                .set_instance_id(plain(want.instance.as_ref()))
                .set_network_interface_id(plain(want.network_interface.as_ref()))
                .set_vpc_peering_connection_id(plain(want.vpc_peering_connection.as_ref()))
                .set_transit_gateway_id(plain(want.transit_gateway.as_ref()))
                .set_egress_only_internet_gateway_id(plain(want.egress_only_internet_gateway.as_ref()))
                .set_vpc_endpoint_id(plain(want.vpc_endpoint.as_ref()))
                .set_carrier_gateway_id(plain(want.carrier_gateway.as_ref()))
                .set_local_gateway_id(plain(want.local_gateway.as_ref()))
                .set_core_network_arn(want.core_network.clone())
                .set_odb_network_arn(want.odb_network.clone());
            match call.send().await.map_err(failed("CreateRoute")).map_err(not_yet) {
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                other => other.map(|_| id),
            }
        }

        async fn update(client: &Client, _: &RouteId, have: &RouteInputs, want: &RouteInputs) -> Result<(), ProviderError> {
            checked("ReplaceRoute", want)?;
            if same_target(have, want) {
                return Ok(());
            }
            let call = client
                .replace_route()
                .route_table_id(want.route_table.as_str())
                .set_destination_cidr_block(want.destination_cidr_block.clone())
                .set_destination_ipv6_cidr_block(want.destination_ipv6_cidr_block.clone())
                .set_destination_prefix_list_id(plain(want.destination_prefix_list.as_ref()))
                .set_gateway_id(plain(want.gateway.as_ref()))
                .set_nat_gateway_id(plain(want.nat_gateway.as_ref()))
                .set_instance_id(plain(want.instance.as_ref()))
                .set_network_interface_id(plain(want.network_interface.as_ref()))
                .set_vpc_peering_connection_id(plain(want.vpc_peering_connection.as_ref()))
                .set_transit_gateway_id(plain(want.transit_gateway.as_ref()))
                .set_egress_only_internet_gateway_id(plain(want.egress_only_internet_gateway.as_ref()))
                .set_vpc_endpoint_id(plain(want.vpc_endpoint.as_ref()))
                .set_carrier_gateway_id(plain(want.carrier_gateway.as_ref()))
                .set_local_gateway_id(plain(want.local_gateway.as_ref()))
                .set_core_network_arn(want.core_network.clone())
                .set_odb_network_arn(want.odb_network.clone());
            call.send().await.map_err(failed("ReplaceRoute")).map_err(not_yet).map(drop)
        }

        async fn delete(client: &Client, id: &RouteId) -> Result<(), ProviderError> {
            let Some((table, destination)) = id.parts() else { return Ok(()) };
            let call = client.delete_route().route_table_id(table.as_str());
            let call = if destination.starts_with("pl-") {
                call.destination_prefix_list_id(destination)
            } else if destination.contains(':') {
                call.destination_ipv6_cidr_block(destination)
            } else {
                call.destination_cidr_block(destination)
            };
            gone_is_success(call.send().await.map_err(failed("DeleteRoute")).map(drop))
        }

        /// A route has no tags: the one to this destination and target is the one.
        async fn find(client: &Client, want: &RouteInputs, _: Creation<'_>) -> Result<Option<RouteId>, ProviderError> {
            let found = Self::read(client, &[checked("CreateRoute", want)?]).await?;
            Ok(found.into_iter().find(|route| same_target(&route.inputs, want)).map(|route| route.id))
        }
    }

    fn observed(table: &RouteTableId, route: &types::Route) -> Observed<Route> {
        let destination = route.destination_cidr_block().or(route.destination_ipv6_cidr_block()).or(route.destination_prefix_list_id());
        // AWS tells the endpoint of a gateway load balancer as a gateway.
        let (endpoint, gateway) = match route.gateway_id() {
            Some(id) if id.starts_with("vpce-") => (Some(id), None),
            other => (None, other),
        };
        Observed {
            id: RouteId::of(table, destination.unwrap_or_default()),
            inputs: RouteInputs {
                route_table: table.clone(),
                destination_cidr_block: route.destination_cidr_block().map(str::to_owned),
                destination_ipv6_cidr_block: route.destination_ipv6_cidr_block().map(str::to_owned),
                destination_prefix_list: some(route.destination_prefix_list_id()),
                gateway: some(gateway),
                nat_gateway: some(route.nat_gateway_id()),
                instance: some(route.instance_id()),
                network_interface: some(route.network_interface_id()),
                vpc_peering_connection: some(route.vpc_peering_connection_id()),
                transit_gateway: some(route.transit_gateway_id()),
                egress_only_internet_gateway: some(route.egress_only_internet_gateway_id()),
                vpc_endpoint: some(endpoint),
                carrier_gateway: some(route.carrier_gateway_id()),
                local_gateway: some(route.local_gateway_id()),
                core_network: route.core_network_arn().map(str::to_owned),
                odb_network: route.odb_network_arn().map(str::to_owned),
            },
            outputs: NoOutputs {},
            condition: Condition::Ready,
        }
    }

    /// All targets, in one order.
    fn targets(route: &RouteInputs) -> [Option<&str>; 12] {
        fn text<I: ResourceId>(id: Option<&I>) -> Option<&str> {
            id.map(ResourceId::as_str)
        }
        [
            text(route.gateway.as_ref()),
            text(route.nat_gateway.as_ref()),
            text(route.instance.as_ref()),
            text(route.network_interface.as_ref()),
            text(route.vpc_peering_connection.as_ref()),
            text(route.transit_gateway.as_ref()),
            text(route.egress_only_internet_gateway.as_ref()),
            text(route.vpc_endpoint.as_ref()),
            text(route.carrier_gateway.as_ref()),
            text(route.local_gateway.as_ref()),
            route.core_network.as_deref(),
            route.odb_network.as_deref(),
        ]
    }

    /// Whether the wanted target is there; of an instance AWS tells the network interface too.
    fn same_target(have: &RouteInputs, want: &RouteInputs) -> bool {
        targets(have).iter().zip(targets(want)).all(|(have, want)| want.is_none() || *have == want)
    }

    /// The route's id, if it has one destination and one target.
    fn checked(operation: &'static str, want: &RouteInputs) -> Result<RouteId, ProviderError> {
        let destinations = [
            want.destination_cidr_block.as_deref(),
            want.destination_ipv6_cidr_block.as_deref(),
            want.destination_prefix_list.as_ref().map(ResourceId::as_str),
        ];
        let mut destinations = destinations.into_iter().flatten();
        let (Some(destination), None, 1) = (destinations.next(), destinations.next(), targets(want).iter().flatten().count()) else {
            let message = "a route has one destination and one target: set exactly one `destination_…` and exactly one of the targets";
            return Err(ProviderError::new(Class::Invalid, operation, message));
        };
        cidr::check(operation, Some(destination))?;
        Ok(RouteId::of(&want.route_table, destination))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn route() -> RouteInputs {
            let route =
                types::Route::builder().destination_cidr_block("0.0.0.0/0").instance_id("i-1").network_interface_id("eni-1").build();
            observed(&RouteTableId::new("rtb-1"), &route).inputs
        }

        #[test]
        fn a_route_has_one_destination_and_one_target() {
            let one = RouteInputs { network_interface: None, ..route() };
            assert_eq!(checked("CreateRoute", &one).unwrap(), RouteId::new("rtb-1|0.0.0.0/0"));
            let two_targets = route();
            let two_destinations = RouteInputs { destination_ipv6_cidr_block: Some("::/0".into()), ..one.clone() };
            let no_destination = RouteInputs { destination_cidr_block: None, ..one };
            for wrong in [two_targets, two_destinations, no_destination] {
                assert_eq!(checked("CreateRoute", &wrong).unwrap_err().class, Class::Invalid);
            }
        }

        #[test]
        fn an_instance_is_told_with_its_interface_and_is_still_the_same_target() {
            assert!(same_target(&route(), &RouteInputs { network_interface: None, ..route() }));
            assert!(!same_target(&route(), &RouteInputs { instance: Some(crate::ec2::InstanceId::new("i-2")), ..route() }));
        }

        #[test]
        fn an_endpoint_is_told_as_a_gateway_but_is_none() {
            let told = types::Route::builder().destination_cidr_block("0.0.0.0/0").gateway_id("vpce-1").build();
            let inputs = observed(&RouteTableId::new("rtb-1"), &told).inputs;
            assert_eq!((inputs.gateway, inputs.vpc_endpoint.map(|id| id.to_string())), (None, Some("vpce-1".into())));
        }
    }
}

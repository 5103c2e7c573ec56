//! Typed ids of what has no resource here yet but stands in the inputs of others.

use infra_core::{Expr, Input, Output, text_type};

use super::{InternetGateway, InternetGatewayId};

text_type! {
    /// The id of a gateway that is attached to a VPC: an internet gateway (`igw-…`) or a virtual private one (`vgw-…`).
    pub struct GatewayId;
}

text_type! {
    /// The id of a network interface, `eni-…`.
    pub struct NetworkInterfaceId;
}

text_type! {
    /// The id of a peering connection between two VPCs, `pcx-…`.
    pub struct VpcPeeringConnectionId;
}

text_type! {
    /// The id of a transit gateway, `tgw-…`.
    pub struct TransitGatewayId;
}

text_type! {
    /// The id of an internet gateway that lets IPv6 out but not in, `eigw-…`.
    pub struct EgressOnlyInternetGatewayId;
}

text_type! {
    /// The id of a carrier gateway of a Wavelength zone, `cagw-…`.
    pub struct CarrierGatewayId;
}

text_type! {
    /// The id of the local gateway of an Outpost, `lgw-…`.
    pub struct LocalGatewayId;
}

text_type! {
    /// The id of a VPC endpoint, `vpce-…`.
    pub struct VpcEndpointId;
}

text_type! {
    /// The id of a prefix list, `pl-…`: ranges of addresses under one name.
    pub struct PrefixListId;
}

text_type! {
    /// The id of a pool of IP Address Manager, `ipam-pool-…`.
    pub struct IpamPoolId;
}

impl Input<GatewayId> for InternetGatewayId {
    fn into_expr(self) -> Expr {
        Input::<InternetGatewayId>::into_expr(self)
    }
}

impl Input<GatewayId> for &InternetGateway {
    fn into_expr(self) -> Expr {
        self.id().into_expr()
    }
}

impl Input<GatewayId> for Output<InternetGatewayId> {
    fn into_expr(self) -> Expr {
        Output::into_expr(self)
    }
}

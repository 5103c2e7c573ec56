//! Network interfaces that are made, or attached, together with an instance.

use infra_core::Block;
use serde::{Deserialize, Serialize};

use super::{SecurityGroupId, SubnetId};

/// A network interface that an instance starts with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct LaunchInterface {
    /// The place in the order of attachment; 0 is the primary interface.
    pub device_index: Option<i32>,
    /// The subnet it is in. Default: that of the launch.
    #[input(cloud = "SubnetId")]
    pub subnet: Option<SubnetId>,
    /// Its security groups. Default: the VPC's default group.
    #[input(set, cloud = "Groups")]
    pub security_groups: Option<Vec<SecurityGroupId>>,
    /// Whether it gets a public IPv4 address. Default: as the subnet says.
    #[input(cloud = "AssociatePublicIpAddress")]
    pub public_address: Option<bool>,
    /// Whether it gets an address of the carrier, in a Wavelength zone.
    #[input(cloud = "AssociateCarrierIpAddress")]
    pub carrier_address: Option<bool>,
    /// Whether it goes with the instance. Default: true for a new interface.
    pub delete_on_termination: Option<bool>,
    /// A description, up to 255 characters.
    pub description: Option<String>,
    /// What it is for: `interface` (the default), `efa` or `efa-only`.
    pub interface_type: Option<String>,
    /// An existing interface, by id, instead of a new one.
    #[input(cloud = "NetworkInterfaceId")]
    pub network_interface: Option<String>,
    /// Its primary private IPv4 address. Default: a free one of the subnet.
    pub private_ip_address: Option<String>,
    /// Its private IPv4 addresses, of which one is primary.
    #[input(set)]
    pub private_ip_addresses: Option<Vec<PrivateAddress>>,
    /// How many more private IPv4 addresses it gets, which AWS chooses.
    pub secondary_private_ip_address_count: Option<i32>,
    /// Its IPv6 addresses, from the subnet's range.
    #[input(set)]
    pub ipv6_addresses: Option<Vec<String>>,
    /// How many IPv6 addresses it gets, which AWS chooses.
    pub ipv6_address_count: Option<i32>,
    /// Its IPv4 prefixes, each a /28 of the subnet.
    #[input(set)]
    pub ipv4_prefixes: Option<Vec<String>>,
    /// How many IPv4 prefixes it gets, which AWS chooses.
    pub ipv4_prefix_count: Option<i32>,
    /// Its IPv6 prefixes, each a /80 of the subnet.
    #[input(set)]
    pub ipv6_prefixes: Option<Vec<String>>,
    /// How many IPv6 prefixes it gets, which AWS chooses.
    pub ipv6_prefix_count: Option<i32>,
    /// The network card, on instance types that have several. Default: 0.
    pub network_card_index: Option<i32>,
    /// Whether its first IPv6 address stays the same for as long as it exists.
    pub primary_ipv6: Option<bool>,
    /// How many queues it has.
    pub ena_queue_count: Option<i32>,
    /// Whether TCP goes over ENA Express, within a zone.
    #[input(cloud = "EnaSrdSpecification/EnaSrdEnabled")]
    pub ena_express: Option<bool>,
    /// Whether UDP goes over ENA Express too.
    #[input(cloud = "EnaSrdSpecification/EnaSrdUdpSpecification/EnaSrdUdpEnabled")]
    pub ena_express_udp: Option<bool>,
    /// How long idle connections are remembered.
    #[input(cloud = "ConnectionTrackingSpecification")]
    pub connection_tracking: Option<ConnectionTracking>,
}

/// A private IPv4 address of a network interface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PrivateAddress {
    /// The address.
    #[input(cloud = "PrivateIpAddress", unlike_cloud = "the API requires it")]
    pub address: String,
    /// Whether it is the primary one. Default: false.
    pub primary: Option<bool>,
}

/// How long the security groups remember idle connections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ConnectionTracking {
    /// Established TCP connections: from 60 to 432000 seconds. Default: 350 on newer instance types, else 432000.
    pub tcp_established_timeout: Option<i32>,
    /// UDP with more than one exchange: from 60 to 180 seconds. Default: 180.
    pub udp_stream_timeout: Option<i32>,
    /// UDP with traffic one way or a single exchange: from 30 to 60 seconds. Default: 30.
    pub udp_timeout: Option<i32>,
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::types::{
        ConnectionTrackingSpecificationRequest, EnaSrdSpecificationRequest, EnaSrdUdpSpecificationRequest, InstanceIpv6Address,
        InstanceIpv6AddressRequest, InstanceNetworkInterfaceSpecification, Ipv4PrefixSpecificationRequest, Ipv6PrefixSpecificationRequest,
        LaunchTemplateInstanceNetworkInterfaceSpecification as Told, LaunchTemplateInstanceNetworkInterfaceSpecificationRequest,
        PrivateIpAddressSpecification,
    };

    use super::{ConnectionTracking, LaunchInterface, PrivateAddress};
    use crate::ec2::{SecurityGroupId, SubnetId};
    use crate::sdk::{some_list, texts};

    macro_rules! fill {
        ($interface:ident, $builder:expr, $ipv6:ident) => {{
            let private = |address: &PrivateAddress| {
                PrivateIpAddressSpecification::builder().private_ip_address(&address.address).set_primary(address.primary).build()
            };
            let ipv6 = |address: &String| $ipv6::builder().ipv6_address(address).build();
            let ipv4_prefix = |prefix: &String| Ipv4PrefixSpecificationRequest::builder().ipv4_prefix(prefix).build();
            let ipv6_prefix = |prefix: &String| Ipv6PrefixSpecificationRequest::builder().ipv6_prefix(prefix).build();
            $builder
                .set_device_index($interface.device_index)
                .set_subnet_id($interface.subnet.as_ref().map(|id| id.as_str().to_owned()))
                .set_groups(texts($interface.security_groups.as_deref()))
                .set_associate_public_ip_address($interface.public_address)
                .set_associate_carrier_ip_address($interface.carrier_address)
                .set_delete_on_termination($interface.delete_on_termination)
                .set_description($interface.description.clone())
                .set_interface_type($interface.interface_type.clone())
                .set_network_interface_id($interface.network_interface.clone())
                .set_private_ip_address($interface.private_ip_address.clone())
                .set_private_ip_addresses($interface.private_ip_addresses.as_ref().map(|list| list.iter().map(private).collect()))
                .set_secondary_private_ip_address_count($interface.secondary_private_ip_address_count)
                .set_ipv6_addresses($interface.ipv6_addresses.as_ref().map(|list| list.iter().map(ipv6).collect()))
                .set_ipv6_address_count($interface.ipv6_address_count)
                .set_ipv4_prefixes($interface.ipv4_prefixes.as_ref().map(|list| list.iter().map(ipv4_prefix).collect()))
                .set_ipv4_prefix_count($interface.ipv4_prefix_count)
                .set_ipv6_prefixes($interface.ipv6_prefixes.as_ref().map(|list| list.iter().map(ipv6_prefix).collect()))
                .set_ipv6_prefix_count($interface.ipv6_prefix_count)
                .set_network_card_index($interface.network_card_index)
                .set_primary_ipv6($interface.primary_ipv6)
                .set_ena_queue_count($interface.ena_queue_count)
                .set_ena_srd_specification($interface.ena_express())
                .set_connection_tracking_specification($interface.connection_tracking.as_ref().map(ConnectionTracking::to_sdk))
                .build()
        }};
    }

    impl LaunchInterface {
        /// For a launch.
        pub(crate) fn to_launch(&self) -> InstanceNetworkInterfaceSpecification {
            fill!(self, InstanceNetworkInterfaceSpecification::builder(), InstanceIpv6Address)
        }

        /// For a launch template.
        pub(crate) fn to_template(&self) -> LaunchTemplateInstanceNetworkInterfaceSpecificationRequest {
            fill!(self, LaunchTemplateInstanceNetworkInterfaceSpecificationRequest::builder(), InstanceIpv6AddressRequest)
        }

        /// As a launch template has it.
        pub(crate) fn from_template(told: &Told) -> LaunchInterface {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            let srd = told.ena_srd_specification();
            let private = |address: &PrivateIpAddressSpecification| PrivateAddress {
                address: address.private_ip_address().unwrap_or_default().to_owned(),
                primary: address.primary(),
            };
            LaunchInterface {
                device_index: told.device_index(),
                subnet: told.subnet_id().map(SubnetId::new),
                security_groups: some_list(told.groups().iter().map(SecurityGroupId::new)),
                public_address: told.associate_public_ip_address(),
                carrier_address: told.associate_carrier_ip_address(),
                delete_on_termination: told.delete_on_termination(),
                description: owned(told.description()),
                interface_type: owned(told.interface_type()),
                network_interface: owned(told.network_interface_id()),
                private_ip_address: owned(told.private_ip_address()),
                private_ip_addresses: some_list(told.private_ip_addresses().iter().map(private)),
                secondary_private_ip_address_count: told.secondary_private_ip_address_count(),
                ipv6_addresses: some_list(told.ipv6_addresses().iter().filter_map(|one| owned(one.ipv6_address()))),
                ipv6_address_count: told.ipv6_address_count(),
                ipv4_prefixes: some_list(told.ipv4_prefixes().iter().filter_map(|one| owned(one.ipv4_prefix()))),
                ipv4_prefix_count: told.ipv4_prefix_count(),
                ipv6_prefixes: some_list(told.ipv6_prefixes().iter().filter_map(|one| owned(one.ipv6_prefix()))),
                ipv6_prefix_count: told.ipv6_prefix_count(),
                network_card_index: told.network_card_index(),
                primary_ipv6: told.primary_ipv6(),
                ena_queue_count: told.ena_queue_count(),
                ena_express: srd.and_then(|srd| srd.ena_srd_enabled()),
                ena_express_udp: srd.and_then(|srd| srd.ena_srd_udp_specification()).and_then(|udp| udp.ena_srd_udp_enabled()),
                connection_tracking: told.connection_tracking_specification().map(|told| ConnectionTracking {
                    tcp_established_timeout: told.tcp_established_timeout(),
                    udp_stream_timeout: told.udp_stream_timeout(),
                    udp_timeout: told.udp_timeout(),
                }),
            }
        }

        fn ena_express(&self) -> Option<EnaSrdSpecificationRequest> {
            (self.ena_express.is_some() || self.ena_express_udp.is_some()).then(|| {
                let udp = |on| EnaSrdUdpSpecificationRequest::builder().ena_srd_udp_enabled(on).build();
                EnaSrdSpecificationRequest::builder()
                    .set_ena_srd_enabled(self.ena_express)
                    .set_ena_srd_udp_specification(self.ena_express_udp.map(udp))
                    .build()
            })
        }
    }

    impl ConnectionTracking {
        fn to_sdk(&self) -> ConnectionTrackingSpecificationRequest {
            ConnectionTrackingSpecificationRequest::builder()
                .set_tcp_established_timeout(self.tcp_established_timeout)
                .set_udp_stream_timeout(self.udp_stream_timeout)
                .set_udp_timeout(self.udp_timeout)
                .build()
        }
    }
}

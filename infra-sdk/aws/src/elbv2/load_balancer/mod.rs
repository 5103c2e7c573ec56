//! A load balancer.

#[cfg(feature = "elbv2")]
mod attributes;
#[cfg(feature = "elbv2")]
mod live;

use std::collections::BTreeMap;

use infra_core::{Block, Input, Outputs, Resource, Set, Tags, choices};
use serde::{Deserialize, Serialize};

use crate::ec2::{SecurityGroupId, SubnetId};

choices! {
    /// What a load balancer looks at.
    pub enum LoadBalancerType {
        /// HTTP requests.
        Application = "application",
        /// Connections and datagrams.
        Network = "network",
        /// Packets, on their way through virtual appliances.
        Gateway = "gateway",
    }
}

choices! {
    /// From where a load balancer can be reached.
    pub enum Scheme {
        /// From the internet.
        InternetFacing = "internet-facing",
        /// From the networks it is connected to.
        Internal = "internal",
    }
}

choices! {
    /// Which addresses a load balancer has.
    pub enum IpAddressType {
        /// IPv4.
        Ipv4 = "ipv4",
        /// IPv4 and IPv6.
        Dualstack = "dualstack",
        /// Public IPv6, and IPv4 only inside.
        DualstackWithoutPublicIpv4 = "dualstack-without-public-ipv4",
    }
}

choices! {
    /// How requests are treated that servers may understand in different ways.
    pub enum DesyncMitigation {
        /// All are let through.
        Monitor = "monitor",
        /// Known attacks are refused.
        Defensive = "defensive",
        /// All that RFC 7230 does not allow are refused.
        Strictest = "strictest",
    }
}

choices! {
    /// What is done to the header X-Forwarded-For.
    pub enum ForwardedFor {
        /// The client's address is added.
        Append = "append",
        /// It stays as it is.
        Preserve = "preserve",
        /// It is removed.
        Remove = "remove",
    }
}

choices! {
    /// Whether clients are sent to the zone they are in.
    pub enum ClientRouting {
        /// Any zone.
        AnyZone = "any_availability_zone",
        /// 85 % stay in their zone.
        PartialZoneAffinity = "partial_availability_zone_affinity",
        /// All stay in their zone.
        ZoneAffinity = "availability_zone_affinity",
    }
}

/// A subnet of a load balancer with the addresses it has there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct SubnetMapping {
    /// The subnet.
    #[input(cloud = "SubnetId")]
    pub subnet: SubnetId,
    /// The allocation id of the elastic IP address there, as in `eipalloc-…`. Network, facing the internet.
    #[input(cloud = "AllocationId")]
    pub allocation: Option<String>,
    /// The IPv4 address there, from the subnet's range. Network, internal.
    #[input(filled, cloud = "PrivateIPv4Address")]
    pub private_ipv4_address: Option<String>,
    /// The IPv6 address there, from the subnet's range. Network, dualstack.
    #[input(filled, cloud = "IPv6Address")]
    pub ipv6_address: Option<String>,
    /// The IPv6 prefix for source NAT: a /80 of the subnet's range, or `auto_assigned`. Network, with UDP.
    #[input(filled)]
    pub source_nat_ipv6_prefix: Option<String>,
}

/// Where logs go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Logs {
    /// Whether they are written.
    #[input(cloud = "LoadBalancerAttributes")]
    pub enabled: bool,
    /// The name of the S3 bucket, in the same region, whose policy lets Elastic Load Balancing write.
    #[input(cloud = "LoadBalancerAttributes")]
    pub bucket: Option<String>,
    /// What the names of the objects begin with.
    #[input(cloud = "LoadBalancerAttributes")]
    pub prefix: Option<String>,
}

impl Logs {
    /// Logs into a bucket, by its name.
    pub fn into_bucket(bucket: impl Input<String>) -> LogsBuilder<Set> {
        Logs::new().enabled(true).bucket(bucket)
    }

    /// No logs.
    pub fn off() -> LogsBuilder<Set> {
        Logs::new().enabled(false)
    }
}

/// A load balancer: one name for many targets, which its listeners choose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = LoadBalancer, id = LoadBalancerArn, outputs = LoadBalancerOutputs, kind = "aws:elbv2/load-balancer",
    cloud = "AWS::ElasticLoadBalancingV2::LoadBalancer",
    iam(
        "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:DescribeTags", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups",
        create("elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:AddTags", "iam:CreateServiceLinkedRole"),
        update(
            "elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:SetSubnets",
            "elasticloadbalancing:SetSecurityGroups", "elasticloadbalancing:SetIpAddressType",
            "elasticloadbalancing:ModifyIpPools", "elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags",
        ),
        delete("elasticloadbalancing:DeleteLoadBalancer"),
    ),
    without(
        EnableCapacityReservationProvisionStabilize = "CloudFormation's own wait",
        MinimumLoadBalancerCapacity = "a reservation is billed and provisioned apart from the load balancer",
    ),
)]
pub struct LoadBalancerInputs {
    /// Its name, at most 32 letters, digits and hyphens, not beginning with `internal-`, the same only once in a region. Default: made
    /// from stack and resource.
    #[input(name = 32, reserved = "internal-", replace)]
    pub name: Option<String>,
    /// What it looks at. Default: application.
    #[input(replace, cloud = "Type")]
    pub load_balancer_type: Option<LoadBalancerType>,
    /// From where it can be reached. Default: internet-facing.
    #[input(replace)]
    pub scheme: Option<Scheme>,
    /// Which addresses it has. Default: ipv4.
    pub ip_address_type: Option<IpAddressType>,
    /// The subnets it is in, one a zone; an application load balancer needs two zones. This or `subnet_mappings`.
    #[input(set)]
    pub subnets: Option<Vec<SubnetId>>,
    /// The subnets it is in, each with the addresses it has there. This or `subnets`.
    #[input(set)]
    pub subnet_mappings: Option<Vec<SubnetMapping>>,
    /// Its security groups. Application and network; a network one must have been made with some.
    #[input(set)]
    pub security_groups: Option<Vec<SecurityGroupId>>,
    /// Whether the rules of its security groups apply to what comes through PrivateLink. Network. Default: true.
    #[input(cloud = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", unlike_cloud = "`on` and `off` there")]
    pub enforce_security_groups_on_private_link: Option<bool>,
    /// Whether source NAT uses an IPv6 prefix of each subnet. Network with UDP listeners, dualstack. Default: false.
    #[input(cloud = "EnablePrefixForIpv6SourceNat")]
    pub ipv6_source_nat_prefix: Option<bool>,
    /// The IPAM pool that gives its public IPv4 addresses, as in `ipam-pool-…`. An empty text removes it.
    /// Application.
    #[input(cloud = "Ipv4IpamPoolId")]
    pub ipv4_ipam_pool: Option<String>,
    /// Whether it cannot be deleted. Default: false.
    #[input(cloud = "LoadBalancerAttributes")]
    pub deletion_protection: Option<bool>,
    /// Whether it sends to targets in all zones. Network and gateway; an application one always does. Default: false.
    #[input(cloud = "LoadBalancerAttributes")]
    pub cross_zone: Option<bool>,
    /// Where its access logs go. Application and network. Default: nowhere.
    #[input(cloud = "LoadBalancerAttributes")]
    pub access_logs: Option<Logs>,
    /// Where its connection logs go. Application. Default: nowhere.
    #[input(cloud = "LoadBalancerAttributes")]
    pub connection_logs: Option<Logs>,
    /// After how many seconds an idle connection is closed, from 1 to 4000. Application. Default: 60.
    #[input(cloud = "LoadBalancerAttributes")]
    pub idle_timeout: Option<i32>,
    /// How many seconds a client may keep a connection, from 60 to 604800. Application. Default: 3600.
    #[input(cloud = "LoadBalancerAttributes")]
    pub client_keep_alive: Option<i32>,
    /// Whether clients may speak HTTP/2. Application. Default: true.
    #[input(cloud = "LoadBalancerAttributes")]
    pub http2: Option<bool>,
    /// How ambiguous requests are treated. Application. Default: defensive.
    #[input(cloud = "LoadBalancerAttributes")]
    pub desync_mitigation: Option<DesyncMitigation>,
    /// Whether headers with invalid names are removed. Application. Default: false.
    #[input(cloud = "LoadBalancerAttributes")]
    pub drop_invalid_headers: Option<bool>,
    /// Whether targets get the client's Host header unchanged. Application. Default: false.
    #[input(cloud = "LoadBalancerAttributes")]
    pub preserve_host_header: Option<bool>,
    /// Whether targets get two headers with the client's TLS version and cipher suite. Application. Default: false.
    #[input(cloud = "LoadBalancerAttributes")]
    pub tls_headers: Option<bool>,
    /// Whether X-Forwarded-For has the client's port too. Application. Default: false.
    #[input(cloud = "LoadBalancerAttributes")]
    pub forwarded_client_port: Option<bool>,
    /// What is done to X-Forwarded-For. Application. Default: append.
    #[input(cloud = "LoadBalancerAttributes")]
    pub forwarded_for: Option<ForwardedFor>,
    /// Whether requests pass while AWS WAF does not answer. Application. Default: false.
    #[input(cloud = "LoadBalancerAttributes")]
    pub waf_fail_open: Option<bool>,
    /// Whether zonal shift may take it out of a zone. Application and network. Default: false.
    #[input(cloud = "LoadBalancerAttributes")]
    pub zonal_shift: Option<bool>,
    /// Whether clients are sent to the zone they are in. Network. Default: any zone.
    #[input(cloud = "LoadBalancerAttributes")]
    pub client_routing: Option<ClientRouting>,
    /// Attributes that have no field here, by AWS's keys, as in `health_check_logs.s3.enabled`. Others stay as they are.
    #[input(filled, cloud = "LoadBalancerAttributes")]
    pub attributes: Option<BTreeMap<String, String>>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`LoadBalancer`]; its ARN is its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = LoadBalancer)]
pub struct LoadBalancerOutputs {
    /// Its name in the DNS.
    #[output(stable)]
    pub dns_name: String,
    /// The Route 53 zone of its name, for alias records.
    #[output(stable)]
    pub canonical_hosted_zone: String,
    /// The end of its ARN, as in `app/web/50dc6c495c0c9188`: what metrics call it.
    #[output(stable)]
    pub full_name: String,
}

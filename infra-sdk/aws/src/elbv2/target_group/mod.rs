//! A target group.

#[cfg(feature = "elbv2")]
mod attributes;
#[cfg(feature = "elbv2")]
mod live;

use std::collections::BTreeMap;

use infra_core::{Block, Input, Outputs, Resource, Set, Tags, choices};
use serde::{Deserialize, Serialize};

use super::Protocol;
use crate::ec2::VpcId;

choices! {
    /// What the targets are.
    pub enum TargetType {
        /// EC2 instances, by id.
        Instance = "instance",
        /// IP addresses.
        Ip = "ip",
        /// One Lambda function.
        Lambda = "lambda",
        /// One application load balancer.
        Alb = "alb",
    }
}

choices! {
    /// Which HTTP is spoken with the targets.
    pub enum ProtocolVersion {
        /// HTTP/1.1.
        Http1 = "HTTP1",
        /// HTTP/2.
        Http2 = "HTTP2",
        /// gRPC.
        Grpc = "GRPC",
    }
}

choices! {
    /// Which addresses the targets have.
    pub enum TargetIpAddressType {
        /// IPv4.
        Ipv4 = "ipv4",
        /// IPv6.
        Ipv6 = "ipv6",
    }
}

choices! {
    /// How a target is chosen for a request.
    pub enum Algorithm {
        /// One after the other.
        RoundRobin = "round_robin",
        /// The one with the fewest open requests.
        LeastOutstandingRequests = "least_outstanding_requests",
        /// By chance; those that fail more get less.
        WeightedRandom = "weighted_random",
    }
}

choices! {
    /// Whether requests go to targets in all zones.
    pub enum CrossZone {
        /// They do.
        On = "true",
        /// They stay in their zone.
        Off = "false",
        /// As the load balancer says.
        AsLoadBalancer = "use_load_balancer_configuration",
    }
}

choices! {
    /// How a client is known again.
    pub enum StickinessType {
        /// By a cookie of the load balancer's. Application.
        LbCookie = "lb_cookie",
        /// By a cookie of the targets'. Application.
        AppCookie = "app_cookie",
        /// By its address. Network.
        SourceIp = "source_ip",
        /// By both addresses. Gateway.
        SourceIpDestIp = "source_ip_dest_ip",
        /// By both addresses and the protocol. Gateway.
        SourceIpDestIpProto = "source_ip_dest_ip_proto",
    }
}

/// Whether a client stays with its target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Stickiness {
    /// Whether it does.
    #[input(cloud = "TargetGroupAttributes")]
    pub enabled: bool,
    /// How it is known again. Default: by a cookie of the load balancer's, or its address.
    #[input(cloud = "TargetGroupAttributes")]
    pub stickiness_type: Option<StickinessType>,
    /// The name of the targets' cookie, where that is how.
    #[input(cloud = "TargetGroupAttributes")]
    pub cookie_name: Option<String>,
    /// For how many seconds, from 1 to 604800, with cookies. Default: 86400.
    #[input(cloud = "TargetGroupAttributes")]
    pub duration: Option<i32>,
}

impl Stickiness {
    /// By a cookie of the load balancer's, for so many seconds.
    pub fn lb_cookie(seconds: impl Input<i32>) -> StickinessBuilder<Set> {
        Stickiness::of(StickinessType::LbCookie).duration(seconds)
    }

    /// By a cookie of the targets', for so many seconds.
    pub fn app_cookie(name: impl Input<String>, seconds: impl Input<i32>) -> StickinessBuilder<Set> {
        Stickiness::of(StickinessType::AppCookie).cookie_name(name).duration(seconds)
    }

    /// In one of the ways that need nothing else.
    pub fn of(how: StickinessType) -> StickinessBuilder<Set> {
        Stickiness::new().enabled(true).stickiness_type(how)
    }

    /// Not at all.
    pub fn off() -> StickinessBuilder<Set> {
        Stickiness::new().enabled(false)
    }
}

/// How a load balancer finds out which targets can work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct HealthCheck {
    /// Whether it does. Default: true, but for Lambda functions.
    #[input(cloud = "HealthCheckEnabled")]
    pub enabled: Option<bool>,
    /// The protocol. Default: HTTP for application load balancers, TCP for others.
    #[input(cloud = "HealthCheckProtocol")]
    pub protocol: Option<Protocol>,
    /// The port, or `traffic-port` for the one that requests go to, which is the default.
    #[input(cloud = "HealthCheckPort")]
    pub port: Option<String>,
    /// The path that is asked for, with HTTP. Default: `/`, and `/AWS.ALB/healthcheck` with gRPC.
    #[input(cloud = "HealthCheckPath")]
    pub path: Option<String>,
    /// The status codes that are well, such as `200`, `200,202` or `200-299`. Default: 200; 12 with gRPC.
    #[input(cloud = "Matcher/HttpCode")]
    pub matcher: Option<String>,
    /// Every how many seconds, from 5 to 300. Default: 30; 35 for Lambda functions.
    #[input(cloud = "HealthCheckIntervalSeconds")]
    pub interval: Option<i32>,
    /// After how many seconds no answer is a bad one, from 2 to 120. Default: 5 or 10, by protocol.
    #[input(cloud = "HealthCheckTimeoutSeconds")]
    pub timeout: Option<i32>,
    /// How many good answers in a row make a target healthy, from 2 to 10. Default: 5.
    #[input(cloud = "HealthyThresholdCount")]
    pub healthy_threshold: Option<i32>,
    /// How many bad answers in a row make a target unhealthy, from 2 to 10. Default: 2.
    #[input(cloud = "UnhealthyThresholdCount")]
    pub unhealthy_threshold: Option<i32>,
}

impl HealthCheck {
    /// By HTTP, of a path.
    pub fn http(path: impl Input<String>) -> HealthCheckBuilder {
        HealthCheck::new().protocol(Protocol::Http).path(path)
    }

    /// By opening a TCP connection.
    pub fn tcp() -> HealthCheckBuilder {
        HealthCheck::new().protocol(Protocol::Tcp)
    }
}

/// What requests go to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Target {
    /// An instance's id, an IP address, or the ARN of a Lambda function or load balancer, by the group's type.
    pub id: String,
    /// The port it listens on. Default: the group's.
    #[input(filled)]
    pub port: Option<i32>,
    /// The zone of an IP address outside of the VPC, or `all`. Default: by its subnet.
    #[input(filled)]
    pub availability_zone: Option<String>,
    /// The server id of the target, with QUIC.
    #[input(filled)]
    pub quic_server_id: Option<String>,
}

/// A target group: what a listener's requests can go to, and how its health is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = TargetGroup, id = TargetGroupArn, outputs = TargetGroupOutputs, kind = "aws:elbv2/target-group",
    cloud = "AWS::ElasticLoadBalancingV2::TargetGroup",
    iam(
        "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetHealth", "elasticloadbalancing:DescribeTags", "ec2:DescribeVpcs",
        create("elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:AddTags"),
        update(
            "elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes",
            "elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:AddTags",
            "elasticloadbalancing:RemoveTags",
        ),
        delete("elasticloadbalancing:DeleteTargetGroup"),
    ),
)]
pub struct TargetGroupInputs {
    /// Its name, at most 32 letters, digits and hyphens, the same only once in a region. Default: made from stack and
    /// resource.
    #[input(name = 32, replace)]
    pub name: Option<String>,
    /// What the targets are. Default: instance.
    #[input(replace)]
    pub target_type: Option<TargetType>,
    /// The protocol that is spoken with the targets. Not for Lambda functions.
    #[input(replace)]
    pub protocol: Option<Protocol>,
    /// Which HTTP is spoken, with HTTP and HTTPS. Default: HTTP1.
    #[input(replace)]
    pub protocol_version: Option<ProtocolVersion>,
    /// The port that targets listen on, from 1 to 65535. Not for Lambda functions.
    #[input(replace)]
    pub port: Option<i32>,
    /// The VPC that targets are in. Not for Lambda functions.
    #[input(replace, cloud = "VpcId")]
    pub vpc: Option<VpcId>,
    /// Which addresses the targets have. Default: ipv4.
    #[input(replace)]
    pub ip_address_type: Option<TargetIpAddressType>,
    /// The port at which an agent on the targets says how much they can take, from 1 to 65535. Application. AWS has no
    /// call that changes it.
    #[input(replace, unlike_cloud = "the API has no call that changes it")]
    pub target_control_port: Option<i32>,
    /// How it is found out which targets can work.
    #[input(cloud = "")]
    pub health_check: Option<HealthCheck>,
    /// How many seconds a target that goes may finish its requests, from 0 to 3600. Default: 300.
    #[input(cloud = "TargetGroupAttributes")]
    pub deregistration_delay: Option<i32>,
    /// Whether connections are closed when that time is over. Network. Default: false, but for UDP.
    #[input(cloud = "TargetGroupAttributes")]
    pub connection_termination: Option<bool>,
    /// Whether a client stays with its target. Default: it does not.
    #[input(cloud = "TargetGroupAttributes")]
    pub stickiness: Option<Stickiness>,
    /// For how many seconds a new target gets less, from 30 to 900, or 0 for not at all. Application. Default: 0.
    #[input(cloud = "TargetGroupAttributes")]
    pub slow_start: Option<i32>,
    /// How a target is chosen for a request. Application. Default: round_robin.
    #[input(cloud = "TargetGroupAttributes")]
    pub algorithm: Option<Algorithm>,
    /// Whether targets that behave oddly get less, with `weighted_random`. Application. Default: false.
    #[input(cloud = "TargetGroupAttributes")]
    pub anomaly_mitigation: Option<bool>,
    /// Whether requests go to targets in all zones. Default: as the load balancer says.
    #[input(cloud = "TargetGroupAttributes")]
    pub cross_zone: Option<CrossZone>,
    /// Whether targets see the client's address. Network. Default: by type and protocol.
    #[input(cloud = "TargetGroupAttributes")]
    pub preserve_client_ip: Option<bool>,
    /// Whether connections begin with a header of proxy protocol 2. Network. Default: false.
    #[input(cloud = "TargetGroupAttributes")]
    pub proxy_protocol_v2: Option<bool>,
    /// Whether a Lambda function gets and gives headers as lists. Default: false.
    #[input(cloud = "TargetGroupAttributes")]
    pub lambda_multi_value_headers: Option<bool>,
    /// Attributes that have no field here, by AWS's keys, as in `target_failover.on_unhealthy`. Others stay as they are.
    #[input(filled, cloud = "TargetGroupAttributes")]
    pub attributes: Option<BTreeMap<String, String>>,
    /// All the targets. Leave it out where an auto scaling group, a service or something else registers them.
    #[input(set)]
    pub targets: Option<Vec<Target>>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`TargetGroup`]; its ARN is its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = TargetGroup)]
pub struct TargetGroupOutputs {
    /// The end of its ARN, as in `targetgroup/web/73e2d6bc24d8a067`: what metrics call it.
    #[output(stable)]
    pub full_name: String,
}

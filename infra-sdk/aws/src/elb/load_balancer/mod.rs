//! A classic load balancer.

#[cfg(feature = "elb")]
mod listeners;
#[cfg(feature = "elb")]
mod live;
#[cfg(feature = "elb")]
mod policies;

use infra_core::{Block, Input, Outputs, Resource, Set, Tags, Unset, choices};
use serde::{Deserialize, Serialize};

use crate::ec2::{InstanceId, SecurityGroupId, SubnetId};

choices! {
    /// A protocol of a classic load balancer.
    pub enum ClassicProtocol {
        /// HTTP.
        Http = "HTTP",
        /// HTTP over TLS.
        Https = "HTTPS",
        /// TCP.
        Tcp = "TCP",
        /// TCP over TLS.
        Ssl = "SSL",
    }
}

choices! {
    /// From where a classic load balancer can be reached.
    pub enum ClassicScheme {
        /// From the internet.
        InternetFacing = "internet-facing",
        /// From its network.
        Internal = "internal",
    }
}

/// A port of a classic load balancer and the one of the instances that it leads to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ClassicListener {
    /// The port of the load balancer, from 1 to 65535. There is one listener a port.
    #[input(unlike_cloud = "CloudFormation writes the number as text")]
    pub load_balancer_port: i32,
    /// The protocol that clients speak.
    pub protocol: ClassicProtocol,
    /// The port of the instances, from 1 to 65535.
    #[input(unlike_cloud = "CloudFormation writes the number as text")]
    pub instance_port: i32,
    /// The protocol that instances speak: of HTTP and HTTPS, or of TCP and SSL. Default: as the clients', without TLS.
    #[input(filled)]
    pub instance_protocol: Option<ClassicProtocol>,
    /// The ARN of the certificate, of ACM or IAM, with HTTPS and SSL.
    #[input(cloud = "SSLCertificateId")]
    pub certificate: Option<String>,
    /// The names of the policies that apply: of stickiness, and for negotiating TLS.
    #[input(set, filled, cloud = "PolicyNames")]
    pub policies: Option<Vec<String>>,
}

impl ClassicListener {
    /// HTTP on both sides.
    pub fn http(load_balancer_port: impl Input<i32>, instance_port: impl Input<i32>) -> ClassicListenerBuilder<Set, Set, Set> {
        ClassicListener::of(ClassicProtocol::Http, ClassicProtocol::Http, load_balancer_port, instance_port)
    }

    /// HTTPS towards clients and HTTP towards instances.
    pub fn https(
        load_balancer_port: impl Input<i32>,
        instance_port: impl Input<i32>,
        certificate: impl Input<String>,
    ) -> ClassicListenerBuilder<Set, Set, Set> {
        ClassicListener::of(ClassicProtocol::Https, ClassicProtocol::Http, load_balancer_port, instance_port).certificate(certificate)
    }

    /// TCP on both sides.
    pub fn tcp(load_balancer_port: impl Input<i32>, instance_port: impl Input<i32>) -> ClassicListenerBuilder<Set, Set, Set> {
        ClassicListener::of(ClassicProtocol::Tcp, ClassicProtocol::Tcp, load_balancer_port, instance_port)
    }

    fn of(
        protocol: ClassicProtocol,
        instance_protocol: ClassicProtocol,
        load_balancer_port: impl Input<i32>,
        instance_port: impl Input<i32>,
    ) -> ClassicListenerBuilder<Set, Set, Set> {
        let ports: ClassicListenerBuilder<Set, Unset, Set> =
            ClassicListener::new().load_balancer_port(load_balancer_port).instance_port(instance_port);
        ports.protocol(protocol).instance_protocol(instance_protocol)
    }
}

/// How it is found out which instances can work. AWS takes all of it at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ClassicHealthCheck {
    /// What is asked: `HTTP:8080/health`, `HTTPS:443/`, `TCP:22` or `SSL:443`.
    pub target: String,
    /// Every how many seconds, from 5 to 300. AWS's own check: 30.
    #[input(unlike_cloud = "CloudFormation writes the number as text")]
    pub interval: i32,
    /// After how many seconds no answer is a bad one, from 2 to 60, and less than `interval`. AWS's own check: 5.
    #[input(unlike_cloud = "CloudFormation writes the number as text")]
    pub timeout: i32,
    /// How many good answers in a row make an instance healthy, from 2 to 10. AWS's own check: 10.
    #[input(unlike_cloud = "CloudFormation writes the number as text")]
    pub healthy_threshold: i32,
    /// How many bad answers in a row make an instance unhealthy, from 2 to 10. AWS's own check: 2.
    #[input(unlike_cloud = "CloudFormation writes the number as text")]
    pub unhealthy_threshold: i32,
}

/// Whether an instance that goes may finish its requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ConnectionDraining {
    /// Whether it may.
    pub enabled: bool,
    /// How many seconds it has for that, from 1 to 3600. Default: 300.
    pub timeout: Option<i32>,
}

impl ConnectionDraining {
    /// It has so many seconds.
    pub fn seconds(seconds: impl Input<i32>) -> ConnectionDrainingBuilder<Set> {
        ConnectionDraining::new().enabled(true).timeout(seconds)
    }

    /// It is cut off.
    pub fn off() -> ConnectionDrainingBuilder<Set> {
        ConnectionDraining::new().enabled(false)
    }
}

/// Where access logs go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ClassicAccessLog {
    /// Whether they are written.
    pub enabled: bool,
    /// The name of the S3 bucket, whose policy lets Elastic Load Balancing write.
    #[input(cloud = "S3BucketName", unlike_cloud = "logs that are turned off need none, and the API then takes none")]
    pub bucket: Option<String>,
    /// What the names of the objects begin with.
    #[input(cloud = "S3BucketPrefix")]
    pub prefix: Option<String>,
    /// Every how many minutes: 5 or 60. Default: 60.
    #[input(cloud = "EmitInterval")]
    pub interval: Option<i32>,
}

/// A policy by which clients stay with their instance as long as a cookie of the application's lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct AppCookieStickiness {
    /// The policy's name, the same only once in the load balancer; listeners name it.
    #[input(cloud = "PolicyName")]
    pub name: String,
    /// The cookie.
    #[input(cloud = "CookieName")]
    pub cookie: String,
}

/// A policy by which clients stay with their instance as long as a cookie of the load balancer's lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct LbCookieStickiness {
    /// The policy's name, the same only once in the load balancer; listeners name it.
    #[input(cloud = "PolicyName", unlike_cloud = "the API requires it, and listeners name it")]
    pub name: String,
    /// How many seconds the cookie lives. Default: as long as the browser runs.
    #[input(cloud = "CookieExpirationPeriod", unlike_cloud = "CloudFormation writes the number as text")]
    pub expiration: Option<i64>,
}

/// A policy of another type: for TLS, for the proxy protocol, for the instances' keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct BackendPolicy {
    /// The policy's name, the same only once in the load balancer. Not `ELBSecurityPolicy-2016-08`, which is what AWS
    /// makes for listeners with TLS that name no other.
    #[input(cloud = "PolicyName")]
    pub name: String,
    /// Its type, as in `SSLNegotiationPolicyType` or `ProxyProtocolPolicyType`.
    pub policy_type: String,
    /// What it says. Of switches only those that are `true`; the others are off. Nothing beside
    /// `Reference-Security-Policy`, where that is one.
    #[input(set)]
    pub attributes: Vec<PolicyAttribute>,
    /// The ports of instances that it applies to. Those of the load balancer are said by its listeners.
    #[input(set, unlike_cloud = "CloudFormation writes the numbers as text")]
    pub instance_ports: Option<Vec<i32>>,
}

/// An attribute of a policy; a name may come more than once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PolicyAttribute {
    /// Its name, as in `ProxyProtocol`.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl PolicyAttribute {
    /// One of this name and value.
    pub fn of(name: impl Input<String>, value: impl Input<String>) -> PolicyAttributeBuilder<Set, Set> {
        PolicyAttribute::new().name(name).value(value)
    }
}

/// A classic load balancer: the older kind, which spreads requests or connections over EC2 instances.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = ClassicLoadBalancer, id = ClassicLoadBalancerName, outputs = ClassicLoadBalancerOutputs, kind = "aws:elb/load-balancer",
    cloud = "AWS::ElasticLoadBalancing::LoadBalancer",
    iam(
        "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:DescribeLoadBalancerPolicies", "elasticloadbalancing:DescribeTags", "ec2:DescribeSubnets",
        "ec2:DescribeSecurityGroups",
        create("elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:AddTags", "iam:CreateServiceLinkedRole"),
        update(
            "elasticloadbalancing:CreateLoadBalancerListeners", "elasticloadbalancing:DeleteLoadBalancerListeners",
            "elasticloadbalancing:SetLoadBalancerListenerSSLCertificate", "elasticloadbalancing:CreateAppCookieStickinessPolicy",
            "elasticloadbalancing:CreateLBCookieStickinessPolicy", "elasticloadbalancing:CreateLoadBalancerPolicy",
            "elasticloadbalancing:DeleteLoadBalancerPolicy", "elasticloadbalancing:SetLoadBalancerPoliciesOfListener",
            "elasticloadbalancing:SetLoadBalancerPoliciesForBackendServer", "elasticloadbalancing:ConfigureHealthCheck",
            "elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:ApplySecurityGroupsToLoadBalancer",
            "elasticloadbalancing:AttachLoadBalancerToSubnets", "elasticloadbalancing:DetachLoadBalancerFromSubnets",
            "elasticloadbalancing:EnableAvailabilityZonesForLoadBalancer",
            "elasticloadbalancing:DisableAvailabilityZonesForLoadBalancer",
            "elasticloadbalancing:RegisterInstancesWithLoadBalancer", "elasticloadbalancing:DeregisterInstancesFromLoadBalancer",
            "elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags",
        ),
        delete("elasticloadbalancing:DeleteLoadBalancer"),
    ),
)]
pub struct ClassicLoadBalancerInputs {
    /// Its name, at most 32 letters, digits and hyphens, the same only once in a region. Default: made from stack and
    /// resource.
    #[input(name = 32, replace, cloud = "LoadBalancerName")]
    pub name: Option<String>,
    /// Its ports.
    #[input(set)]
    pub listeners: Vec<ClassicListener>,
    /// From where it can be reached. Default: internet-facing.
    #[input(replace)]
    pub scheme: Option<ClassicScheme>,
    /// The subnets it is in, one a zone. This or `availability_zones`.
    #[input(set)]
    pub subnets: Option<Vec<SubnetId>>,
    /// The zones of the default VPC it is in, as in `us-west-2a`. This or `subnets`.
    #[input(set)]
    pub availability_zones: Option<Vec<String>>,
    /// Its security groups. Default: the VPC's own.
    #[input(set)]
    pub security_groups: Option<Vec<SecurityGroupId>>,
    /// All the instances. Leave it out where an auto scaling group registers them.
    #[input(set)]
    pub instances: Option<Vec<InstanceId>>,
    /// How it is found out which instances can work. Default: by opening a connection to the first listener's port.
    pub health_check: Option<ClassicHealthCheck>,
    /// Whether it sends to instances in all zones. Default: false.
    pub cross_zone: Option<bool>,
    /// Whether an instance that goes may finish its requests. Default: it is cut off.
    #[input(cloud = "ConnectionDrainingPolicy")]
    pub connection_draining: Option<ConnectionDraining>,
    /// After how many seconds an idle connection is closed, from 1 to 4000. Default: 60.
    #[input(cloud = "ConnectionSettings/IdleTimeout")]
    pub idle_timeout: Option<i32>,
    /// Where access logs go. Default: nowhere.
    #[input(cloud = "AccessLoggingPolicy")]
    pub access_log: Option<ClassicAccessLog>,
    /// The policies that keep clients by a cookie of the application's. Listeners name them.
    #[input(set, cloud = "AppCookieStickinessPolicy")]
    pub app_cookie_stickiness: Option<Vec<AppCookieStickiness>>,
    /// The policies that keep clients by a cookie of the load balancer's. Listeners name them.
    #[input(set, cloud = "LBCookieStickinessPolicy")]
    pub lb_cookie_stickiness: Option<Vec<LbCookieStickiness>>,
    /// All other policies.
    #[input(set)]
    pub policies: Option<Vec<BackendPolicy>>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`ClassicLoadBalancer`]; its name is its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = ClassicLoadBalancer)]
pub struct ClassicLoadBalancerOutputs {
    /// Its name in the DNS.
    #[output(stable)]
    pub dns_name: String,
    /// The name of the Route 53 zone of its DNS name; empty for an internal one.
    #[output(stable)]
    pub canonical_hosted_zone_name: String,
    /// The id of the Route 53 zone of its DNS name, for alias records.
    #[output(stable)]
    pub canonical_hosted_zone: String,
    /// The name of the security group that its traffic comes from, for rules of the instances' groups.
    pub source_security_group: String,
    /// The account that this security group is of.
    pub source_security_group_owner: String,
}

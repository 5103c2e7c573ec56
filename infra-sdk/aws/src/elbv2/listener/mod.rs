//! A listener.

use std::collections::BTreeMap;

use infra_core::{Block, Input, NoOutputs, Resource, Set, Tags, Unset, choices};
use serde::{Deserialize, Serialize};

use super::{Action, LoadBalancerArn, Protocol, TargetGroup, TargetGroupArn};

choices! {
    /// How clients' certificates are treated.
    pub enum MutualAuthenticationMode {
        /// Clients need none.
        Off = "off",
        /// Targets get them, and the load balancer looks at none.
        Passthrough = "passthrough",
        /// The load balancer checks them.
        Verify = "verify",
    }
}

/// How clients show who they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct MutualAuthentication {
    /// How their certificates are treated.
    #[input(unlike_cloud = "the API requires it")]
    pub mode: MutualAuthenticationMode,
    /// The ARN of the trust store that they are checked against.
    #[input(cloud = "TrustStoreArn")]
    pub trust_store: Option<String>,
    /// Whether certificates that have expired are good too. Default: false.
    #[input(cloud = "IgnoreClientCertificateExpiry")]
    pub ignore_expiry: Option<bool>,
    /// Whether clients are told the names of the authorities in the trust store. Default: false.
    #[input(cloud = "AdvertiseTrustStoreCaNames")]
    pub advertise_authorities: Option<bool>,
}

/// A listener: a port of a load balancer, and what becomes of what arrives there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Listener, id = ListenerArn, outputs = NoOutputs, kind = "aws:elbv2/listener",
    cloud = "AWS::ElasticLoadBalancingV2::Listener",
    iam(
        "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeListenerAttributes",
        "elasticloadbalancing:DescribeListenerCertificates", "elasticloadbalancing:DescribeTags",
        "cognito-idp:DescribeUserPoolClient",
        create("elasticloadbalancing:CreateListener", "elasticloadbalancing:AddTags"),
        update(
            "elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyListenerAttributes",
            "elasticloadbalancing:AddListenerCertificates", "elasticloadbalancing:RemoveListenerCertificates",
            "elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags",
        ),
        delete("elasticloadbalancing:DeleteListener"),
    ),
    unique(load_balancer, port),
    completes(TargetGroup),
)]
pub struct ListenerInputs {
    /// The load balancer.
    #[input(replace, cloud = "LoadBalancerArn")]
    pub load_balancer: LoadBalancerArn,
    /// What becomes of requests that no rule matches, in order.
    #[input(unlike_cloud = "the type of an action is which of its fields is set")]
    pub default_actions: Vec<Action>,
    /// The port, from 1 to 65535. Not for gateway load balancers.
    pub port: Option<i32>,
    /// The protocol. Not for gateway load balancers.
    pub protocol: Option<Protocol>,
    /// The ARN of the certificate that clients get which ask for no name. HTTPS and TLS.
    #[input(cloud = "Certificates", unlike_cloud = "CloudFormation lists one default certificate")]
    pub certificate: Option<String>,
    /// The ARNs of more certificates, of which clients get the one of the name they ask for. HTTPS and TLS. In
    /// CloudFormation these are a resource of their own, AWS::ElasticLoadBalancingV2::ListenerCertificate.
    #[input(set, cloud = "Certificates")]
    pub more_certificates: Option<Vec<String>>,
    /// The security policy, which is a set of protocols and ciphers. HTTPS and TLS. Default: AWS's choice.
    pub ssl_policy: Option<String>,
    /// The policy by which the application protocol is negotiated, as in `HTTP2Preferred`. TLS.
    #[input(unlike_cloud = "CloudFormation lists one policy")]
    pub alpn_policy: Option<String>,
    /// How clients show who they are. HTTPS.
    pub mutual_authentication: Option<MutualAuthentication>,
    /// After how many seconds an idle TCP connection is closed, from 60 to 6000. Network and gateway. Default: 350.
    #[input(cloud = "ListenerAttributes")]
    pub tcp_idle_timeout: Option<i32>,
    /// Attributes that have no field here, by AWS's keys, as in `routing.http.response.server.enabled`. Others stay as
    /// they are.
    #[input(filled, cloud = "ListenerAttributes")]
    pub attributes: Option<BTreeMap<String, String>>,
    /// Tags.
    pub tags: Option<Tags>,
}

impl<LoadBalancer> ListenerBuilder<LoadBalancer, Unset> {
    /// Sends requests that no rule matches to a target group.
    pub fn forward_to(self, target_group: impl Input<TargetGroupArn>) -> ListenerBuilder<LoadBalancer, Set> {
        self.default_actions([Action::forward_to(target_group)])
    }

    /// Sends clients to the same place over HTTPS.
    pub fn redirect_to_https(self) -> ListenerBuilder<LoadBalancer, Set> {
        self.default_actions([Action::redirect_to_https()])
    }

    /// Answers requests that no rule matches with a status and plain text.
    pub fn respond(self, status_code: impl Input<i32>, text: impl Input<String>) -> ListenerBuilder<LoadBalancer, Set> {
        self.default_actions([Action::respond(status_code, text)])
    }
}

#[cfg(feature = "elbv2")]
mod live;

//! Application, network and gateway load balancers.

mod action;
#[cfg(feature = "elbv2")]
mod attributes;
mod listener;
mod listener_rule;
mod load_balancer;
mod protocol;
#[cfg(feature = "elbv2")]
mod tags;
mod target_group;

pub use action::{
    Action, AuthenticateCognito, AuthenticateOidc, ClaimFormat, FixedResponse, Forward, JwtClaim, JwtValidation, OnUnauthenticated,
    Redirect, RedirectStatus, TargetGroupStickiness, WeightedTargetGroup,
};
pub use listener::{Listener, ListenerArn, ListenerInputs, MutualAuthentication, MutualAuthenticationMode};
pub use listener_rule::{HeaderMatch, ListenerRule, ListenerRuleArn, ListenerRuleInputs, QueryMatch, Rewrite, RuleCondition};
pub use load_balancer::{
    ClientRouting, DesyncMitigation, ForwardedFor, IpAddressType, LoadBalancer, LoadBalancerArn, LoadBalancerInputs, LoadBalancerOutputs,
    LoadBalancerType, Logs, Scheme, SubnetMapping,
};
pub use protocol::Protocol;
pub use target_group::{
    Algorithm, CrossZone, HealthCheck, ProtocolVersion, Stickiness, StickinessType, Target, TargetGroup, TargetGroupArn, TargetGroupInputs,
    TargetGroupOutputs, TargetIpAddressType, TargetType,
};

crate::resources!("elbv2", aws_sdk_elasticloadbalancingv2::Client: Listener, ListenerRule, LoadBalancer, TargetGroup);

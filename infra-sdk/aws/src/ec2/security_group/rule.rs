//! A rule of a security group, as programs write it.

use std::ops::{RangeFull, RangeInclusive};

use infra_core::{Block, Expr, Input, Set, Value};
use serde::{Deserialize, Serialize};

use super::SecurityGroupId;
use crate::ec2::PrefixListId;

/// What is let in, or out: a protocol, its ports, and exactly one other side.
///
/// ```
/// # use infra_aws::ec2::SecurityGroupRule;
/// SecurityGroupRule::tcp(443).from_cidr("0.0.0.0/0");
/// SecurityGroupRule::tcp(8000..=8080).from_self().description("between the workers");
/// SecurityGroupRule::all().to_cidr("::/0");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct SecurityGroupRule {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `all`, or the number of another protocol, from 0 to 255.
    #[input(cloud = "IpProtocol")]
    pub protocol: String,
    /// The first port, from 0 to 65535; for ICMP the type, from 0 to 255. Required for `tcp` and `udp`; left out, all
    /// types of ICMP; not allowed for other protocols.
    #[input(cloud = "FromPort")]
    pub from_port: Option<i32>,
    /// The last port, from 0 to 65535, the same as `from_port` for one; for ICMP the code, from 0 to 255, left out for
    /// all codes of the type.
    #[input(cloud = "ToPort")]
    pub to_port: Option<i32>,
    /// The other side: a range of IPv4 addresses, as in `10.0.0.0/8`.
    #[input(cloud = "CidrIp")]
    pub cidr: Option<String>,
    /// The other side: a range of IPv6 addresses, as in `::/0`.
    #[input(cloud = "CidrIpv6")]
    pub cidr_ipv6: Option<String>,
    /// The other side: whoever is in this other group. For the group itself there is `itself`.
    #[input(cloud = "SourceSecurityGroupId", unlike_cloud = "the rules in and out have one type here, and other names there")]
    pub group: Option<SecurityGroupId>,
    /// The account of `group`, 12 digits, if it is another one's.
    #[input(cloud = "SourceSecurityGroupOwnerId", unlike_cloud = "the API takes the account for both directions")]
    pub group_owner: Option<String>,
    /// The other side: whoever is in this same group. True or left out.
    #[input(unlike_cloud = "in CloudFormation a group cannot refer to itself")]
    pub itself: Option<bool>,
    /// The other side: the ranges of a prefix list.
    #[input(cloud = "SourcePrefixListId", unlike_cloud = "the rules in and out have one type here, and other names there")]
    pub prefix_list: Option<PrefixListId>,
    /// What it is for: up to 255 letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*`. Left out for none.
    #[input(cloud = "Description")]
    pub description: Option<String>,
}

/// One port, a range of them, or `..` for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    first: u16,
    last: u16,
}

impl From<u16> for Ports {
    fn from(port: u16) -> Ports {
        Ports { first: port, last: port }
    }
}

impl From<RangeInclusive<u16>> for Ports {
    fn from(ports: RangeInclusive<u16>) -> Ports {
        Ports { first: *ports.start(), last: *ports.end() }
    }
}

impl From<RangeFull> for Ports {
    fn from(_: RangeFull) -> Ports {
        Ports { first: 0, last: u16::MAX }
    }
}

impl SecurityGroupRule {
    /// TCP to a port (`443`), a range of ports (`8000..=8080`) or all (`..`).
    pub fn tcp(ports: impl Into<Ports>) -> SecurityGroupRuleBuilder<Set> {
        Self::ports("tcp", ports.into())
    }

    /// UDP to a port (`53`), a range of ports (`6000..=6999`) or all (`..`).
    pub fn udp(ports: impl Into<Ports>) -> SecurityGroupRuleBuilder<Set> {
        Self::ports("udp", ports.into())
    }

    /// ICMP of every type.
    pub fn icmp() -> SecurityGroupRuleBuilder<Set> {
        Self::new().protocol("icmp")
    }

    /// ICMP of one type with all its codes: 8 is the echo that `ping` asks for.
    pub fn icmp_type(number: u8) -> SecurityGroupRuleBuilder<Set> {
        Self::icmp().from_port(i32::from(number))
    }

    /// ICMP for IPv6, of every type.
    pub fn icmpv6() -> SecurityGroupRuleBuilder<Set> {
        Self::new().protocol("icmpv6")
    }

    /// Everything.
    pub fn all() -> SecurityGroupRuleBuilder<Set> {
        Self::new().protocol("all")
    }

    /// No rule at all: what `egress` takes so that nothing is let out.
    pub fn none() -> [SecurityGroupRuleBuilder<Set>; 0] {
        []
    }

    fn ports(protocol: &str, ports: Ports) -> SecurityGroupRuleBuilder<Set> {
        Self::new().protocol(protocol).from_port(i32::from(ports.first)).to_port(i32::from(ports.last))
    }
}

/// What the other side is, in words that suit a rule for what comes in (`from_…`) or goes out (`to_…`).
impl<Protocol> SecurityGroupRuleBuilder<Protocol> {
    /// From a range of IPv4 addresses, or of IPv6 where it is written out here.
    pub fn from_cidr(mut self, cidr: impl Input<String>) -> Self {
        let cidr = cidr.into_expr();
        let is_ipv6 = matches!(&cidr, Expr::Lit(Value::String(text)) if text.contains(':'));
        self.fields.set(if is_ipv6 { "cidr_ipv6" } else { "cidr" }, cidr);
        self
    }

    /// From whoever is in another group.
    pub fn from_group(self, group: impl Input<SecurityGroupId>) -> Self {
        self.group(group)
    }

    /// From whoever is in the same group.
    pub fn from_self(self) -> Self {
        self.itself(true)
    }

    /// From the ranges of a prefix list.
    pub fn from_prefix_list(self, list: impl Input<PrefixListId>) -> Self {
        self.prefix_list(list)
    }

    /// To a range of IPv4 addresses, or of IPv6 where it is written out here.
    pub fn to_cidr(self, cidr: impl Input<String>) -> Self {
        self.from_cidr(cidr)
    }

    /// To whoever is in another group.
    pub fn to_group(self, group: impl Input<SecurityGroupId>) -> Self {
        self.group(group)
    }

    /// To whoever is in the same group.
    pub fn to_self(self) -> Self {
        self.itself(true)
    }

    /// To the ranges of a prefix list.
    pub fn to_prefix_list(self, list: impl Input<PrefixListId>) -> Self {
        self.prefix_list(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(rule: SecurityGroupRuleBuilder<Set>) -> SecurityGroupRule {
        let expr = Input::<SecurityGroupRule>::into_expr(rule);
        let value = expr.evaluate(&|_| Ok(None)).unwrap().value().unwrap();
        serde_json::from_value(value.reveal()).unwrap()
    }

    #[test]
    fn a_rule_reads_as_it_is_said() {
        let rule = written(SecurityGroupRule::tcp(443).from_cidr("0.0.0.0/0"));
        assert_eq!((rule.protocol.as_str(), rule.from_port, rule.to_port), ("tcp", Some(443), Some(443)));
        assert_eq!((rule.cidr.as_deref(), rule.cidr_ipv6), (Some("0.0.0.0/0"), None));
        let rule = written(SecurityGroupRule::udp(..).from_self());
        assert_eq!((rule.from_port, rule.to_port, rule.itself), (Some(0), Some(65535), Some(true)));
        let rule = written(SecurityGroupRule::all().to_cidr("::/0"));
        assert_eq!((rule.protocol.as_str(), rule.from_port, rule.cidr_ipv6.as_deref()), ("all", None, Some("::/0")));
    }
}

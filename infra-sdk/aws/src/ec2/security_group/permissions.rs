//! Rules as the calls of EC2 have them, and the calls that change them.

use std::slice;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId as PrefixList, UserIdGroupPair};
use infra_apply::{Class, ProviderError};

use super::{SecurityGroupId, SecurityGroupRule};
use crate::ec2::call::{plain, some};
use crate::ec2::cidr;
use crate::sdk::failed;

/// Which rules of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// Those for what comes in.
    In,
    /// Those for what goes out.
    Out,
}

/// The calls that take rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Authorize,
    Revoke,
    Describe,
}

/// Rules from permissions, of which each holds many other sides: one rule for each, so that closing one is one
/// difference. `group` is the id of the group they are of, `owner` its account.
pub(super) fn from_permissions(permissions: &[IpPermission], group: &str, owner: &str) -> Vec<SecurityGroupRule> {
    let mut rules = Vec::new();
    for permission in permissions {
        let rule = |description: Option<&str>| SecurityGroupRule {
            description: description.filter(|text| !text.is_empty()).map(str::to_owned),
            ..bare(permission.ip_protocol().unwrap_or_default(), permission.from_port(), permission.to_port())
        };
        for range in permission.ip_ranges() {
            rules.push(SecurityGroupRule { cidr: range.cidr_ip().map(str::to_owned), ..rule(range.description()) });
        }
        for range in permission.ipv6_ranges() {
            rules.push(SecurityGroupRule { cidr_ipv6: range.cidr_ipv6().map(str::to_owned), ..rule(range.description()) });
        }
        for pair in permission.user_id_group_pairs() {
            let (itself, other) = if pair.group_id() == Some(group) { (Some(true), None) } else { (None, some(pair.group_id())) };
            let group_owner = pair.user_id().filter(|user| *user != owner && itself.is_none()).map(str::to_owned);
            rules.push(SecurityGroupRule { itself, group: other, group_owner, ..rule(pair.description()) });
        }
        for list in permission.prefix_list_ids() {
            rules.push(SecurityGroupRule { prefix_list: some(list.prefix_list_id()), ..rule(list.description()) });
        }
    }
    rules
}

/// A rule of a protocol and its ports alone, in the words of programs: -1 is AWS's for "all".
pub(super) fn bare(protocol: &str, from_port: Option<i32>, to_port: Option<i32>) -> SecurityGroupRule {
    let protocol = match protocol {
        "-1" => "all",
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        "58" => "icmpv6",
        other => other,
    };
    let has_ports = matches!(protocol, "tcp" | "udp" | "icmp" | "icmpv6");
    let port = |port: Option<i32>| port.filter(|port| has_ports && *port >= 0);
    SecurityGroupRule {
        protocol: protocol.to_owned(),
        from_port: port(from_port),
        to_port: port(to_port),
        cidr: None,
        cidr_ipv6: None,
        group: None,
        group_owner: None,
        itself: None,
        prefix_list: None,
        description: None,
    }
}

/// A permission of one rule.
pub(super) fn to_permission(rule: &SecurityGroupRule, group: &SecurityGroupId) -> IpPermission {
    let is_icmp = rule.protocol.starts_with("icmp");
    let port = |port: Option<i32>| port.or(is_icmp.then_some(-1));
    let description = rule.description.clone();
    let other_group = rule.group.as_ref().or(rule.itself.filter(|itself| *itself).map(|_| group));
    let groups = other_group.map(|id| {
        let pair = UserIdGroupPair::builder().group_id(id.as_str()).set_user_id(rule.group_owner.clone());
        pair.set_description(description.clone()).build()
    });
    IpPermission::builder()
        .ip_protocol(if rule.protocol == "all" { "-1" } else { &rule.protocol })
        .set_from_port(port(rule.from_port))
        .set_to_port(port(rule.to_port))
        .set_ip_ranges(rule.cidr.as_ref().map(|cidr| vec![IpRange::builder().cidr_ip(cidr).set_description(description.clone()).build()]))
        .set_ipv6_ranges(
            rule.cidr_ipv6.as_ref().map(|cidr| vec![Ipv6Range::builder().cidr_ipv6(cidr).set_description(description.clone()).build()]),
        )
        .set_user_id_group_pairs(groups.map(|pair| vec![pair]))
        .set_prefix_list_ids(
            plain(rule.prefix_list.as_ref())
                .map(|list| vec![PrefixList::builder().prefix_list_id(list).set_description(description).build()]),
        )
        .build()
}

/// Refuses a rule that AWS would tell back otherwise than it is written, or not take.
pub(super) fn check(operation: &'static str, rule: &SecurityGroupRule) -> Result<(), ProviderError> {
    let others = [rule.cidr.is_some(), rule.cidr_ipv6.is_some(), rule.group.is_some(), rule.itself.is_some(), rule.prefix_list.is_some()];
    let protocol = rule.protocol.as_str();
    let number = protocol.parse::<u8>().ok().filter(|number| number.to_string() == protocol);
    let complaint = if others.iter().filter(|set| **set).count() != 1 || rule.itself == Some(false) {
        "a rule has one other side: exactly one of a CIDR, a group, itself and a prefix list"
    } else if matches!(number, Some(1 | 6 | 17 | 58)) || protocol == "-1" {
        "write the protocol as `tcp`, `udp`, `icmp`, `icmpv6` or `all`"
    } else if number.is_none() && !matches!(protocol, "tcp" | "udp" | "icmp" | "icmpv6" | "all") {
        "the protocol is `tcp`, `udp`, `icmp`, `icmpv6`, `all` or a number from 0 to 255"
    } else if matches!(protocol, "tcp" | "udp") && (rule.from_port.is_none() || rule.to_port.is_none()) {
        "TCP and UDP need `from_port` and `to_port`; 0 and 65535 for all"
    } else if (number.is_some() || protocol == "all") && (rule.from_port.is_some() || rule.to_port.is_some()) {
        "only TCP, UDP and ICMP have ports: leave `from_port` and `to_port` out"
    } else if rule.from_port.is_none() && rule.to_port.is_some() {
        "an ICMP code (`to_port`) needs its type (`from_port`)"
    } else if rule.from_port.is_some_and(|port| port < 0) || rule.to_port.is_some_and(|port| port < 0) {
        "for all types or codes of ICMP leave `from_port` or `to_port` out"
    } else if rule.description.as_deref() == Some("") {
        "leave the description out instead of an empty one"
    } else {
        cidr::check(operation, rule.cidr.as_deref())?;
        return cidr::check(operation, rule.cidr_ipv6.as_deref());
    };
    Err(ProviderError::new(Class::Invalid, operation, format!("{complaint} (in the rule for protocol {protocol})")))
}

/// What brings one set of rules to another.
#[derive(Debug, Default, PartialEq)]
struct Steps {
    authorize: Vec<SecurityGroupRule>,
    revoke: Vec<SecurityGroupRule>,
    describe: Vec<SecurityGroupRule>,
}

/// Exactly what differs; a rule that differs in its description alone stays in force.
fn steps(have: &[SecurityGroupRule], want: &[SecurityGroupRule]) -> Steps {
    let same = |one: &SecurityGroupRule, other: &SecurityGroupRule| {
        let silent = |rule: &SecurityGroupRule| SecurityGroupRule { description: None, ..rule.clone() };
        silent(one) == silent(other)
    };
    let mut steps = Steps::default();
    for want in want {
        match have.iter().find(|have| same(have, want)) {
            None => steps.authorize.push(want.clone()),
            Some(have) if have.description != want.description => steps.describe.push(want.clone()),
            Some(_) => {}
        }
    }
    steps.revoke = have.iter().filter(|have| !want.iter().any(|want| same(have, want))).cloned().collect();
    steps
}

/// Changes exactly the rules that differ.
pub(super) async fn update(
    client: &Client,
    group: &SecurityGroupId,
    direction: Direction,
    have: &[SecurityGroupRule],
    want: &[SecurityGroupRule],
) -> Result<(), ProviderError> {
    for rule in want {
        check("AuthorizeSecurityGroup", rule)?;
    }
    let steps = steps(have, want);
    // What is new comes first, so that a connection that both the old and the new rules allow is never refused; only
    // where a full group has no room for both, the old make room.
    match apply(client, group, direction, Call::Authorize, &steps.authorize).await {
        Err(error) if error.class == Class::Quota && !steps.revoke.is_empty() => {
            apply(client, group, direction, Call::Revoke, &steps.revoke).await?;
            apply(client, group, direction, Call::Authorize, &steps.authorize).await?;
        }
        other => {
            other?;
            apply(client, group, direction, Call::Revoke, &steps.revoke).await?;
        }
    }
    apply(client, group, direction, Call::Describe, &steps.describe).await
}

/// Gives the rule that is like this one this one's description.
pub(super) async fn apply_description(
    client: &Client,
    group: &SecurityGroupId,
    direction: Direction,
    rule: &SecurityGroupRule,
) -> Result<(), ProviderError> {
    apply(client, group, direction, Call::Describe, slice::from_ref(rule)).await
}

/// One call for all rules. AWS refuses it whole if it has been done already for one of them, as after an interruption:
/// then one call for each.
async fn apply(
    client: &Client,
    group: &SecurityGroupId,
    direction: Direction,
    call: Call,
    rules: &[SecurityGroupRule],
) -> Result<(), ProviderError> {
    if rules.is_empty() {
        return Ok(());
    }
    match send(client, group, direction, call, rules).await {
        Err(error) if already(call, &error) => {
            for rule in rules {
                match send(client, group, direction, call, slice::from_ref(rule)).await {
                    Err(error) if already(call, &error) => {}
                    other => other?,
                }
            }
            Ok(())
        }
        other => other,
    }
}

fn already(call: Call, error: &ProviderError) -> bool {
    match call {
        Call::Authorize => error.is_code("InvalidPermission.Duplicate"),
        Call::Revoke => error.is_code("InvalidPermission.NotFound"),
        Call::Describe => false,
    }
}

async fn send(
    client: &Client,
    group: &SecurityGroupId,
    direction: Direction,
    call: Call,
    rules: &[SecurityGroupRule],
) -> Result<(), ProviderError> {
    let id = group.as_str();
    let permissions = Some(rules.iter().map(|rule| to_permission(rule, group)).collect());
    let sent = match (call, direction) {
        (Call::Authorize, Direction::In) => {
            let call = client.authorize_security_group_ingress().group_id(id).set_ip_permissions(permissions);
            call.send().await.map(drop).map_err(failed("AuthorizeSecurityGroupIngress"))
        }
        (Call::Authorize, Direction::Out) => {
            let call = client.authorize_security_group_egress().group_id(id).set_ip_permissions(permissions);
            call.send().await.map(drop).map_err(failed("AuthorizeSecurityGroupEgress"))
        }
        (Call::Revoke, Direction::In) => {
            let call = client.revoke_security_group_ingress().group_id(id).set_ip_permissions(permissions);
            call.send().await.map(drop).map_err(failed("RevokeSecurityGroupIngress"))
        }
        (Call::Revoke, Direction::Out) => {
            let call = client.revoke_security_group_egress().group_id(id).set_ip_permissions(permissions);
            call.send().await.map(drop).map_err(failed("RevokeSecurityGroupEgress"))
        }
        (Call::Describe, Direction::In) => {
            let call = client.update_security_group_rule_descriptions_ingress().group_id(id).set_ip_permissions(permissions);
            call.send().await.map(drop).map_err(failed("UpdateSecurityGroupRuleDescriptionsIngress"))
        }
        (Call::Describe, Direction::Out) => {
            let call = client.update_security_group_rule_descriptions_egress().group_id(id).set_ip_permissions(permissions);
            call.send().await.map(drop).map_err(failed("UpdateSecurityGroupRuleDescriptionsEgress"))
        }
    };
    sent.map_err(not_known_yet)
}

/// A group that was made a moment ago may not be known to every part of EC2.
pub(super) fn not_known_yet(error: ProviderError) -> ProviderError {
    error.class_if(Class::NotYet, |error| error.is_code("InvalidGroup.NotFound"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(port: i32, cidr: &str) -> SecurityGroupRule {
        SecurityGroupRule { cidr: Some(cidr.into()), ..bare("tcp", Some(port), Some(port)) }
    }

    fn sg(id: &str) -> SecurityGroupId {
        SecurityGroupId::new(id)
    }

    #[test]
    fn one_permission_with_many_ranges_is_one_rule_for_each() {
        let range = |cidr: &str| IpRange::builder().cidr_ip(cidr).build();
        let pair = |id: &str, user: &str| UserIdGroupPair::builder().group_id(id).user_id(user).build();
        let permission = IpPermission::builder()
            .ip_protocol("tcp")
            .from_port(80)
            .to_port(80)
            .set_ip_ranges(Some(vec![range("10.0.0.0/8"), range("11.0.0.0/8")]))
            .set_user_id_group_pairs(Some(vec![pair("sg-own", "1"), pair("sg-other", "1"), pair("sg-foreign", "2")]))
            .prefix_list_ids(PrefixList::builder().prefix_list_id("pl-1").description("s3").build())
            .build();
        let rules = from_permissions(&[permission], "sg-own", "1");
        let rule = || bare("tcp", Some(80), Some(80));
        let expected = [
            tcp(80, "10.0.0.0/8"),
            tcp(80, "11.0.0.0/8"),
            SecurityGroupRule { itself: Some(true), ..rule() },
            SecurityGroupRule { group: Some(sg("sg-other")), ..rule() },
            SecurityGroupRule { group: Some(sg("sg-foreign")), group_owner: Some("2".into()), ..rule() },
            SecurityGroupRule { prefix_list: some(Some("pl-1")), description: Some("s3".into()), ..rule() },
        ];
        assert_eq!(rules, expected);
    }

    #[test]
    fn what_is_written_is_told_back() {
        let any = |rule: SecurityGroupRule| SecurityGroupRule { cidr_ipv6: Some("::/0".into()), ..rule };
        for rule in [
            tcp(443, "0.0.0.0/0"),
            any(bare("all", None, None)),
            any(bare("icmpv6", None, None)),
            any(bare("icmp", Some(8), None)),
            any(bare("50", None, None)),
            SecurityGroupRule { itself: Some(true), description: Some("us".into()), ..bare("udp", Some(0), Some(65535)) },
        ] {
            check("test", &rule).unwrap();
            assert_eq!(from_permissions(&[to_permission(&rule, &sg("sg-1"))], "sg-1", "1"), [rule]);
        }
    }

    #[test]
    fn all_of_icmp_is_minus_one_on_the_wire_but_not_in_a_program() {
        let permission = to_permission(&SecurityGroupRule { cidr: Some("0.0.0.0/0".into()), ..bare("icmp", None, None) }, &sg("sg-1"));
        assert_eq!((permission.from_port(), permission.to_port()), (Some(-1), Some(-1)));
    }

    #[test]
    fn closing_one_port_is_one_revocation() {
        let have = [tcp(80, "0.0.0.0/0"), tcp(443, "0.0.0.0/0")];
        let expected = Steps { revoke: vec![tcp(80, "0.0.0.0/0")], ..Steps::default() };
        assert_eq!(steps(&have, &[tcp(443, "0.0.0.0/0")]), expected);
    }

    #[test]
    fn another_description_revokes_nothing() {
        let named = |name: Option<&str>| SecurityGroupRule { description: name.map(str::to_owned), ..tcp(80, "0.0.0.0/0") };
        for (have, want) in [(None, Some("web")), (Some("web"), Some("www")), (Some("web"), None)] {
            let expected = Steps { describe: vec![named(want)], ..Steps::default() };
            assert_eq!(steps(&[named(have)], &[named(want)]), expected);
        }
    }

    #[test]
    fn a_rule_that_aws_would_tell_back_otherwise_is_refused() {
        let cidr = |rule: SecurityGroupRule| SecurityGroupRule { cidr: Some("0.0.0.0/0".into()), ..rule };
        let named = |protocol: &str| SecurityGroupRule { protocol: protocol.into(), ..bare("all", None, None) };
        for wrong in [
            bare("all", None, None),
            cidr(named("6")),
            cidr(named("-1")),
            cidr(named("TCP")),
            cidr(named("050")),
            cidr(bare("tcp", Some(80), None)),
            cidr(SecurityGroupRule { from_port: Some(1), ..named("all") }),
            cidr(SecurityGroupRule { from_port: Some(-1), ..named("icmp") }),
            SecurityGroupRule { cidr: Some("10.0.0.1/8".into()), ..named("all") },
            SecurityGroupRule { itself: Some(false), ..named("all") },
            cidr(SecurityGroupRule { description: Some(String::new()), ..named("all") }),
        ] {
            assert_eq!(check("test", &wrong).unwrap_err().class, Class::Invalid, "{wrong:?}");
        }
    }
}

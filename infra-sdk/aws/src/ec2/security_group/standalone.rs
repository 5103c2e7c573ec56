//! Rules that are resources of their own: the calls that both directions share.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{self, Filter, ResourceType};
use infra_apply::{Creation, ProviderError, gone_is_success};

use super::permissions::{Direction, apply_description, bare, check, not_known_yet, to_permission};
use super::{SecurityGroupId, SecurityGroupRule};
use crate::ec2::call::{filter, some, text};
use crate::ec2::tags;
use crate::sdk::failed;

/// A rule as AWS has it.
pub(super) struct Seen {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) group: SecurityGroupId,
    pub(super) rule: SecurityGroupRule,
    pub(super) tags: infra_core::Tags,
}

/// The rules of one direction that a filter lets through.
pub(super) async fn describe(client: &Client, direction: Direction, filter: Filter) -> Result<Vec<Seen>, ProviderError> {
    let pages = client.describe_security_group_rules().filters(filter).into_paginator().items().send();
    let rules: Vec<_> = pages.try_collect().await.map_err(failed("DescribeSecurityGroupRules"))?;
    Ok(rules.iter().filter(|rule| rule.is_egress() == Some(direction == Direction::Out)).map(seen).collect())
}

fn seen(rule: &types::SecurityGroupRule) -> Seen {
    let other = rule.referenced_group_info();
    let owner = other.and_then(|other| other.user_id()).filter(|user| Some(*user) != rule.group_owner_id());
    Seen {
        id: text(rule.security_group_rule_id()),
        arn: text(rule.security_group_rule_arn()),
        group: SecurityGroupId::new(text(rule.group_id())),
        rule: SecurityGroupRule {
            cidr: rule.cidr_ipv4().map(str::to_owned),
            cidr_ipv6: rule.cidr_ipv6().map(str::to_owned),
            group: some(other.and_then(|other| other.group_id())),
            group_owner: owner.map(str::to_owned),
            prefix_list: some(rule.prefix_list_id()),
            description: rule.description().filter(|text| !text.is_empty()).map(str::to_owned),
            ..bare(rule.ip_protocol().unwrap_or_default(), rule.from_port(), rule.to_port())
        },
        tags: tags::from_sdk(rule.tags()),
    }
}

/// Adds a rule to a group; the answer is its id.
pub(super) async fn create(
    client: &Client,
    direction: Direction,
    group: &SecurityGroupId,
    rule: &SecurityGroupRule,
    new: Creation<'_>,
) -> Result<String, ProviderError> {
    check("AuthorizeSecurityGroup", rule)?;
    let (permission, tags) = (to_permission(rule, group), tags::specification(ResourceType::SecurityGroupRule, new.tags));
    let made = match direction {
        Direction::In => {
            let call = client.authorize_security_group_ingress().group_id(group.as_str()).ip_permissions(permission);
            let answer = call.tag_specifications(tags).send().await.map_err(failed("AuthorizeSecurityGroupIngress"));
            answer.map(|answer| answer.security_group_rules.unwrap_or_default())
        }
        Direction::Out => {
            let call = client.authorize_security_group_egress().group_id(group.as_str()).ip_permissions(permission);
            let answer = call.tag_specifications(tags).send().await.map_err(failed("AuthorizeSecurityGroupEgress"));
            answer.map(|answer| answer.security_group_rules.unwrap_or_default())
        }
    };
    match made {
        Ok(rules) => Ok(text(rules.first().and_then(|rule| rule.security_group_rule_id()))),
        // The same rule may be of the interrupted first attempt at this step.
        Err(error) if error.is_code("InvalidPermission.Duplicate") => find(client, direction, new).await?.ok_or(error),
        Err(error) => Err(not_known_yet(error)),
    }
}

/// The rule that carries the step's token.
pub(super) async fn find(client: &Client, direction: Direction, new: Creation<'_>) -> Result<Option<String>, ProviderError> {
    Ok(describe(client, direction, tags::token_filter(new.token)).await?.into_iter().next().map(|rule| rule.id))
}

/// Changes a rule's description where it differs.
pub(super) async fn update(
    client: &Client,
    direction: Direction,
    group: &SecurityGroupId,
    have: &SecurityGroupRule,
    want: &SecurityGroupRule,
) -> Result<(), ProviderError> {
    if want.description.is_none() || want.description == have.description {
        return Ok(());
    }
    let rule = SecurityGroupRule { description: want.description.clone(), ..have.clone() };
    check("UpdateSecurityGroupRuleDescriptions", &rule)?;
    apply_description(client, group, direction, &rule).await
}

/// Takes a rule out of its group.
pub(super) async fn delete(client: &Client, direction: Direction, id: &str) -> Result<(), ProviderError> {
    let Some(rule) = describe(client, direction, filter("security-group-rule-id", id)).await?.into_iter().next() else { return Ok(()) };
    let group = rule.group.as_str();
    gone_is_success(match direction {
        Direction::In => {
            let call = client.revoke_security_group_ingress().group_id(group).security_group_rule_ids(id);
            call.send().await.map(drop).map_err(failed("RevokeSecurityGroupIngress"))
        }
        Direction::Out => {
            let call = client.revoke_security_group_egress().group_id(group).security_group_rule_ids(id);
            call.send().await.map(drop).map_err(failed("RevokeSecurityGroupEgress"))
        }
    })
}

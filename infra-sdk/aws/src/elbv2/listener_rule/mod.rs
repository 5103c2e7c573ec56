//! A rule of a listener.

#[cfg(feature = "elbv2")]
mod live;

use infra_core::{Block, Input, NoOutputs, Resource, Set, Tags, Unset};
use serde::{Deserialize, Serialize};

use super::{Action, ListenerArn, TargetGroup, TargetGroupArn};

/// What a request must be like: exactly one of its fields is set. Texts may hold `*` for any text and `?` for any
/// character.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct RuleCondition {
    /// Its host is one of these.
    #[input(set, cloud = "HostHeaderConfig/Values")]
    pub host: Option<Vec<String>>,
    /// Its host matches one of these regular expressions.
    #[input(set, cloud = "HostHeaderConfig/RegexValues")]
    pub host_regex: Option<Vec<String>>,
    /// Its path is one of these.
    #[input(set, cloud = "PathPatternConfig/Values")]
    pub path: Option<Vec<String>>,
    /// Its path matches one of these regular expressions.
    #[input(set, cloud = "PathPatternConfig/RegexValues")]
    pub path_regex: Option<Vec<String>>,
    /// It has this header.
    #[input(cloud = "HttpHeaderConfig")]
    pub header: Option<HeaderMatch>,
    /// Its method is one of these, in capitals; no `*` here.
    #[input(set, cloud = "HttpRequestMethodConfig/Values")]
    pub method: Option<Vec<String>>,
    /// Its query has one of these.
    #[input(set, cloud = "QueryStringConfig/Values")]
    pub query: Option<Vec<QueryMatch>>,
    /// It comes from one of these ranges of addresses, as in 10.0.0.0/8.
    #[input(set, cloud = "SourceIpConfig/Values")]
    pub source_ip: Option<Vec<String>>,
}

/// A header with one of several values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct HeaderMatch {
    /// The header, at most 40 characters.
    #[input(cloud = "HttpHeaderName", unlike_cloud = "the API requires it")]
    pub name: String,
    /// The values it may have. This or `regex`.
    #[input(set)]
    pub values: Option<Vec<String>>,
    /// The regular expressions it may match. This or `values`.
    #[input(set, cloud = "RegexValues")]
    pub regex: Option<Vec<String>>,
}

/// A part of a query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct QueryMatch {
    /// The value.
    pub value: String,
    /// The key. Default: any.
    pub key: Option<String>,
}

/// What a part of a request is rewritten to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Rewrite {
    /// The regular expression that finds it.
    #[input(cloud = "Rewrites/Regex")]
    pub regex: String,
    /// What stands there instead; `$1` is the first group.
    #[input(cloud = "Rewrites/Replace")]
    pub replace: String,
}

impl RuleCondition {
    /// Its host is one of these.
    pub fn host(hosts: impl Input<Vec<String>>) -> RuleConditionBuilder {
        RuleCondition::new().host(hosts)
    }

    /// Its path is one of these.
    pub fn path(paths: impl Input<Vec<String>>) -> RuleConditionBuilder {
        RuleCondition::new().path(paths)
    }

    /// Its method is one of these.
    pub fn method(methods: impl Input<Vec<String>>) -> RuleConditionBuilder {
        RuleCondition::new().method(methods)
    }

    /// It comes from one of these ranges of addresses.
    pub fn source_ip(ranges: impl Input<Vec<String>>) -> RuleConditionBuilder {
        RuleCondition::new().source_ip(ranges)
    }

    /// It has a header with one of these values.
    pub fn header(name: impl Input<String>, values: impl Input<Vec<String>>) -> RuleConditionBuilder {
        RuleCondition::new().header(HeaderMatch::new().name(name).values(values))
    }

    /// Its query has `key=value`.
    pub fn query(key: impl Input<String>, value: impl Input<String>) -> RuleConditionBuilder {
        RuleCondition::new().query([QueryMatch::new().key(key).value(value)])
    }
}

/// A rule of a listener: what becomes of requests that are like its conditions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = ListenerRule, id = ListenerRuleArn, outputs = NoOutputs, kind = "aws:elbv2/listener-rule",
    cloud = "AWS::ElasticLoadBalancingV2::ListenerRule",
    iam(
        "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTags", "cognito-idp:DescribeUserPoolClient",
        create("elasticloadbalancing:CreateRule", "elasticloadbalancing:AddTags"),
        update(
            "elasticloadbalancing:ModifyRule", "elasticloadbalancing:SetRulePriorities", "elasticloadbalancing:AddTags",
            "elasticloadbalancing:RemoveTags",
        ),
        delete("elasticloadbalancing:DeleteRule"),
    ),
    unique(listener, priority),
    completes(TargetGroup),
)]
pub struct ListenerRuleInputs {
    /// The listener.
    #[input(replace, cloud = "ListenerArn", unlike_cloud = "a rule without a listener does nothing, and the API has none")]
    pub listener: ListenerArn,
    /// Its place among the listener's rules, from 1 to 50000; the lowest that matches wins. No two may have the same.
    pub priority: i32,
    /// What requests must be like, in all these ways.
    #[input(set)]
    pub conditions: Vec<RuleCondition>,
    /// What becomes of them, in order.
    #[input(unlike_cloud = "the type of an action is which of its fields is set")]
    pub actions: Vec<Action>,
    /// What the host becomes before the request goes on.
    #[input(cloud = "Transforms/HostHeaderRewriteConfig")]
    pub rewrite_host: Option<Rewrite>,
    /// What path and query become before the request goes on.
    #[input(cloud = "Transforms/UrlRewriteConfig")]
    pub rewrite_url: Option<Rewrite>,
    /// Tags.
    pub tags: Option<Tags>,
}

impl<Listener, Priority, Conditions> ListenerRuleBuilder<Listener, Priority, Conditions, Unset> {
    /// Sends the requests to a target group.
    pub fn forward_to(self, target_group: impl Input<TargetGroupArn>) -> ListenerRuleBuilder<Listener, Priority, Conditions, Set> {
        self.actions([Action::forward_to(target_group)])
    }
}

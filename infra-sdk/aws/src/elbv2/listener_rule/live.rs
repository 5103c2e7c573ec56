//! The lifecycle of a rule of a listener.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{
    self as sdk, HostHeaderConditionConfig, HostHeaderRewriteConfig, HttpHeaderConditionConfig, HttpRequestMethodConditionConfig,
    PathPatternConditionConfig, QueryStringConditionConfig, QueryStringKeyValuePair, RewriteConfig, RulePriorityPair, RuleTransform,
    SourceIpConditionConfig, UrlRewriteConfig,
};
use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
use infra_core::NoOutputs;

use super::{HeaderMatch, ListenerRule, ListenerRuleArn, ListenerRuleInputs, QueryMatch, Rewrite, RuleCondition};
use crate::elbv2::{ListenerArn, action, tags};
use crate::sdk::{differs, failed};

impl Lifecycle for ListenerRule {
    type Client = Client;
    const SERVICE: &'static str = "elasticloadbalancing";
    const PAGE: usize = tags::PAGE;

    async fn read(client: &Client, ids: &[ListenerRuleArn]) -> Result<Vec<Observed<ListenerRule>>, ProviderError> {
        let arns = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let rules = tags::existing(arns, ":listener-rule/", |arns| async {
            let call = client.describe_rules().set_rule_arns(Some(arns));
            Ok(call.send().await.map_err(failed("DescribeRules"))?.rules.unwrap_or_default())
        });
        let rules = rules.await?;
        let arns = rules.iter().filter_map(|rule| rule.rule_arn.clone()).collect();
        let mut tags = tags::read(client, arns).await?;
        let observed = rules.iter().map(|rule| {
            let arn = rule.rule_arn().unwrap_or_default();
            let transforms = rule.transforms();
            let host = transforms.iter().find_map(|transform| transform.host_header_rewrite_config());
            let url = transforms.iter().find_map(|transform| transform.url_rewrite_config());
            Observed {
                id: ListenerRuleArn::new(arn),
                inputs: ListenerRuleInputs {
                    listener: listener_of(arn),
                    priority: rule.priority().and_then(|priority| priority.parse().ok()).unwrap_or_default(),
                    conditions: rule.conditions().iter().map(condition_from_sdk).collect(),
                    actions: action::from_sdk(rule.actions()),
                    rewrite_host: host.and_then(|host| rewrite_from_sdk(host.rewrites())),
                    rewrite_url: url.and_then(|url| rewrite_from_sdk(url.rewrites())),
                    tags: Some(tags.remove(arn).unwrap_or_default()),
                },
                outputs: NoOutputs {},
                condition: Condition::Ready,
            }
        });
        Ok(observed.collect())
    }

    async fn create(client: &Client, want: &ListenerRuleInputs, new: Creation<'_>) -> Result<ListenerRuleArn, ProviderError> {
        let call = client
            .create_rule()
            .listener_arn(want.listener.as_str())
            .priority(want.priority)
            .set_conditions(Some(conditions(&want.conditions)?))
            .set_actions(Some(action::to_sdk(&want.actions)?))
            .set_transforms(transforms(want))
            .set_tags(Some(tags::to_sdk(new.tags)));
        match call.send().await.map_err(failed("CreateRule")) {
            Ok(answer) => Ok(ListenerRuleArn::new(answer.rules().first().and_then(|rule| rule.rule_arn()).unwrap_or_default())),
            // The rule of an interrupted create has the priority; or another rule has it, which may be on its way out.
            Err(error) if error.is_code("PriorityInUse") => Self::find(client, want, new).await?.ok_or(error),
            Err(error) => Err(error),
        }
    }

    async fn update(
        client: &Client,
        id: &ListenerRuleArn,
        have: &ListenerRuleInputs,
        want: &ListenerRuleInputs,
    ) -> Result<(), ProviderError> {
        if want.priority != have.priority {
            let pair = RulePriorityPair::builder().rule_arn(id.as_str()).priority(want.priority).build();
            client.set_rule_priorities().rule_priorities(pair).send().await.map_err(failed("SetRulePriorities"))?;
        }
        let conditions_differ = differs(&have.conditions, &want.conditions);
        let actions_differ = differs(&have.actions, &want.actions);
        let transforms_differ = differs(&have.rewrite_host, &want.rewrite_host) || differs(&have.rewrite_url, &want.rewrite_url);
        if conditions_differ || actions_differ || transforms_differ {
            // The call sets all transforms, so the one that is not managed is given as it is.
            let mut all = want.clone();
            all.rewrite_host = all.rewrite_host.or_else(|| have.rewrite_host.clone());
            all.rewrite_url = all.rewrite_url.or_else(|| have.rewrite_url.clone());
            let call = client
                .modify_rule()
                .rule_arn(id.as_str())
                .set_conditions(if conditions_differ { Some(conditions(&want.conditions)?) } else { None })
                .set_actions(if actions_differ { Some(action::to_sdk(&want.actions)?) } else { None })
                .set_transforms(transforms(&all).filter(|_| transforms_differ));
            call.send().await.map_err(failed("ModifyRule"))?;
        }
        tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
    }

    async fn delete(client: &Client, id: &ListenerRuleArn) -> Result<(), ProviderError> {
        let deleted = client.delete_rule().rule_arn(id.as_str()).send().await;
        gone_is_success(deleted.map(drop).map_err(failed("DeleteRule")))
    }

    async fn find(client: &Client, want: &ListenerRuleInputs, new: Creation<'_>) -> Result<Option<ListenerRuleArn>, ProviderError> {
        let pages = client.describe_rules().listener_arn(want.listener.as_str()).into_paginator().items().send();
        let rules = match pages.collect::<Result<Vec<_>, _>>().await.map_err(failed("DescribeRules")) {
            Err(error) if error.class == Class::NotFound => return Ok(None),
            answer => answer?,
        };
        let rules = rules.into_iter().filter(|rule| rule.is_default() != Some(true));
        let arns = rules.filter_map(|rule| rule.rule_arn).collect();
        Ok(tags::with_token(client, arns, new.token).await?.map(ListenerRuleArn::new))
    }
}

/// The listener that a rule's ARN names: `…:listener-rule/app/web/1/2/3` is of `…:listener/app/web/1/2`.
fn listener_of(rule: &str) -> ListenerArn {
    let listener = rule.rsplit_once('/').map_or(rule, |(listener, _)| listener);
    ListenerArn::new(listener.replacen(":listener-rule/", ":listener/", 1))
}

fn conditions(conditions: &[RuleCondition]) -> Result<Vec<sdk::RuleCondition>, ProviderError> {
    conditions.iter().map(condition).collect()
}

fn condition(condition: &RuleCondition) -> Result<sdk::RuleCondition, ProviderError> {
    let builder = sdk::RuleCondition::builder();
    Ok(match condition {
        RuleCondition { host, host_regex, .. } if host.is_some() || host_regex.is_some() => {
            let config = HostHeaderConditionConfig::builder().set_values(host.clone()).set_regex_values(host_regex.clone());
            builder.field("host-header").host_header_config(config.build())
        }
        RuleCondition { path, path_regex, .. } if path.is_some() || path_regex.is_some() => {
            let config = PathPatternConditionConfig::builder().set_values(path.clone()).set_regex_values(path_regex.clone());
            builder.field("path-pattern").path_pattern_config(config.build())
        }
        RuleCondition { header: Some(header), .. } => {
            let config = HttpHeaderConditionConfig::builder().http_header_name(&header.name);
            let config = config.set_values(header.values.clone()).set_regex_values(header.regex.clone());
            builder.field("http-header").http_header_config(config.build())
        }
        RuleCondition { method: Some(methods), .. } => {
            let config = HttpRequestMethodConditionConfig::builder().set_values(Some(methods.clone()));
            builder.field("http-request-method").http_request_method_config(config.build())
        }
        RuleCondition { query: Some(query), .. } => {
            let pair = |pair: &QueryMatch| QueryStringKeyValuePair::builder().set_key(pair.key.clone()).value(&pair.value).build();
            let config = QueryStringConditionConfig::builder().set_values(Some(query.iter().map(pair).collect()));
            builder.field("query-string").query_string_config(config.build())
        }
        RuleCondition { source_ip: Some(ranges), .. } => {
            let config = SourceIpConditionConfig::builder().set_values(Some(ranges.clone()));
            builder.field("source-ip").source_ip_config(config.build())
        }
        _ => return Err(ProviderError::new(Class::Invalid, "read the conditions", "a condition says nothing: set one field")),
    }
    .build())
}

fn condition_from_sdk(condition: &sdk::RuleCondition) -> RuleCondition {
    let some = |values: &[String]| (!values.is_empty()).then(|| values.to_vec());
    // Hosts and paths are told twice, in the old form and in the new one, or only in one of them.
    let old = |field: &str| some(condition.values()).filter(|_| condition.field() == Some(field));
    let (host, path) = (condition.host_header_config(), condition.path_pattern_config());
    RuleCondition {
        host: host.and_then(|host| some(host.values())).or_else(|| old("host-header")),
        host_regex: host.and_then(|host| some(host.regex_values())),
        path: path.and_then(|path| some(path.values())).or_else(|| old("path-pattern")),
        path_regex: path.and_then(|path| some(path.regex_values())),
        header: condition.http_header_config().map(|header| HeaderMatch {
            name: header.http_header_name().unwrap_or_default().to_owned(),
            values: some(header.values()),
            regex: some(header.regex_values()),
        }),
        method: condition.http_request_method_config().and_then(|method| some(method.values())),
        query: condition.query_string_config().map(|query| {
            let pair = |pair: &QueryStringKeyValuePair| QueryMatch {
                value: pair.value().unwrap_or_default().to_owned(),
                key: pair.key().map(str::to_owned),
            };
            query.values().iter().map(pair).collect()
        }),
        source_ip: condition.source_ip_config().and_then(|source| some(source.values())),
    }
}

/// All transforms of a rule; nothing where it has none.
fn transforms(rule: &ListenerRuleInputs) -> Option<Vec<RuleTransform>> {
    let config = |rewrite: &Rewrite| RewriteConfig::builder().regex(&rewrite.regex).replace(&rewrite.replace).build();
    let mut transforms = Vec::new();
    if let Some(host) = &rule.rewrite_host {
        let rewrite = HostHeaderRewriteConfig::builder().rewrites(config(host)).build();
        transforms.push(RuleTransform::builder().r#type("host-header-rewrite".into()).host_header_rewrite_config(rewrite).build());
    }
    if let Some(url) = &rule.rewrite_url {
        let rewrite = UrlRewriteConfig::builder().rewrites(config(url)).build();
        transforms.push(RuleTransform::builder().r#type("url-rewrite".into()).url_rewrite_config(rewrite).build());
    }
    (!transforms.is_empty()).then_some(transforms)
}

fn rewrite_from_sdk(rewrites: &[RewriteConfig]) -> Option<Rewrite> {
    let first = rewrites.first()?;
    Some(Rewrite { regex: first.regex()?.to_owned(), replace: first.replace()?.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rules_arn_names_its_listener() {
        let rule = "arn:aws:elasticloadbalancing:us-west-2:1:listener-rule/app/web/1/2/3";
        assert_eq!(listener_of(rule).as_str(), "arn:aws:elasticloadbalancing:us-west-2:1:listener/app/web/1/2");
    }

    #[test]
    fn every_condition_survives_the_way_to_the_sdk_and_back() {
        let texts = |text: &str| Some(vec![text.to_owned()]);
        let none = RuleCondition::default;
        let header = HeaderMatch { name: "User-Agent".into(), values: texts("*curl*"), regex: None };
        let query = vec![QueryMatch { value: "1".into(), key: Some("v".into()) }, QueryMatch { value: "debug".into(), key: None }];
        for condition in [
            RuleCondition { host: texts("*.example.com"), ..none() },
            RuleCondition { host_regex: texts("^a"), ..none() },
            RuleCondition { path: texts("/api/*"), ..none() },
            RuleCondition { path_regex: texts("^/a"), ..none() },
            RuleCondition { header: Some(header), ..none() },
            RuleCondition { method: texts("GET"), ..none() },
            RuleCondition { query: Some(query), ..none() },
            RuleCondition { source_ip: texts("10.0.0.0/8"), ..none() },
        ] {
            assert_eq!(condition_from_sdk(&super::condition(&condition).unwrap()), condition);
        }
        assert!(super::condition(&none()).is_err());
    }

    #[test]
    fn the_old_form_of_a_condition_is_read_too() {
        let old = sdk::RuleCondition::builder().field("path-pattern").values("/a").build();
        assert_eq!(condition_from_sdk(&old), RuleCondition { path: Some(vec!["/a".into()]), ..RuleCondition::default() });
    }
}

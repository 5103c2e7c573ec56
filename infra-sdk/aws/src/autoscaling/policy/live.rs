//! The life of a scaling policy.

use std::collections::BTreeMap;

use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types as sdk;
use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

use super::predictive::live as predictive;
use super::tracking::live as tracking;
use super::{
    AdjustmentType, MetricAggregation, PolicyType, ScalingPolicy, ScalingPolicyArn, ScalingPolicyInputs, ScalingPolicyOutputs,
    StepAdjustment,
};
use crate::autoscaling::AutoScalingGroupName;
use crate::sdk::failed;

impl Lifecycle for ScalingPolicy {
    type Client = Client;
    const SERVICE: &'static str = "autoscaling";
    const PAGE: usize = 50;

    async fn read(client: &Client, ids: &[ScalingPolicyArn]) -> Result<Vec<Observed<ScalingPolicy>>, ProviderError> {
        let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (group, policy) in ids.iter().filter_map(ScalingPolicyArn::names) {
            groups.entry(group).or_default().push(policy.to_owned());
        }
        let mut observed = Vec::new();
        for (group, policies) in groups {
            let described = describe(client, group, policies).await?;
            // Another policy of the same name is not the one that was asked for.
            let asked = described.iter().filter(|policy| ids.iter().any(|id| Some(id.as_str()) == policy.policy_arn()));
            observed.extend(asked.map(observe));
        }
        Ok(observed)
    }

    async fn create(client: &Client, want: &ScalingPolicyInputs, _: Creation<'_>) -> Result<ScalingPolicyArn, ProviderError> {
        let answer = put(client, name(want)?, want)?.send().await.map_err(failed("PutScalingPolicy"))?;
        Ok(ScalingPolicyArn::new(answer.policy_arn().unwrap_or_default()))
    }

    async fn update(
        client: &Client,
        id: &ScalingPolicyArn,
        have: &ScalingPolicyInputs,
        want: &ScalingPolicyInputs,
    ) -> Result<(), ProviderError> {
        let name = id.names().map_or_else(|| name(want), |(_, name)| Ok(name))?;
        put(client, name, &merged(have, want))?.send().await.map_err(failed("PutScalingPolicy"))?;
        Ok(())
    }

    async fn delete(client: &Client, id: &ScalingPolicyArn) -> Result<(), ProviderError> {
        let Some((group, policy)) = id.names() else { return Ok(()) };
        let call = client.delete_policy().auto_scaling_group_name(group).policy_name(policy);
        let deleted = call.send().await.map_err(failed("DeletePolicy"));
        gone_is_success(deleted.map(drop).map_err(|error| error.class_if(Class::NotFound, is_absent)))
    }

    async fn find(client: &Client, want: &ScalingPolicyInputs, _: Creation<'_>) -> Result<Option<ScalingPolicyArn>, ProviderError> {
        let policies = describe(client, want.group.as_str(), vec![name(want)?.to_owned()]).await?;
        Ok(policies.first().and_then(|policy| policy.policy_arn()).map(ScalingPolicyArn::new))
    }
}

fn name(want: &ScalingPolicyInputs) -> Result<&str, ProviderError> {
    want.name.as_deref().ok_or_else(|| ProviderError::new(Class::Invalid, "PutScalingPolicy", "the policy has no name"))
}

/// The service has one code for all that is wrong with a request.
fn is_absent(error: &ProviderError) -> bool {
    error.is_code("ValidationError") && error.message.contains("not found")
}

async fn describe(client: &Client, group: &str, names: Vec<String>) -> Result<Vec<sdk::ScalingPolicy>, ProviderError> {
    let pages = client.describe_policies().auto_scaling_group_name(group).set_policy_names(Some(names)).into_paginator();
    match pages.items().send().collect::<Result<Vec<_>, _>>().await.map_err(failed("DescribePolicies")) {
        // The group is gone, and its policies with it.
        Err(error) if is_absent(&error) => Ok(Vec::new()),
        answer => answer,
    }
}

/// What is set decides the kind where the program does not.
fn kind(want: &ScalingPolicyInputs) -> PolicyType {
    want.policy_type.unwrap_or(if want.step_adjustments.is_some() {
        PolicyType::Step
    } else if want.target_tracking.is_some() {
        PolicyType::TargetTracking
    } else if want.predictive_scaling.is_some() {
        PolicyType::Predictive
    } else {
        PolicyType::Simple
    })
}

/// What is wanted, with what is there wherever nothing is wanted, since the service replaces a policy as a whole; but
/// nothing of another kind of policy, which the service would refuse.
fn merged(have: &ScalingPolicyInputs, want: &ScalingPolicyInputs) -> ScalingPolicyInputs {
    let kind = kind(want);
    let (have, want) = (have.clone(), want.clone());
    let same = have.policy_type == Some(kind);
    macro_rules! either {
        ($($field:ident if $when:expr;)*) => {
            ScalingPolicyInputs {
                name: want.name,
                group: want.group,
                policy_type: Some(kind),
                enabled: want.enabled.or(have.enabled),
                $($field: want.$field.or(have.$field.filter(|_| same && $when)),)*
            }
        };
    }
    let (simple, step) = (kind == PolicyType::Simple, kind == PolicyType::Step);
    let percent = want.adjustment_type.or(have.adjustment_type) == Some(AdjustmentType::PercentChangeInCapacity);
    either! {
        adjustment_type if simple || step;
        scaling_adjustment if simple;
        min_adjustment_magnitude if percent;
        cooldown if simple;
        step_adjustments if step;
        metric_aggregation_type if step;
        estimated_instance_warmup if step || kind == PolicyType::TargetTracking;
        target_tracking if kind == PolicyType::TargetTracking;
        predictive_scaling if kind == PolicyType::Predictive;
    }
}

type Put = aws_sdk_autoscaling::operation::put_scaling_policy::builders::PutScalingPolicyFluentBuilder;

fn put(client: &Client, name: &str, want: &ScalingPolicyInputs) -> Result<Put, ProviderError> {
    Ok(client
        .put_scaling_policy()
        .auto_scaling_group_name(want.group.as_str())
        .policy_name(name)
        .policy_type(kind(want).as_str())
        .set_enabled(want.enabled)
        .set_adjustment_type(want.adjustment_type.map(|word| word.to_string()))
        .set_scaling_adjustment(want.scaling_adjustment)
        .set_min_adjustment_magnitude(want.min_adjustment_magnitude)
        .set_cooldown(want.cooldown)
        .set_step_adjustments(want.step_adjustments.as_ref().map(|steps| steps.iter().map(step_to_sdk).collect()))
        .set_metric_aggregation_type(want.metric_aggregation_type.map(|word| word.to_string()))
        .set_estimated_instance_warmup(want.estimated_instance_warmup)
        .set_target_tracking_configuration(want.target_tracking.as_ref().map(tracking::to_sdk).transpose()?)
        .set_predictive_scaling_configuration(want.predictive_scaling.as_ref().map(predictive::to_sdk).transpose()?))
}

fn observe(policy: &sdk::ScalingPolicy) -> Observed<ScalingPolicy> {
    let name = policy.policy_name().unwrap_or_default().to_owned();
    let kind = policy.policy_type().and_then(PolicyType::from_word).unwrap_or(PolicyType::Simple);
    let steps = policy.step_adjustments().iter().map(step_from_sdk).collect::<Vec<_>>();
    let tracking = policy.target_tracking_configuration().filter(|_| kind == PolicyType::TargetTracking);
    let predictive = policy.predictive_scaling_configuration().filter(|_| kind == PolicyType::Predictive);
    let alarms = policy.alarms().iter().filter_map(|alarm| alarm.alarm_arn().map(str::to_owned));
    Observed {
        id: ScalingPolicyArn::new(policy.policy_arn().unwrap_or_default()),
        inputs: ScalingPolicyInputs {
            name: Some(name.clone()),
            group: AutoScalingGroupName::new(policy.auto_scaling_group_name().unwrap_or_default()),
            policy_type: Some(kind),
            enabled: Some(policy.enabled().unwrap_or(true)),
            adjustment_type: policy.adjustment_type().and_then(AdjustmentType::from_word),
            scaling_adjustment: policy.scaling_adjustment(),
            min_adjustment_magnitude: policy.min_adjustment_magnitude(),
            cooldown: policy.cooldown(),
            step_adjustments: (kind == PolicyType::Step).then_some(steps),
            metric_aggregation_type: policy.metric_aggregation_type().and_then(MetricAggregation::from_word),
            estimated_instance_warmup: policy.estimated_instance_warmup(),
            target_tracking: tracking.map(tracking::from_sdk),
            predictive_scaling: predictive.map(predictive::from_sdk),
        },
        outputs: ScalingPolicyOutputs { name, alarms: alarms.collect() },
        condition: Condition::Ready,
    }
}

fn step_to_sdk(step: &StepAdjustment) -> sdk::StepAdjustment {
    sdk::StepAdjustment::builder()
        .set_metric_interval_lower_bound(step.lower_bound)
        .set_metric_interval_upper_bound(step.upper_bound)
        .scaling_adjustment(step.adjustment)
        .build()
}

fn step_from_sdk(step: &sdk::StepAdjustment) -> StepAdjustment {
    StepAdjustment {
        lower_bound: step.metric_interval_lower_bound(),
        upper_bound: step.metric_interval_upper_bound(),
        adjustment: step.scaling_adjustment().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(fields: serde_json::Value) -> ScalingPolicyInputs {
        let mut all = json!({"name": "p", "group": "g"});
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn what_is_not_wanted_stays_and_another_kind_of_policy_leaves_nothing_behind() {
        let have = policy(json!({
            "policy_type": "SimpleScaling", "adjustment_type": "ChangeInCapacity", "scaling_adjustment": 1, "cooldown": 60, "enabled": false
        }));
        let same = merged(&have, &policy(json!({"scaling_adjustment": 2})));
        assert_eq!((same.scaling_adjustment, same.cooldown, same.enabled), (Some(2), Some(60), Some(false)));
        let other = merged(&have, &policy(json!({"step_adjustments": [{"lower_bound": 0.0, "adjustment": 1}]})));
        assert_eq!((other.policy_type, other.cooldown, other.scaling_adjustment), (Some(PolicyType::Step), None, None));
    }
}

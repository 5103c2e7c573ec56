//! The lifecycle of a scaling policy.

use std::collections::BTreeMap;

use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::types as sdk;
use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
use infra_core::Tags;

use super::{
    AdjustmentType, CustomizedMetric, MaxCapacityBreach, MetricAggregation, PredefinedMetric, PredefinedMetricKind, ScalingPolicy,
    ScalingPolicyId, ScalingPolicyInputs, ScalingPolicyOutputs, StepAdjustment, StepScaling, TargetTracking,
};
use crate::applicationautoscaling::ScalableTargetId;
use crate::applicationautoscaling::target::{Key, unknown};
use crate::cloudwatch::{AlarmActionArn, Metric, MetricQuery, MetricStat, Stat, Statistic, Unit};
use crate::sdk::{Wired, differs, failed, named, unbuilt, wired, wired_words};

type Built<T> = Result<T, aws_smithy_types::error::operation::BuildError>;

wired_words!(
    AdjustmentType => sdk::AdjustmentType,
    MetricAggregation => sdk::MetricAggregationType,
    PredefinedMetricKind => sdk::MetricType,
    Statistic => sdk::MetricStatistic,
);

wired!(StepAdjustment = sdk::StepAdjustment, sdk::StepAdjustment::builder().scaling_adjustment(0).build();
    named: lower_bound = metric_interval_lower_bound, upper_bound = metric_interval_upper_bound, adjustment = scaling_adjustment;
);

wired!(StepScaling = sdk::StepScalingPolicyConfiguration, Ok(sdk::StepScalingPolicyConfiguration::builder().build());
    same: adjustment_type, step_adjustments, cooldown, metric_aggregation_type, min_adjustment_magnitude;
);

wired!(PredefinedMetric = sdk::PredefinedMetricSpecification,
    sdk::PredefinedMetricSpecification::builder().predefined_metric_type(sdk::MetricType::EcsServiceAverageCpuUtilization).build();
    same: resource_label;
    named: kind = predefined_metric_type;
);

wired!(TargetTracking = sdk::TargetTrackingScalingPolicyConfiguration,
    sdk::TargetTrackingScalingPolicyConfiguration::builder().target_value(0.0).build();
    same: target_value, disable_scale_in, scale_in_cooldown, scale_out_cooldown;
    named: predefined_metric = predefined_metric_specification, customized_metric = customized_metric_specification;
);

impl Wired<sdk::CustomizedMetricSpecification> for CustomizedMetric {
    fn wire(&self) -> Built<sdk::CustomizedMetricSpecification> {
        let dimension = |(name, value): (&String, &String)| sdk::MetricDimension::builder().name(name).value(value).build();
        let dimensions = self.dimensions.as_ref().map(|all| all.iter().map(dimension).collect::<Result<_, _>>());
        let built = sdk::CustomizedMetricSpecification::builder()
            .set_namespace(self.namespace.clone())
            .set_metric_name(self.metric_name.clone())
            .set_dimensions(dimensions.transpose()?)
            .set_statistic(self.statistic.wire()?)
            .set_unit(self.unit.map(|unit| unit.to_string()))
            .set_metrics(self.metrics.wire()?);
        Ok(built.build())
    }

    fn unwire(sdk: &sdk::CustomizedMetricSpecification) -> Option<CustomizedMetric> {
        let dimensions: Tags = sdk.dimensions().iter().map(|dimension| (dimension.name.clone(), dimension.value.clone())).collect();
        Some(CustomizedMetric {
            namespace: sdk.namespace.clone(),
            metric_name: sdk.metric_name.clone(),
            dimensions: (!dimensions.is_empty()).then_some(dimensions),
            statistic: Wired::unwire(&sdk.statistic)?,
            unit: sdk.unit().and_then(Unit::from_word),
            metrics: Wired::unwire(&sdk.metrics)?,
        })
    }
}

impl Wired<sdk::TargetTrackingMetricDataQuery> for MetricQuery {
    fn wire(&self) -> Built<sdk::TargetTrackingMetricDataQuery> {
        let stat = self.metric_stat.as_ref().map(|stat| {
            let dimension =
                |(name, value): (&String, &String)| sdk::TargetTrackingMetricDimension::builder().name(name).value(value).build();
            let dimensions = stat.metric.dimensions.as_ref().map(|all| all.iter().map(dimension).collect::<Result<_, _>>()).transpose()?;
            let metric = sdk::TargetTrackingMetric::builder()
                .namespace(&stat.metric.namespace)
                .metric_name(&stat.metric.metric_name)
                .set_dimensions(dimensions)
                .build();
            let built = sdk::TargetTrackingMetricStat::builder().metric(metric).stat(stat.stat.as_str());
            built.set_unit(stat.unit.map(|unit| unit.to_string())).build()
        });
        sdk::TargetTrackingMetricDataQuery::builder()
            .id(&self.id)
            .set_expression(self.expression.clone())
            .set_label(self.label.clone())
            .set_metric_stat(stat.transpose()?)
            .set_return_data(self.return_data)
            .build()
    }

    fn unwire(sdk: &sdk::TargetTrackingMetricDataQuery) -> Option<MetricQuery> {
        Some(MetricQuery {
            id: sdk.id.clone(),
            metric_stat: sdk.metric_stat.as_ref().map(|stat| MetricStat {
                metric: stat.metric.as_ref().map(metric).unwrap_or_default(),
                stat: Stat::new(&stat.stat),
                // Policies look at minutes, whatever a query says.
                period: None,
                unit: stat.unit().and_then(Unit::from_word),
            }),
            expression: sdk.expression.clone(),
            label: sdk.label.clone(),
            return_data: sdk.return_data,
            period: None,
            account: None,
        })
    }
}

fn metric(sdk: &sdk::TargetTrackingMetric) -> Metric {
    let dimensions: Tags = sdk.dimensions().iter().map(|dimension| (dimension.name.clone(), dimension.value.clone())).collect();
    Metric {
        namespace: sdk.namespace().unwrap_or_default().to_owned(),
        metric_name: sdk.metric_name().unwrap_or_default().to_owned(),
        dimensions: (!dimensions.is_empty()).then_some(dimensions),
    }
}

/// The target and the name in an id, `NAMESPACE|RESOURCE|DIMENSION|NAME`.
fn parse(id: &str) -> Option<(Key<'_>, &str)> {
    let name = id.splitn(4, '|').nth(3)?;
    Some((Key::parse(id)?, name))
}

fn of<'a>(id: &'a ScalingPolicyId, operation: &'static str) -> Result<(Key<'a>, &'a str), ProviderError> {
    let broken = || ProviderError::new(Class::NotFound, operation, format!("{id} is the id of no policy"));
    parse(id.as_str()).ok_or_else(broken)
}

impl Lifecycle for ScalingPolicy {
    type Client = Client;
    const SERVICE: &'static str = "application-autoscaling";
    const PAGE: usize = 50;

    async fn read(client: &Client, ids: &[ScalingPolicyId]) -> Result<Vec<Observed<ScalingPolicy>>, ProviderError> {
        let mut by_namespace = BTreeMap::<&str, Vec<(Key<'_>, &str)>>::new();
        for (key, name) in ids.iter().filter_map(|id| parse(id.as_str())) {
            by_namespace.entry(key.namespace).or_default().push((key, name));
        }
        let mut all = Vec::new();
        for (namespace, policies) in by_namespace {
            let found = describe(client, &policies).await?;
            all.extend(found.iter().map(|policy| observed(namespace, policy)));
        }
        Ok(all)
    }

    async fn create(client: &Client, want: &ScalingPolicyInputs, _: Creation<'_>) -> Result<ScalingPolicyId, ProviderError> {
        let name = named(want.name.as_ref(), "PutScalingPolicy")?;
        let key = Key::of(want.target.as_str(), "PutScalingPolicy")?;
        // Putting changes what is there already, whoever did that.
        if !describe(client, &[(key, name)]).await?.is_empty() {
            let message = format!("{} has a policy {name} already", key.resource);
            return Err(ProviderError::new(Class::Exists, "PutScalingPolicy", message));
        }
        put(client, key, name, want).await?;
        Ok(ScalingPolicyId::new(format!("{}|{name}", want.target)))
    }

    async fn update(
        client: &Client,
        id: &ScalingPolicyId,
        have: &ScalingPolicyInputs,
        want: &ScalingPolicyInputs,
    ) -> Result<(), ProviderError> {
        if !differs(have, want) {
            return Ok(());
        }
        let (key, name) = of(id, "PutScalingPolicy")?;
        // A policy is put as a whole, so what is not managed of it is given as it is.
        let mut whole = want.clone();
        if let (Some(tracking), Some(have)) = (&mut whole.target_tracking, &have.target_tracking) {
            tracking.disable_scale_in = tracking.disable_scale_in.or(have.disable_scale_in);
            tracking.scale_in_cooldown = tracking.scale_in_cooldown.or(have.scale_in_cooldown);
            tracking.scale_out_cooldown = tracking.scale_out_cooldown.or(have.scale_out_cooldown);
        }
        if let (Some(forecast), Some(have)) = (&mut whole.predictive_scaling, &have.predictive_scaling) {
            forecast.mode = forecast.mode.or(have.mode);
            forecast.scheduling_buffer_time = forecast.scheduling_buffer_time.or(have.scheduling_buffer_time);
            forecast.max_capacity_breach_behavior = forecast.max_capacity_breach_behavior.or(have.max_capacity_breach_behavior);
            // The buffer is of a capacity that may be exceeded, and AWS refuses it with one that holds.
            let exceeds = forecast.max_capacity_breach_behavior == Some(MaxCapacityBreach::IncreaseMaxCapacity);
            forecast.max_capacity_buffer = forecast.max_capacity_buffer.or(have.max_capacity_buffer.filter(|_| exceeds));
        }
        put(client, key, name, &whole).await
    }

    async fn delete(client: &Client, id: &ScalingPolicyId) -> Result<(), ProviderError> {
        let (key, name) = of(id, "DeleteScalingPolicy")?;
        let call = client
            .delete_scaling_policy()
            .service_namespace(key.namespace.into())
            .resource_id(key.resource)
            .scalable_dimension(key.dimension.into())
            .policy_name(name);
        gone_is_success(call.send().await.map(drop).map_err(|error| unknown(failed("DeleteScalingPolicy")(error))))
    }

    async fn find(client: &Client, want: &ScalingPolicyInputs, _: Creation<'_>) -> Result<Option<ScalingPolicyId>, ProviderError> {
        // There is one of a name at most, and `create` makes none where there is one.
        let name = named(want.name.as_ref(), "DescribeScalingPolicies")?;
        let key = Key::of(want.target.as_str(), "DescribeScalingPolicies")?;
        Ok(describe(client, &[(key, name)]).await?.first().map(|_| ScalingPolicyId::new(format!("{}|{name}", want.target))))
    }
}

fn observed(namespace: &str, policy: &sdk::ScalingPolicy) -> Observed<ScalingPolicy> {
    let target = ScalableTargetId::new(format!("{namespace}|{}|{}", policy.resource_id(), policy.scalable_dimension().as_str()));
    Observed {
        id: ScalingPolicyId::new(format!("{target}|{}", policy.policy_name())),
        inputs: ScalingPolicyInputs {
            target,
            name: Some(policy.policy_name().to_owned()),
            target_tracking: policy.target_tracking_scaling_policy_configuration().and_then(Wired::unwire),
            step: policy.step_scaling_policy_configuration().and_then(Wired::unwire),
            predictive_scaling: policy.predictive_scaling_policy_configuration().and_then(Wired::unwire),
        },
        outputs: ScalingPolicyOutputs { arn: AlarmActionArn::new(policy.policy_arn()) },
        condition: Condition::Ready,
    }
}

/// Those policies that there are, by target and name; all targets are of one namespace.
async fn describe(client: &Client, policies: &[(Key<'_>, &str)]) -> Result<Vec<sdk::ScalingPolicy>, ProviderError> {
    let Some((first, _)) = policies.first() else { return Ok(Vec::new()) };
    let names = policies.iter().map(|(_, name)| (*name).to_owned()).collect();
    let mut call = client.describe_scaling_policies().service_namespace(first.namespace.into()).set_policy_names(Some(names));
    if policies.len() == 1 {
        call = call.resource_id(first.resource).scalable_dimension(first.dimension.into());
    }
    let pages = call.into_paginator().items().send();
    let mut found: Vec<sdk::ScalingPolicy> = pages.collect::<Result<_, _>>().await.map_err(failed("DescribeScalingPolicies"))?;
    // Other targets may have policies of the same names.
    found.retain(|told| {
        let is = |(key, name): &(Key<'_>, &str)| {
            (told.policy_name(), told.resource_id(), told.scalable_dimension().as_str()) == (*name, key.resource, key.dimension)
        };
        policies.iter().any(is)
    });
    Ok(found)
}

async fn put(client: &Client, key: Key<'_>, name: &str, want: &ScalingPolicyInputs) -> Result<(), ProviderError> {
    let wrong = unbuilt("PutScalingPolicy");
    let kind = match (&want.target_tracking, &want.step, &want.predictive_scaling) {
        (Some(_), None, None) => sdk::PolicyType::TargetTrackingScaling,
        (None, Some(_), None) => sdk::PolicyType::StepScaling,
        (None, None, Some(_)) => sdk::PolicyType::PredictiveScaling,
        _ => {
            let message = "it needs one of `target_tracking`, `step` and `predictive_scaling`";
            return Err(ProviderError::new(Class::Invalid, "PutScalingPolicy", message));
        }
    };
    let call = client
        .put_scaling_policy()
        .service_namespace(key.namespace.into())
        .resource_id(key.resource)
        .scalable_dimension(key.dimension.into())
        .policy_name(name)
        .policy_type(kind)
        .set_target_tracking_scaling_policy_configuration(want.target_tracking.wire().map_err(&wrong)?)
        .set_step_scaling_policy_configuration(want.step.wire().map_err(&wrong)?)
        .set_predictive_scaling_policy_configuration(want.predictive_scaling.wire().map_err(wrong)?);
    call.send().await.map(drop).map_err(failed("PutScalingPolicy"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn target_tracking_is_read_back_as_it_was_written() {
        let all = json!({
            "target_value": 40.5, "disable_scale_in": true, "scale_in_cooldown": 60, "scale_out_cooldown": 30,
            "predefined_metric": {"kind": "ALBRequestCountPerTarget", "resource_label": "app/a/1/targetgroup/b/2"},
            "customized_metric": {
                "namespace": "Shop", "metric_name": "Jobs", "dimensions": {"Queue": "q"}, "statistic": "Sum", "unit": "Count",
                "metrics": [{
                    "id": "m1", "expression": null, "label": "jobs", "return_data": false, "period": null, "account": null,
                    "metric_stat": {
                        "metric": {"namespace": "Shop", "metric_name": "Jobs", "dimensions": {"Queue": "q"}}, "stat": "Sum", "period": null,
                        "unit": "Count"
                    }
                }]
            }
        });
        let want: TargetTracking = serde_json::from_value(all.clone()).unwrap();
        assert_eq!(serde_json::to_value(TargetTracking::unwire(&want.wire().unwrap()).unwrap()).unwrap(), all);
    }

    #[test]
    fn an_id_says_the_target_and_the_name_whatever_is_in_it() {
        let id = "ecs|service/shop/web|ecs:service:DesiredCount|a|b";
        let (key, name) = parse(id).unwrap();
        assert_eq!((key.resource, key.dimension, name), ("service/shop/web", "ecs:service:DesiredCount", "a|b"));
        assert!(parse("no-such-object").is_none());
    }
}

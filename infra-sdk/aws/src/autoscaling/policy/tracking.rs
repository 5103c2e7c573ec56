//! A policy that keeps a metric at a value.

use std::collections::BTreeMap;

use infra_core::{Block, Input, Set, choices, output};
use serde::{Deserialize, Serialize};

use crate::cloudwatch::{MetricQuery, NamedMetric, Statistic, Unit, full_name, parts};
use crate::elbv2::{LoadBalancer, TargetGroup};

choices! {
    /// A metric that AWS keeps of every group.
    pub enum PredefinedMetricKind {
        /// How busy the processors are, in percent.
        AverageCpuUtilization = "ASGAverageCPUUtilization",
        /// Bytes an instance receives.
        AverageNetworkIn = "ASGAverageNetworkIn",
        /// Bytes an instance sends.
        AverageNetworkOut = "ASGAverageNetworkOut",
        /// Requests an instance gets from a load balancer, which the label names.
        RequestCountPerTarget = "ALBRequestCountPerTarget",
    }
}

/// A metric that AWS keeps of every group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PredefinedMetric {
    /// Which one.
    #[input(cloud = "PredefinedMetricType")]
    pub kind: PredefinedMetricKind,
    /// For requests: the load balancer and target group, as `app/NAME/ID/targetgroup/NAME/ID`, from the ends of their ARNs.
    pub resource_label: Option<String>,
}

/// Any metric that falls as instances are added.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct CustomizedMetric {
    /// Where it comes from, as in `AWS/SQS`. Not with `metrics`.
    pub namespace: Option<String>,
    /// What is measured. Not with `metrics`.
    pub metric_name: Option<String>,
    /// Of what. Not with `metrics`.
    pub dimensions: Option<BTreeMap<String, String>>,
    /// How one number is made of a period's values. Not with `metrics`.
    pub statistic: Option<Statistic>,
    /// Only values of this unit. Default: all.
    pub unit: Option<Unit>,
    /// Seconds that a period lasts: 10, 30 or 60, the default.
    pub period: Option<i32>,
    /// Metrics and expressions over them; the one with `return_data` is followed.
    pub metrics: Option<Vec<MetricQuery>>,
}

impl CustomizedMetric {
    /// One metric, as in `Metric::named("AWS/SQS", "…")`.
    pub fn of(metric: NamedMetric, statistic: impl Input<Statistic>) -> CustomizedMetricBuilder {
        let mut builder = CustomizedMetric::new();
        for (field, value) in parts(metric) {
            builder.fields.set(&field, value);
        }
        builder.statistic(statistic)
    }
}

/// The metric that is kept at a value, and the value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct TargetTracking {
    /// The value.
    pub target_value: f64,
    /// A metric that AWS keeps of every group. Either this or `customized_metric`.
    #[input(cloud = "PredefinedMetricSpecification")]
    pub predefined_metric: Option<PredefinedMetric>,
    /// Any other metric. Either this or `predefined_metric`.
    #[input(cloud = "CustomizedMetricSpecification")]
    pub customized_metric: Option<CustomizedMetric>,
    /// Whether the group only ever grows by this policy. Default: false.
    pub disable_scale_in: Option<bool>,
}

impl TargetTracking {
    /// Processors busy to `percent` on average.
    pub fn average_cpu(percent: impl Input<f64>) -> TargetTrackingBuilder<Set> {
        let metric = PredefinedMetric::new().kind(PredefinedMetricKind::AverageCpuUtilization);
        TargetTracking::new().target_value(percent).predefined_metric(metric)
    }

    /// `count` requests a minute to each instance, from an application load balancer through a target group. AWS
    /// wants the two connected first: let the policy `.depends_on(&listener)`.
    pub fn requests_per_target(
        count: impl Input<f64>,
        load_balancer: &LoadBalancer,
        target_group: &TargetGroup,
    ) -> TargetTrackingBuilder<Set> {
        let label = output!("{}/{}", full_name(load_balancer), full_name(target_group));
        let metric = PredefinedMetric::new().kind(PredefinedMetricKind::RequestCountPerTarget).resource_label(label);
        TargetTracking::new().target_value(count).predefined_metric(metric)
    }

    /// Any metric, as in `Metric::named("Shop", "JobsPerInstance")`, whose average is kept at `value`.
    pub fn average_of(metric: NamedMetric, value: impl Input<f64>) -> TargetTrackingBuilder<Set> {
        TargetTracking::new().target_value(value).customized_metric(CustomizedMetric::of(metric, Statistic::Average))
    }
}

#[cfg(feature = "autoscaling")]
pub(super) mod live {
    use aws_sdk_autoscaling::types as sdk;
    use infra_apply::{Class, ProviderError};
    use infra_core::Tags;

    use super::{CustomizedMetric, PredefinedMetric, PredefinedMetricKind, TargetTracking};
    use crate::cloudwatch::{Metric, MetricQuery, MetricStat, Stat, Statistic, Unit};

    pub(in super::super) fn to_sdk(want: &TargetTracking) -> Result<sdk::TargetTrackingConfiguration, ProviderError> {
        let predefined = want.predefined_metric.as_ref().map(|metric| {
            sdk::PredefinedMetricSpecification::builder()
                .predefined_metric_type(metric.kind.as_str().into())
                .set_resource_label(metric.resource_label.clone())
                .build()
        });
        Ok(sdk::TargetTrackingConfiguration::builder()
            .target_value(want.target_value)
            .set_predefined_metric_specification(predefined)
            .set_customized_metric_specification(want.customized_metric.as_ref().map(customized_to_sdk).transpose()?)
            .set_disable_scale_in(want.disable_scale_in)
            .build())
    }

    pub(in super::super) fn from_sdk(have: &sdk::TargetTrackingConfiguration) -> TargetTracking {
        TargetTracking {
            target_value: have.target_value().unwrap_or_default(),
            predefined_metric: have.predefined_metric_specification().and_then(|metric| {
                Some(PredefinedMetric {
                    kind: PredefinedMetricKind::from_word(metric.predefined_metric_type()?.as_str())?,
                    resource_label: metric.resource_label().map(str::to_owned),
                })
            }),
            customized_metric: have.customized_metric_specification().map(customized_from_sdk),
            disable_scale_in: Some(have.disable_scale_in().unwrap_or_default()),
        }
    }

    fn customized_to_sdk(want: &CustomizedMetric) -> Result<sdk::CustomizedMetricSpecification, ProviderError> {
        let queries = want.metrics.as_ref().map(|all| all.iter().map(query_to_sdk).collect::<Result<Vec<_>, _>>()).transpose()?;
        Ok(sdk::CustomizedMetricSpecification::builder()
            .set_namespace(want.namespace.clone())
            .set_metric_name(want.metric_name.clone())
            .set_dimensions(want.dimensions.as_ref().map(dimensions_to_sdk))
            .set_statistic(want.statistic.map(|word| word.as_str().into()))
            .set_unit(want.unit.map(|word| word.to_string()))
            .set_period(want.period)
            .set_metrics(queries)
            .build())
    }

    fn customized_from_sdk(have: &sdk::CustomizedMetricSpecification) -> CustomizedMetric {
        CustomizedMetric {
            namespace: have.namespace().map(str::to_owned),
            metric_name: have.metric_name().map(str::to_owned),
            dimensions: (!have.dimensions().is_empty()).then(|| dimensions_from_sdk(have.dimensions())),
            statistic: have.statistic().and_then(|word| Statistic::from_word(word.as_str())),
            unit: have.unit().and_then(Unit::from_word),
            period: have.period(),
            metrics: (!have.metrics().is_empty()).then(|| have.metrics().iter().map(query_from_sdk).collect()),
        }
    }

    pub(in super::super) fn metric_to_sdk(metric: &Metric) -> sdk::Metric {
        sdk::Metric::builder()
            .namespace(&metric.namespace)
            .metric_name(&metric.metric_name)
            .set_dimensions(metric.dimensions.as_ref().map(dimensions_to_sdk))
            .build()
    }

    pub(in super::super) fn metric_from_sdk(metric: &sdk::Metric) -> Metric {
        Metric {
            namespace: metric.namespace().unwrap_or_default().to_owned(),
            metric_name: metric.metric_name().unwrap_or_default().to_owned(),
            dimensions: (!metric.dimensions().is_empty()).then(|| dimensions_from_sdk(metric.dimensions())),
        }
    }

    fn query_to_sdk(query: &MetricQuery) -> Result<sdk::TargetTrackingMetricDataQuery, ProviderError> {
        own_account(query)?;
        let stat = query.metric_stat.as_ref().map(|stat| {
            sdk::TargetTrackingMetricStat::builder()
                .metric(metric_to_sdk(&stat.metric))
                .stat(stat.stat.as_str())
                .set_period(stat.period)
                .set_unit(stat.unit.map(|word| word.to_string()))
                .build()
        });
        Ok(sdk::TargetTrackingMetricDataQuery::builder()
            .id(&query.id)
            .set_metric_stat(stat)
            .set_expression(query.expression.clone())
            .set_label(query.label.clone())
            .set_period(query.period)
            .set_return_data(query.return_data)
            .build())
    }

    fn query_from_sdk(query: &sdk::TargetTrackingMetricDataQuery) -> MetricQuery {
        MetricQuery {
            id: query.id().unwrap_or_default().to_owned(),
            metric_stat: query.metric_stat().map(|stat| MetricStat {
                metric: stat.metric().map(metric_from_sdk).unwrap_or_default(),
                stat: Stat::new(stat.stat().unwrap_or_default()),
                period: stat.period(),
                unit: stat.unit().and_then(Unit::from_word),
            }),
            expression: query.expression().map(str::to_owned),
            label: query.label().map(str::to_owned),
            return_data: query.return_data(),
            period: query.period(),
            account: None,
        }
    }

    /// Refuses what only an alarm can watch, before it is silently left out.
    pub(in super::super) fn own_account(query: &MetricQuery) -> Result<(), ProviderError> {
        if query.account.is_none() {
            return Ok(());
        }
        let message = format!("the query `{}` names an account, which a scaling policy cannot do: leave it out", query.id);
        Err(ProviderError::new(Class::Invalid, "PutScalingPolicy", message))
    }

    fn dimensions_to_sdk(dimensions: &Tags) -> Vec<sdk::MetricDimension> {
        dimensions.iter().map(|(name, value)| sdk::MetricDimension::builder().name(name).value(value).build()).collect()
    }

    fn dimensions_from_sdk(dimensions: &[sdk::MetricDimension]) -> Tags {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        dimensions.iter().map(|dimension| (text(dimension.name()), text(dimension.value()))).collect()
    }

    #[cfg(test)]
    mod tests {
        use serde_json::json;

        use super::*;

        #[test]
        fn target_tracking_is_read_back_as_it_was_written() {
            let all = json!({
                "target_value": 40.5, "disable_scale_in": true,
                "predefined_metric": {"kind": "ALBRequestCountPerTarget", "resource_label": "app/a/1/targetgroup/b/2"},
                "customized_metric": {
                    "namespace": "Shop", "metric_name": "Jobs", "dimensions": {"Queue": "q"}, "statistic": "Sum", "unit": "Count", "period": 60,
                    "metrics": [{
                        "id": "m1", "expression": null, "label": "jobs", "return_data": false, "period": 30, "account": null,
                        "metric_stat": {
                            "metric": {"namespace": "Shop", "metric_name": "Jobs", "dimensions": null}, "stat": "p99", "period": 10, "unit": "None"
                        }
                    }]
                }
            });
            let want: TargetTracking = serde_json::from_value(all.clone()).unwrap();
            assert_eq!(serde_json::to_value(from_sdk(&to_sdk(&want).unwrap())).unwrap(), all);
        }

        #[test]
        fn another_accounts_metric_is_refused_rather_than_mistaken_for_ones_own() {
            let query = MetricQuery { id: "m1".into(), account: Some("123456789012".into()), ..MetricQuery::default() };
            assert_eq!(query_to_sdk(&query).unwrap_err().class, Class::Invalid);
        }
    }
}

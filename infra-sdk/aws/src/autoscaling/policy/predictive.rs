//! A policy that follows a forecast of the load.

use infra_core::{Block, Input, Set, choices};
use serde::{Deserialize, Serialize};

use super::PredefinedMetric;
use crate::cloudwatch::MetricQuery;

choices! {
    /// Whether a forecast is acted upon.
    pub enum PredictiveMode {
        /// It is only made, so that one can see how good it is.
        ForecastOnly = "ForecastOnly",
        /// It is acted upon.
        ForecastAndScale = "ForecastAndScale",
    }
}

choices! {
    /// What is done where the forecast comes near the group's greatest size.
    pub enum MaxCapacityBreach {
        /// The size holds.
        HonorMaxCapacity = "HonorMaxCapacity",
        /// The group may exceed it.
        IncreaseMaxCapacity = "IncreaseMaxCapacity",
    }
}

choices! {
    /// A metric of load and one of use that belong together.
    pub enum PredictedPair {
        /// Processors.
        Cpu = "ASGCPUUtilization",
        /// Bytes received.
        NetworkIn = "ASGNetworkIn",
        /// Bytes sent.
        NetworkOut = "ASGNetworkOut",
        /// Requests from a load balancer.
        RequestCount = "ALBRequestCount",
    }
}

choices! {
    /// A metric of all the group's load.
    pub enum PredictedLoad {
        /// How busy all processors together are.
        TotalCpuUtilization = "ASGTotalCPUUtilization",
        /// Bytes that all instances receive.
        TotalNetworkIn = "ASGTotalNetworkIn",
        /// Bytes that all instances send.
        TotalNetworkOut = "ASGTotalNetworkOut",
        /// Requests from a load balancer.
        TargetGroupRequestCount = "ALBTargetGroupRequestCount",
    }
}

/// A metric of load and one of use, both of which AWS keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PredefinedPair {
    /// Which ones.
    #[input(cloud = "PredefinedMetricType")]
    pub kind: PredictedPair,
    /// For requests: the load balancer and target group, as `app/NAME/ID/targetgroup/NAME/ID`.
    pub resource_label: Option<String>,
}

/// A metric of load that AWS keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PredefinedLoad {
    /// Which one.
    #[input(cloud = "PredefinedMetricType")]
    pub kind: PredictedLoad,
    /// For requests: the load balancer and target group, as `app/NAME/ID/targetgroup/NAME/ID`.
    pub resource_label: Option<String>,
}

/// What is forecast, and the use of each instance to aim at: either a pair, or a metric of load and one of use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PredictiveMetric {
    /// The use to aim at, in the unit of its metric.
    pub target_value: f64,
    /// Both metrics, which AWS keeps.
    #[input(cloud = "PredefinedMetricPairSpecification")]
    pub pair: Option<PredefinedPair>,
    /// The load, which AWS keeps.
    #[input(cloud = "PredefinedLoadMetricSpecification")]
    pub load: Option<PredefinedLoad>,
    /// The use, which AWS keeps.
    #[input(cloud = "PredefinedScalingMetricSpecification")]
    pub scaling: Option<PredefinedMetric>,
    /// The load, from metrics of your own.
    #[input(cloud = "CustomizedLoadMetricSpecification/MetricDataQueries")]
    pub customized_load: Option<Vec<MetricQuery>>,
    /// The use, from metrics of your own.
    #[input(cloud = "CustomizedScalingMetricSpecification/MetricDataQueries")]
    pub customized_scaling: Option<Vec<MetricQuery>>,
    /// The size of the group, from metrics of your own.
    #[input(cloud = "CustomizedCapacityMetricSpecification/MetricDataQueries")]
    pub customized_capacity: Option<Vec<MetricQuery>>,
}

/// How the load is forecast, and what is done about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PredictiveScaling {
    /// What is forecast; AWS takes exactly one.
    #[input(cloud = "MetricSpecifications")]
    pub metrics: Vec<PredictiveMetric>,
    /// Whether the forecast is acted upon. Default: `ForecastOnly`.
    pub mode: Option<PredictiveMode>,
    /// Seconds, up to 3600, that instances are launched ahead. Default: 300.
    pub scheduling_buffer_time: Option<i32>,
    /// What is done where the forecast comes near the group's greatest size. Default: the size holds.
    pub max_capacity_breach_behavior: Option<MaxCapacityBreach>,
    /// How many percent the greatest size may lie above the forecast; only where it may be exceeded.
    pub max_capacity_buffer: Option<i32>,
}

impl PredictiveScaling {
    /// Forecasts how busy the processors will be and, unless told otherwise, only shows it.
    pub fn cpu(percent: impl Input<f64>) -> PredictiveScalingBuilder<Set> {
        let pair = PredefinedPair::new().kind(PredictedPair::Cpu);
        PredictiveScaling::new().metrics([PredictiveMetric::new().target_value(percent).pair(pair)])
    }
}

#[cfg(feature = "autoscaling")]
pub(super) mod live {
    use aws_sdk_autoscaling::types as sdk;
    use infra_apply::ProviderError;

    use super::super::PredefinedMetricKind;
    use super::super::tracking::live::{metric_from_sdk, metric_to_sdk, own_account};
    use super::{
        MaxCapacityBreach, PredefinedLoad, PredefinedMetric, PredefinedPair, PredictedLoad, PredictedPair, PredictiveMetric,
        PredictiveMode, PredictiveScaling,
    };
    use crate::cloudwatch::{MetricQuery, MetricStat, Stat, Unit};

    pub(in super::super) fn to_sdk(want: &PredictiveScaling) -> Result<sdk::PredictiveScalingConfiguration, ProviderError> {
        Ok(sdk::PredictiveScalingConfiguration::builder()
            .set_metric_specifications(Some(want.metrics.iter().map(metric_specification).collect::<Result<_, _>>()?))
            .set_mode(want.mode.map(|word| word.as_str().into()))
            .set_scheduling_buffer_time(want.scheduling_buffer_time)
            .set_max_capacity_breach_behavior(want.max_capacity_breach_behavior.map(|word| word.as_str().into()))
            .set_max_capacity_buffer(want.max_capacity_buffer)
            .build())
    }

    pub(in super::super) fn from_sdk(have: &sdk::PredictiveScalingConfiguration) -> PredictiveScaling {
        PredictiveScaling {
            metrics: have.metric_specifications().iter().map(from_specification).collect(),
            mode: have.mode().and_then(|word| PredictiveMode::from_word(word.as_str())),
            scheduling_buffer_time: have.scheduling_buffer_time(),
            max_capacity_breach_behavior: have.max_capacity_breach_behavior().and_then(|word| MaxCapacityBreach::from_word(word.as_str())),
            max_capacity_buffer: have.max_capacity_buffer(),
        }
    }

    fn metric_specification(want: &PredictiveMetric) -> Result<sdk::PredictiveScalingMetricSpecification, ProviderError> {
        let pair = want.pair.as_ref().map(|pair| {
            let spec = sdk::PredictiveScalingPredefinedMetricPair::builder().predefined_metric_type(pair.kind.as_str().into());
            spec.set_resource_label(pair.resource_label.clone()).build()
        });
        let load = want.load.as_ref().map(|load| {
            let spec = sdk::PredictiveScalingPredefinedLoadMetric::builder().predefined_metric_type(load.kind.as_str().into());
            spec.set_resource_label(load.resource_label.clone()).build()
        });
        let scaling = want.scaling.as_ref().map(|scaling| {
            let spec = sdk::PredictiveScalingPredefinedScalingMetric::builder().predefined_metric_type(scaling.kind.as_str().into());
            spec.set_resource_label(scaling.resource_label.clone()).build()
        });
        let (own_load, own_scaling) = (queries(want.customized_load.as_ref())?, queries(want.customized_scaling.as_ref())?);
        let own_capacity = queries(want.customized_capacity.as_ref())?;
        Ok(sdk::PredictiveScalingMetricSpecification::builder()
            .target_value(want.target_value)
            .set_predefined_metric_pair_specification(pair)
            .set_predefined_load_metric_specification(load)
            .set_predefined_scaling_metric_specification(scaling)
            .set_customized_load_metric_specification(
                own_load
                    .map(|queries| sdk::PredictiveScalingCustomizedLoadMetric::builder().set_metric_data_queries(Some(queries)).build()),
            )
            .set_customized_scaling_metric_specification(
                own_scaling
                    .map(|queries| sdk::PredictiveScalingCustomizedScalingMetric::builder().set_metric_data_queries(Some(queries)).build()),
            )
            .set_customized_capacity_metric_specification(
                own_capacity.map(|queries| {
                    sdk::PredictiveScalingCustomizedCapacityMetric::builder().set_metric_data_queries(Some(queries)).build()
                }),
            )
            .build())
    }

    fn from_specification(have: &sdk::PredictiveScalingMetricSpecification) -> PredictiveMetric {
        let label = |label: Option<&str>| label.map(str::to_owned);
        let own = |queries: &[sdk::MetricDataQuery]| queries.iter().map(query_from_sdk).collect::<Vec<_>>();
        PredictiveMetric {
            target_value: have.target_value().unwrap_or_default(),
            pair: have.predefined_metric_pair_specification().and_then(|pair| {
                let kind = PredictedPair::from_word(pair.predefined_metric_type()?.as_str())?;
                Some(PredefinedPair { kind, resource_label: label(pair.resource_label()) })
            }),
            load: have.predefined_load_metric_specification().and_then(|load| {
                let kind = PredictedLoad::from_word(load.predefined_metric_type()?.as_str())?;
                Some(PredefinedLoad { kind, resource_label: label(load.resource_label()) })
            }),
            scaling: have.predefined_scaling_metric_specification().and_then(|scaling| {
                let kind = PredefinedMetricKind::from_word(scaling.predefined_metric_type()?.as_str())?;
                Some(PredefinedMetric { kind, resource_label: label(scaling.resource_label()) })
            }),
            customized_load: have.customized_load_metric_specification().map(|metric| own(metric.metric_data_queries())),
            customized_scaling: have.customized_scaling_metric_specification().map(|metric| own(metric.metric_data_queries())),
            customized_capacity: have.customized_capacity_metric_specification().map(|metric| own(metric.metric_data_queries())),
        }
    }

    fn queries(want: Option<&Vec<MetricQuery>>) -> Result<Option<Vec<sdk::MetricDataQuery>>, ProviderError> {
        want.map(|queries| queries.iter().map(query_to_sdk).collect()).transpose()
    }

    fn query_to_sdk(query: &MetricQuery) -> Result<sdk::MetricDataQuery, ProviderError> {
        own_account(query)?;
        let stat = query.metric_stat.as_ref().map(|stat| {
            let stat = sdk::MetricStat::builder()
                .metric(metric_to_sdk(&stat.metric))
                .stat(stat.stat.as_str())
                .set_unit(stat.unit.map(|unit| unit.to_string()));
            stat.build()
        });
        Ok(sdk::MetricDataQuery::builder()
            .id(&query.id)
            .set_metric_stat(stat)
            .set_expression(query.expression.clone())
            .set_label(query.label.clone())
            .set_return_data(query.return_data)
            .build())
    }

    fn query_from_sdk(query: &sdk::MetricDataQuery) -> MetricQuery {
        MetricQuery {
            id: query.id().unwrap_or_default().to_owned(),
            metric_stat: query.metric_stat().map(|stat| MetricStat {
                metric: stat.metric().map(metric_from_sdk).unwrap_or_default(),
                stat: Stat::new(stat.stat().unwrap_or_default()),
                // A forecast is made of hours, whatever a query says.
                period: None,
                unit: stat.unit().and_then(Unit::from_word),
            }),
            expression: query.expression().map(str::to_owned),
            label: query.label().map(str::to_owned),
            return_data: query.return_data(),
            period: None,
            account: None,
        }
    }

    #[cfg(test)]
    mod tests {
        use serde_json::json;

        use super::*;

        #[test]
        fn a_forecast_is_read_back_as_it_was_written() {
            let query = json!([{
                "id": "m1", "expression": "SUM(m2)", "label": "all", "return_data": true, "period": null, "account": null,
                "metric_stat": {
                    "metric": {"namespace": "Shop", "metric_name": "Jobs", "dimensions": {"Queue": "q"}}, "stat": "Sum", "period": null, "unit": "Count"
                }
            }]);
            let all = json!({
                "mode": "ForecastAndScale", "scheduling_buffer_time": 60, "max_capacity_breach_behavior": "IncreaseMaxCapacity",
                "max_capacity_buffer": 10,
                "metrics": [{
                    "target_value": 40.5, "pair": {"kind": "ASGCPUUtilization", "resource_label": null},
                    "load": {"kind": "ALBTargetGroupRequestCount", "resource_label": "app/a"},
                    "scaling": {"kind": "ASGAverageNetworkIn", "resource_label": null},
                    "customized_load": query, "customized_scaling": query, "customized_capacity": query
                }]
            });
            let want: PredictiveScaling = serde_json::from_value(all.clone()).unwrap();
            assert_eq!(serde_json::to_value(from_sdk(&to_sdk(&want).unwrap())).unwrap(), all);
        }
    }
}

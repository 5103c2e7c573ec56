//! A policy that follows a forecast of the load.

use infra_core::{Block, Input, Set, choices};
use serde::{Deserialize, Serialize};

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
    /// What is done where the forecast comes near the greatest capacity.
    pub enum MaxCapacityBreach {
        /// The capacity holds.
        HonorMaxCapacity = "HonorMaxCapacity",
        /// It may be exceeded.
        IncreaseMaxCapacity = "IncreaseMaxCapacity",
    }
}

choices! {
    /// Metrics that AWS keeps of a service: pairs of one of load and one of use, such of load, and such of use.
    pub enum PredictedMetric {
        /// A pair: how busy processors are.
        Cpu = "ECSServiceCPUUtilization",
        /// A pair: how full memory is.
        Memory = "ECSServiceMemoryUtilization",
        /// A pair: requests from a load balancer.
        RequestCount = "ALBRequestCount",
        /// Load: how busy all processors together are.
        TotalCpu = "ECSServiceTotalCPUUtilization",
        /// Load: how full all memory together is.
        TotalMemory = "ECSServiceTotalMemoryUtilization",
        /// Load: requests from a load balancer.
        TargetGroupRequestCount = "TotalALBRequestCount",
        /// Use: how busy a task's processors are, in percent.
        AverageCpu = "ECSServiceAverageCPUUtilization",
        /// Use: how full a task's memory is, in percent.
        AverageMemory = "ECSServiceAverageMemoryUtilization",
        /// Use: requests that each task gets.
        RequestCountPerTarget = "ALBRequestCountPerTarget",
    }
}

/// A metric of load and one of use, both of which AWS keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PredictedPair {
    /// Which pair.
    #[input(cloud = "PredefinedMetricType")]
    pub kind: PredictedMetric,
    /// For requests: the load balancer and target group, as `app/NAME/ID/targetgroup/NAME/ID`.
    pub resource_label: Option<String>,
}

/// A metric of load that AWS keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PredictedLoad {
    /// Which metric of load.
    #[input(cloud = "PredefinedMetricType")]
    pub kind: PredictedMetric,
    /// For requests: the load balancer and target group, as `app/NAME/ID/targetgroup/NAME/ID`.
    pub resource_label: Option<String>,
}

/// A metric of use that AWS keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PredictedUse {
    /// Which metric of use.
    #[input(cloud = "PredefinedMetricType")]
    pub kind: PredictedMetric,
    /// For requests: the load balancer and target group, as `app/NAME/ID/targetgroup/NAME/ID`.
    pub resource_label: Option<String>,
}

/// What is forecast, and the use of each task to aim at: either a pair, or a metric of load and one of use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PredictiveMetric {
    /// The use to aim at, in the unit of its metric.
    pub target_value: f64,
    /// Both metrics, which AWS keeps.
    #[input(cloud = "PredefinedMetricPairSpecification")]
    pub pair: Option<PredictedPair>,
    /// The load, which AWS keeps.
    #[input(cloud = "PredefinedLoadMetricSpecification")]
    pub load: Option<PredictedLoad>,
    /// The use, which AWS keeps.
    #[input(cloud = "PredefinedScalingMetricSpecification")]
    pub scaling: Option<PredictedUse>,
    /// The load, from metrics of your own and expressions over them.
    #[input(cloud = "CustomizedLoadMetricSpecification/MetricDataQueries")]
    pub customized_load: Option<Vec<MetricQuery>>,
    /// The use, from metrics of your own and expressions over them.
    #[input(cloud = "CustomizedScalingMetricSpecification/MetricDataQueries")]
    pub customized_scaling: Option<Vec<MetricQuery>>,
    /// The capacity, from metrics of your own and expressions over them.
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
    /// Seconds, less than 3600, that tasks are started ahead. Default: 300.
    pub scheduling_buffer_time: Option<i32>,
    /// What is done where the forecast comes near the greatest capacity. Default: the capacity holds.
    pub max_capacity_breach_behavior: Option<MaxCapacityBreach>,
    /// How many percent the greatest capacity may lie above the forecast, up to 100; only where it may be exceeded.
    pub max_capacity_buffer: Option<i32>,
}

impl PredictiveScaling {
    /// Forecasts how busy a service's processors will be and, unless told otherwise, only shows it.
    pub fn cpu(percent: impl Input<f64>) -> PredictiveScalingBuilder<Set> {
        let pair = PredictedPair::new().kind(PredictedMetric::Cpu);
        PredictiveScaling::new().metrics([PredictiveMetric::new().target_value(percent).pair(pair)])
    }
}

#[cfg(feature = "applicationautoscaling")]
mod live {
    use aws_sdk_applicationautoscaling::types as sdk;
    use infra_core::Tags;

    use super::{
        MaxCapacityBreach, PredictedLoad, PredictedMetric, PredictedPair, PredictedUse, PredictiveMetric, PredictiveMode, PredictiveScaling,
    };
    use crate::cloudwatch::{Metric, MetricQuery, MetricStat, Stat, Unit};
    use crate::sdk::{Wired, wired, wired_words};

    type Built<T> = Result<T, aws_smithy_types::error::operation::BuildError>;
    type Own = sdk::PredictiveScalingCustomizedMetricSpecification;

    wired_words!(PredictiveMode => sdk::PredictiveScalingMode, MaxCapacityBreach => sdk::PredictiveScalingMaxCapacityBreachBehavior);

    impl Wired<String> for PredictedMetric {
        fn wire(&self) -> Built<String> {
            Ok(self.as_str().to_owned())
        }

        fn unwire(sdk: &String) -> Option<PredictedMetric> {
            PredictedMetric::from_word(sdk)
        }
    }

    wired!(PredictedPair = sdk::PredictiveScalingPredefinedMetricPairSpecification,
        sdk::PredictiveScalingPredefinedMetricPairSpecification::builder().predefined_metric_type("").build();
        same: resource_label;
        named: kind = predefined_metric_type;
    );

    wired!(PredictedLoad = sdk::PredictiveScalingPredefinedLoadMetricSpecification,
        sdk::PredictiveScalingPredefinedLoadMetricSpecification::builder().predefined_metric_type("").build();
        same: resource_label;
        named: kind = predefined_metric_type;
    );

    wired!(PredictedUse = sdk::PredictiveScalingPredefinedScalingMetricSpecification,
        sdk::PredictiveScalingPredefinedScalingMetricSpecification::builder().predefined_metric_type("").build();
        same: resource_label;
        named: kind = predefined_metric_type;
    );

    wired!(PredictiveScaling = sdk::PredictiveScalingPolicyConfiguration,
        sdk::PredictiveScalingPolicyConfiguration::builder().set_metric_specifications(Some(Vec::new())).build();
        same: mode, scheduling_buffer_time, max_capacity_breach_behavior, max_capacity_buffer;
        named: metrics = metric_specifications;
    );

    impl Wired<sdk::PredictiveScalingMetricSpecification> for PredictiveMetric {
        fn wire(&self) -> Built<sdk::PredictiveScalingMetricSpecification> {
            sdk::PredictiveScalingMetricSpecification::builder()
                .target_value(self.target_value)
                .set_predefined_metric_pair_specification(self.pair.wire()?)
                .set_predefined_load_metric_specification(self.load.wire()?)
                .set_predefined_scaling_metric_specification(self.scaling.wire()?)
                .set_customized_load_metric_specification(own(self.customized_load.as_ref())?)
                .set_customized_scaling_metric_specification(own(self.customized_scaling.as_ref())?)
                .set_customized_capacity_metric_specification(own(self.customized_capacity.as_ref())?)
                .build()
        }

        fn unwire(sdk: &sdk::PredictiveScalingMetricSpecification) -> Option<PredictiveMetric> {
            let queries = |own: &Option<Own>| own.as_ref().and_then(|own| Wired::unwire(&own.metric_data_queries));
            Some(PredictiveMetric {
                target_value: sdk.target_value,
                pair: Wired::unwire(&sdk.predefined_metric_pair_specification)?,
                load: Wired::unwire(&sdk.predefined_load_metric_specification)?,
                scaling: Wired::unwire(&sdk.predefined_scaling_metric_specification)?,
                customized_load: queries(&sdk.customized_load_metric_specification),
                customized_scaling: queries(&sdk.customized_scaling_metric_specification),
                customized_capacity: queries(&sdk.customized_capacity_metric_specification),
            })
        }
    }

    fn own(queries: Option<&Vec<MetricQuery>>) -> Built<Option<Own>> {
        let Some(queries) = queries else { return Ok(None) };
        Own::builder().set_metric_data_queries(Some(queries.wire()?)).build().map(Some)
    }

    impl Wired<sdk::PredictiveScalingMetricDataQuery> for MetricQuery {
        fn wire(&self) -> Built<sdk::PredictiveScalingMetricDataQuery> {
            let stat = self.metric_stat.as_ref().map(|stat| {
                let dimension =
                    |(name, value): (&String, &String)| sdk::PredictiveScalingMetricDimension::builder().name(name).value(value).build();
                let dimensions =
                    stat.metric.dimensions.as_ref().map(|all| all.iter().map(dimension).collect::<Result<_, _>>()).transpose()?;
                let metric = sdk::PredictiveScalingMetric::builder()
                    .namespace(&stat.metric.namespace)
                    .metric_name(&stat.metric.metric_name)
                    .set_dimensions(dimensions)
                    .build();
                let built = sdk::PredictiveScalingMetricStat::builder().metric(metric).stat(stat.stat.as_str());
                built.set_unit(stat.unit.map(|unit| unit.to_string())).build()
            });
            sdk::PredictiveScalingMetricDataQuery::builder()
                .id(&self.id)
                .set_expression(self.expression.clone())
                .set_label(self.label.clone())
                .set_metric_stat(stat.transpose()?)
                .set_return_data(self.return_data)
                .build()
        }

        fn unwire(sdk: &sdk::PredictiveScalingMetricDataQuery) -> Option<MetricQuery> {
            Some(MetricQuery {
                id: sdk.id.clone(),
                metric_stat: sdk.metric_stat.as_ref().map(|stat| MetricStat {
                    metric: stat.metric.as_ref().map(metric).unwrap_or_default(),
                    stat: Stat::new(&stat.stat),
                    // A forecast looks at hours, whatever a query says.
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

    fn metric(sdk: &sdk::PredictiveScalingMetric) -> Metric {
        let dimensions: Tags = sdk.dimensions().iter().map(|dimension| (dimension.name.clone(), dimension.value.clone())).collect();
        Metric {
            namespace: sdk.namespace().unwrap_or_default().to_owned(),
            metric_name: sdk.metric_name().unwrap_or_default().to_owned(),
            dimensions: (!dimensions.is_empty()).then_some(dimensions),
        }
    }

    #[cfg(test)]
    mod tests {
        use serde_json::json;

        use super::*;

        #[test]
        fn a_forecast_is_read_back_as_it_was_written() {
            let query = json!({
                "id": "m1", "expression": null, "label": "jobs", "return_data": false, "period": null, "account": null,
                "metric_stat": {
                    "metric": {"namespace": "Shop", "metric_name": "Jobs", "dimensions": {"Queue": "q"}}, "stat": "Sum", "period": null,
                    "unit": "Count"
                }
            });
            let sum = json!({
                "id": "sum", "expression": "m1 * 2", "label": null, "return_data": true, "period": null, "account": null, "metric_stat": null
            });
            let all = json!({
                "metrics": [{
                    "target_value": 40.5,
                    "pair": {"kind": "ECSServiceCPUUtilization", "resource_label": null},
                    "load": {"kind": "ECSServiceTotalCPUUtilization", "resource_label": null},
                    "scaling": {"kind": "ALBRequestCountPerTarget", "resource_label": "app/a/1/targetgroup/b/2"},
                    "customized_load": [query, sum], "customized_scaling": [sum], "customized_capacity": [query]
                }],
                "mode": "ForecastAndScale", "scheduling_buffer_time": 600,
                "max_capacity_breach_behavior": "IncreaseMaxCapacity", "max_capacity_buffer": 10
            });
            let want: PredictiveScaling = serde_json::from_value(all.clone()).unwrap();
            assert_eq!(serde_json::to_value(PredictiveScaling::unwire(&want.wire().unwrap()).unwrap()).unwrap(), all);
        }
    }
}

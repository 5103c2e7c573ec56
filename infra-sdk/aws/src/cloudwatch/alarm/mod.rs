//! An alarm.

#[cfg(feature = "cloudwatch")]
mod live;
mod settings;

use std::collections::BTreeMap;

use infra_core::{Input, Outputs, Resource, Tags, text_type};
use serde::{Deserialize, Serialize};

use super::metric::parts;
use super::{AlarmActionArn, MetricQuery, NamedMetric, Stat, Statistic, Unit};

pub use settings::{Comparison, EvaluationWindow, LowSamples, MissingData, PromQl, TagsPropagation, WarmUp, WindowKind};

text_type! {
    /// The ARN of an alarm.
    pub struct MetricAlarmArn;
}

/// Watches a metric, an expression over metrics or a query, and acts when it crosses a threshold.
///
/// It watches one of `metric_name` with its namespace, `metrics` and `prom_ql`. An action on a scaling policy is repeated
/// once a minute for as long as the state lasts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = MetricAlarm, id = MetricAlarmName, outputs = MetricAlarmOutputs, kind = "aws:cloudwatch/alarm",
    cloud = "AWS::CloudWatch::Alarm",
    iam(
        "cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource",
        create("cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"),
        update("cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource"),
        delete("cloudwatch:DeleteAlarms"),
    ),
)]
pub struct MetricAlarmInputs {
    /// Its name, up to 255 characters. Default: one that the engine makes.
    #[input(name = 255, replace, cloud = "AlarmName")]
    pub name: Option<String>,
    /// What it is about, up to 1024 characters.
    #[input(cloud = "AlarmDescription")]
    pub description: Option<String>,
    /// Where the metric comes from, as in `AWS/EC2`.
    pub namespace: Option<String>,
    /// What is measured, as in `CPUUtilization`.
    pub metric_name: Option<String>,
    /// Of what, as in `AutoScalingGroupName` and a group's name.
    pub dimensions: Option<BTreeMap<String, String>>,
    /// How one number is made of a period's values. Either this or `extended_statistic`.
    pub statistic: Option<Statistic>,
    /// A percentile or another way to make one number: `Stat::percentile(99.0)`. Either this or `statistic`.
    pub extended_statistic: Option<Stat>,
    /// Seconds that a period lasts: 10, 20, 30 or a multiple of 60.
    pub period: Option<i32>,
    /// Only values of this unit. Default: all; AWS advises to leave it out.
    pub unit: Option<Unit>,
    /// Metrics and expressions over them; the one with `return_data` is watched.
    pub metrics: Option<Vec<MetricQuery>>,
    /// A PromQL query, instead of metrics.
    #[input(cloud = "EvaluationCriteria/PromQLCriteria")]
    pub prom_ql: Option<PromQl>,
    /// Seconds between two evaluations of a query: 10, 20, 30 or a multiple of 60. Only with `prom_ql`, and required there.
    pub evaluation_interval: Option<i32>,
    /// How a value is compared with the threshold.
    #[input(cloud = "ComparisonOperator")]
    pub comparison: Option<Comparison>,
    /// What a value is compared with.
    pub threshold: Option<f64>,
    /// The id of the query that is the band of what is normal, instead of `threshold`. Not with scaling policies.
    #[input(cloud = "ThresholdMetricId")]
    pub threshold_metric: Option<String>,
    /// How many periods are looked at.
    pub evaluation_periods: Option<i32>,
    /// How many of these must breach. Default: all.
    pub datapoints_to_alarm: Option<i32>,
    /// How a period without values counts. Default: `missing`.
    pub treat_missing_data: Option<MissingData>,
    /// What is done with a percentile over too few values. Default: it is evaluated.
    #[input(cloud = "EvaluateLowSampleCountPercentile")]
    pub low_samples: Option<LowSamples>,
    /// Which minutes a period is made of. Default: the latest ones.
    pub evaluation_window: Option<EvaluationWindow>,
    /// How long it waits after it was made or changed. Default: not at all.
    #[input(cloud = "WarmUpConfiguration")]
    pub warm_up: Option<WarmUp>,
    /// Whether it acts at all. Default: true.
    pub actions_enabled: Option<bool>,
    /// What it does when the threshold is crossed: scaling policies, or ARNs of topics and functions; at most five.
    #[input(set)]
    pub alarm_actions: Option<Vec<AlarmActionArn>>,
    /// What it does when all is well again.
    #[input(set, cloud = "OKActions")]
    pub ok_actions: Option<Vec<AlarmActionArn>>,
    /// What it does when there are too few values to tell.
    #[input(set)]
    pub insufficient_data_actions: Option<Vec<AlarmActionArn>>,
    /// Which of its tags its notifications carry. Default: none.
    #[input(cloud = "ActionConfiguration/AlarmTagsPropagation")]
    pub tags_propagation: Option<TagsPropagation>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`MetricAlarm`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = MetricAlarm)]
pub struct MetricAlarmOutputs {
    /// Its ARN.
    #[output(stable, reference)]
    pub arn: MetricAlarmArn,
}

impl MetricAlarmBuilder {
    /// The metric it watches: namespace, name and dimensions in one, as in `.metric(group.cpu_utilization())`.
    pub fn metric(mut self, metric: NamedMetric) -> Self {
        for (field, value) in parts(metric) {
            self.fields.set(&field, value);
        }
        self
    }

    /// Breaches where `periods` periods of `seconds` in a row do.
    pub fn over(self, periods: impl Input<i32>, seconds: impl Input<i32>) -> Self {
        self.evaluation_periods(periods).period(seconds)
    }

    /// Breaches where a value exceeds `threshold`.
    pub fn above(self, threshold: impl Input<f64>) -> Self {
        self.comparison(Comparison::Greater).threshold(threshold)
    }

    /// Breaches where a value is below `threshold`.
    pub fn below(self, threshold: impl Input<f64>) -> Self {
        self.comparison(Comparison::Less).threshold(threshold)
    }
}

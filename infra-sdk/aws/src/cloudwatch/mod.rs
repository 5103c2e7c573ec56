//! CloudWatch alarms, and how they and scaling policies name metrics.

mod action;
mod alarm;
#[cfg(feature = "cloudwatch")]
mod history;
mod metric;

pub use action::AlarmActionArn;
pub use alarm::{
    Comparison, EvaluationWindow, LowSamples, MetricAlarm, MetricAlarmArn, MetricAlarmInputs, MetricAlarmName, MetricAlarmOutputs,
    MissingData, PromQl, TagsPropagation, WarmUp, WindowKind,
};
#[cfg(feature = "cloudwatch")]
pub use history::{PastMetric, past_metrics};
pub use metric::{Metric, MetricQuery, MetricStat, NamedMetric, Stat, Statistic, Unit, namespace};
pub(crate) use metric::{full_name, parts};

crate::resources!("cloudwatch", aws_sdk_cloudwatch::Client: MetricAlarm);

//! CloudWatch alarms.

mod alarm;

pub use alarm::{MetricAlarm, MetricAlarmInputs, MetricAlarmName};

crate::resources!("cloudwatch", aws_sdk_cloudwatch::Client:);

//! CloudWatch Logs.

mod log_group;

pub use log_group::{LogGroup, LogGroupClass, LogGroupInputs, LogGroupName, LogGroupOutputs};

crate::resources!("logs", aws_sdk_cloudwatchlogs::Client: LogGroup);

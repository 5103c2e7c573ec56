//! CloudWatch alarms.

crate::resources!("cloudwatch", aws_sdk_cloudwatch::Client:);

//! EC2 Auto Scaling.

crate::resources!("autoscaling", aws_sdk_autoscaling::Client:);

//! Classic load balancers.

crate::resources!("elb", aws_sdk_elasticloadbalancing::Client:);

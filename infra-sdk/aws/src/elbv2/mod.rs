//! Application and network load balancers.

crate::resources!("elbv2", aws_sdk_elasticloadbalancingv2::Client:);

//! Classic load balancers.

mod load_balancer;

pub use load_balancer::{ClassicLoadBalancer, ClassicLoadBalancerInputs, ClassicLoadBalancerName};

crate::resources!("elb", aws_sdk_elasticloadbalancing::Client:);

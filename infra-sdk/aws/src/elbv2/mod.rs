//! Application and network load balancers.

mod listener;
mod load_balancer;
mod target_group;

pub use listener::{Listener, ListenerArn, ListenerInputs};
pub use load_balancer::{LoadBalancer, LoadBalancerArn, LoadBalancerInputs};
pub use target_group::{TargetGroup, TargetGroupArn, TargetGroupInputs};

crate::resources!("elbv2", aws_sdk_elasticloadbalancingv2::Client:);

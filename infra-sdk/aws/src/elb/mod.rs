//! Classic load balancers.

mod load_balancer;
#[cfg(feature = "elb")]
mod tags;

pub use load_balancer::{
    AppCookieStickiness, BackendPolicy, ClassicAccessLog, ClassicHealthCheck, ClassicListener, ClassicLoadBalancer,
    ClassicLoadBalancerInputs, ClassicLoadBalancerName, ClassicLoadBalancerOutputs, ClassicProtocol, ClassicScheme, ConnectionDraining,
    LbCookieStickiness, PolicyAttribute,
};

crate::resources!("elb", aws_sdk_elasticloadbalancing::Client: ClassicLoadBalancer);

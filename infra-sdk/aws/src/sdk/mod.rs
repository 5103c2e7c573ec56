//! What all handlers share: clients, errors by class, and tags.

mod account;
mod connect;
mod error;
mod local;

use infra_apply::Registry;

pub use account::account;
pub use aws_config::SdkConfig;
pub use connect::{Connection, connect};
pub(crate) use error::failed;

/// Adds the handlers of every service to a registry.
pub fn register(registry: &mut Registry, config: &SdkConfig) {
    #[cfg(feature = "autoscaling")]
    crate::autoscaling::register(registry, &aws_sdk_autoscaling::Client::new(config));
    #[cfg(feature = "cloudwatch")]
    crate::cloudwatch::register(registry, &aws_sdk_cloudwatch::Client::new(config));
    #[cfg(feature = "ec2")]
    crate::ec2::register(registry, &aws_sdk_ec2::Client::new(config));
    #[cfg(feature = "elb")]
    crate::elb::register(registry, &aws_sdk_elasticloadbalancing::Client::new(config));
    #[cfg(feature = "elbv2")]
    crate::elbv2::register(registry, &aws_sdk_elasticloadbalancingv2::Client::new(config));
    #[cfg(feature = "iam")]
    crate::iam::register(registry, &aws_sdk_iam::Client::new(config));
}

//! What all handlers share: clients, errors by class, and tags.

mod account;
mod answer;
mod connect;
#[cfg_attr(not(all(feature = "ec2", feature = "autoscaling")), allow(dead_code, reason = "each service needs a part"))]
mod convert;
#[cfg_attr(not(feature = "live"), allow(dead_code, reason = "each service needs a part"))]
mod differs;
mod error;
mod keys;
mod local;
#[cfg_attr(not(feature = "live"), allow(dead_code, reason = "each service needs a part"))]
mod overlay;
#[cfg_attr(not(feature = "live"), allow(dead_code, reason = "each service needs a part"))]
pub(crate) mod tags;
#[cfg_attr(not(feature = "live"), allow(dead_code, reason = "each service needs a part"))]
mod there;
#[cfg_attr(not(feature = "live"), allow(dead_code, unused_macros, reason = "each service needs a part"))]
mod wired;

use infra_apply::Registry;

pub use account::account;
pub(crate) use answer::{Answers, serve};
pub use aws_config::SdkConfig;
pub use connect::{Connection, connect};
#[cfg_attr(not(all(feature = "ec2", feature = "autoscaling")), allow(unused_imports, reason = "each service needs a part"))]
pub(crate) use convert::{amends, changes, from_base64, is_on, name_of, named, set_changes, some_list, switch, texts, to_base64};
#[cfg_attr(not(feature = "live"), allow(unused_imports, reason = "each service needs a part"))]
pub(crate) use differs::differs;
pub(crate) use error::failed;
pub use keys::{Keys, keys};
#[cfg_attr(not(feature = "live"), allow(unused_imports, reason = "each service needs a part"))]
pub(crate) use overlay::overlaid;
#[cfg_attr(not(feature = "live"), allow(unused_imports, reason = "each service needs a part"))]
pub(crate) use there::{there, told};
#[cfg_attr(not(feature = "live"), allow(unused_imports, reason = "each service needs a part"))]
pub(crate) use wired::{Wired, unbuilt, wired, wired_texts, wired_words};

/// Adds the handlers of every service to a registry.
pub fn register(registry: &mut Registry, config: &SdkConfig) {
    #[cfg(feature = "acm")]
    crate::acm::register(registry, &aws_sdk_acm::Client::new(config));
    #[cfg(feature = "applicationautoscaling")]
    crate::applicationautoscaling::register(registry, &aws_sdk_applicationautoscaling::Client::new(config));
    #[cfg(feature = "autoscaling")]
    crate::autoscaling::register(registry, &aws_sdk_autoscaling::Client::new(config));
    #[cfg(feature = "batch")]
    crate::batch::register(registry, &aws_sdk_batch::Client::new(config));
    #[cfg(feature = "cloudwatch")]
    crate::cloudwatch::register(registry, &aws_sdk_cloudwatch::Client::new(config));
    #[cfg(feature = "dynamodb")]
    crate::dynamodb::register(registry, &aws_sdk_dynamodb::Client::new(config));
    #[cfg(feature = "ec2")]
    crate::ec2::register(registry, &aws_sdk_ec2::Client::new(config));
    #[cfg(feature = "ecr")]
    crate::ecr::register(registry, &aws_sdk_ecr::Client::new(config));
    #[cfg(feature = "ecs")]
    crate::ecs::register(registry, &aws_sdk_ecs::Client::new(config));
    #[cfg(feature = "elasticbeanstalk")]
    crate::elasticbeanstalk::register(registry, &aws_sdk_elasticbeanstalk::Client::new(config));
    #[cfg(feature = "elb")]
    crate::elb::register(registry, &aws_sdk_elasticloadbalancing::Client::new(config));
    #[cfg(feature = "elbv2")]
    crate::elbv2::register(registry, &aws_sdk_elasticloadbalancingv2::Client::new(config));
    #[cfg(feature = "iam")]
    crate::iam::register(registry, &aws_sdk_iam::Client::new(config));
    #[cfg(feature = "kms")]
    crate::kms::register(registry, &aws_sdk_kms::Client::new(config));
    #[cfg(feature = "lambda")]
    crate::lambda::register(registry, &aws_sdk_lambda::Client::new(config));
    #[cfg(feature = "logs")]
    crate::logs::register(registry, &aws_sdk_cloudwatchlogs::Client::new(config));
    #[cfg(feature = "rds")]
    crate::rds::register(registry, &aws_sdk_rds::Client::new(config));
    #[cfg(feature = "route53")]
    crate::route53::register(registry, &aws_sdk_route53::Client::new(config));
    #[cfg(feature = "s3")]
    crate::s3::register(registry, &aws_sdk_s3::Client::new(config));
    #[cfg(feature = "secretsmanager")]
    crate::secretsmanager::register(registry, &aws_sdk_secretsmanager::Client::new(config));
    #[cfg(feature = "ssm")]
    crate::ssm::register(registry, &aws_sdk_ssm::Client::new(config));
    crate::sts::register(registry, &aws_sdk_sts::Client::new(config));
}

//! AWS resources: what programs declare, always; the handlers over the official SDK, with the feature `live`.
//!
//! A folder a service, a file a resource. A file holds the contract first and, behind its service's feature, the
//! five functions of its lifecycle.

pub mod acm;
pub mod applicationautoscaling;
pub mod autoscaling;
pub mod batch;
pub mod cloudwatch;
pub mod dynamodb;
pub mod ec2;
pub mod ecr;
pub mod ecs;
pub mod elasticbeanstalk;
pub mod elb;
pub mod elbv2;
pub mod iam;
pub mod kms;
pub mod lambda;
pub mod logs;
mod provider;
pub mod rds;
pub mod route53;
pub mod s3;
#[cfg(feature = "sdk")]
pub mod sdk;
pub mod secretsmanager;
pub mod ssm;
pub mod sts;

use infra_core::Schema;

pub use provider::Aws;

/// The schemas of all resources here.
pub fn schemas() -> Vec<Schema> {
    [
        acm::schemas(),
        applicationautoscaling::schemas(),
        autoscaling::schemas(),
        batch::schemas(),
        cloudwatch::schemas(),
        dynamodb::schemas(),
        ec2::schemas(),
        ecr::schemas(),
        ecs::schemas(),
        elasticbeanstalk::schemas(),
        elb::schemas(),
        elbv2::schemas(),
        iam::schemas(),
        kms::schemas(),
        lambda::schemas(),
        logs::schemas(),
        rds::schemas(),
        route53::schemas(),
        s3::schemas(),
        secretsmanager::schemas(),
        ssm::schemas(),
    ]
    .concat()
}

/// In a service's `mod.rs`: its resources, each once, for the schemas and for the registry; then its actions, and
/// its lookups.
macro_rules! resources {
    ($feature:literal, $client:ty: $($resource:ident),* $(,)? $(; actions: $($action:ident),* $(,)?)? $(; lookups: $($lookup:ident),* $(,)?)?) => {
        /// The schemas of this service's resources.
        pub fn schemas() -> ::std::vec::Vec<::infra_core::Schema> {
            ::std::vec![$(<$resource as ::infra_core::Resource>::schema()),* $(, $(<$action as ::infra_core::Resource>::schema()),*)?]
        }

        /// Adds this service's handlers to a registry.
        #[cfg(feature = $feature)]
        pub fn register(registry: &mut ::infra_apply::Registry, client: &$client) {
            $(registry.serve::<$resource>(client);)*
            $($(registry.run::<$action>(client);)*)?
            $($(crate::sdk::serve::<$lookup>(registry, client);)*)?
            let _ = (registry, client);
        }
    };
}
pub(crate) use resources;

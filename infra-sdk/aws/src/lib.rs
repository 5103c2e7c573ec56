//! AWS resources: what programs declare, always; the handlers over the official SDK, with the feature `live`.
//!
//! A folder a service, a file a resource. A file holds the contract first and, behind its service's feature, the
//! five functions of its lifecycle.

pub mod autoscaling;
pub mod cloudwatch;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
pub mod ec2;
pub mod elb;
pub mod elbv2;
pub mod iam;
#[cfg(feature = "kms")]
pub mod kms;
mod provider;
#[cfg(feature = "sdk")]
pub mod sdk;
pub mod sts;

use infra_core::Schema;

pub use provider::Aws;

/// The schemas of all resources here.
pub fn schemas() -> Vec<Schema> {
    [autoscaling::schemas(), cloudwatch::schemas(), ec2::schemas(), elb::schemas(), elbv2::schemas(), iam::schemas()].concat()
}

/// In a service's `mod.rs`: its resources, each once, for the schemas and for the registry; then its lookups.
macro_rules! resources {
    ($feature:literal, $client:ty: $($resource:ident),* $(,)? $(; lookups: $($lookup:ident),* $(,)?)?) => {
        /// The schemas of this service's resources.
        pub fn schemas() -> ::std::vec::Vec<::infra_core::Schema> {
            ::std::vec![$(<$resource as ::infra_core::Resource>::schema()),*]
        }

        /// Adds this service's handlers to a registry.
        #[cfg(feature = $feature)]
        pub fn register(registry: &mut ::infra_apply::Registry, client: &$client) {
            $(registry.serve::<$resource>(client);)*
            $($(crate::sdk::serve::<$lookup>(registry, client);)*)?
            let _ = (registry, client);
        }
    };
}
pub(crate) use resources;

//! The Security Token Service: whose credentials these are.

mod caller_identity;

pub use caller_identity::{CallerIdentity, Identity};

/// Adds this service's answers to a registry.
#[cfg(feature = "sdk")]
pub fn register(registry: &mut infra_apply::Registry, client: &aws_sdk_sts::Client) {
    crate::sdk::serve::<CallerIdentity>(registry, client);
}

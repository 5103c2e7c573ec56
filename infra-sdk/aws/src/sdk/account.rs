//! Whose credentials these are.

use aws_config::SdkConfig;
use infra_apply::{Class, ProviderError};

use super::failed;

/// The account, 12 digits, that the configuration's credentials belong to: one call to STS.
///
/// # Errors
/// Where there are no credentials, they are refused, or the service cannot be reached.
pub async fn account(config: &SdkConfig) -> Result<String, ProviderError> {
    let identity = aws_sdk_sts::Client::new(config).get_caller_identity().send().await.map_err(failed("GetCallerIdentity"))?;
    let unnamed = || ProviderError::new(Class::Other, "GetCallerIdentity", "the answer names no account");
    identity.account().map(str::to_owned).ok_or_else(unnamed)
}

//! Which account the credentials belong to: the engine compares it with the one that a stack was deployed to.

use aws_config::SdkConfig;
use infra_apply::ProviderError;

use super::failed;

/// The account's number, twelve digits.
///
/// # Errors
/// Where the credentials are missing or wrong, or the service cannot be reached.
pub async fn account(config: &SdkConfig) -> Result<String, ProviderError> {
    let call = aws_sdk_sts::Client::new(config).get_caller_identity();
    let identity = call.send().await.map_err(failed("GetCallerIdentity"))?;
    Ok(identity.account().unwrap_or_default().to_owned())
}

//! The keys behind a connection, for what speaks AWS's protocols without its SDK.

use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_sdk_sts::config::ProvideCredentials as _;
use infra_apply::{Class, ProviderError};

/// Keys, and until when they are good.
#[derive(Clone)]
pub struct Keys {
    /// The access key's id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
    /// The session's token, of keys that end.
    pub token: Option<String>,
    /// When they end, if they do.
    pub expires: Option<SystemTime>,
}

/// The keys that calls of a connection are signed with.
///
/// # Errors
/// Where there are none, or they cannot be asked for.
pub async fn keys(config: &SdkConfig) -> Result<Keys, ProviderError> {
    let denied = |message: String| ProviderError::new(Class::Denied, "find credentials", message);
    let provider = config.credentials_provider().ok_or_else(|| denied("there are none".to_owned()))?;
    let found = provider.provide_credentials().await.map_err(|error| denied(error.to_string()))?;
    Ok(Keys {
        id: found.access_key_id().to_owned(),
        secret: found.secret_access_key().to_owned(),
        token: found.session_token().map(str::to_owned),
        expires: found.expiry(),
    })
}

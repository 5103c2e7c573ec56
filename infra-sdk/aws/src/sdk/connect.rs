//! Clients for one account and region.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use std::time::Duration;

/// Which cloud to talk to. What is `None` is left to AWS's standard configuration: environment variables, profiles,
/// single sign-on.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The region, as in `eu-west-1`.
    pub region: Option<String>,
    /// The profile in `~/.aws/config`.
    pub profile: Option<String>,
    /// One endpoint for all services, with fixed credentials: the local cloud.
    pub local: Option<String>,
}

/// The SDK's configuration for a connection. The engine retries, so the SDK does not.
pub async fn connect(connection: &Connection) -> SdkConfig {
    let timeouts =
        TimeoutConfig::builder().connect_timeout(Duration::from_secs(10)).operation_attempt_timeout(Duration::from_secs(60)).build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).retry_config(RetryConfig::disabled()).timeout_config(timeouts);
    if let Some(region) = &connection.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &connection.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(endpoint) = &connection.local {
        let credentials = aws_sdk_sts::config::Credentials::new("local", "local", None, None, "the local cloud");
        loader = loader.endpoint_url(endpoint).credentials_provider(credentials);
    }
    loader.load().await
}

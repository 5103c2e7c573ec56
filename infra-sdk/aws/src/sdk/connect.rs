//! Clients for one account and region.

use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::SharedCredentialsProvider;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use infra_apply::ProviderError;

use super::local;

/// Which cloud to talk to. What is `None` is left to AWS's standard configuration: environment variables, profiles,
/// single sign-on.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The region, as in `eu-west-1`.
    pub region: Option<String>,
    /// The profile in `~/.aws/config`, whose credentials are used whatever else there is.
    pub profile: Option<String>,
    /// The ARN of a role to take on with these credentials.
    pub role: Option<String>,
    /// The local cloud's URL, as in `http://127.0.0.1:5000`: for all services, and nothing else is asked or read.
    pub local: Option<String>,
}

/// The SDK's configuration for a connection. The engine retries, so the SDK does not.
///
/// # Errors
/// Where the local cloud's URL leads off this machine.
pub async fn connect(connection: &Connection) -> Result<SdkConfig, ProviderError> {
    if let Some(endpoint) = &connection.local {
        return local::connect(endpoint, connection.region.as_deref());
    }
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).retry_config(RetryConfig::disabled()).timeout_config(timeouts());
    if let Some(region) = &connection.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &connection.profile {
        // The standard order would prefer credentials of environment variables to those of a profile that is named.
        let credentials = ProfileFileCredentialsProvider::builder().profile_name(profile).build();
        loader = loader.profile_name(profile).credentials_provider(credentials);
    }
    let own = loader.load().await;
    let Some(role) = &connection.role else { return Ok(own) };
    let taken_on = AssumeRoleProvider::builder(role).session_name("infra").configure(&own).build().await;
    Ok(own.into_builder().credentials_provider(SharedCredentialsProvider::new(taken_on)).build())
}

/// How long a call may take before it counts as lost.
pub(super) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(Duration::from_secs(10)).operation_attempt_timeout(Duration::from_secs(60)).build()
}

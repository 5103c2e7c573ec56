//! The local cloud's configuration: no call made with it can leave this machine.

use std::net::SocketAddr;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::Builder;
use infra_apply::{Class, ProviderError};

use super::connect::timeouts;

/// The region where a connection names none.
const REGION: &str = "us-west-2";

/// The configuration for the local cloud at `endpoint`.
///
/// It is built and not loaded, so that it takes nothing from environment variables, profiles or an instance's metadata:
/// each of them could name another endpoint, or lead to real credentials. Its HTTP client knows no proxy, which would
/// take the calls elsewhere whatever their URL, and no TLS.
///
/// # Errors
/// Where the URL is not `http://` and an address of this machine itself, as a name could be resolved to another's.
pub(super) fn connect(endpoint: &str, region: Option<&str>) -> Result<SdkConfig, ProviderError> {
    if !is_loopback(endpoint) {
        let message = format!("{endpoint} is not on this machine, where the local cloud is: it looks like http://127.0.0.1:5000");
        return Err(ProviderError::new(Class::Invalid, "connect", message));
    }
    let credentials = Credentials::new("local", "local", None, None, "the local cloud");
    Ok(SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.unwrap_or(REGION).to_owned()))
        .endpoint_url(endpoint)
        .http_client(Builder::new().build_http())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts())
        .use_fips(false)
        .use_dual_stack(false)
        .build())
}

fn is_loopback(endpoint: &str) -> bool {
    let authority = endpoint.strip_prefix("http://").map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    let address = authority.and_then(|authority| authority.parse::<SocketAddr>().ok());
    address.is_some_and(|address| address.ip().is_loopback())
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::process::Command;
    use std::thread;

    use super::*;

    #[test]
    fn a_url_that_leads_off_this_machine_is_refused() {
        for endpoint in [
            "http://192.0.2.7:5000",
            "http://0.0.0.0:5000",
            "http://localhost:5000",
            "http://127.0.0.1.example.com:5000",
            "http://127.0.0.1:5000@example.com",
            "http://127.0.0.1",
            "https://ec2.us-west-2.amazonaws.com",
            "",
        ] {
            let error = connect(endpoint, None).expect_err(endpoint);
            assert_eq!(error.class, Class::Invalid);
        }
    }

    /// Of the environment that this test sets for the process in which it runs a second time.
    const SECOND: &str = "INFRA_TEST_ASTRAY";

    #[test]
    fn nothing_in_the_environment_leads_a_call_astray() {
        if std::env::var_os(SECOND).is_some() {
            return assert_eq!(account_of_a_cloud_here(), "123456789012");
        }
        let names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"];
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "sdk::local::tests::nothing_in_the_environment_leads_a_call_astray"])
            .envs(names.map(|name| (name, "http://127.0.0.1:1")))
            .envs([(SECOND, "1"), ("AWS_PROFILE", "nobody"), ("AWS_USE_FIPS_ENDPOINT", "true"), ("NO_PROXY", ""), ("no_proxy", "")])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    /// What STS says on a port of this machine, asked as the local cloud is.
    fn account_of_a_cloud_here() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            let result = "<GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult>";
            let body = format!("<GetCallerIdentityResponse>{result}</GetCallerIdentityResponse>");
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        });
        let config = connect(&endpoint, None).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(crate::sdk::account(&config)).unwrap()
    }

    #[tokio::test]
    async fn nothing_but_the_endpoint_and_fixed_credentials_is_in_the_configuration() {
        use aws_sdk_sts::config::ProvideCredentials as _;
        for endpoint in ["http://127.0.0.1:5000", "http://[::1]:5000/"] {
            let config = connect(endpoint, Some("eu-west-1")).unwrap();
            assert_eq!(config.endpoint_url(), Some(endpoint));
            assert_eq!(config.region().map(AsRef::as_ref), Some("eu-west-1"));
            assert!(config.service_config().is_none(), "a service's own endpoint could come from a variable or a profile");
            assert!(config.identity_cache().is_none() && config.token_provider().is_none());
            let credentials = config.credentials_provider().unwrap().provide_credentials().await.unwrap();
            assert_eq!((credentials.access_key_id(), credentials.session_token()), ("local", None));
        }
    }
}

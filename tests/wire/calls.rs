//! What the engine asks of a cloud over the wire: every request, by service and operation.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// How often each operation was asked for, by `service operation`.
pub(crate) type Counts = BTreeMap<String, u64>;

/// Counts the requests of all clients whose configuration it made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls(Arc<Mutex<Counts>>);

impl Calls {
    /// The same configuration, but that each request that leaves is counted, whatever becomes of it.
    pub(crate) fn counted(&self, sdk: &SdkConfig) -> SdkConfig {
        let beneath = sdk.http_client().expect("a local cloud has a client of its own");
        sdk.to_builder().http_client(CountingClient { beneath, calls: self.clone() }).build()
    }

    /// What was asked for since the last time.
    pub(crate) fn take(&self) -> Counts {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[derive(Clone, Debug)]
struct CountingClient {
    beneath: SharedHttpClient,
    calls: Calls,
}

impl HttpClient for CountingClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let beneath = self.beneath.http_connector(settings, components);
        SharedHttpConnector::new(CountingConnector { beneath, calls: self.calls.clone() })
    }
}

#[derive(Debug)]
struct CountingConnector {
    beneath: SharedHttpConnector,
    calls: Calls,
}

impl HttpConnector for CountingConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let header = |name: &str| request.headers().get(name).unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        let asked = format!("{} {}", service(header("authorization")), operation(&request, header("x-amz-target"), body));
        *self.calls.0.lock().unwrap().entry(asked).or_default() += 1;
        self.beneath.call(request)
    }
}

/// The service that a request is signed for: `…Credential=KEY/DATE/REGION/SERVICE/aws4_request…`.
fn service(authorization: &str) -> &str {
    let scope = authorization.split_once("Credential=").map_or("", |(_, rest)| rest);
    scope.split('/').nth(3).unwrap_or("unsigned")
}

/// The operation as the service's protocol says it. Where only a method and a path do, these are it, without any name of an
/// object in the path.
fn operation(request: &HttpRequest, target: &str, body: &[u8]) -> String {
    let (path, query) = path_and_query(request.uri());
    if let Some((_, operation)) = target.rsplit_once('.') {
        return operation.to_owned();
    }
    if let Some((_, operation)) = path.rsplit_once("/operation/") {
        return operation.to_owned();
    }
    let form = std::str::from_utf8(body).unwrap_or_default();
    if let Some(action) = form.split('&').find_map(|pair| pair.strip_prefix("Action=")) {
        return action.to_owned();
    }
    if let Some(operation) = query.split('&').find_map(|pair| pair.strip_prefix("x-id=")) {
        return operation.to_owned();
    }
    let method = request.method();
    match query.split(['=', '&']).next().filter(|part| !part.is_empty()) {
        Some(part) => format!("{method} ?{part}"),
        // A path of S3 is a name; others begin with a version and a word.
        None => match path.trim_matches('/').split('/').collect::<Vec<_>>()[..] {
            [version, word, ..] if version.starts_with(|first: char| first == 'v' || first == '2') => format!("{method} {word}"),
            [_] => format!("{method} bucket"),
            _ => format!("{method} object"),
        },
    }
}

fn path_and_query(uri: &str) -> (&str, &str) {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    path.split_once('?').unwrap_or((path, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_known_by_its_services_protocol() {
        let asked = |method: &str, uri: &str, target: &str, body: &str| {
            let mut request = HttpRequest::empty();
            request.set_uri(uri).unwrap();
            request.set_method(method).unwrap();
            operation(&request, target, body.as_bytes())
        };
        let here = "http://127.0.0.1:5000";
        assert_eq!(asked("POST", here, "", "Action=RunInstances&Version=2016-11-15"), "RunInstances");
        assert_eq!(asked("POST", &format!("{here}/"), "DynamoDB_20120810.DescribeTable", "{}"), "DescribeTable");
        assert_eq!(asked("POST", &format!("{here}/service/Granite/operation/PutMetricAlarm"), "", ""), "PutMetricAlarm");
        assert_eq!(asked("PUT", &format!("{here}/states?versioning"), "", ""), "PUT ?versioning");
        assert_eq!(asked("PUT", &format!("{here}/states/key?x-id=PutObject"), "", ""), "PutObject");
        assert_eq!(asked("HEAD", &format!("{here}/states"), "", ""), "HEAD bucket");
        assert_eq!(asked("GET", &format!("{here}/2015-03-31/functions/name"), "", ""), "GET functions");
        assert_eq!(asked("POST", &format!("{here}/v1/describejobqueues"), "", ""), "POST describejobqueues");
        assert_eq!(service("AWS4-HMAC-SHA256 Credential=local/20300101/us-west-2/ec2/aws4_request, SignedHeaders=host"), "ec2");
    }
}

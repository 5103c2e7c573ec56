//! An invocation: a function that is called once.

use infra_core::{Outputs, Resource};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::FunctionName;

/// Calls a function once, and keeps what it answers.
///
/// It is an action: it runs when it is first deployed, and again only when an input or one of its `.triggers(…)` changes, which
/// the plan says. Neither a plan nor a refresh calls the function. A call that fails, also one whose function does, fails the
/// deployment, and the next one calls again; so does one of which nobody knows whether it went through. Its end calls nothing.
///
/// A function that must never run a second time is called with `.protect()`: every plan that would is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Invocation, id = InvocationId, outputs = InvocationOutputs, kind = "aws:lambda/invocation", action,
    unlike_cloud = "CloudFormation has no calls, only functions that it calls by itself",
    iam(create("lambda:InvokeFunction")),
)]
pub struct InvocationInputs {
    /// The function.
    pub function: FunctionName,
    /// What it is given. Default: `{}`.
    pub payload: Option<Json>,
    /// What of it is secret, by the field at its top that it is put into; a field of that name in `payload` is replaced.
    #[input(secret)]
    pub secrets: Option<std::collections::BTreeMap<String, String>>,
    /// The version or alias that is called. Default: what was deployed last.
    pub qualifier: Option<String>,
}

/// What came of an [`Invocation`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Invocation)]
pub struct InvocationOutputs {
    /// What the function answered, as JSON.
    pub result: Json,
    /// Which version of it answered.
    pub executed_version: String,
}

#[cfg(feature = "lambda")]
mod live {
    use std::time::Duration;

    use aws_sdk_lambda::Client;
    use aws_sdk_lambda::config::Config;
    use aws_sdk_lambda::types::{InvocationType, LogType};
    use aws_smithy_types::Blob;
    use aws_smithy_types::timeout::TimeoutConfig;
    use infra_apply::{Class, ProviderError, RunOnce};
    use serde_json::Value as Json;

    use super::{Invocation, InvocationInputs, InvocationOutputs};
    use crate::sdk::{failed, from_base64};

    /// How long a function may run, and a little more for the way.
    const LONGEST: Duration = Duration::from_secs(15 * 60 + 30);

    /// How much of a failed function's log is said.
    const LOG: usize = 600;

    impl RunOnce for Invocation {
        type Client = Client;
        const SERVICE: &'static str = "lambda";

        async fn run(client: &Client, want: &InvocationInputs, _: &str) -> Result<InvocationOutputs, ProviderError> {
            // The client's own patience is for calls that are answered at once.
            let patient = Config::builder().timeout_config(TimeoutConfig::builder().operation_attempt_timeout(LONGEST).build());
            let call = client
                .invoke()
                .function_name(want.function.as_str())
                .invocation_type(InvocationType::RequestResponse)
                .log_type(LogType::Tail)
                .payload(Blob::new(payload(want).to_string()))
                .set_qualifier(want.qualifier.clone());
            let answer = call.customize().config_override(patient).send().await.map_err(|error| {
                // A function that was made or changed a moment ago has not run.
                let early = ["ResourceConflictException", "ResourceNotReadyException", "EC2ThrottledException"];
                failed("InvokeFunction")(error)
                    .class_if(Class::NotYet, |error| error.code.as_deref().is_some_and(|code| early.contains(&code)))
            })?;
            let said = answer.payload().map(|blob| String::from_utf8_lossy(blob.as_ref()).into_owned()).unwrap_or_default();
            if let Some(kind) = answer.function_error() {
                let log = answer.log_result().map(from_base64).unwrap_or_default();
                return Err(ProviderError::new(Class::Other, "InvokeFunction", failure(kind, &said, &log)));
            }
            let result = if said.is_empty() { Json::Null } else { serde_json::from_str(&said).unwrap_or(Json::String(said)) };
            let executed_version = answer.executed_version().unwrap_or("$LATEST").to_owned();
            Ok(InvocationOutputs { result, executed_version })
        }
    }

    /// What the function is given: the payload, with the secrets in their fields.
    fn payload(want: &InvocationInputs) -> Json {
        let mut payload = want.payload.clone().unwrap_or_else(|| Json::Object(serde_json::Map::new()));
        if let Some(fields) = payload.as_object_mut() {
            let secrets = want.secrets.iter().flatten();
            fields.extend(secrets.map(|(name, secret)| (name.clone(), Json::String(secret.clone()))));
        }
        payload
    }

    /// Why a function failed: what it threw, and the end of its log.
    fn failure(kind: &str, said: &str, log: &str) -> String {
        let thrown: Json = serde_json::from_str(said).unwrap_or_default();
        let text = |key: &str| thrown.get(key).and_then(Json::as_str);
        let why = match (text("errorType"), text("errorMessage")) {
            (Some(kind), Some(message)) => format!("{kind}: {message}"),
            (None, Some(message)) => message.to_owned(),
            _ => said.to_owned(),
        };
        let log = log.trim();
        let start = log.char_indices().rev().nth(LOG).map_or(0, |(at, _)| at);
        let log = if log.is_empty() { String::new() } else { format!("\nthe end of its log:\n{}", &log[start..]) };
        format!("the function failed ({kind}): {why}{log}")
    }

    #[cfg(test)]
    mod tests {
        use serde_json::json;

        use super::*;
        use crate::lambda::FunctionName;

        #[test]
        fn secrets_are_put_into_the_fields_of_what_the_function_is_given() {
            let mut want = InvocationInputs { function: FunctionName::new("f"), payload: None, secrets: None, qualifier: None };
            assert_eq!(payload(&want), json!({}));
            want.payload = Some(json!({"table": "jobs", "password": "none"}));
            want.secrets = Some([("password".to_owned(), "hunter2".to_owned())].into());
            assert_eq!(payload(&want), json!({"table": "jobs", "password": "hunter2"}));
        }

        #[test]
        fn a_failed_function_says_what_it_threw_and_the_end_of_its_log() {
            let said = r#"{"errorType": "OperationalError", "errorMessage": "no such table"}"#;
            let words = failure("Unhandled", said, &format!("{}START\nboom\n", "x".repeat(2000)));
            assert!(words.starts_with("the function failed (Unhandled): OperationalError: no such table\nthe end of its log:\nx"));
            assert!(words.ends_with("START\nboom") && words.len() < 800);
            assert_eq!(failure("Unhandled", "gone", ""), "the function failed (Unhandled): gone");
        }
    }
}

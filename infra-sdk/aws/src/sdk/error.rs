//! The SDK's errors as the engine's: one class for each of AWS's hundreds of codes.

use std::error::Error as StdError;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId as _;
use infra_apply::{Class, ProviderError};

/// For `map_err`: the error of a call of `operation`.
pub(crate) fn failed<E>(operation: &'static str) -> impl Fn(SdkError<E, HttpResponse>) -> ProviderError
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    move |error| {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let code = error.code().map(str::to_owned);
        let request_id = error.request_id().map(str::to_owned);
        let (class, message) = match &error {
            SdkError::ServiceError(service) => {
                let message = service.err().message().unwrap_or("the service gave no reason").to_owned();
                (classify(code.as_deref().unwrap_or_default(), status.unwrap_or_default()), message)
            }
            SdkError::TimeoutError(_) => (Class::Unavailable, "the service did not answer in time".into()),
            SdkError::DispatchFailure(failure) => {
                let reason = root_cause(&error);
                if failure.is_user() || reason.contains("credential") {
                    (Class::Denied, reason)
                } else {
                    (Class::Unavailable, format!("the service cannot be reached: {reason}"))
                }
            }
            SdkError::ResponseError(_) if status.is_some_and(|status| status >= 500) => {
                (Class::Unavailable, format!("the service answered HTTP {}", status.unwrap_or_default()))
            }
            SdkError::ConstructionFailure(_) => (Class::Invalid, root_cause(&error)),
            _ => (Class::Other, root_cause(&error)),
        };
        ProviderError { class, operation: operation.to_owned(), code, message, request_id, source: Some(Box::new(error)), made: None }
    }
}

/// The innermost cause, in its own words.
fn root_cause(error: &dyn StdError) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// The class of an error code, with the HTTP status for codes that nobody has listed.
fn classify(code: &str, status: u16) -> Class {
    const THROTTLED: &[&str] = &[
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "BandwidthLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "EC2ThrottledException",
        "SlowDown",
        "PriorRequestNotComplete",
    ];
    const DENIED: &[&str] = &[
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "AuthFailure",
        "InvalidClientTokenId",
        "ExpiredToken",
        "ExpiredTokenException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "InvalidSignatureException",
        "RequestExpired",
        "Blocked",
        "UnrecognizedClientException",
        "OptInRequired",
        "MissingAuthenticationToken",
    ];
    const IN_USE: &[&str] = &[
        "DependencyViolation",
        "ResourceInUse",
        "ResourceInUseException",
        "DeleteConflict",
        "InvalidGroup.InUse",
        "ResourceContention",
        "ScalingActivityInProgress",
        "IncorrectInstanceState",
        "IncorrectState",
        "ConcurrentModification",
        "ConcurrentModificationException",
        "OperationAborted",
    ];
    // An account in its first hours, and an entity that was just made.
    const NOT_YET: &[&str] = &["PendingVerification", "EntityTemporarilyUnmodifiable"];
    if THROTTLED.contains(&code) {
        Class::Throttled
    } else if DENIED.contains(&code) {
        Class::Denied
    } else if IN_USE.contains(&code) || code.ends_with("InUse") {
        Class::InUse
    } else if NOT_YET.contains(&code) {
        Class::NotYet
    } else if code.contains("NotFound") || matches!(code, "NoSuchEntity" | "NoSuchEntityException" | "InvalidPlacementGroup.Unknown") {
        Class::NotFound
    } else if code.contains("Duplicate") || code.contains("AlreadyExists") || code == "InvalidPermission.Duplicate" {
        Class::Exists
    } else if code.contains("LimitExceeded")
        || code.contains("QuotaExceeded")
        || code.starts_with("TooMany")
        || code == "MaxSpotInstanceCountExceeded"
    {
        Class::Quota
    } else if matches!(code, "InternalError" | "InternalFailure" | "ServiceUnavailable" | "Unavailable" | "RequestTimeout")
        || code.starts_with("Insufficient") && code.ends_with("Capacity")
    {
        Class::Unavailable
    } else if code.starts_with("Invalid") || code.contains("Validation") || code.contains("Malformed") || code.starts_with("Missing") {
        Class::Invalid
    } else {
        match status {
            429 => Class::Throttled,
            500.. => Class::Unavailable,
            401 | 403 => Class::Denied,
            404 => Class::NotFound,
            400 => Class::Invalid,
            _ => Class::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_one_meaning_are_one_class_whatever_the_service_calls_them() {
        for code in ["InvalidVpcID.NotFound", "LoadBalancerNotFound", "NoSuchEntity", "TargetGroupNotFound"] {
            assert_eq!(classify(code, 400), Class::NotFound, "{code}");
        }
        for code in ["DependencyViolation", "ResourceInUse", "VpcInUse"] {
            assert_eq!(classify(code, 400), Class::InUse, "{code}");
        }
        for code in ["RequestLimitExceeded", "Throttling"] {
            assert_eq!(classify(code, 503), Class::Throttled, "{code}");
        }
        for code in ["VpcLimitExceeded", "MaxSpotInstanceCountExceeded"] {
            assert_eq!(classify(code, 400), Class::Quota, "{code}");
        }
        for code in ["InsufficientInstanceCapacity", "InsufficientHostCapacity"] {
            assert_eq!(classify(code, 400), Class::Unavailable, "{code}");
        }
        assert_eq!(classify("ConcurrentModification", 409), Class::InUse);
        assert_eq!(classify("PendingVerification", 400), Class::NotYet);
        assert_eq!(classify("OperationNotPermitted", 400), Class::Invalid);
        assert_eq!(classify("InvalidParameterValue", 400), Class::Invalid);
        assert_eq!(classify("EntityAlreadyExists", 409), Class::Exists);
        assert_eq!(classify("", 502), Class::Unavailable);
    }
}

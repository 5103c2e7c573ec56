//! What all calls of S3 have in common.

use aws_smithy_types::error::operation::BuildError;
use infra_apply::{Class, ProviderError};

/// A part of a call that the SDK refuses to build.
pub(super) fn built<T>(part: Result<T, BuildError>, operation: &'static str) -> Result<T, ProviderError> {
    part.map_err(|error| ProviderError::new(Class::Invalid, operation, error.to_string()))
}

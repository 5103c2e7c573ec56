//! Answers about what may not exist.

use infra_apply::{Class, ProviderError};

/// Nothing where the object does not exist.
pub(crate) fn there<T>(answer: Result<T, ProviderError>) -> Result<Option<T>, ProviderError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.class == Class::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

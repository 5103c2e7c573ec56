//! Answers about what may not exist, or not be asked for.

use infra_apply::{Class, ProviderError};

/// Nothing where the object does not exist.
pub(crate) fn there<T>(answer: Result<T, ProviderError>) -> Result<Option<T>, ProviderError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.class == Class::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a call tells, where somebody asks for it; no call where nobody does.
pub(crate) async fn told<T>(asked: bool, call: impl Future<Output = Result<T, ProviderError>>) -> Result<Option<T>, ProviderError> {
    if asked { call.await.map(Some) } else { Ok(None) }
}

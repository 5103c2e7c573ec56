//! A journal's key from end to end: made and wrapped, or opened by whoever the journal says can.

use std::sync::Arc;

use infra_plan::WrappedKey;

use crate::data_key::DataKey;
use crate::error::GuardError;
use crate::guard::{GuardName, KeyGuard};

/// The journal of one stack in one environment, as its keys see it.
pub struct Keeper<'a> {
    /// Whose journal it is, as `stack/environment`.
    pub of: &'a str,
}

impl Keeper<'_> {
    /// A new key, and how the journal may hold it.
    ///
    /// # Errors
    /// Where the guard cannot wrap it.
    pub async fn make(&self, guard: &dyn KeyGuard) -> Result<(Arc<DataKey>, WrappedKey), GuardError> {
        let key = DataKey::generate(self.of)?;
        let wrapped = guard.wrap(key.bytes(), self.of).await?;
        let wrapped = WrappedKey { id: key.id().to_owned(), guard: wrapped.guard.to_string(), wrapped: wrapped.text };
        Ok((Arc::new(key), wrapped))
    }

    /// The key that a journal holds; `guard` must be of the sort that [`guard_of`](Keeper::guard_of) says.
    ///
    /// # Errors
    /// Where the guard cannot open it.
    pub async fn open(&self, wrapped: &WrappedKey, guard: &dyn KeyGuard) -> Result<Arc<DataKey>, GuardError> {
        let bytes = guard.open(&wrapped.wrapped, self.of).await?;
        Ok(Arc::new(DataKey::new(wrapped.id.clone(), self.of, bytes)))
    }

    /// Who can open the key that a journal holds.
    ///
    /// # Errors
    /// Where the journal names a sort of guard that is not known here.
    pub fn guard_of(&self, wrapped: &WrappedKey) -> Result<GuardName, GuardError> {
        wrapped.guard.parse().map_err(|_| GuardError::Unserved { of: self.of.to_owned(), guard: wrapped.guard.clone() })
    }
}

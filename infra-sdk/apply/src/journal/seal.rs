//! Secrets on their way into a journal and out of it: sealed in every record, open in a run's state.

use infra_core::Value;
use infra_plan::{Record, SavedPlan, State};

use crate::store::StoreError;

/// Why a secret cannot be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SealError(pub String);

/// A journal's key, ready for use.
pub trait Seal: Send + Sync {
    /// A secret or a digest in the form that may be kept.
    ///
    /// # Errors
    /// Where the machine has no randomness, or the value has no serialized form.
    fn seal(&self, secret: &Value) -> Result<String, SealError>;

    /// What `seal` was given.
    ///
    /// # Errors
    /// Where another key sealed it, or it was changed, or it was made for another stack or environment.
    fn open(&self, sealed: &str) -> Result<Value, SealError>;
}

/// A record as a journal may have it.
pub(super) fn sealed(seal: &dyn Seal, mut record: Record) -> Result<Record, StoreError> {
    record.each_secret(&mut |value| close(seal, value)).map_err(|SealError(problem)| StoreError::Unsealed { problem })?;
    Ok(record)
}

/// Whether a record says a secret in clear.
pub(super) fn is_open(record: &Record) -> bool {
    let found = record.clone().each_secret(&mut |value| if matches!(value, Value::Secret(_)) { Err(()) } else { Ok(()) });
    found.is_err()
}

impl dyn Seal + '_ {
    /// Opens every sealed value of a state.
    ///
    /// # Errors
    /// The first that cannot be opened.
    pub fn open_state(&self, state: &mut State) -> Result<(), SealError> {
        state.each_secret(&mut |value| unclose(self, value))
    }

    /// Seals every secret of a state.
    ///
    /// # Errors
    /// The first that cannot be sealed.
    pub fn seal_state(&self, state: &mut State) -> Result<(), SealError> {
        state.each_secret(&mut |value| close(self, value))
    }

    /// Seals every secret of a record.
    ///
    /// # Errors
    /// The first that cannot be sealed.
    pub fn seal_record(&self, record: &mut Record) -> Result<(), SealError> {
        record.each_secret(&mut |value| close(self, value))
    }

    /// Seals every digest of a saved plan.
    ///
    /// # Errors
    /// The first that cannot be sealed.
    pub fn seal_plan(&self, plan: &mut SavedPlan) -> Result<(), SealError> {
        plan.each_secret(&mut |value| close(self, value))
    }

    /// Opens every sealed value of a saved plan.
    ///
    /// # Errors
    /// The first that cannot be opened.
    pub fn open_plan(&self, plan: &mut SavedPlan) -> Result<(), SealError> {
        plan.each_secret(&mut |value| unclose(self, value))
    }

    /// Opens every sealed value of a record.
    ///
    /// # Errors
    /// The first that cannot be opened.
    pub fn open_record(&self, record: &mut Record) -> Result<(), SealError> {
        record.each_secret(&mut |value| unclose(self, value))
    }
}

fn close(seal: &dyn Seal, value: &mut Value) -> Result<(), SealError> {
    if matches!(value, Value::Secret(_) | Value::Digest(_)) {
        *value = Value::Sealed(seal.seal(value)?);
    }
    Ok(())
}

fn unclose(seal: &dyn Seal, value: &mut Value) -> Result<(), SealError> {
    if let Value::Sealed(sealed) = value {
        *value = seal.open(sealed)?;
    }
    Ok(())
}

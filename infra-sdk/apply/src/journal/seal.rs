//! Secrets on their way into a journal and out of it: sealed in every record, open in a run's state.

use std::sync::Arc;

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

/// What becomes of a journal's secrets.
pub(super) struct Sealing {
    /// What seals them; without it none may be in a record.
    pub(super) seal: Option<Arc<dyn Seal>>,
    /// Whether records are kept anywhere but in memory.
    pub(super) kept: bool,
}

impl Sealing {
    /// A record as the state takes it, and as the log does.
    pub(super) fn open_and_sealed(&self, mut record: Record) -> Result<(Record, Record), StoreError> {
        let unsealed = |SealError(problem)| StoreError::Unsealed { problem };
        match &self.seal {
            Some(seal) => {
                seal.open_record(&mut record).map_err(unsealed)?;
                let mut sealed = record.clone();
                seal.seal_record(&mut sealed).map_err(unsealed)?;
                Ok((record, sealed))
            }
            None if self.kept && is_open(&record) => Err(StoreError::Unsealed { problem: "the journal's key was not asked for".into() }),
            None => Ok((record.clone(), record)),
        }
    }

    /// A state as a log may keep it; nothing where its secrets cannot be sealed.
    pub(super) fn sealed_state(&self, mut state: State) -> Option<State> {
        match &self.seal {
            Some(seal) => seal.seal_state(&mut state).ok().map(|()| state),
            None => Some(state),
        }
    }
}

/// Whether a record says a secret in clear.
fn is_open(record: &Record) -> bool {
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

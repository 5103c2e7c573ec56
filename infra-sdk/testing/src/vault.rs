//! A seal for tests: what is sealed is kept beside the journal, in memory, and the journal has only a name of it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use infra_apply::{Seal, SealError};
use infra_core::Value;

/// Sealed values by their names. The same value has the same name, so that two equal runs keep equal records.
#[derive(Default)]
pub(crate) struct Vault(Mutex<BTreeMap<String, Value>>);

impl Vault {
    fn values(&self) -> MutexGuard<'_, BTreeMap<String, Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seal for Vault {
    fn seal(&self, secret: &Value) -> Result<String, SealError> {
        let name = match secret {
            Value::Digest(digest) => format!("digest-{}", Value::from(digest.as_str()).digest("vault")),
            secret => secret.digest("vault"),
        };
        self.values().insert(name.clone(), secret.clone());
        Ok(name)
    }

    fn open(&self, sealed: &str) -> Result<Value, SealError> {
        self.values().get(sealed).cloned().ok_or_else(|| SealError(format!("nothing was sealed as {sealed}")))
    }
}

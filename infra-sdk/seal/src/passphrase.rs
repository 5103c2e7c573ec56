//! Keys for whoever knows a passphrase: age's scrypt, which takes about a second to try one.

use std::sync::Arc;

use age::secrecy::SecretString;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::age_guard::decrypted;
use crate::data_key::KEY_LENGTH;
use crate::error::GuardError;
use crate::guard::{GuardName, KeyGuard, Wrapped};

/// The environment variable that a passphrase is looked for in first.
const VARIABLE: &str = "INFRA_PASSPHRASE";

/// The hardest work, as a power of two, that is done for a key which somebody else wrapped: some seconds and a gigabyte.
const HARDEST: u8 = 20;

/// Says the passphrase of a journal's key: whose it is, and whether it is a new one. `None` where nobody can be asked.
pub type Ask = Arc<dyn Fn(&str, bool) -> Option<Zeroizing<String>> + Send + Sync>;

/// Wraps keys with a passphrase.
pub struct PassphraseGuard {
    ask: Ask,
    work: Option<u8>,
}

impl PassphraseGuard {
    /// With what knows the passphrase.
    pub fn new(ask: Ask) -> PassphraseGuard {
        PassphraseGuard { ask, work: None }
    }

    /// With less work than the second that is usual, as a power of two, for tests.
    #[must_use]
    pub fn with_work(self, work: u8) -> PassphraseGuard {
        PassphraseGuard { work: Some(work.clamp(1, HARDEST)), ..self }
    }

    fn passphrase(&self, of: &str, new: bool) -> Result<SecretString, GuardError> {
        let said = (self.ask)(of, new).filter(|said| !said.is_empty());
        let said = said.ok_or_else(|| GuardError::NoPassphrase { of: of.to_owned(), variable: VARIABLE })?;
        Ok(SecretString::from(said.as_str()))
    }
}

#[async_trait]
impl KeyGuard for PassphraseGuard {
    async fn wrap(&self, key: &[u8; KEY_LENGTH], of: &str) -> Result<Wrapped, GuardError> {
        let mut recipient = age::scrypt::Recipient::new(self.passphrase(of, true)?);
        if let Some(work) = self.work {
            recipient.set_work_factor(work);
        }
        let guard = GuardName::Passphrase;
        let failed =
            |error: age::EncryptError| GuardError::Unwrapped { of: of.to_owned(), guard: guard.to_string(), problem: error.to_string() };
        let text = STANDARD.encode(age::encrypt(&recipient, key).map_err(failed)?);
        Ok(Wrapped { guard, text })
    }

    async fn open(&self, wrapped: &str, of: &str) -> Result<Zeroizing<[u8; KEY_LENGTH]>, GuardError> {
        let mut identity = age::scrypt::Identity::new(self.passphrase(of, false)?);
        identity.set_max_work_factor(HARDEST);
        decrypted(wrapped, of, &GuardName::Passphrase, "the passphrase", std::iter::once(&identity as &dyn age::Identity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knowing(passphrase: Option<&'static str>) -> PassphraseGuard {
        PassphraseGuard::new(Arc::new(move |_, _| passphrase.map(|text| Zeroizing::new(text.to_owned())))).with_work(2)
    }

    #[tokio::test]
    async fn the_passphrase_opens_a_key_and_another_does_not() {
        let wrapped = knowing(Some("correct horse")).wrap(&[7; KEY_LENGTH], "web/local").await.unwrap().text;
        assert_eq!(*knowing(Some("correct horse")).open(&wrapped, "web/local").await.unwrap(), [7; KEY_LENGTH]);
        let refused = knowing(Some("battery staple")).open(&wrapped, "web/local").await.unwrap_err();
        assert!(matches!(refused, GuardError::Refused { .. }) && !refused.to_string().contains("staple"), "{refused}");
        for nobody in [None, Some("")] {
            let error = knowing(nobody).open(&wrapped, "web/local").await.unwrap_err();
            assert!(error.to_string().contains(VARIABLE), "{error}");
        }
    }
}

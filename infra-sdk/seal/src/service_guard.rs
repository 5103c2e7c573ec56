//! Keys for whoever may use a key that a service has: AWS KMS. That key never leaves the service.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::data_key::KEY_LENGTH;
use crate::error::GuardError;
use crate::guard::{GuardName, KeyGuard, Wrapped};

/// What is encrypted is bound to it: it opens with the same one only. The service's log shows it.
pub type Context = HashMap<String, String>;

/// A service that has keys, and uses them for whoever it lets. Whoever implements it chooses where it is called.
#[async_trait]
pub trait KeyService: Send + Sync {
    /// Encrypts with the key of that name; returns the key's full name too, which an alias leads to now.
    ///
    /// # Errors
    /// Where the service refuses or cannot be asked.
    async fn encrypt(&self, key: &str, plain: &[u8], context: &Context) -> Result<(String, Vec<u8>), KeyServiceError>;

    /// What `encrypt` was given.
    ///
    /// # Errors
    /// Where the service refuses or cannot be asked.
    async fn decrypt(&self, key: &str, encrypted: &[u8], context: &Context) -> Result<Zeroizing<Vec<u8>>, KeyServiceError>;
}

/// What is the matter between a service and a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The caller may not use the key.
    Denied,
    /// There is no such key where it was looked for.
    Unknown,
    /// The key is switched off.
    Disabled,
    /// The key is on its way out, or its material is not there.
    Ending,
    /// It is a key for something else.
    Unfit,
    /// What should be opened is not what this key made in this context.
    Foreign,
    /// The service cannot answer at the moment.
    Busy,
    /// Anything else.
    Other,
}

impl Trouble {
    /// What the user can do about it.
    pub(crate) fn help(self) -> &'static str {
        match self {
            Trouble::Denied => {
                "let these credentials use it: kms:Encrypt and kms:Decrypt on that key, both by its key policy (or by IAM, where the \
                 key policy leaves it to that) and for the encryption context `infra:stack` and `infra:environment`"
            }
            Trouble::Unknown => {
                "a key and its alias are in one region of one account: name it by its ARN, or correct `key` and its `region` in infra.toml"
            }
            Trouble::Disabled => "enable it again with `aws kms enable-key`; a destruction needs no key",
            Trouble::Ending => {
                "cancel its deletion as long as that is possible, with `aws kms cancel-key-deletion` and `aws kms enable-key`, \
                 then take another key with `infra state rotate-key --to`; a destruction needs no key"
            }
            Trouble::Unfit => "name a symmetric key whose use is ENCRYPT_DECRYPT",
            Trouble::Foreign => {
                "the journal's key was changed, or is that of another stack or environment: restore the journal from a backup"
            }
            Trouble::Busy => "run the command again",
            Trouble::Other => "check the credentials, and that they may use that key for Encrypt and Decrypt",
        }
    }
}

/// Why a service did not do it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct KeyServiceError {
    /// What is the matter.
    pub trouble: Trouble,
    /// The service's words.
    pub message: String,
}

/// Wraps keys with a key of a service.
pub struct ServiceGuard {
    key: String,
    service: Arc<dyn KeyService>,
}

impl ServiceGuard {
    /// With the key that the service knows by that name.
    pub fn new(key: impl Into<String>, service: Arc<dyn KeyService>) -> ServiceGuard {
        ServiceGuard { key: key.into(), service }
    }

    fn failed(&self, action: &'static str, of: &str, error: KeyServiceError) -> GuardError {
        let (guard, KeyServiceError { trouble, message }) = (GuardName::Kms(self.key.clone()).to_string(), error);
        GuardError::Service { action, of: of.to_owned(), guard, trouble, problem: message }
    }
}

/// Whose key it is, `stack/environment`, in the service's own form.
fn context(of: &str) -> Context {
    let (stack, environment) = of.split_once('/').unwrap_or((of, ""));
    [("infra:stack", stack), ("infra:environment", environment)].map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[async_trait]
impl KeyGuard for ServiceGuard {
    async fn wrap(&self, key: &[u8; KEY_LENGTH], of: &str) -> Result<Wrapped, GuardError> {
        let encrypted = self.service.encrypt(&self.key, key, &context(of)).await;
        let (by, bytes) = encrypted.map_err(|error| self.failed("wrap", of, error))?;
        // An alias may lead to another key tomorrow, and another region may have one of the same name.
        Ok(Wrapped { guard: GuardName::Kms(by), text: STANDARD.encode(bytes) })
    }

    async fn open(&self, wrapped: &str, of: &str) -> Result<Zeroizing<[u8; KEY_LENGTH]>, GuardError> {
        let damaged = |problem: String| GuardError::Damaged { of: of.to_owned(), problem };
        let bytes = STANDARD.decode(wrapped).map_err(|error| damaged(error.to_string()))?;
        let plain = self.service.decrypt(&self.key, &bytes, &context(of)).await;
        let plain = plain.map_err(|error| self.failed("open", of, error))?;
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        match plain.len() {
            KEY_LENGTH => key.copy_from_slice(&plain),
            other => return Err(damaged(format!("it has {other} bytes and not {KEY_LENGTH}"))),
        }
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A service with one key that an alias leads to; what it encrypts says in which context.
    #[derive(Default)]
    struct Fake {
        trouble: Mutex<Option<Trouble>>,
        short: bool,
    }

    const ARN: &str = "arn:aws:kms:eu-west-1:123456789012:key/1";

    fn said(context: &Context) -> String {
        format!("{}|{}|", context["infra:stack"], context["infra:environment"])
    }

    impl Fake {
        fn check(&self) -> Result<(), KeyServiceError> {
            let trouble = *self.trouble.lock().unwrap();
            trouble.map_or(Ok(()), |trouble| Err(KeyServiceError { trouble, message: "no".into() }))
        }
    }

    #[async_trait]
    impl KeyService for Fake {
        async fn encrypt(&self, key: &str, plain: &[u8], context: &Context) -> Result<(String, Vec<u8>), KeyServiceError> {
            self.check()?;
            assert!(key == "alias/infra" || key == ARN);
            Ok((ARN.to_owned(), [said(context).as_bytes(), plain].concat()))
        }

        async fn decrypt(&self, key: &str, encrypted: &[u8], context: &Context) -> Result<Zeroizing<Vec<u8>>, KeyServiceError> {
            self.check()?;
            assert_eq!(key, ARN);
            let plain = encrypted.strip_prefix(said(context).as_bytes());
            let plain = plain.ok_or(KeyServiceError { trouble: Trouble::Foreign, message: "another context".into() })?;
            Ok(Zeroizing::new(plain[usize::from(self.short)..].to_vec()))
        }
    }

    #[tokio::test]
    async fn a_key_is_wrapped_by_what_an_alias_leads_to_and_opens_for_its_own_stack_and_environment() {
        let service: Arc<Fake> = Arc::default();
        let wrapped = ServiceGuard::new("alias/infra", service.clone()).wrap(&[7; KEY_LENGTH], "web/production").await.unwrap();
        assert_eq!(wrapped.guard, GuardName::Kms(ARN.into()));
        let guard = ServiceGuard::new(ARN, service);
        assert_eq!(*guard.open(&wrapped.text, "web/production").await.unwrap(), [7; KEY_LENGTH]);
        let foreign = guard.open(&wrapped.text, "web/staging").await.unwrap_err();
        assert!(matches!(&foreign, GuardError::Service { trouble: Trouble::Foreign, .. }), "{foreign}");
        assert!(matches!(guard.open("!", "web/production").await, Err(GuardError::Damaged { .. })));
        let short = ServiceGuard::new(ARN, Arc::new(Fake { short: true, ..Fake::default() }));
        let damaged = short.open(&wrapped.text, "web/production").await.unwrap_err();
        assert!(damaged.to_string().contains("31 bytes"), "{damaged}");
    }

    #[tokio::test]
    async fn whatever_the_service_says_there_is_something_to_do_about_it() {
        let service: Arc<Fake> = Arc::default();
        let guard = ServiceGuard::new("alias/infra", service.clone());
        let all = [Trouble::Denied, Trouble::Unknown, Trouble::Disabled, Trouble::Ending, Trouble::Unfit, Trouble::Busy, Trouble::Other];
        for trouble in all {
            *service.trouble.lock().unwrap() = Some(trouble);
            let error = guard.wrap(&[7; KEY_LENGTH], "web/production").await.map(|_| ()).unwrap_err();
            assert_eq!(error.to_string(), "wrap the key of web/production with kms:alias/infra: no");
            assert_eq!(error.help(), Some(trouble.help()));
        }
    }
}

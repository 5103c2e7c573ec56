//! Who can open a journal's key: what a guard is asked, and what it is called.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::data_key::KEY_LENGTH;
use crate::error::{GuardError, NameError};

/// What wraps a journal's key and opens it again.
#[async_trait]
pub trait KeyGuard: Send + Sync {
    /// Who can open what it wraps, as the journal says it.
    fn name(&self) -> GuardName;

    /// The key of the journal of `of`, a `stack/environment`, as the journal may hold it.
    ///
    /// # Errors
    /// Where the guard cannot be asked, or refuses.
    async fn wrap(&self, key: &[u8; KEY_LENGTH], of: &str) -> Result<String, GuardError>;

    /// What `wrap` was given.
    ///
    /// # Errors
    /// Where the guard cannot be asked, or refuses, or the text is not what it wrote.
    async fn open(&self, wrapped: &str, of: &str) -> Result<Zeroizing<[u8; KEY_LENGTH]>, GuardError>;
}

/// What a guard is called, in settings and in journals: `age`, `age:age1…,age1…`, `passphrase`, `kms:alias/infra`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuardName {
    /// Whoever holds one of the identities of these recipients; none are named where it is the user's own.
    Age(Vec<String>),
    /// Whoever knows a passphrase.
    Passphrase,
    /// Whoever may use a key of AWS KMS: its id, ARN or alias.
    Kms(String),
}

impl fmt::Display for GuardName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GuardName::Age(recipients) if recipients.is_empty() => write!(f, "age"),
            GuardName::Age(recipients) => write!(f, "age:{}", recipients.join(",")),
            GuardName::Passphrase => write!(f, "passphrase"),
            GuardName::Kms(key) => write!(f, "kms:{key}"),
        }
    }
}

impl FromStr for GuardName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<GuardName, NameError> {
        let wrong = |problem: &str| NameError { text: text.to_owned(), problem: problem.to_owned() };
        match text.split_once(':') {
            None if text == "age" => Ok(GuardName::Age(Vec::new())),
            None if text == "passphrase" => Ok(GuardName::Passphrase),
            Some(("age", recipients)) => {
                let recipients: Vec<String> = recipients.split(',').map(|recipient| recipient.trim().to_owned()).collect();
                match recipients.iter().find(|recipient| recipient.parse::<age::x25519::Recipient>().is_err()) {
                    Some(other) => Err(wrong(&format!("`{other}` is no age recipient, which begins with age1"))),
                    None => Ok(GuardName::Age(recipients)),
                }
            }
            Some(("kms", "")) => Err(wrong("it names no key")),
            Some(("kms", key)) => Ok(GuardName::Kms(key.to_owned())),
            _ => Err(wrong("there is no such sort")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_is_called_the_same_wherever_it_is_named() {
        let recipient = age::x25519::Identity::generate().to_public().to_string();
        let two = format!("age:{recipient},{recipient}");
        for name in ["age", "passphrase", "kms:alias/infra", "kms:arn:aws:kms:eu-west-1:123456789012:key/1", &two] {
            assert_eq!(name.parse::<GuardName>().unwrap().to_string(), name);
        }
        for wrong in ["", "pgp", "age:", "age:alice", "kms:", "passphrase:hunter2"] {
            let problem = wrong.parse::<GuardName>().unwrap_err().to_string();
            assert!(problem.contains("kms:alias/"), "{problem}");
        }
    }
}

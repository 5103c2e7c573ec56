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
    /// The key of the journal of `of`, a `stack/environment`, as the journal may hold it.
    ///
    /// # Errors
    /// Where the guard cannot be asked, or refuses.
    async fn wrap(&self, key: &[u8; KEY_LENGTH], of: &str) -> Result<Wrapped, GuardError>;

    /// What `wrap` was given.
    ///
    /// # Errors
    /// Where the guard cannot be asked, or refuses, or the text is not what it wrote.
    async fn open(&self, wrapped: &str, of: &str) -> Result<Zeroizing<[u8; KEY_LENGTH]>, GuardError>;
}

/// A key as a journal may hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped {
    /// Who can open it, whatever settings or aliases say later.
    pub guard: GuardName,
    /// The key, encrypted, in the guard's own form.
    pub text: String,
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
            Some(("kms", key)) if is_kms_key(key) => Ok(GuardName::Kms(key.to_owned())),
            Some(("kms", key)) => Err(wrong(&format!("`{key}` is no key's id or ARN, and no alias, which begins with alias/"))),
            _ => Err(wrong("there is no such sort")),
        }
    }
}

/// Whether AWS KMS could know a key by that: an ARN, an alias, or an id, which is a UUID or begins with `mrk-`.
fn is_kms_key(key: &str) -> bool {
    let named = |text: &str, of: &str| text.strip_prefix(of).is_some_and(|name| !name.is_empty());
    if let Some(arn) = key.strip_prefix("arn:") {
        let parts: Vec<&str> = arn.splitn(5, ':').collect();
        return matches!(parts[..], [_, "kms", region, account, key]
            if !region.is_empty() && !account.is_empty() && (named(key, "key/") || named(key, "alias/")));
    }
    let hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    named(key, "alias/") || key.strip_prefix("mrk-").is_some_and(hexadecimal) || key.len() == 36 && hexadecimal(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_is_called_the_same_wherever_it_is_named() {
        let recipient = age::x25519::Identity::generate().to_public().to_string();
        let two = format!("age:{recipient},{recipient}");
        let id = "kms:1234abcd-12ab-34cd-56ef-1234567890ab";
        for name in ["age", "passphrase", "kms:alias/infra", "kms:arn:aws:kms:eu-west-1:123456789012:key/1", "kms:mrk-12ab", id, &two] {
            assert_eq!(name.parse::<GuardName>().unwrap().to_string(), name);
        }
        for wrong in ["", "pgp", "age:", "age:alice", "kms:", "kms:infra", "kms:alias/", "kms:arn:aws:s3:::states", "passphrase:hunter2"] {
            let problem = wrong.parse::<GuardName>().unwrap_err().to_string();
            assert!(problem.contains("kms:alias/"), "{problem}");
        }
    }
}

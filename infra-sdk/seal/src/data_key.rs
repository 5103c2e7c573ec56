//! A journal's own key, and what it does: XChaCha20-Poly1305 over each value, bound to the stack and environment.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::rand_core::RngCore as _;
use chacha20poly1305::aead::{Aead as _, OsRng, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use infra_apply::{Seal, SealError};
use infra_core::Value;
use zeroize::{Zeroize as _, Zeroizing};

use crate::error::GuardError;

/// How long a key is, in bytes.
pub const KEY_LENGTH: usize = 32;

/// How long a nonce is, in bytes: long enough for random ones.
const NONCE_LENGTH: usize = 24;

/// What is sealed has a length that is a multiple of this, in bytes, so that it says little about that of the secret.
const BLOCK: usize = 64;

/// A journal's key: 256 random bits with a name.
pub struct DataKey {
    id: String,
    of: String,
    key: Zeroizing<[u8; KEY_LENGTH]>,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({} of {})", self.id, self.of)
    }
}

fn random(bytes: &mut [u8]) -> Result<(), String> {
    OsRng.try_fill_bytes(bytes).map_err(|error| error.to_string())
}

impl DataKey {
    /// A new key for the journal of `of`, a `stack/environment`.
    ///
    /// # Errors
    /// Where the machine gives no random bytes.
    pub fn generate(of: &str) -> Result<DataKey, GuardError> {
        let (mut id, mut key) = ([0; 8], Zeroizing::new([0; KEY_LENGTH]));
        let none = |problem| GuardError::Randomness { problem };
        random(&mut id).map_err(none)?;
        random(key.as_mut_slice()).map_err(none)?;
        Ok(DataKey::new(id.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), of, key))
    }

    /// The key called `id` of the journal of `of`.
    pub fn new(id: impl Into<String>, of: &str, key: Zeroizing<[u8; KEY_LENGTH]>) -> DataKey {
        DataKey { id: id.into(), of: of.to_owned(), key }
    }

    /// What the key is called; the first part of everything that it seals.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whose journal it is for, as `stack/environment`.
    pub fn of(&self) -> &str {
        &self.of
    }

    /// The key in clear, for a guard to wrap.
    pub fn bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.key
    }

    /// What a sealed value is bound to: it opens nowhere else.
    fn associated(&self) -> Vec<u8> {
        ["infra sealed value 1", &self.of, &self.id].join("\0").into_bytes()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.key.as_slice().into())
    }
}

impl Seal for DataKey {
    fn seal(&self, secret: &Value) -> Result<String, SealError> {
        let plain = serde_json::to_string(secret).map_err(|_| SealError("the value cannot be written as JSON".into()))?;
        let mut plain = Zeroizing::new(plain);
        // Blanks after it are no part of a JSON document. The room is made first, so that no copy is left behind.
        let length = plain.len().next_multiple_of(BLOCK);
        let mut padded = Zeroizing::new(Vec::with_capacity(length));
        padded.extend_from_slice(plain.as_bytes());
        padded.resize(length, b' ');
        plain.zeroize();
        let mut nonce = [0; NONCE_LENGTH];
        random(&mut nonce).map_err(|problem| SealError(format!("this machine gives no random bytes ({problem})")))?;
        let payload = Payload { msg: &padded, aad: &self.associated() };
        let sealed = self.cipher().encrypt(XNonce::from_slice(&nonce), payload);
        let sealed = sealed.map_err(|_| SealError("the value is too long".into()))?;
        Ok(format!("{}:{}", self.id, STANDARD.encode([&nonce[..], &sealed].concat())))
    }

    fn open(&self, sealed: &str) -> Result<Value, SealError> {
        let (id, text) = sealed.split_once(':').ok_or_else(|| SealError("a sealed value does not say which key it needs".into()))?;
        if id != self.id {
            return Err(SealError(format!("a value of {} is sealed with the key {id}, and the journal's key is {}", self.of, self.id)));
        }
        let changed = || SealError(format!("a sealed value of {} was changed, or is that of another stack or environment", self.of));
        let bytes = STANDARD.decode(text).map_err(|_| changed())?;
        let (nonce, text) = bytes.split_at_checked(NONCE_LENGTH).ok_or_else(changed)?;
        let payload = Payload { msg: text, aad: &self.associated() };
        let plain = Zeroizing::new(self.cipher().decrypt(XNonce::from_slice(nonce), payload).map_err(|_| changed())?);
        let value: Value =
            serde_json::from_slice(&plain).map_err(|_| SealError("a sealed value is of a form that is not known here".into()))?;
        match value {
            secret @ (Value::Secret(_) | Value::Digest(_)) => Ok(secret),
            _ => Err(SealError("a sealed value is no secret".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Value {
        Value::Secret(Box::new(Value::from(text)))
    }

    #[test]
    fn what_is_sealed_opens_and_says_neither_itself_nor_its_length_nor_whether_it_is_the_same() {
        let key = DataKey::generate("web/production").unwrap();
        for value in [secret("hunter2"), secret("é\"\\\n\u{0}"), secret(""), secret("x").digested("salt"), secret(&"long".repeat(99))] {
            let sealed = key.seal(&value).unwrap();
            assert_eq!(key.open(&sealed).unwrap(), value);
            assert!(sealed.starts_with(&format!("{}:", key.id())));
            assert_ne!(key.seal(&value).unwrap(), sealed);
        }
        assert_eq!(key.seal(&secret("a")).unwrap().len(), key.seal(&secret("a much longer secret")).unwrap().len());
        assert!(!format!("{key:?}").contains(&format!("{:?}", key.bytes())));
    }

    #[test]
    fn it_opens_with_no_other_key_in_no_other_place_and_with_no_byte_changed() {
        let key = DataKey::generate("web/production").unwrap();
        let sealed = key.seal(&secret("hunter2")).unwrap();
        let with = |id: &str, of: &str| DataKey::new(id, of, Zeroizing::new(*key.bytes())).open(&sealed);
        assert!(with(key.id(), "web/production").is_ok());
        assert!(with(key.id(), "web/staging").unwrap_err().0.contains("another stack or environment"));
        assert!(with(key.id(), "api/production").is_err());
        let renamed = sealed.replacen(key.id(), "0000000000000000", 1);
        assert!(DataKey::new("0000000000000000", "web/production", Zeroizing::new(*key.bytes())).open(&renamed).is_err());
        assert!(DataKey::generate("web/production").unwrap().open(&sealed).unwrap_err().0.contains(key.id()));
        let (id, text) = sealed.split_once(':').unwrap();
        let bytes = STANDARD.decode(text).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(key.open(&format!("{id}:{}", STANDARD.encode(changed))).is_err(), "byte {at}");
        }
        for broken in ["", "x", ":", &format!("{id}:"), &format!("{id}:!"), &format!("{id}:AAAA")] {
            assert!(key.open(broken).is_err(), "{broken}");
        }
    }
}

//! Keys for whoever holds an age identity: X25519 key files, as `age-keygen` makes them.

use std::io::{Read as _, Write as _};

use age::x25519::Recipient;
use age::{Decryptor, Encryptor};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::data_key::KEY_LENGTH;
use crate::error::GuardError;
use crate::guard::{GuardName, KeyGuard, Wrapped};
use crate::identity::Identities;

/// Wraps keys for age recipients, and opens them with identities.
pub struct AgeGuard {
    recipients: Vec<Recipient>,
    identities: Identities,
}

impl AgeGuard {
    /// For these recipients, in the form `age1…`; where there are none, for the user's own identity, which is made when
    /// a key is wrapped for it.
    pub fn new(recipients: &[String], identities: Identities) -> Result<AgeGuard, crate::NameError> {
        let parsed = recipients.iter().map(|text| {
            let problem = |problem: &str| crate::NameError { text: text.clone(), problem: problem.to_owned() };
            text.parse::<Recipient>().map_err(problem)
        });
        Ok(AgeGuard { recipients: parsed.collect::<Result<_, _>>()?, identities })
    }

    /// Who can open what it wraps.
    fn name(&self) -> GuardName {
        GuardName::Age(self.recipients.iter().map(ToString::to_string).collect())
    }

    /// With the user's own recipient in place of none.
    ///
    /// # Errors
    /// Where the user's identity can neither be read nor made.
    pub fn resolved(mut self) -> Result<AgeGuard, GuardError> {
        if self.recipients.is_empty() {
            self.recipients.push(self.identities.own_recipient()?);
        }
        Ok(self)
    }
}

#[async_trait]
impl KeyGuard for AgeGuard {
    async fn wrap(&self, key: &[u8; KEY_LENGTH], of: &str) -> Result<Wrapped, GuardError> {
        let failed = |problem: String| GuardError::Unwrapped { of: of.to_owned(), guard: self.name().to_string(), problem };
        let recipients = self.recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
        let encryptor = Encryptor::with_recipients(recipients).map_err(|error| failed(error.to_string()))?;
        let mut wrapped = Vec::new();
        let written = encryptor.wrap_output(&mut wrapped).and_then(|mut writer| {
            writer.write_all(key)?;
            writer.finish().map(drop)
        });
        written.map_err(|error| failed(error.to_string()))?;
        Ok(Wrapped { guard: self.name(), text: STANDARD.encode(wrapped) })
    }

    async fn open(&self, wrapped: &str, of: &str) -> Result<Zeroizing<[u8; KEY_LENGTH]>, GuardError> {
        let identities = self.identities.all()?;
        if identities.is_empty() {
            let (of, guard, searched) = (of.to_owned(), self.name().to_string(), self.identities.paths());
            return Err(GuardError::NoIdentity { of, guard, searched });
        }
        let held: Vec<String> = identities.iter().map(|identity| identity.to_public().to_string()).collect();
        let held = format!("the identity of {}", held.join(", "));
        decrypted(wrapped, of, &self.name(), &held, identities.iter().map(|identity| identity as &dyn age::Identity))
    }
}

/// A key that age has wrapped.
pub(crate) fn decrypted<'a>(
    wrapped: &str,
    of: &str,
    guard: &GuardName,
    held: &str,
    identities: impl Iterator<Item = &'a dyn age::Identity>,
) -> Result<Zeroizing<[u8; KEY_LENGTH]>, GuardError> {
    let damaged = |problem: String| GuardError::Damaged { of: of.to_owned(), problem };
    let bytes = STANDARD.decode(wrapped).map_err(|error| damaged(error.to_string()))?;
    let decryptor = Decryptor::new_buffered(bytes.as_slice()).map_err(|error| damaged(error.to_string()))?;
    let refused = || GuardError::Refused { of: of.to_owned(), guard: guard.to_string(), held: held.to_owned() };
    let mut reader = decryptor.decrypt(identities).map_err(|error| match error {
        age::DecryptError::NoMatchingKeys | age::DecryptError::DecryptionFailed | age::DecryptError::KeyDecryptionFailed => refused(),
        other => damaged(other.to_string()),
    })?;
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    reader.read_exact(key.as_mut_slice()).map_err(|error| damaged(error.to_string()))?;
    match reader.read(&mut [0]) {
        Ok(0) => Ok(key),
        Ok(_) => Err(damaged("it is too long".into())),
        Err(error) => Err(damaged(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret as _;

    use super::*;

    fn person(folder: &std::path::Path, name: &str) -> (String, Identities) {
        let identity = age::x25519::Identity::generate();
        let path = folder.join(name);
        std::fs::write(&path, identity.to_string().expose_secret()).unwrap();
        (identity.to_public().to_string(), Identities::new(folder.join("none"), vec![path]))
    }

    #[tokio::test]
    async fn each_of_the_recipients_can_open_a_key_and_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let ((alice, alices), (bob, bobs), (_, eves)) =
            (person(folder.path(), "a"), person(folder.path(), "b"), person(folder.path(), "e"));
        let guard = |identities| AgeGuard::new(&[alice.clone(), bob.clone()], identities).unwrap();
        let wrapped = guard(alices.clone()).wrap(&[7; KEY_LENGTH], "web/local").await.unwrap().text;
        for identities in [alices.clone(), bobs] {
            assert_eq!(*guard(identities).open(&wrapped, "web/local").await.unwrap(), [7; KEY_LENGTH]);
        }
        let refused = guard(eves).open(&wrapped, "web/local").await.unwrap_err();
        assert!(matches!(&refused, GuardError::Refused { .. }) && refused.to_string().contains("web/local"), "{refused}");
        let nobody = Identities::new(folder.path().join("none"), Vec::new());
        let refused = guard(nobody).open(&wrapped, "web/local").await.unwrap_err();
        assert!(refused.to_string().contains("none") && refused.help().unwrap().contains("INFRA_AGE_IDENTITY"), "{refused}");
        for damaged in ["", "!", "AAAA", &wrapped[..wrapped.len() - 8]] {
            assert!(matches!(guard(alices.clone()).open(damaged, "web/local").await, Err(GuardError::Damaged { .. })), "{damaged}");
        }
    }
}

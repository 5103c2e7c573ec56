//! Keys of AWS KMS, as the seals of journals use them: where they are called, and what their refusals mean.

use std::time::Duration;

use async_trait::async_trait;
use infra_apply::{Class, ProviderError};
use infra_aws::kms::{GuardKey, region_of};
use infra_aws::sdk::{Connection, SdkConfig, connect};
use infra_seal::{Context, KeyService, KeyServiceError, Trouble, Zeroizing};

use crate::error::Error;
use crate::session::Session;

/// How often a call is made that fails for reasons which pass by.
const TRIES: u32 = 4;

/// Half of the first pause between two of them; each is twice as long as the one before.
const PAUSE: Duration = Duration::from_millis(100);

/// KMS, as the environment's credentials reach it.
pub(crate) struct Kms(SdkConfig);

impl Kms {
    /// KMS in the region that a key's name says; or else that infra.toml says beside it, or for the environment. The local
    /// cloud has a KMS of its own, and any other account must be the one that infra.toml names, unless the key has a
    /// profile of its own.
    pub(crate) async fn of(session: &Session<'_>, key: &str) -> Result<Kms, Error> {
        let environment = &session.environment;
        let access = &environment.key_access;
        let region = region_of(key).map(str::to_owned).or_else(|| access.region.clone()).unwrap_or_else(|| environment.region.clone());
        let mut connection = Connection { region: Some(region), profile: access.profile.clone(), ..Connection::default() };
        match &environment.account {
            None => connection.local = Some(session.local_endpoint()?.url),
            Some(account) if connection.profile.is_none() => {
                session.cloud().await?;
                connection.profile.clone_from(&account.profile);
            }
            Some(_) => {}
        }
        let sdk = connect(&connection).await.map_err(|source| Error::Connect { environment: environment.name.clone(), source })?;
        Ok(Kms(sdk))
    }
}

#[async_trait]
impl KeyService for Kms {
    async fn encrypt(&self, key: &str, plain: &[u8], context: &Context) -> Result<(String, Vec<u8>), KeyServiceError> {
        let (key, mut tries) = (GuardKey::new(&self.0, key), 0);
        loop {
            match key.encrypt(plain, context).await {
                Ok(encrypted) => return Ok((encrypted.key, encrypted.bytes)),
                Err(error) => self.bear(error, &mut tries).await?,
            }
        }
    }

    async fn decrypt(&self, key: &str, encrypted: &[u8], context: &Context) -> Result<Zeroizing<Vec<u8>>, KeyServiceError> {
        let (key, mut tries) = (GuardKey::new(&self.0, key), 0);
        loop {
            match key.decrypt(encrypted, context).await {
                Ok(plain) => return Ok(Zeroizing::new(plain)),
                Err(error) => self.bear(error, &mut tries).await?,
            }
        }
    }
}

impl Kms {
    /// Waits before the next try, where there is to be one: no engine stands behind these calls that would.
    async fn bear(&self, error: ProviderError, tries: &mut u32) -> Result<(), KeyServiceError> {
        *tries += 1;
        if trouble(&error) != Trouble::Busy || *tries == TRIES {
            return Err(self.refused(error));
        }
        tokio::time::sleep(PAUSE * 2_u32.pow(*tries)).await;
        Ok(())
    }

    fn refused(&self, error: ProviderError) -> KeyServiceError {
        let trouble = trouble(&error);
        let message = match (trouble, self.0.region()) {
            (Trouble::Unknown, Some(region)) => format!("it is not in {region}: {error}"),
            _ => error.to_string(),
        };
        KeyServiceError { trouble, message }
    }
}

/// What is the matter, by KMS's own codes.
fn trouble(error: &ProviderError) -> Trouble {
    match error.code.as_deref() {
        Some("DisabledException") => Trouble::Disabled,
        Some("KMSInvalidStateException") => Trouble::Ending,
        Some("InvalidKeyUsageException" | "UnsupportedOperationException") => Trouble::Unfit,
        Some("InvalidCiphertextException" | "IncorrectKeyException") => Trouble::Foreign,
        Some("KeyUnavailableException" | "DependencyTimeoutException" | "KMSInternalException") => Trouble::Busy,
        _ => match error.class {
            Class::Denied => Trouble::Denied,
            Class::NotFound => Trouble::Unknown,
            class if class.is_temporary() => Trouble::Busy,
            _ => Trouble::Other,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kms_refuses_is_told_apart() {
        let said =
            |class: Class, code: &str| trouble(&ProviderError { code: Some(code.into()), ..ProviderError::new(class, "Decrypt", "no") });
        assert_eq!(said(Class::Invalid, "DisabledException"), Trouble::Disabled);
        assert_eq!(said(Class::Invalid, "KMSInvalidStateException"), Trouble::Ending);
        assert_eq!(said(Class::Denied, "AccessDeniedException"), Trouble::Denied);
        assert_eq!(said(Class::NotFound, "NotFoundException"), Trouble::Unknown);
        assert_eq!(said(Class::Invalid, "IncorrectKeyException"), Trouble::Foreign);
        assert_eq!(said(Class::Throttled, "ThrottlingException"), Trouble::Busy);
        assert_eq!(said(Class::Invalid, "ValidationException"), Trouble::Other);
    }
}

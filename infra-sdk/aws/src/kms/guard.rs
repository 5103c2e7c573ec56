//! A key of KMS that encrypts what is small: another key. It never leaves the service.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_kms::Client;
use aws_smithy_types::Blob;
use infra_apply::{Class, ProviderError};

use crate::sdk::failed;

/// What has been encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encrypted {
    /// The ARN of the key that did it, also where an alias was named.
    pub key: String,
    /// What KMS made of it.
    pub bytes: Vec<u8>,
}

/// A key that KMS has: its id, its ARN, or an alias of it.
#[derive(Clone)]
pub struct GuardKey {
    client: Client,
    key: String,
}

impl GuardKey {
    /// The key of that name in the connection's region.
    pub fn new(config: &SdkConfig, key: impl Into<String>) -> GuardKey {
        GuardKey { client: Client::new(config), key: key.into() }
    }

    /// Encrypts up to 4096 bytes. They open with the same context only, which is no secret: CloudTrail shows it.
    ///
    /// # Errors
    /// Where KMS refuses, or cannot be reached.
    pub async fn encrypt(&self, plain: &[u8], context: &HashMap<String, String>) -> Result<Encrypted, ProviderError> {
        let call = self.client.encrypt().key_id(&self.key).plaintext(Blob::new(plain)).set_encryption_context(Some(context.clone()));
        let answer = call.send().await.map_err(failed("Encrypt"))?;
        let bytes = answer.ciphertext_blob.ok_or_else(|| empty("Encrypt"))?.into_inner();
        Ok(Encrypted { key: answer.key_id.unwrap_or_else(|| self.key.clone()), bytes })
    }

    /// What was encrypted, in clear.
    ///
    /// # Errors
    /// Where KMS refuses, or cannot be reached, or another key or another context encrypted it.
    pub async fn decrypt(&self, bytes: &[u8], context: &HashMap<String, String>) -> Result<Vec<u8>, ProviderError> {
        let call = self.client.decrypt().key_id(&self.key).ciphertext_blob(Blob::new(bytes)).set_encryption_context(Some(context.clone()));
        let answer = call.send().await.map_err(failed("Decrypt"))?;
        Ok(answer.plaintext.ok_or_else(|| empty("Decrypt"))?.into_inner())
    }
}

fn empty(operation: &str) -> ProviderError {
    ProviderError::new(Class::Other, operation, "the service answered without a result")
}

/// The region that a key's ARN names; none where it is not named by its ARN.
pub fn region_of(key: &str) -> Option<&str> {
    let mut parts = key.strip_prefix("arn:")?.splitn(5, ':');
    let (_, service, region) = (parts.next()?, parts.next()?, parts.next()?);
    (service == "kms" && !region.is_empty()).then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_of_a_key_is_that_of_its_arn() {
        assert_eq!(region_of("arn:aws:kms:eu-west-1:123456789012:key/mrk-1"), Some("eu-west-1"));
        assert_eq!(region_of("arn:aws-us-gov:kms:us-gov-west-1:123456789012:alias/infra"), Some("us-gov-west-1"));
        for other in ["alias/infra", "1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:s3:eu-west-1:1:x", "arn:aws:kms::1:key/x", "arn:"] {
            assert_eq!(region_of(other), None, "{other}");
        }
    }
}

//! How a bucket encrypts what is put into it.

use infra_core::{Block, Set, choices};
use serde::{Deserialize, Serialize};

use crate::kms::KeyArn;

choices! {
    /// What objects are encrypted with.
    pub enum SseAlgorithm {
        /// Keys of S3's own.
        Aes256 = "AES256",
        /// A key of KMS.
        Kms = "aws:kms",
        /// A key of KMS, twice.
        KmsDsse = "aws:kms:dsse",
    }
}

/// With which key new objects are encrypted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct BucketEncryption {
    /// What they are encrypted with.
    #[input(cloud = "ServerSideEncryptionByDefault/SSEAlgorithm", unlike_cloud = "a rule without it says nothing of a key")]
    pub algorithm: SseAlgorithm,
    /// The key of KMS, by ARN. Default: the account's own key for S3, `aws/s3`.
    #[input(cloud = "ServerSideEncryptionByDefault/KMSMasterKeyID")]
    pub kms_key: Option<KeyArn>,
    /// Whether S3 derives keys of its own from that of KMS, which saves calls and so money. Default: false.
    #[input(cloud = "BucketKeyEnabled")]
    pub bucket_key: Option<bool>,
    /// Whether objects that come with a key of their own (SSE-C) are refused. Default: true for new buckets.
    #[input(cloud = "BlockedEncryptionTypes/EncryptionType", unlike_cloud = "the list has one word, `SSE-C` or `NONE`")]
    pub block_customer_keys: Option<bool>,
}

impl BucketEncryption {
    /// With keys of S3's own.
    pub fn aes256() -> BucketEncryptionBuilder<Set> {
        BucketEncryption::new().algorithm(SseAlgorithm::Aes256)
    }
}

#[cfg(feature = "s3")]
pub(super) mod live {
    use aws_sdk_s3::types::{
        BlockedEncryptionTypes, EncryptionType, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    };
    use infra_apply::ProviderError;

    use super::{BucketEncryption, SseAlgorithm};
    use crate::kms::KeyArn;
    use crate::s3::call::built;

    const OPERATION: &str = "PutBucketEncryption";

    /// The encryption of a bucket; what S3 does by itself where it tells none.
    pub(in super::super) fn from_sdk(sdk: Option<&ServerSideEncryptionConfiguration>) -> BucketEncryption {
        let rule = sdk.and_then(|sdk| sdk.rules().first());
        let by_default = rule.and_then(|rule| rule.apply_server_side_encryption_by_default());
        let blocked = rule.and_then(|rule| rule.blocked_encryption_types());
        BucketEncryption {
            algorithm: by_default
                .and_then(|default| SseAlgorithm::from_word(default.sse_algorithm().as_str()))
                .unwrap_or(SseAlgorithm::Aes256),
            kms_key: by_default.and_then(|default| default.kms_master_key_id()).map(KeyArn::new),
            bucket_key: Some(rule.and_then(|rule| rule.bucket_key_enabled()).unwrap_or_default()),
            block_customer_keys: blocked.map(|blocked| blocked.encryption_type().iter().any(|word| word.as_str() == "SSE-C")),
        }
    }

    /// What is wanted; where that is silent, what is there. A key goes with its algorithm.
    pub(in super::super) fn merged(have: Option<&BucketEncryption>, want: &BucketEncryption) -> BucketEncryption {
        let same = have.filter(|have| have.algorithm == want.algorithm);
        BucketEncryption {
            algorithm: want.algorithm,
            kms_key: want.kms_key.clone().or_else(|| same?.kms_key.clone()),
            bucket_key: want.bucket_key.or_else(|| have?.bucket_key),
            block_customer_keys: want.block_customer_keys.or_else(|| have?.block_customer_keys),
        }
    }

    pub(in super::super) fn to_sdk(encryption: &BucketEncryption) -> Result<ServerSideEncryptionConfiguration, ProviderError> {
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(encryption.algorithm.as_str().into())
            .set_kms_master_key_id(encryption.kms_key.as_ref().map(ToString::to_string));
        let blocked = encryption.block_customer_keys.map(|block| EncryptionType::from(if block { "SSE-C" } else { "NONE" }));
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(built(default.build(), OPERATION)?)
            .set_bucket_key_enabled(encryption.bucket_key)
            .set_blocked_encryption_types(blocked.map(|word| BlockedEncryptionTypes::builder().encryption_type(word).build()));
        built(ServerSideEncryptionConfiguration::builder().rules(rule.build()).build(), OPERATION)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_key_that_is_not_mentioned_stays_with_its_algorithm_and_goes_with_another() {
            let silent = |algorithm| BucketEncryption { algorithm, kms_key: None, bucket_key: None, block_customer_keys: None };
            let have = BucketEncryption { kms_key: Some(KeyArn::new("arn:key")), bucket_key: Some(true), ..silent(SseAlgorithm::Kms) };
            assert_eq!(merged(Some(&have), &silent(SseAlgorithm::Kms)), have);
            let turned = merged(Some(&have), &silent(SseAlgorithm::Aes256));
            assert_eq!((turned.kms_key, turned.bucket_key), (None, Some(true)));
        }
    }
}

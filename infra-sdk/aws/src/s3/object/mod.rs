//! An object in a bucket.

#[cfg(feature = "s3")]
mod body;
#[cfg(feature = "s3")]
mod live;

use std::collections::BTreeMap;

use infra_core::{Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};

use super::BucketName;
use crate::kms::KeyArn;

#[cfg(feature = "s3")]
pub(crate) use body::Files;

choices! {
    /// Where an object is kept, and what it costs to read it.
    pub enum ObjectStorageClass {
        /// For what is read often.
        Standard = "STANDARD",
        /// For what is rarely read.
        StandardIa = "STANDARD_IA",
        /// For what is rarely read and can be made again: in one zone.
        OnezoneIa = "ONEZONE_IA",
        /// S3 moves it by how it is used.
        IntelligentTiering = "INTELLIGENT_TIERING",
        /// An archive that is read at once.
        GlacierIr = "GLACIER_IR",
        /// An archive that is read after minutes to hours.
        Glacier = "GLACIER",
        /// An archive that is read after hours.
        DeepArchive = "DEEP_ARCHIVE",
    }
}

choices! {
    /// What an object is encrypted with.
    pub enum ObjectEncryption {
        /// A key of S3's own.
        Aes256 = "AES256",
        /// A key of KMS.
        Kms = "aws:kms",
        /// A key of KMS, twice.
        KmsDsse = "aws:kms:dsse",
    }
}

/// An object in a bucket. What is in it is said by exactly one of `content`, `content_base64` and `source`.
///
/// A text is read back and compared, so that what others made of it shows in a plan; a file is compared by its digest. In
/// a bucket with versions each change is a new one, and deletion hides all of them and deletes none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = BucketObject, id = BucketObjectId, outputs = BucketObjectOutputs, kind = "aws:s3/object",
    unlike_cloud = "CloudFormation knows no objects",
    iam(
        "s3:GetObject", "s3:GetObjectTagging",
        create("s3:PutObject", "s3:PutObjectTagging"),
        update("s3:PutObject", "s3:PutObjectTagging"),
        delete("s3:DeleteObject"),
    ),
    unique(bucket, key),
)]
pub struct BucketObjectInputs {
    /// The bucket.
    #[input(replace)]
    pub bucket: BucketName,
    /// Its key, up to 1024 bytes of UTF-8, as in `scripts/setup.sql`.
    #[input(replace)]
    pub key: String,
    /// What is in it, as text. It is kept in the state: for what is large take `source`.
    pub content: Option<String>,
    /// What is in it, as bytes in Base64. It is kept in the state: for what is large take `source`.
    pub content_base64: Option<String>,
    /// The file that is in it, up to 5 GB: its path, from the stack's folder. It is read when the object is written.
    #[input(local)]
    pub source: Option<String>,
    /// The SHA-256 of that file, 64 hexadecimal digits, as it was when the program ran. A file that has another one by the time
    /// it is read is refused. Kept in the object's metadata.
    pub source_digest: Option<String>,
    /// What it is, as in `text/html; charset=utf-8`. Default: `application/octet-stream`.
    pub content_type: Option<String>,
    /// How it is packed, as in `gzip`.
    pub content_encoding: Option<String>,
    /// Its language, as in `en`.
    pub content_language: Option<String>,
    /// What a browser does with it, as in `attachment; filename="a.csv"`.
    pub content_disposition: Option<String>,
    /// How long it may be cached, as in `max-age=3600`.
    pub cache_control: Option<String>,
    /// Where a request for it on the bucket's website is redirected to.
    pub website_redirect: Option<String>,
    /// What is said of it in headers `x-amz-meta-…`: names in lower case, values in ASCII.
    pub metadata: Option<BTreeMap<String, String>>,
    /// Where it is kept. Default: standard.
    pub storage_class: Option<ObjectStorageClass>,
    /// What it is encrypted with. Default: what the bucket says.
    pub encryption: Option<ObjectEncryption>,
    /// The key of KMS, by ARN. Default: what the bucket says.
    pub kms_key: Option<KeyArn>,
    /// Whether the bucket's key is used in place of that of KMS, which saves calls and so money. Default: what the bucket says.
    pub bucket_key: Option<bool>,
    /// Tags, at most 7: S3 takes 10, and three are the engine's.
    pub tags: Option<Tags>,
}

impl BucketObjectId {
    /// The id of an object.
    pub fn of(bucket: &BucketName, key: &str) -> BucketObjectId {
        BucketObjectId::new(format!("{bucket}/{key}"))
    }

    /// The bucket and the key; `None` if the text is no such id.
    pub fn parts(&self) -> Option<(&str, &str)> {
        self.as_str().split_once('/')
    }
}

/// What AWS says of a [`BucketObject`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = BucketObject)]
pub struct BucketObjectOutputs {
    /// The bucket.
    #[output(stable, echo)]
    pub bucket: String,
    /// Its key.
    #[output(stable, echo)]
    pub key: String,
    /// What tells this content from others, without quotes.
    pub e_tag: String,
    /// Its version; empty in a bucket without versions.
    pub version_id: String,
}

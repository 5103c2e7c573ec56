//! A bucket.

mod access;
mod cors;
mod encryption;
mod lifecycle;
#[cfg(feature = "s3")]
mod live;
mod logging;
mod metrics;
mod notification;
mod object_lock;
#[cfg(feature = "s3")]
mod read;
mod replication;
mod tiering;
#[cfg(feature = "s3")]
mod update;
mod website;

use infra_core::{Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};

pub use access::{BucketAcl, ObjectOwnership, PublicAccessBlock};
pub use cors::{CorsMethod, CorsRule};
pub use encryption::{BucketEncryption, SseAlgorithm};
pub use lifecycle::{LifecycleRule, MinimumTransitionSize, NoncurrentTransition, RuleStatus, StorageTransition, TransitionClass};
pub use logging::{BucketLogging, LogKeyFormat};
pub use metrics::RequestMetrics;
pub use notification::{BucketNotification, EventDestination};
pub use object_lock::{ObjectLockMode, ObjectLockRetention};
pub use replication::{Replication, ReplicationRule};
pub use tiering::{IntelligentTiering, Tiering, TieringAccess};
pub use website::{RedirectHost, RoutingRule, Website, WebsiteProtocol};

choices! {
    /// Whether a bucket keeps earlier versions of its objects.
    pub enum Versioning {
        /// It does.
        Enabled = "Enabled",
        /// New versions take the place of the old. What was kept before stays.
        Suspended = "Suspended",
    }
}

choices! {
    /// Whether a bucket can be reached through edge locations.
    pub enum AccelerationStatus {
        /// It can.
        Enabled = "Enabled",
        /// It cannot.
        Suspended = "Suspended",
    }
}

choices! {
    /// Among which buckets a name must be the only one.
    pub enum BucketNamespace {
        /// All of all accounts.
        Global = "global",
        /// Those of the account in the region; the name ends with `-ACCOUNT-REGION-an`.
        AccountRegional = "account-regional",
    }
}

choices! {
    /// Whether a bucket's tags decide on access to it.
    pub enum AbacStatus {
        /// They do.
        Enabled = "Enabled",
        /// They do not.
        Disabled = "Disabled",
    }
}

/// A bucket: a place for objects under a name that no other bucket of any account has.
///
/// Its policy is a resource of its own, [`BucketPolicy`](super::BucketPolicy). Without further words a new bucket is
/// private, and what lies in it is encrypted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Bucket, id = BucketName, outputs = BucketOutputs, kind = "aws:s3/bucket", cloud = "AWS::S3::Bucket",
    iam(
        "s3:ListBucket", "s3:GetBucketTagging", "s3:GetBucketVersioning", "s3:GetEncryptionConfiguration",
        "s3:GetBucketPublicAccessBlock", "s3:GetBucketOwnershipControls", "s3:GetBucketAcl", "s3:GetLifecycleConfiguration",
        "s3:GetBucketCORS", "s3:GetBucketLogging", "s3:GetBucketNotification", "s3:GetBucketWebsite",
        "s3:GetAccelerateConfiguration", "s3:GetReplicationConfiguration", "s3:GetBucketObjectLockConfiguration",
        "s3:GetMetricsConfiguration", "s3:GetIntelligentTieringConfiguration", "s3:GetBucketAbac",
        create(
            "s3:CreateBucket", "s3:TagResource", "s3:PutBucketOwnershipControls", "s3:PutBucketObjectLockConfiguration",
            "s3:PutBucketVersioning",
        ),
        update(
            "s3:PutBucketTagging", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketOwnershipControls", "s3:PutBucketAcl", "s3:PutLifecycleConfiguration", "s3:PutBucketCORS",
            "s3:PutBucketLogging", "s3:PutBucketNotification", "s3:PutBucketWebsite", "s3:DeleteBucketWebsite",
            "s3:PutAccelerateConfiguration", "s3:PutReplicationConfiguration", "s3:PutBucketObjectLockConfiguration",
            "s3:PutMetricsConfiguration", "s3:PutIntelligentTieringConfiguration", "s3:PutBucketAbac", "iam:PassRole",
        ),
        delete("s3:ListBucketVersions", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteBucket"),
    ),
    without(
        AnalyticsConfigurations = "reports on access patterns are read in the console",
        BucketNamePrefix = "the engine makes names",
        InventoryConfigurations = "lists of objects are an operation's reports",
        MetadataConfiguration = "metadata tables live in a table bucket, a service of its own",
        MetadataTableConfiguration = "the first form of the metadata configuration, which AWS replaced",
        "ObjectLockConfiguration/ObjectLockEnabled" = "`object_lock` is that",
    ),
)]
pub struct BucketInputs {
    /// Its name, of 3 to 63 lower-case letters, digits, dots and hyphens, the only one of that name among all buckets of all
    /// accounts. Default: made from stack and resource.
    #[input(name = 63, lower_case, reserved = "sthree-", reserved = "amzn-s3-demo-", replace, cloud = "BucketName")]
    pub name: Option<String>,
    /// Among which buckets its name must be the only one. Default: all.
    // Only the name tells it.
    #[input(replace, write_only)]
    pub bucket_namespace: Option<BucketNamespace>,
    /// Whether deleting it deletes all that lies in it first, with every version. Without it a bucket that is not empty
    /// stays, and its deletion fails. Default: false. Kept in a tag of the bucket.
    #[input(unlike_cloud = "CloudFormation deletes empty buckets only; the engine empties them where it is told to")]
    pub force_destroy: Option<bool>,
    /// Whether earlier versions of objects are kept. Default: no.
    #[input(cloud = "VersioningConfiguration/Status")]
    pub versioning: Option<Versioning>,
    /// With which key new objects are encrypted. Default: one of S3's own, AES-256.
    #[input(cloud = "BucketEncryption/ServerSideEncryptionConfiguration", unlike_cloud = "the list has one rule")]
    pub encryption: Option<BucketEncryption>,
    /// What of it can never be public, whatever policies and ACLs say. Default: all.
    #[input(cloud = "PublicAccessBlockConfiguration")]
    pub public_access_block: Option<PublicAccessBlock>,
    /// Who owns the objects that other accounts put into it, and whether ACLs count. Default: the bucket's owner, and they do not.
    #[input(cloud = "OwnershipControls/Rules/ObjectOwnership")]
    pub object_ownership: Option<ObjectOwnership>,
    /// Who may read and write it, in the words of its access control list: only where `object_ownership` lets ACLs count. Default:
    /// only its owner. A bucket policy says it better.
    #[input(cloud = "AccessControl", unlike_cloud = "without the words that mean something for objects only")]
    pub acl: Option<BucketAcl>,
    /// What becomes of objects as they grow old. An empty list removes all rules.
    #[input(set, cloud = "LifecycleConfiguration/Rules")]
    pub lifecycle_rules: Option<Vec<LifecycleRule>>,
    /// From which size on objects are moved to other storage classes, where a rule does not say. Default: 128 KiB for all classes.
    #[input(cloud = "LifecycleConfiguration/TransitionDefaultMinimumObjectSize")]
    pub minimum_transition_size: Option<MinimumTransitionSize>,
    /// Which websites' scripts may use it, at most 100 rules; the first that fits counts. An empty list removes all.
    #[input(cloud = "CorsConfiguration/CorsRules")]
    pub cors_rules: Option<Vec<CorsRule>>,
    /// Where requests to it are logged. `BucketLogging::off()` ends it. Default: nowhere.
    #[input(cloud = "LoggingConfiguration")]
    pub logging: Option<BucketLogging>,
    /// Who is told of what happens to its objects. This names all who are told.
    #[input(cloud = "NotificationConfiguration")]
    pub notification: Option<BucketNotification>,
    /// How it answers as a website. `Website::off()` ends it. Default: it does not.
    #[input(cloud = "WebsiteConfiguration")]
    pub website: Option<Website>,
    /// Whether it can be reached through edge locations, at `NAME.s3-accelerate.amazonaws.com`. Default: no.
    #[input(cloud = "AccelerateConfiguration/AccelerationStatus")]
    pub acceleration: Option<AccelerationStatus>,
    /// Where its objects are copied to. It must be versioned. `Replication::off()` ends it.
    #[input(cloud = "ReplicationConfiguration")]
    pub replication: Option<Replication>,
    /// Whether objects can be locked against deletion. It cannot be taken back, and turns versioning on. Default: false.
    #[input(cloud = "ObjectLockEnabled")]
    pub object_lock: Option<bool>,
    /// How long new objects are locked, where they do not say. Only with `object_lock`.
    #[input(cloud = "ObjectLockConfiguration/Rule/DefaultRetention")]
    pub object_lock_retention: Option<ObjectLockRetention>,
    /// Which requests CloudWatch counts. An empty list ends it.
    #[input(set, cloud = "MetricsConfigurations")]
    pub request_metrics: Option<Vec<RequestMetrics>>,
    /// When objects of the class `INTELLIGENT_TIERING` go to its archive tiers. An empty list ends it.
    #[input(set, cloud = "IntelligentTieringConfigurations")]
    pub intelligent_tiering: Option<Vec<IntelligentTiering>>,
    /// Whether its tags decide on access to it. Default: no.
    pub abac_status: Option<AbacStatus>,
    /// Tags.
    pub tags: Option<Tags>,
}

infra_core::text_type! {
    /// The ARN of a [`Bucket`], as in `arn:aws:s3:::photos`.
    pub struct BucketArn;
}

/// What AWS says of a [`Bucket`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Bucket)]
pub struct BucketOutputs {
    /// Its ARN.
    #[output(stable, reference)]
    pub arn: BucketArn,
    /// Its name.
    #[output(stable, echo)]
    pub name: String,
    /// The region it is in.
    #[output(stable)]
    pub region: String,
    /// Its address, as in `photos.s3.amazonaws.com`.
    #[output(stable)]
    pub domain_name: String,
    /// Its address in its region, as in `photos.s3.eu-west-1.amazonaws.com`: for what is in front of it.
    #[output(stable)]
    pub regional_domain_name: String,
}

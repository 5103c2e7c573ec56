//! Simple Storage Service: buckets and what lies in them.

mod bucket;
mod bucket_policy;
#[cfg(feature = "s3")]
mod call;
mod object;
#[cfg(feature = "s3")]
mod tags;

use infra_core::{Resource as _, Schema};

pub use bucket::{
    AbacStatus, AccelerationStatus, Bucket, BucketAcl, BucketArn, BucketBuilder, BucketEncryption, BucketInputs, BucketLogging, BucketName,
    BucketNamespace, BucketNotification, BucketOutputs, CorsMethod, CorsRule, EventDestination, IntelligentTiering, LifecycleRule,
    LogKeyFormat, MinimumTransitionSize, NoncurrentTransition, ObjectLockMode, ObjectLockRetention, ObjectOwnership, PublicAccessBlock,
    RedirectHost, Replication, ReplicationRule, RequestMetrics, RoutingRule, RuleStatus, SseAlgorithm, StorageTransition, Tiering,
    TieringAccess, TransitionClass, Versioning, Website, WebsiteProtocol,
};
pub use bucket_policy::{BucketPolicy, BucketPolicyId, BucketPolicyInputs};
pub use object::{
    BucketObject, BucketObjectBuilder, BucketObjectId, BucketObjectInputs, BucketObjectOutputs, ObjectEncryption, ObjectStorageClass,
};

/// The schemas of this service's resources.
pub fn schemas() -> Vec<Schema> {
    vec![Bucket::schema(), BucketObject::schema(), BucketPolicy::schema()]
}

/// Adds this service's handlers to a registry. Objects are made of files too, which lie in the registry's folder.
#[cfg(feature = "s3")]
pub fn register(registry: &mut infra_apply::Registry, client: &aws_sdk_s3::Client) {
    registry.serve::<Bucket>(client);
    registry.serve::<BucketPolicy>(client);
    let folder = registry.folder.clone();
    registry.serve::<BucketObject>(&object::Files { s3: client.clone(), folder });
}

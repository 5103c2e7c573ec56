//! What changes of a bucket in place: a call for each setting that differs.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    AbacStatus as SdkAbac, AccelerateConfiguration, BucketLifecycleConfiguration, CorsConfiguration, OwnershipControls,
    OwnershipControlsRule, VersioningConfiguration,
};
use infra_apply::{Class, ProviderError, gone_is_success};
use infra_core::Tags;

use super::access::live as access;
use super::read::FORCE_DESTROY;
use super::{
    BucketInputs, IntelligentTiering, RequestMetrics, cors, encryption, lifecycle, logging, metrics, notification, object_lock,
    replication, tiering, website,
};
use crate::s3::call::built;
use crate::s3::tags;
use crate::sdk::{changes, differs, failed, tags::changes as tag_changes};

/// The difference in one setting: what is wanted, where it is something other than what is there.
fn new<'a, T: serde::Serialize>(have: &Option<T>, want: &'a Option<T>) -> Option<&'a T> {
    want.as_ref().filter(|want| differs(have, want))
}

pub(super) async fn update(client: &Client, name: &str, have: &BucketInputs, want: &BucketInputs) -> Result<(), ProviderError> {
    let (mut set, unset) = tag_changes(have.tags.as_ref(), want.tags.as_ref());
    if changes(have.force_destroy.as_ref(), want.force_destroy.as_ref()) {
        set.extend(force_destroy(want));
    }
    tags::update(client, name, set, &unset).await?;
    access(client, name, have, want).await?;
    if let Some(encryption) = new(&have.encryption, &want.encryption) {
        let call = client.put_bucket_encryption().bucket(name);
        let call = call.server_side_encryption_configuration(encryption::live::to_sdk(&encryption::live::merged(
            have.encryption.as_ref(),
            encryption,
        ))?);
        call.send().await.map_err(failed("PutBucketEncryption"))?;
    }
    versions(client, name, have, want).await?;
    lifecycle(client, name, have, want).await?;
    if let Some(rules) = new(&have.cors_rules, &want.cors_rules) {
        if rules.is_empty() {
            let deleted = client.delete_bucket_cors().bucket(name).send().await.map_err(failed("DeleteBucketCors"));
            gone_is_success(deleted.map(drop))?;
        } else {
            let rules = rules.iter().map(cors::live::to_sdk).collect::<Result<_, _>>()?;
            let cors = built(CorsConfiguration::builder().set_cors_rules(Some(rules)).build(), "PutBucketCors")?;
            client.put_bucket_cors().bucket(name).cors_configuration(cors).send().await.map_err(failed("PutBucketCors"))?;
        }
    }
    if let Some(logging) = new(&have.logging, &want.logging) {
        let call = client.put_bucket_logging().bucket(name).bucket_logging_status(logging::live::to_sdk(have.logging.as_ref(), logging)?);
        call.send().await.map_err(failed("PutBucketLogging"))?;
    }
    if let Some(told) = new(&have.notification, &want.notification) {
        let told = notification::live::to_sdk(have.notification.as_ref(), told)?;
        let call = client.put_bucket_notification_configuration().bucket(name).notification_configuration(told);
        // Whoever is told was allowed to be just now, which takes a moment to be known.
        let not_yet = |error: ProviderError| {
            error.class_if(Class::NotYet, |error| error.message.contains("Unable to validate the following destination configurations"))
        };
        call.send().await.map_err(|error| not_yet(failed("PutBucketNotificationConfiguration")(error)))?;
    }
    if let Some(website) = new(&have.website, &want.website) {
        match website::live::to_sdk(&website::live::merged(have.website.as_ref(), website))? {
            Some(website) => {
                let call = client.put_bucket_website().bucket(name).website_configuration(website);
                call.send().await.map_err(failed("PutBucketWebsite"))?;
            }
            None => {
                client.delete_bucket_website().bucket(name).send().await.map_err(failed("DeleteBucketWebsite"))?;
            }
        }
    }
    if let Some(status) = new(&have.acceleration, &want.acceleration) {
        let configuration = AccelerateConfiguration::builder().status(status.as_str().into()).build();
        let call = client.put_bucket_accelerate_configuration().bucket(name).accelerate_configuration(configuration);
        call.send().await.map_err(failed("PutBucketAccelerateConfiguration"))?;
    }
    if let Some(status) = new(&have.abac_status, &want.abac_status) {
        let abac = SdkAbac::builder().status(status.as_str().into()).build();
        client.put_bucket_abac().bucket(name).abac_status(abac).send().await.map_err(failed("PutBucketAbac"))?;
    }
    if let Some(wanted) = new(&have.request_metrics, &want.request_metrics) {
        request_metrics(client, name, have.request_metrics.as_deref().unwrap_or_default(), wanted).await?;
    }
    if let Some(wanted) = new(&have.intelligent_tiering, &want.intelligent_tiering) {
        intelligent_tiering(client, name, have.intelligent_tiering.as_deref().unwrap_or_default(), wanted).await?;
    }
    Ok(())
}

/// The tag that a bucket which may be emptied has.
pub(super) fn force_destroy(want: &BucketInputs) -> Tags {
    want.force_destroy.iter().map(|force| (FORCE_DESTROY.to_owned(), force.to_string())).collect()
}

/// A list that opens a bucket needs that lists count, and that what is public is not blocked.
async fn access(client: &Client, name: &str, have: &BucketInputs, want: &BucketInputs) -> Result<(), ProviderError> {
    if let Some(ownership) = new(&have.object_ownership, &want.object_ownership) {
        let rule = OwnershipControlsRule::builder().object_ownership(ownership.as_str().into()).build();
        let controls = OwnershipControls::builder().rules(built(rule, "PutBucketOwnershipControls")?).build();
        let call = client.put_bucket_ownership_controls().bucket(name);
        let call = call.ownership_controls(built(controls, "PutBucketOwnershipControls")?);
        call.send().await.map_err(failed("PutBucketOwnershipControls"))?;
    }
    if let Some(block) = new(&have.public_access_block, &want.public_access_block) {
        let block = access::block_to_sdk(have.public_access_block.as_ref(), block);
        let call = client.put_public_access_block().bucket(name).public_access_block_configuration(block);
        call.send().await.map_err(failed("PutPublicAccessBlock"))?;
    }
    if let Some(acl) = new(&have.acl, &want.acl) {
        let call = client.put_bucket_acl().bucket(name).acl(access::acl_to_sdk(*acl));
        call.send().await.map_err(failed("PutBucketAcl"))?;
    }
    Ok(())
}

/// Versions, and what needs them: locks and copies. They cannot be given up while objects are copied.
async fn versions(client: &Client, name: &str, have: &BucketInputs, want: &BucketInputs) -> Result<(), ProviderError> {
    let copies = new(&have.replication, &want.replication);
    if copies.is_some_and(|replication| replication.rules.is_empty()) {
        let deleted = client.delete_bucket_replication().bucket(name).send().await.map_err(failed("DeleteBucketReplication"));
        gone_is_success(deleted.map(drop))?;
    }
    if let Some(versioning) = new(&have.versioning, &want.versioning) {
        let configuration = VersioningConfiguration::builder().status(versioning.as_str().into()).build();
        let call = client.put_bucket_versioning().bucket(name).versioning_configuration(configuration);
        call.send().await.map_err(failed("PutBucketVersioning"))?;
    }
    let locked = new(&have.object_lock, &want.object_lock).is_some();
    let retention = new(&have.object_lock_retention, &want.object_lock_retention).is_some();
    if locked && want.object_lock == Some(false) {
        let words = "an object lock cannot be taken from a bucket: leave `object_lock` at true, or make another bucket";
        return Err(ProviderError::new(Class::Invalid, "PutObjectLockConfiguration", words));
    }
    if locked || retention {
        let retention = want.object_lock_retention.as_ref().or(have.object_lock_retention.as_ref());
        let call = client.put_object_lock_configuration().bucket(name);
        let call = call.object_lock_configuration(object_lock::live::to_sdk(retention));
        call.send().await.map_err(failed("PutObjectLockConfiguration"))?;
    }
    if let Some(configuration) = copies.map(replication::live::to_sdk).transpose()?.flatten() {
        let call = client.put_bucket_replication().bucket(name).replication_configuration(configuration);
        call.send().await.map_err(failed("PutBucketReplication"))?;
    }
    Ok(())
}

async fn lifecycle(client: &Client, name: &str, have: &BucketInputs, want: &BucketInputs) -> Result<(), ProviderError> {
    let smallest = new(&have.minimum_transition_size, &want.minimum_transition_size).is_some();
    let Some(rules) = new(&have.lifecycle_rules, &want.lifecycle_rules).or(smallest.then_some(have.lifecycle_rules.as_ref()).flatten())
    else {
        return Ok(());
    };
    if rules.is_empty() {
        let deleted = client.delete_bucket_lifecycle().bucket(name).send().await.map_err(failed("DeleteBucketLifecycle"));
        return gone_is_success(deleted.map(drop));
    }
    let rules = rules.iter().map(lifecycle::live::to_sdk).collect::<Result<_, _>>()?;
    let rules = BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build();
    let smallest = want.minimum_transition_size.or(have.minimum_transition_size);
    let call = client
        .put_bucket_lifecycle_configuration()
        .bucket(name)
        .lifecycle_configuration(built(rules, "PutBucketLifecycleConfiguration")?)
        .set_transition_default_minimum_object_size(smallest.map(|word| word.as_str().into()));
    call.send().await.map(drop).map_err(failed("PutBucketLifecycleConfiguration"))
}

async fn request_metrics(client: &Client, name: &str, have: &[RequestMetrics], want: &[RequestMetrics]) -> Result<(), ProviderError> {
    for gone in have.iter().filter(|old| !want.iter().any(|new| new.id == old.id)) {
        let call = client.delete_bucket_metrics_configuration().bucket(name).id(&gone.id);
        gone_is_success(call.send().await.map(drop).map_err(failed("DeleteBucketMetricsConfiguration")))?;
    }
    for new in want.iter().filter(|new| !have.contains(new)) {
        let call = client.put_bucket_metrics_configuration().bucket(name).id(&new.id);
        let call = call.metrics_configuration(metrics::live::to_sdk(new)?);
        call.send().await.map_err(failed("PutBucketMetricsConfiguration"))?;
    }
    Ok(())
}

async fn intelligent_tiering(
    client: &Client,
    name: &str,
    have: &[IntelligentTiering],
    want: &[IntelligentTiering],
) -> Result<(), ProviderError> {
    for gone in have.iter().filter(|old| !want.iter().any(|new| new.id == old.id)) {
        let call = client.delete_bucket_intelligent_tiering_configuration().bucket(name).id(&gone.id);
        gone_is_success(call.send().await.map(drop).map_err(failed("DeleteBucketIntelligentTieringConfiguration")))?;
    }
    for new in want.iter().filter(|new| !have.contains(new)) {
        let call = client.put_bucket_intelligent_tiering_configuration().bucket(name).id(&new.id);
        let call = call.intelligent_tiering_configuration(tiering::live::to_sdk(new)?);
        call.send().await.map_err(failed("PutBucketIntelligentTieringConfiguration"))?;
    }
    Ok(())
}

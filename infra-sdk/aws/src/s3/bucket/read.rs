//! A bucket as the cloud has it. Each of its settings is a call, so they are made at once, and for what is asked only.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_bucket::HeadBucketOutput;
use aws_sdk_s3::types::OwnershipControls;
use infra_apply::{Asked, Condition, Observed, ProviderError};

use super::access::live as access;
use super::{
    AbacStatus, AccelerationStatus, Bucket, BucketArn, BucketInputs, BucketName, BucketOutputs, IntelligentTiering, MinimumTransitionSize,
    ObjectOwnership, RequestMetrics, Versioning, cors, encryption, lifecycle, logging, metrics, notification, object_lock, replication,
    tiering, website,
};
use crate::s3::tags;
use crate::sdk::{failed, there, told};

/// The tag that says that a bucket may be emptied: the engine deletes by id, and knows nothing else then.
pub(super) const FORCE_DESTROY: &str = "infra:force-destroy";

/// The bucket, if it exists.
pub(super) async fn read(client: &Client, asked: &Asked<'_>) -> Result<Option<Observed<Bucket>>, ProviderError> {
    let name = asked.id();
    let Some(head) = there(client.head_bucket().bucket(name).send().await.map_err(failed("HeadBucket")))? else { return Ok(None) };
    let region = head.bucket_region().or_else(|| Some(client.config().region()?.as_ref())).unwrap_or_default().to_owned();
    Ok(Some(Observed {
        id: BucketName::new(name),
        inputs: inputs(client, asked).await?,
        outputs: outputs(name, region, &head),
        condition: Condition::Ready,
    }))
}

fn outputs(name: &str, region: String, head: &HeadBucketOutput) -> BucketOutputs {
    let (partition, suffix) = match region.split('-').next() {
        Some("cn") => ("aws-cn", "amazonaws.com.cn"),
        _ if region.starts_with("us-gov-") => ("aws-us-gov", "amazonaws.com"),
        _ => ("aws", "amazonaws.com"),
    };
    let arn = head.bucket_arn().map_or_else(|| format!("arn:{partition}:s3:::{name}"), str::to_owned);
    BucketOutputs {
        arn: BucketArn::new(arn),
        name: name.to_owned(),
        domain_name: format!("{name}.s3.{suffix}"),
        regional_domain_name: format!("{name}.s3.{region}.{suffix}"),
        region,
    }
}

async fn inputs(client: &Client, asked: &Asked<'_>) -> Result<BucketInputs, ProviderError> {
    let (name, wants) = (asked.id(), |input| asked.wants(input));
    let versioning = async { client.get_bucket_versioning().bucket(name).send().await.map_err(failed("GetBucketVersioning")) };
    let encryption = async { there(client.get_bucket_encryption().bucket(name).send().await.map_err(failed("GetBucketEncryption"))) };
    let block = async { there(client.get_public_access_block().bucket(name).send().await.map_err(failed("GetPublicAccessBlock"))) };
    let ownership =
        async { there(client.get_bucket_ownership_controls().bucket(name).send().await.map_err(failed("GetBucketOwnershipControls"))) };
    let acl = async { client.get_bucket_acl().bucket(name).send().await.map_err(failed("GetBucketAcl")) };
    let lifecycle = async {
        there(client.get_bucket_lifecycle_configuration().bucket(name).send().await.map_err(failed("GetBucketLifecycleConfiguration")))
    };
    let cors = async { there(client.get_bucket_cors().bucket(name).send().await.map_err(failed("GetBucketCors"))) };
    let logging = async { client.get_bucket_logging().bucket(name).send().await.map_err(failed("GetBucketLogging")) };
    let notification = async {
        client.get_bucket_notification_configuration().bucket(name).send().await.map_err(failed("GetBucketNotificationConfiguration"))
    };
    let website = async { there(client.get_bucket_website().bucket(name).send().await.map_err(failed("GetBucketWebsite"))) };
    let acceleration = async {
        client.get_bucket_accelerate_configuration().bucket(name).send().await.map_err(failed("GetBucketAccelerateConfiguration"))
    };
    let replication = async { there(client.get_bucket_replication().bucket(name).send().await.map_err(failed("GetBucketReplication"))) };
    let lock =
        async { there(client.get_object_lock_configuration().bucket(name).send().await.map_err(failed("GetObjectLockConfiguration"))) };
    let abac = async { client.get_bucket_abac().bucket(name).send().await.map_err(failed("GetBucketAbac")) };
    let (versioning, encryption, block, ownership, acl, lifecycle, cors, logging) = tokio::try_join!(
        told(wants("versioning"), versioning),
        told(wants("encryption"), encryption),
        told(wants("public_access_block"), block),
        told(wants("object_ownership"), ownership),
        told(wants("acl"), acl),
        told(wants("lifecycle_rules") || wants("minimum_transition_size"), lifecycle),
        told(wants("cors_rules"), cors),
        told(wants("logging"), logging),
    )?;
    let (notification, website, acceleration, replication, lock, abac, metrics, tiering, tags) = tokio::try_join!(
        told(wants("notification"), notification),
        told(wants("website"), website),
        told(wants("acceleration"), acceleration),
        told(wants("replication"), replication),
        told(wants("object_lock") || wants("object_lock_retention"), lock),
        told(wants("abac_status"), abac),
        told(wants("request_metrics"), request_metrics(client, name)),
        told(wants("intelligent_tiering"), intelligent_tiering(client, name)),
        told(wants("tags") || wants("force_destroy"), tags::of_bucket(client, name)),
    )?;
    let lifecycle_rules = lifecycle.as_ref().map(|answer| answer.as_ref().map(|answer| answer.rules()).unwrap_or_default());
    let smallest = lifecycle.as_ref().and_then(|answer| answer.as_ref()?.transition_default_minimum_object_size());
    let lock = lock.as_ref().map(|answer| answer.as_ref().and_then(|answer| answer.object_lock_configuration()));
    Ok(BucketInputs {
        name: Some(name.to_owned()),
        bucket_namespace: None,
        force_destroy: tags.as_ref().map(|tags| tags.get(FORCE_DESTROY).is_some_and(|value| value == "true")),
        // One that was never versioned is told as nothing, and behaves as one that no longer is.
        versioning: versioning
            .map(|told| told.status().and_then(|status| Versioning::from_word(status.as_str())).unwrap_or(Versioning::Suspended)),
        encryption: encryption
            .map(|told| encryption::live::from_sdk(told.as_ref().and_then(|answer| answer.server_side_encryption_configuration()))),
        public_access_block: block
            .map(|told| access::block_from_sdk(told.as_ref().and_then(|answer| answer.public_access_block_configuration()))),
        object_ownership: ownership.map(|told| object_ownership(told.as_ref().and_then(|answer| answer.ownership_controls()))),
        acl: acl.as_ref().and_then(access::acl_from_sdk),
        lifecycle_rules: lifecycle_rules.map(|rules| rules.iter().map(lifecycle::live::from_sdk).collect()),
        minimum_transition_size: smallest.and_then(|word| MinimumTransitionSize::from_word(word.as_str())),
        cors_rules: cors.map(|told| told.map(|answer| answer.cors_rules().iter().map(cors::live::from_sdk).collect()).unwrap_or_default()),
        logging: logging.map(|told| logging::live::from_sdk(told.logging_enabled())),
        notification: notification.as_ref().map(notification::live::from_sdk),
        website: website.map(|told| website::live::from_sdk(told.as_ref())),
        acceleration: acceleration.map(|told| {
            told.status().and_then(|status| AccelerationStatus::from_word(status.as_str())).unwrap_or(AccelerationStatus::Suspended)
        }),
        replication: replication
            .map(|told| replication::live::from_sdk(told.as_ref().and_then(|answer| answer.replication_configuration()))),
        object_lock: lock.map(|lock| lock.and_then(|lock| lock.object_lock_enabled()).is_some()),
        object_lock_retention: lock.and_then(object_lock::live::from_sdk),
        request_metrics: metrics,
        intelligent_tiering: tiering,
        abac_status: abac.map(|told| {
            let status = told.abac_status().and_then(|abac| abac.status());
            status.and_then(|status| AbacStatus::from_word(status.as_str())).unwrap_or(AbacStatus::Disabled)
        }),
        tags: tags.as_ref().map(tags::of_program),
    })
}

/// Who owns what others put there; a bucket from before there was a choice has no rule.
fn object_ownership(controls: Option<&OwnershipControls>) -> ObjectOwnership {
    let rule = controls.and_then(|controls| controls.rules().first());
    rule.and_then(|rule| ObjectOwnership::from_word(rule.object_ownership().as_str())).unwrap_or(ObjectOwnership::ObjectWriter)
}

async fn request_metrics(client: &Client, name: &str) -> Result<Vec<RequestMetrics>, ProviderError> {
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        let call = client.list_bucket_metrics_configurations().bucket(name).set_continuation_token(token);
        let answer = call.send().await.map_err(failed("ListBucketMetricsConfigurations"))?;
        all.extend(answer.metrics_configuration_list().iter().map(metrics::live::from_sdk));
        token = answer.next_continuation_token;
        if token.is_none() {
            return Ok(all);
        }
    }
}

async fn intelligent_tiering(client: &Client, name: &str) -> Result<Vec<IntelligentTiering>, ProviderError> {
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        let call = client.list_bucket_intelligent_tiering_configurations().bucket(name).set_continuation_token(token);
        let answer = call.send().await.map_err(failed("ListBucketIntelligentTieringConfigurations"))?;
        all.extend(answer.intelligent_tiering_configuration_list().iter().map(tiering::live::from_sdk));
        token = answer.next_continuation_token;
        if token.is_none() {
            return Ok(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_a_bucket_are_those_of_its_part_of_aws() {
        let of = |region: &str| outputs("photos", region.to_owned(), &HeadBucketOutput::builder().build());
        assert_eq!(of("eu-west-1").arn.as_str(), "arn:aws:s3:::photos");
        assert_eq!(of("eu-west-1").regional_domain_name, "photos.s3.eu-west-1.amazonaws.com");
        assert_eq!(of("cn-north-1").arn.as_str(), "arn:aws-cn:s3:::photos");
        assert_eq!(of("cn-north-1").domain_name, "photos.s3.amazonaws.com.cn");
        assert_eq!(of("us-gov-west-1").arn.as_str(), "arn:aws-us-gov:s3:::photos");
    }
}

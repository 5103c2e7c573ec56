//! A bucket as the cloud has it. Each of its settings is a call, so they are made at once.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_bucket::HeadBucketOutput;
use infra_apply::{Condition, Observed, ProviderError};

use super::access::live as access;
use super::{
    AbacStatus, AccelerationStatus, Bucket, BucketArn, BucketInputs, BucketName, BucketOutputs, IntelligentTiering, MinimumTransitionSize,
    ObjectOwnership, RequestMetrics, Versioning, cors, encryption, lifecycle, logging, metrics, notification, object_lock, replication,
    tiering, website,
};
use crate::s3::tags;
use crate::sdk::{failed, there};

/// The tag that says that a bucket may be emptied: the engine deletes by id, and knows nothing else then.
pub(super) const FORCE_DESTROY: &str = "infra:force-destroy";

/// The bucket, if it exists.
pub(super) async fn read(client: &Client, id: &BucketName) -> Result<Option<Observed<Bucket>>, ProviderError> {
    let name = id.as_str();
    let Some(head) = there(client.head_bucket().bucket(name).send().await.map_err(failed("HeadBucket")))? else { return Ok(None) };
    let region = head.bucket_region().or_else(|| Some(client.config().region()?.as_ref())).unwrap_or_default().to_owned();
    Ok(Some(Observed {
        id: id.clone(),
        inputs: inputs(client, name).await?,
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

async fn inputs(client: &Client, name: &str) -> Result<BucketInputs, ProviderError> {
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
    let (versioning, encryption, block, ownership, acl, lifecycle, cors, logging) =
        tokio::try_join!(versioning, encryption, block, ownership, acl, lifecycle, cors, logging)?;
    let (notification, website, acceleration, replication, lock, abac, metrics, tiering, tags) = tokio::try_join!(
        notification,
        website,
        acceleration,
        replication,
        lock,
        abac,
        request_metrics(client, name),
        intelligent_tiering(client, name),
        tags::of_bucket(client, name),
    )?;
    let rules = lifecycle.as_ref().map(|answer| answer.rules()).unwrap_or_default();
    let smallest = lifecycle.as_ref().and_then(|answer| answer.transition_default_minimum_object_size());
    let owner = ownership.as_ref().and_then(|answer| answer.ownership_controls()).and_then(|controls| controls.rules().first());
    let lock = lock.as_ref().and_then(|answer| answer.object_lock_configuration());
    Ok(BucketInputs {
        name: Some(name.to_owned()),
        bucket_namespace: None,
        force_destroy: Some(tags.get(FORCE_DESTROY).is_some_and(|value| value == "true")),
        // One that was never versioned is told as nothing, and behaves as one that no longer is.
        versioning: Some(versioning.status().and_then(|status| Versioning::from_word(status.as_str())).unwrap_or(Versioning::Suspended)),
        encryption: Some(encryption::live::from_sdk(encryption.as_ref().and_then(|answer| answer.server_side_encryption_configuration()))),
        public_access_block: Some(access::block_from_sdk(block.as_ref().and_then(|answer| answer.public_access_block_configuration()))),
        object_ownership: Some(
            owner.and_then(|rule| ObjectOwnership::from_word(rule.object_ownership().as_str())).unwrap_or(ObjectOwnership::ObjectWriter),
        ),
        acl: access::acl_from_sdk(&acl),
        lifecycle_rules: Some(rules.iter().map(lifecycle::live::from_sdk).collect()),
        minimum_transition_size: smallest.and_then(|word| MinimumTransitionSize::from_word(word.as_str())),
        cors_rules: Some(cors.map(|answer| answer.cors_rules().iter().map(cors::live::from_sdk).collect()).unwrap_or_default()),
        logging: Some(logging::live::from_sdk(logging.logging_enabled())),
        notification: Some(notification::live::from_sdk(&notification)),
        website: Some(website::live::from_sdk(website.as_ref())),
        acceleration: Some(
            acceleration
                .status()
                .and_then(|status| AccelerationStatus::from_word(status.as_str()))
                .unwrap_or(AccelerationStatus::Suspended),
        ),
        replication: Some(replication::live::from_sdk(replication.as_ref().and_then(|answer| answer.replication_configuration()))),
        object_lock: Some(lock.and_then(|lock| lock.object_lock_enabled()).is_some()),
        object_lock_retention: object_lock::live::from_sdk(lock),
        request_metrics: Some(metrics),
        intelligent_tiering: Some(tiering),
        abac_status: Some(
            abac.abac_status()
                .and_then(|abac| abac.status())
                .and_then(|status| AbacStatus::from_word(status.as_str()))
                .unwrap_or(AbacStatus::Disabled),
        ),
        tags: Some(tags::of_program(&tags)),
    })
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

//! Where the objects of a bucket are copied to.

use infra_core::{Block, Set, Tags};
use serde::{Deserialize, Serialize};

use super::{BucketArn, RuleStatus, TransitionClass};
use crate::iam::RoleArn;
use crate::kms::KeyArn;

/// Where new objects are copied to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Replication {
    /// The role that S3 takes on to copy.
    pub role: RoleArn,
    /// What is copied where to.
    #[input(set)]
    pub rules: Vec<ReplicationRule>,
}

impl Replication {
    /// Nothing is copied.
    pub fn off() -> ReplicationBuilder<Set, Set> {
        Replication::new().role(RoleArn::new("")).rules(Vec::<ReplicationRule>::new())
    }
}

/// Objects, and where they are copied to: those of a prefix, with all of the tags; without filters all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ReplicationRule {
    /// Its name, up to 255 characters, the only one of the bucket.
    #[input(unlike_cloud = "S3 makes one where there is none; here a rule is known by it")]
    pub id: String,
    /// Whether it holds.
    pub status: RuleStatus,
    /// The bucket that has the copies, which must be versioned.
    #[input(cloud = "Destination/Bucket")]
    pub bucket: BucketArn,
    /// Which rule counts where several name the same bucket: that of the highest number. Default: 0.
    #[input(filled)]
    pub priority: Option<i32>,
    /// What the keys of the objects begin with; not an empty text.
    #[input(cloud = "Filter/Prefix")]
    pub prefix: Option<String>,
    /// The tags of the objects, all of them.
    #[input(cloud = "Filter/And/TagFilters")]
    pub tags: Option<Tags>,
    /// Whether deletions are copied, as delete markers. Default: no.
    #[input(filled, cloud = "DeleteMarkerReplication/Status")]
    pub delete_markers: Option<RuleStatus>,
    /// The storage class of the copies. Default: that of the objects.
    #[input(cloud = "Destination/StorageClass", unlike_cloud = "the classes that one copies to; `STANDARD` is that of most objects")]
    pub storage_class: Option<TransitionClass>,
    /// The key that copies are encrypted with. Where it is given, objects that are encrypted with KMS are copied too.
    #[input(cloud = "Destination/EncryptionConfiguration/ReplicaKmsKeyID")]
    pub kms_key: Option<KeyArn>,
    /// The account that owns the destination, and then also the copies. Default: the same account.
    #[input(cloud = "Destination/Account")]
    pub account: Option<String>,
    /// Whether S3 promises to copy within 15 minutes, and says when it did not. Default: no.
    #[input(filled, cloud = "Destination/ReplicationTime/Status")]
    pub within_15_minutes: Option<RuleStatus>,
}

#[cfg(feature = "s3")]
pub(super) mod live {
    use aws_sdk_s3::types::{
        AccessControlTranslation, DeleteMarkerReplication, Destination, EncryptionConfiguration, Metrics, MetricsStatus, OwnerOverride,
        ReplicationConfiguration, ReplicationRule as SdkRule, ReplicationRuleAndOperator, ReplicationRuleFilter, ReplicationTime,
        ReplicationTimeStatus, ReplicationTimeValue, SourceSelectionCriteria, SseKmsEncryptedObjects, SseKmsEncryptedObjectsStatus,
    };
    use infra_apply::ProviderError;
    use infra_core::Tags;

    use super::super::{BucketArn, RuleStatus, TransitionClass};
    use super::{Replication, ReplicationRule};
    use crate::iam::RoleArn;
    use crate::kms::KeyArn;
    use crate::s3::call::built;
    use crate::s3::tags;

    const OPERATION: &str = "PutBucketReplication";

    fn status(word: Option<&str>) -> Option<RuleStatus> {
        Some(word.and_then(RuleStatus::from_word).unwrap_or(RuleStatus::Disabled))
    }

    fn rule_from_sdk(rule: &SdkRule) -> ReplicationRule {
        let (filter, and) = (rule.filter(), rule.filter().and_then(|filter| filter.and()));
        let mut tags = tags::all(and.map(|and| and.tags()).unwrap_or_default());
        tags.extend(filter.and_then(|filter| filter.tag()).map(|tag| (tag.key().to_owned(), tag.value().to_owned())));
        let prefix = and.and_then(|and| and.prefix()).or_else(|| filter.and_then(|filter| filter.prefix()));
        let destination = rule.destination();
        let encryption = destination.and_then(|destination| destination.encryption_configuration());
        ReplicationRule {
            id: rule.id().unwrap_or_default().to_owned(),
            status: RuleStatus::from_word(rule.status().as_str()).unwrap_or(RuleStatus::Disabled),
            bucket: BucketArn::new(destination.map(Destination::bucket).unwrap_or_default()),
            priority: rule.priority(),
            prefix: prefix.filter(|prefix| !prefix.is_empty()).map(str::to_owned),
            tags: Some(tags).filter(|tags| !tags.is_empty()),
            delete_markers: status(rule.delete_marker_replication().and_then(|markers| markers.status()).map(|word| word.as_str())),
            storage_class: destination
                .and_then(|destination| destination.storage_class())
                .and_then(|class| TransitionClass::from_word(class.as_str())),
            kms_key: encryption.and_then(|encryption| encryption.replica_kms_key_id()).map(KeyArn::new),
            account: destination.and_then(|destination| destination.account()).map(str::to_owned),
            within_15_minutes: status(
                destination.and_then(|destination| destination.replication_time()).map(|time| time.status().as_str()),
            ),
        }
    }

    /// Where it is copied to; where it is not, what one asks for to have that.
    pub(in super::super) fn from_sdk(sdk: Option<&ReplicationConfiguration>) -> Replication {
        Replication {
            role: RoleArn::new(sdk.map(ReplicationConfiguration::role).unwrap_or_default()),
            rules: sdk.map(ReplicationConfiguration::rules).unwrap_or_default().iter().map(rule_from_sdk).collect(),
        }
    }

    fn filter(rule: &ReplicationRule) -> ReplicationRuleFilter {
        let none = Tags::new();
        let tags = tags::to_sdk(rule.tags.as_ref().unwrap_or(&none));
        let filter = ReplicationRuleFilter::builder();
        match (rule.prefix.as_deref().unwrap_or_default(), tags.as_slice()) {
            (prefix, []) => filter.prefix(prefix).build(),
            ("", [tag]) => filter.tag(tag.clone()).build(),
            (prefix, _) => {
                let prefix = Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty());
                filter.and(ReplicationRuleAndOperator::builder().set_prefix(prefix).set_tags(Some(tags)).build()).build()
            }
        }
    }

    fn rule_to_sdk(rule: &ReplicationRule) -> Result<SdkRule, ProviderError> {
        let mut destination =
            Destination::builder().bucket(rule.bucket.as_str()).set_storage_class(rule.storage_class.map(|class| class.as_str().into()));
        if let Some(account) = &rule.account {
            let translation = AccessControlTranslation::builder().owner(OwnerOverride::Destination).build();
            destination = destination.account(account).access_control_translation(built(translation, OPERATION)?);
        }
        if let Some(key) = &rule.kms_key {
            let encryption = EncryptionConfiguration::builder().replica_kms_key_id(key.as_str()).build();
            destination = destination.encryption_configuration(encryption);
        }
        if rule.within_15_minutes == Some(RuleStatus::Enabled) {
            let minutes = ReplicationTimeValue::builder().minutes(15).build();
            let time = ReplicationTime::builder().status(ReplicationTimeStatus::Enabled).time(minutes.clone()).build();
            let metrics = Metrics::builder().status(MetricsStatus::Enabled).event_threshold(minutes).build();
            destination = destination.replication_time(built(time, OPERATION)?).metrics(built(metrics, OPERATION)?);
        }
        let mut call = SdkRule::builder()
            .id(&rule.id)
            .status(rule.status.as_str().into())
            .priority(rule.priority.unwrap_or_default())
            .filter(filter(rule))
            .delete_marker_replication(
                DeleteMarkerReplication::builder().status(rule.delete_markers.unwrap_or(RuleStatus::Disabled).as_str().into()).build(),
            )
            .destination(built(destination.build(), OPERATION)?);
        if rule.kms_key.is_some() {
            let encrypted = SseKmsEncryptedObjects::builder().status(SseKmsEncryptedObjectsStatus::Enabled).build();
            let criteria = SourceSelectionCriteria::builder().sse_kms_encrypted_objects(built(encrypted, OPERATION)?);
            call = call.source_selection_criteria(criteria.build());
        }
        built(call.build(), OPERATION)
    }

    /// The configuration, or nothing where nothing is copied.
    pub(in super::super) fn to_sdk(replication: &Replication) -> Result<Option<ReplicationConfiguration>, ProviderError> {
        if replication.rules.is_empty() {
            return Ok(None);
        }
        let rules = replication.rules.iter().map(rule_to_sdk).collect::<Result<_, _>>()?;
        let call = ReplicationConfiguration::builder().role(replication.role.as_str()).set_rules(Some(rules));
        built(call.build(), OPERATION).map(Some)
    }
}

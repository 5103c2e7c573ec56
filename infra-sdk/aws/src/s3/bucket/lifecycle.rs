//! What becomes of objects as they grow old.

use infra_core::{Block, Tags, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// Whether a rule holds.
    pub enum RuleStatus {
        /// It does.
        Enabled = "Enabled",
        /// It does not.
        Disabled = "Disabled",
    }
}

choices! {
    /// A storage class that objects are moved to.
    pub enum TransitionClass {
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
    /// From which size on objects are moved, where a rule does not say.
    pub enum MinimumTransitionSize {
        /// From 128 KiB on.
        AllClasses128K = "all_storage_classes_128K",
        /// From 128 KiB on, and any size to the two archives that are not read at once.
        VariesByClass = "varies_by_storage_class",
    }
}

/// A rule for objects as they grow old. It is for all objects that its filters name: of a prefix, with all of the tags, of
/// a size; without filters for all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct LifecycleRule {
    /// Its name, up to 255 characters, the only one of the bucket. Default: one that S3 makes.
    #[input(filled)]
    pub id: Option<String>,
    /// Whether it holds.
    pub status: RuleStatus,
    /// What the keys of its objects begin with; not an empty text.
    pub prefix: Option<String>,
    /// The tags that its objects have, all of them.
    #[input(cloud = "TagFilters")]
    pub tags: Option<Tags>,
    /// Its objects are larger than this, in bytes.
    #[input(unlike_cloud = "a number; CloudFormation has it as text")]
    pub object_size_greater_than: Option<i64>,
    /// Its objects are smaller than this, in bytes.
    #[input(unlike_cloud = "a number; CloudFormation has it as text")]
    pub object_size_less_than: Option<i64>,
    /// How old objects get before they are deleted, in days; with versions, before a delete marker hides them.
    pub expiration_in_days: Option<i32>,
    /// When they are deleted, at midnight UTC, as in `2030-01-01T00:00:00Z`.
    pub expiration_date: Option<String>,
    /// Whether delete markers that hide nothing any more are removed.
    #[input(filled)]
    pub expired_object_delete_marker: Option<bool>,
    /// When they are moved to other storage classes.
    #[input(cloud = "Transitions")]
    pub transitions: Option<Vec<StorageTransition>>,
    /// How long an earlier version is kept, in days after a newer one came.
    #[input(cloud = "NoncurrentVersionExpiration/NoncurrentDays")]
    pub noncurrent_expiration_in_days: Option<i32>,
    /// How many earlier versions are kept longer than that all the same, from 1 to 100.
    #[input(cloud = "NoncurrentVersionExpiration/NewerNoncurrentVersions")]
    pub noncurrent_versions_kept: Option<i32>,
    /// When earlier versions are moved to other storage classes.
    #[input(cloud = "NoncurrentVersionTransitions")]
    pub noncurrent_transitions: Option<Vec<NoncurrentTransition>>,
    /// How old an upload in parts gets before it is given up, in days.
    #[input(cloud = "AbortIncompleteMultipartUpload/DaysAfterInitiation")]
    pub abort_incomplete_uploads_after_days: Option<i32>,
}

/// When objects are moved to another storage class: after days or at a date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct StorageTransition {
    /// The class.
    #[input(unlike_cloud = "CloudFormation writes `GLACIER` in two ways")]
    pub storage_class: TransitionClass,
    /// How old they are then, in days.
    #[input(cloud = "TransitionInDays")]
    pub days: Option<i32>,
    /// When that is, at midnight UTC, as in `2030-01-01T00:00:00Z`.
    #[input(cloud = "TransitionDate")]
    pub date: Option<String>,
}

/// When earlier versions of objects are moved to another storage class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct NoncurrentTransition {
    /// The class.
    #[input(unlike_cloud = "CloudFormation writes `GLACIER` in two ways")]
    pub storage_class: TransitionClass,
    /// How many days after a newer version came.
    #[input(cloud = "TransitionInDays")]
    pub days: i32,
    /// How many earlier versions stay where they are all the same, from 1 to 100.
    #[input(cloud = "NewerNoncurrentVersions")]
    pub versions_kept: Option<i32>,
}

#[cfg(feature = "s3")]
pub(super) mod live {
    use aws_sdk_s3::types::{
        AbortIncompleteMultipartUpload, LifecycleExpiration, LifecycleRule as SdkRule, LifecycleRuleAndOperator, LifecycleRuleFilter,
        NoncurrentVersionExpiration, NoncurrentVersionTransition, Transition,
    };
    use aws_smithy_types::DateTime;
    use aws_smithy_types::date_time::Format;
    use infra_apply::{Class, ProviderError};
    use infra_core::Tags;

    use super::{LifecycleRule, NoncurrentTransition, RuleStatus, StorageTransition, TransitionClass};
    use crate::s3::call::built;
    use crate::s3::tags;
    use crate::sdk::some_list;

    const OPERATION: &str = "PutBucketLifecycleConfiguration";

    fn date_from_sdk(date: Option<&DateTime>) -> Option<String> {
        date.and_then(|date| date.fmt(Format::DateTime).ok())
    }

    fn date_to_sdk(date: Option<&String>) -> Result<Option<DateTime>, ProviderError> {
        let parse = |text: &String| {
            DateTime::from_str(text, Format::DateTime)
                .map_err(|error| ProviderError::new(Class::Invalid, OPERATION, format!("`{text}` is no date: {error}")))
        };
        date.map(parse).transpose()
    }

    fn class(word: Option<&aws_sdk_s3::types::TransitionStorageClass>) -> Option<TransitionClass> {
        word.and_then(|word| TransitionClass::from_word(word.as_str()))
    }

    pub(in super::super) fn from_sdk(rule: &SdkRule) -> LifecycleRule {
        let (filter, and) = (rule.filter(), rule.filter().and_then(|filter| filter.and()));
        let mut tags = tags::all(and.map(|and| and.tags()).unwrap_or_default());
        tags.extend(filter.and_then(|filter| filter.tag()).map(|tag| (tag.key().to_owned(), tag.value().to_owned())));
        // The first form of rules had the prefix outside of the filter.
        #[allow(deprecated, reason = "old rules still have it")]
        let first = rule.prefix();
        let prefix = and.and_then(|and| and.prefix()).or_else(|| filter.and_then(|filter| filter.prefix())).or(first);
        let greater = and.map_or_else(|| filter.and_then(|f| f.object_size_greater_than()), |and| and.object_size_greater_than());
        let less = and.map_or_else(|| filter.and_then(|f| f.object_size_less_than()), |and| and.object_size_less_than());
        let (expiration, noncurrent) = (rule.expiration(), rule.noncurrent_version_expiration());
        let transitions = rule.transitions().iter().filter_map(|transition| {
            Some(StorageTransition {
                storage_class: class(transition.storage_class())?,
                days: transition.days(),
                date: date_from_sdk(transition.date()),
            })
        });
        let earlier = rule.noncurrent_version_transitions().iter().filter_map(|transition| {
            Some(NoncurrentTransition {
                storage_class: class(transition.storage_class())?,
                days: transition.noncurrent_days().unwrap_or_default(),
                versions_kept: transition.newer_noncurrent_versions(),
            })
        });
        LifecycleRule {
            id: rule.id().map(str::to_owned),
            status: RuleStatus::from_word(rule.status().as_str()).unwrap_or(RuleStatus::Disabled),
            prefix: prefix.filter(|prefix| !prefix.is_empty()).map(str::to_owned),
            tags: Some(tags).filter(|tags| !tags.is_empty()),
            object_size_greater_than: greater,
            object_size_less_than: less,
            expiration_in_days: expiration.and_then(|expiration| expiration.days()),
            expiration_date: date_from_sdk(expiration.and_then(|expiration| expiration.date())),
            expired_object_delete_marker: Some(
                expiration.and_then(|expiration| expiration.expired_object_delete_marker()).unwrap_or_default(),
            ),
            transitions: some_list(transitions),
            noncurrent_expiration_in_days: noncurrent.and_then(|noncurrent| noncurrent.noncurrent_days()),
            noncurrent_versions_kept: noncurrent.and_then(|noncurrent| noncurrent.newer_noncurrent_versions()),
            noncurrent_transitions: some_list(earlier),
            abort_incomplete_uploads_after_days: rule.abort_incomplete_multipart_upload().and_then(|abort| abort.days_after_initiation()),
        }
    }

    /// A filter of one condition stands by itself, of several in a conjunction.
    fn filter(rule: &LifecycleRule) -> LifecycleRuleFilter {
        let none = Tags::new();
        let tags = tags::to_sdk(rule.tags.as_ref().unwrap_or(&none));
        let prefix = rule.prefix.clone().filter(|prefix| !prefix.is_empty());
        let sizes = [rule.object_size_greater_than, rule.object_size_less_than].into_iter().flatten().count();
        let all = LifecycleRuleFilter::builder();
        if usize::from(prefix.is_some()) + tags.len() + sizes > 1 {
            let and = LifecycleRuleAndOperator::builder()
                .set_prefix(prefix)
                .set_tags(Some(tags).filter(|tags| !tags.is_empty()))
                .set_object_size_greater_than(rule.object_size_greater_than)
                .set_object_size_less_than(rule.object_size_less_than);
            return all.and(and.build()).build();
        }
        let filter = all
            .set_object_size_greater_than(rule.object_size_greater_than)
            .set_object_size_less_than(rule.object_size_less_than)
            .set_tag(tags.into_iter().next());
        let alone = filter.get_tag().is_some() || sizes > 0;
        // Without any condition the empty prefix stands for all objects.
        filter.set_prefix(prefix.or_else(|| (!alone).then(String::new))).build()
    }

    pub(in super::super) fn to_sdk(rule: &LifecycleRule) -> Result<SdkRule, ProviderError> {
        let mut expiration =
            LifecycleExpiration::builder().set_days(rule.expiration_in_days).set_date(date_to_sdk(rule.expiration_date.as_ref())?);
        if rule.expired_object_delete_marker == Some(true) {
            expiration = expiration.expired_object_delete_marker(true);
        }
        let expiration = expiration.build();
        let expires = expiration.days().is_some() || expiration.date().is_some() || expiration.expired_object_delete_marker().is_some();
        let noncurrent = NoncurrentVersionExpiration::builder()
            .set_noncurrent_days(rule.noncurrent_expiration_in_days)
            .set_newer_noncurrent_versions(rule.noncurrent_versions_kept);
        let abort = rule.abort_incomplete_uploads_after_days;
        let mut call = SdkRule::builder()
            .set_id(rule.id.clone())
            .status(rule.status.as_str().into())
            .filter(filter(rule))
            .set_expiration(expires.then_some(expiration))
            .set_noncurrent_version_expiration(rule.noncurrent_expiration_in_days.map(|_| noncurrent.build()))
            .set_abort_incomplete_multipart_upload(
                abort.map(|days| AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build()),
            );
        for transition in rule.transitions.iter().flatten() {
            let built = Transition::builder().storage_class(transition.storage_class.as_str().into()).set_days(transition.days);
            call = call.transitions(built.set_date(date_to_sdk(transition.date.as_ref())?).build());
        }
        for transition in rule.noncurrent_transitions.iter().flatten() {
            let built = NoncurrentVersionTransition::builder()
                .storage_class(transition.storage_class.as_str().into())
                .noncurrent_days(transition.days)
                .set_newer_noncurrent_versions(transition.versions_kept);
            call = call.noncurrent_version_transitions(built.build());
        }
        built(call.build(), OPERATION)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn rule() -> LifecycleRule {
            LifecycleRule {
                id: Some("old".into()),
                status: RuleStatus::Enabled,
                prefix: None,
                tags: None,
                object_size_greater_than: None,
                object_size_less_than: None,
                expiration_in_days: Some(30),
                expiration_date: None,
                expired_object_delete_marker: Some(false),
                transitions: None,
                noncurrent_expiration_in_days: None,
                noncurrent_versions_kept: None,
                noncurrent_transitions: None,
                abort_incomplete_uploads_after_days: None,
            }
        }

        #[test]
        fn a_rule_is_the_same_after_the_way_to_aws_and_back_whatever_it_filters_by() {
            let tags = |tags: &[(&str, &str)]| Some(tags.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect());
            for rule in [
                rule(),
                LifecycleRule { prefix: Some("logs/".into()), ..rule() },
                LifecycleRule { tags: tags(&[("a", "1")]), ..rule() },
                LifecycleRule { tags: tags(&[("a", "1"), ("b", "2")]), ..rule() },
                LifecycleRule { prefix: Some("logs/".into()), object_size_less_than: Some(9), ..rule() },
                LifecycleRule { object_size_greater_than: Some(1), ..rule() },
                LifecycleRule { expiration_in_days: None, expiration_date: Some("2030-01-01T00:00:00Z".into()), ..rule() },
            ] {
                assert_eq!(from_sdk(&to_sdk(&rule).unwrap()), rule);
            }
        }

        #[test]
        fn a_date_that_is_none_is_refused_with_its_words() {
            let error = to_sdk(&LifecycleRule { expiration_date: Some("soon".into()), ..rule() }).unwrap_err();
            assert!(error.to_string().contains("`soon` is no date"), "{error}");
        }
    }
}

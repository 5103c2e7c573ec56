//! When objects that S3 moves by their use go to its archives.

use infra_core::{Block, Tags, choices};
use serde::{Deserialize, Serialize};

use super::RuleStatus;

choices! {
    /// An archive of the class `INTELLIGENT_TIERING`.
    pub enum TieringAccess {
        /// Read after minutes to hours.
        Archive = "ARCHIVE_ACCESS",
        /// Read after hours.
        DeepArchive = "DEEP_ARCHIVE_ACCESS",
    }
}

/// When objects of the class `INTELLIGENT_TIERING` go to its archives: those of a prefix, with all of the tags; without
/// filters all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct IntelligentTiering {
    /// Its name, up to 64 characters, the only one of the bucket.
    pub id: String,
    /// Whether it holds.
    pub status: RuleStatus,
    /// The archives.
    #[input(set, cloud = "Tierings")]
    pub tiers: Vec<Tiering>,
    /// What the keys of the objects begin with.
    pub prefix: Option<String>,
    /// The tags of the objects, all of them.
    #[input(cloud = "TagFilters")]
    pub tags: Option<Tags>,
}

/// When objects go to an archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Tiering {
    /// The archive.
    #[input(cloud = "AccessTier")]
    pub tier: TieringAccess,
    /// After how many days without being read: at least 90, or 180 for the deep archive, at most 730.
    pub days: i32,
}

#[cfg(feature = "s3")]
pub(super) mod live {
    use aws_sdk_s3::types::{
        IntelligentTieringAndOperator, IntelligentTieringConfiguration, IntelligentTieringFilter, Tiering as SdkTiering,
    };
    use infra_apply::ProviderError;
    use infra_core::Tags;

    use super::{IntelligentTiering, RuleStatus, Tiering, TieringAccess};
    use crate::s3::call::built;
    use crate::s3::tags;

    const OPERATION: &str = "PutBucketIntelligentTieringConfiguration";

    pub(in super::super) fn from_sdk(sdk: &IntelligentTieringConfiguration) -> IntelligentTiering {
        let (filter, and) = (sdk.filter(), sdk.filter().and_then(|filter| filter.and()));
        let mut tags = tags::all(and.map(|and| and.tags()).unwrap_or_default());
        tags.extend(filter.and_then(|filter| filter.tag()).map(|tag| (tag.key().to_owned(), tag.value().to_owned())));
        let prefix = and.and_then(|and| and.prefix()).or_else(|| filter.and_then(|filter| filter.prefix()));
        let tiers = sdk
            .tierings()
            .iter()
            .filter_map(|tiering| Some(Tiering { tier: TieringAccess::from_word(tiering.access_tier().as_str())?, days: tiering.days() }));
        IntelligentTiering {
            id: sdk.id().to_owned(),
            status: RuleStatus::from_word(sdk.status().as_str()).unwrap_or(RuleStatus::Disabled),
            tiers: tiers.collect(),
            prefix: prefix.map(str::to_owned),
            tags: Some(tags).filter(|tags| !tags.is_empty()),
        }
    }

    pub(in super::super) fn to_sdk(tiering: &IntelligentTiering) -> Result<IntelligentTieringConfiguration, ProviderError> {
        let none = Tags::new();
        let tags = tags::to_sdk(tiering.tags.as_ref().unwrap_or(&none));
        let filter = IntelligentTieringFilter::builder();
        let filter = match (&tiering.prefix, tags.as_slice()) {
            (None, []) => None,
            (Some(prefix), []) => Some(filter.prefix(prefix)),
            (None, [tag]) => Some(filter.tag(tag.clone())),
            (prefix, _) => {
                Some(filter.and(IntelligentTieringAndOperator::builder().set_prefix(prefix.clone()).set_tags(Some(tags)).build()))
            }
        };
        let mut call = IntelligentTieringConfiguration::builder()
            .id(&tiering.id)
            .status(tiering.status.as_str().into())
            .set_filter(filter.map(|filter| filter.build()));
        for tier in &tiering.tiers {
            let tier = SdkTiering::builder().access_tier(tier.tier.as_str().into()).days(tier.days);
            call = call.tierings(built(tier.build(), OPERATION)?);
        }
        built(call.build(), OPERATION)
    }
}

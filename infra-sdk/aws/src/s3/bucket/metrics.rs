//! Which requests to a bucket CloudWatch counts.

use infra_core::{Block, Tags};
use serde::{Deserialize, Serialize};

/// Requests that CloudWatch counts: those to objects of a prefix, with all of the tags, through an access point; without
/// filters to all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct RequestMetrics {
    /// Its name, up to 64 characters, the only one of the bucket.
    pub id: String,
    /// What the keys of the objects begin with.
    pub prefix: Option<String>,
    /// The ARN of the access point that requests come through.
    #[input(cloud = "AccessPointArn")]
    pub access_point: Option<String>,
    /// The tags of the objects, all of them.
    #[input(cloud = "TagFilters")]
    pub tags: Option<Tags>,
}

#[cfg(feature = "s3")]
pub(super) mod live {
    use aws_sdk_s3::types::{MetricsAndOperator, MetricsConfiguration, MetricsFilter};
    use infra_apply::ProviderError;
    use infra_core::Tags;

    use super::RequestMetrics;
    use crate::s3::call::built;
    use crate::s3::tags;

    pub(in super::super) fn from_sdk(sdk: &MetricsConfiguration) -> RequestMetrics {
        let mut metrics = RequestMetrics { id: sdk.id().to_owned(), prefix: None, access_point: None, tags: None };
        match sdk.filter() {
            Some(MetricsFilter::Prefix(prefix)) => metrics.prefix = Some(prefix.clone()),
            Some(MetricsFilter::AccessPointArn(arn)) => metrics.access_point = Some(arn.clone()),
            Some(MetricsFilter::Tag(tag)) => metrics.tags = Some(tags::all(std::slice::from_ref(tag))),
            Some(MetricsFilter::And(and)) => {
                metrics.prefix = and.prefix().map(str::to_owned);
                metrics.access_point = and.access_point_arn().map(str::to_owned);
                metrics.tags = Some(tags::all(and.tags())).filter(|tags| !tags.is_empty());
            }
            _ => {}
        }
        metrics
    }

    pub(in super::super) fn to_sdk(metrics: &RequestMetrics) -> Result<MetricsConfiguration, ProviderError> {
        let none = Tags::new();
        let tags = tags::to_sdk(metrics.tags.as_ref().unwrap_or(&none));
        let filter = match (&metrics.prefix, &metrics.access_point, tags.as_slice()) {
            (None, None, []) => None,
            (Some(prefix), None, []) => Some(MetricsFilter::Prefix(prefix.clone())),
            (None, Some(arn), []) => Some(MetricsFilter::AccessPointArn(arn.clone())),
            (None, None, [tag]) => Some(MetricsFilter::Tag(tag.clone())),
            (prefix, arn, _) => {
                let and = MetricsAndOperator::builder().set_prefix(prefix.clone()).set_access_point_arn(arn.clone());
                Some(MetricsFilter::And(and.set_tags(Some(tags).filter(|tags| !tags.is_empty())).build()))
            }
        };
        built(MetricsConfiguration::builder().id(&metrics.id).set_filter(filter).build(), "PutBucketMetricsConfiguration")
    }
}

//! Where requests to a bucket are logged.

use infra_core::{Block, Set, choices};
use serde::{Deserialize, Serialize};

use super::BucketName;

choices! {
    /// What the keys of logs look like after their prefix.
    pub enum LogKeyFormat {
        /// `DATE-TIME-ID`.
        Simple = "simple",
        /// By account, region, bucket and the date of the requests.
        PartitionedByEvent = "EventTime",
        /// By account, region, bucket and the date when the log was written.
        PartitionedByDelivery = "DeliveryTime",
    }
}

/// Where requests to a bucket are logged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct BucketLogging {
    /// The bucket that has the logs, in the same account and region, whose policy lets `logging.s3.amazonaws.com` put objects.
    #[input(cloud = "DestinationBucketName", unlike_cloud = "CloudFormation takes the bucket itself without it; here it is said")]
    pub bucket: BucketName,
    /// What the logs' keys begin with, as in `photos/`. Default: nothing.
    #[input(cloud = "LogFilePrefix")]
    pub prefix: Option<String>,
    /// What their keys look like after that. Default: simple.
    #[input(cloud = "TargetObjectKeyFormat", unlike_cloud = "one word for AWS's choice of two objects")]
    pub key_format: Option<LogKeyFormat>,
}

impl BucketLogging {
    /// Requests are not logged.
    pub fn off() -> BucketLoggingBuilder<Set> {
        BucketLogging::new().bucket(BucketName::new(""))
    }
}

#[cfg(feature = "s3")]
pub(super) mod live {
    use aws_sdk_s3::types::{BucketLoggingStatus, LoggingEnabled, PartitionedPrefix, SimplePrefix, TargetObjectKeyFormat};
    use infra_apply::ProviderError;

    use super::super::BucketName;
    use super::{BucketLogging, LogKeyFormat};
    use crate::s3::call::built;

    /// Where it is logged; where it is not, what one asks for to have that.
    pub(in super::super) fn from_sdk(sdk: Option<&LoggingEnabled>) -> BucketLogging {
        let Some(sdk) = sdk else { return BucketLogging { bucket: BucketName::new(""), prefix: None, key_format: None } };
        let partitioned = sdk.target_object_key_format().and_then(|format| format.partitioned_prefix());
        let by = partitioned.map(|prefix| prefix.partition_date_source().map_or("DeliveryTime", |source| source.as_str()));
        BucketLogging {
            bucket: BucketName::new(sdk.target_bucket()),
            prefix: Some(sdk.target_prefix().to_owned()),
            key_format: Some(by.and_then(LogKeyFormat::from_word).unwrap_or(LogKeyFormat::Simple)),
        }
    }

    /// Where it is to be logged; what is not said of that stays as it is.
    pub(in super::super) fn to_sdk(have: Option<&BucketLogging>, logging: &BucketLogging) -> Result<BucketLoggingStatus, ProviderError> {
        let status = BucketLoggingStatus::builder();
        if logging.bucket.as_str().is_empty() {
            return Ok(status.build());
        }
        let format = logging.key_format.or_else(|| have?.key_format).map(|format| {
            let built = TargetObjectKeyFormat::builder();
            match format {
                LogKeyFormat::Simple => built.simple_prefix(SimplePrefix::builder().build()).build(),
                by => built.partitioned_prefix(PartitionedPrefix::builder().partition_date_source(by.as_str().into()).build()).build(),
            }
        });
        let enabled = LoggingEnabled::builder()
            .target_bucket(logging.bucket.as_str())
            .target_prefix(logging.prefix.as_deref().or_else(|| have?.prefix.as_deref()).unwrap_or_default())
            .set_target_object_key_format(format);
        Ok(status.logging_enabled(built(enabled.build(), "PutBucketLogging")?).build())
    }
}

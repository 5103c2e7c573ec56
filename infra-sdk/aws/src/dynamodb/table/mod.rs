//! A table.

mod index;
#[cfg(feature = "dynamodb")]
mod live;
#[cfg(feature = "dynamodb")]
mod read;
#[cfg(feature = "dynamodb")]
mod update;

use std::collections::BTreeMap;

use infra_core::{Block, Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};

use crate::iam::PolicyDocument;
use crate::kms::KeyArn;

pub use index::{GlobalIndex, GlobalIndexBuilder, LocalIndex, Projection, ProjectionType};

choices! {
    /// The type of an attribute that is part of a key.
    pub enum AttributeType {
        /// Text.
        String = "S",
        /// A number.
        Number = "N",
        /// Bytes.
        Binary = "B",
    }
}

choices! {
    /// How reads and writes are paid for.
    pub enum BillingMode {
        /// Each by itself.
        PayPerRequest = "PAY_PER_REQUEST",
        /// As a capacity that is there all the time.
        Provisioned = "PROVISIONED",
    }
}

choices! {
    /// What storage and requests cost.
    pub enum TableClass {
        /// For what is used often.
        Standard = "STANDARD",
        /// Storage for less, requests for more.
        InfrequentAccess = "STANDARD_INFREQUENT_ACCESS",
    }
}

choices! {
    /// What a table's stream has of a changed item.
    pub enum StreamView {
        /// There is no stream.
        Off = "NONE",
        /// Its key.
        KeysOnly = "KEYS_ONLY",
        /// The item as it is now.
        NewImage = "NEW_IMAGE",
        /// The item as it was.
        OldImage = "OLD_IMAGE",
        /// Both.
        NewAndOldImages = "NEW_AND_OLD_IMAGES",
    }
}

choices! {
    /// Which of a table's most used keys CloudWatch counts.
    pub enum ContributorInsights {
        /// None.
        Off = "DISABLED",
        /// Those that are used most, and those that are throttled.
        AccessedAndThrottled = "ACCESSED_AND_THROTTLED_KEYS",
        /// Those that are throttled.
        Throttled = "THROTTLED_KEYS",
    }
}

/// The most that is read and written on demand, in units a second; -1 is no limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Throughput {
    /// Reads. Default: no limit.
    #[input(cloud = "MaxReadRequestUnits")]
    pub max_read: Option<i64>,
    /// Writes. Default: no limit.
    #[input(cloud = "MaxWriteRequestUnits")]
    pub max_write: Option<i64>,
}

/// What a table can bear at once, in units a second. It can be raised and not lowered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct WarmThroughput {
    /// Reads.
    #[input(cloud = "ReadUnitsPerSecond")]
    pub read: Option<i64>,
    /// Writes.
    #[input(cloud = "WriteUnitsPerSecond")]
    pub write: Option<i64>,
}

/// A table: items under a key.
///
/// AWS makes one change of a table at a time. Where several differ, its indexes above all, they come one after the other,
/// as the table lets them; a deployment that ends before goes on with the next one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Table, id = TableName, outputs = TableOutputs, kind = "aws:dynamodb/table", cloud = "AWS::DynamoDB::Table",
    iam(
        "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive", "dynamodb:DescribeContinuousBackups", "dynamodb:ListTagsOfResource",
        "dynamodb:GetResourcePolicy", "dynamodb:DescribeContributorInsights",
        create("dynamodb:CreateTable", "dynamodb:TagResource", "dynamodb:PutResourcePolicy"),
        update(
            "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive", "dynamodb:UpdateContinuousBackups", "dynamodb:TagResource",
            "dynamodb:UntagResource", "dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy",
            "dynamodb:UpdateContributorInsights",
        ),
        delete("dynamodb:DeleteTable"),
    ),
    without(
        ImportSourceSpecification = "an import makes a table once; it is no state of one",
        KinesisStreamSpecification = "a stream of Kinesis is attached in the API by a call of its own",
        VectorIndexes = "indexes for searches by likeness are not offered yet",
    ),
)]
pub struct TableInputs {
    /// The types of all attributes that are part of a key, of the table or of an index, by name.
    #[input(cloud = "AttributeDefinitions", unlike_cloud = "a map by name, which a table cannot be without")]
    pub attributes: BTreeMap<String, AttributeType>,
    /// The attribute that items are spread by.
    #[input(replace, cloud = "KeySchema")]
    pub hash_key: String,
    /// The attribute that items with the same one are sorted by. Default: there is one item only.
    #[input(replace, cloud = "KeySchema")]
    pub range_key: Option<String>,
    /// Its name, 3 to 255 letters, digits, `_`, `-` and `.`, the same only once in a region. Default: made from stack and resource.
    #[input(name = 255, replace, cloud = "TableName")]
    pub name: Option<String>,
    /// How reads and writes are paid for. Default: each by itself, or as the capacity that is said.
    pub billing_mode: Option<BillingMode>,
    /// The capacity for reads, in units a second: one is a read of 4 KiB. Only where it is provisioned.
    #[input(cloud = "ProvisionedThroughput/ReadCapacityUnits")]
    pub read_capacity: Option<i64>,
    /// The capacity for writes, in units a second: one is a write of 1 KiB. Only where it is provisioned.
    #[input(cloud = "ProvisionedThroughput/WriteCapacityUnits")]
    pub write_capacity: Option<i64>,
    /// The most that is read and written where each is paid for.
    pub on_demand_throughput: Option<Throughput>,
    /// What it can bear at once.
    pub warm_throughput: Option<WarmThroughput>,
    /// Other keys to find items by, at most 20, by their names. Others that it has are deleted.
    #[input(cloud = "GlobalSecondaryIndexes", unlike_cloud = "a map by name")]
    pub global_indexes: Option<BTreeMap<String, GlobalIndex>>,
    /// Other orders of items that have the same hash key, at most 5, by their names.
    #[input(
        replace,
        cloud = "LocalSecondaryIndexes",
        unlike_cloud = "they are made with the table and never change; CloudFormation makes another table too"
    )]
    pub local_indexes: Option<BTreeMap<String, LocalIndex>>,
    /// The attribute that has the time when an item is deleted, in seconds since 1970. An empty text ends it. AWS takes one change
    /// of it an hour.
    #[input(cloud = "TimeToLiveSpecification/AttributeName")]
    pub ttl_attribute: Option<String>,
    /// What its stream has of changed items. Default: there is no stream.
    #[input(cloud = "StreamSpecification/StreamViewType", unlike_cloud = "`NONE` is no stream")]
    pub stream: Option<StreamView>,
    /// Whether it can be brought back to any second of the last days. Default: false.
    #[input(cloud = "PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled")]
    pub point_in_time_recovery: Option<bool>,
    /// Of how many days, from 1 to 35. Default: 35.
    #[input(cloud = "PointInTimeRecoverySpecification/RecoveryPeriodInDays")]
    pub recovery_period_in_days: Option<i32>,
    /// Whether it is encrypted with a key of KMS that is in the account. Default: false, which is a key of AWS's own.
    #[input(cloud = "SSESpecification/SSEEnabled")]
    pub kms_encryption: Option<bool>,
    /// That key, by ARN. Default: the account's own for DynamoDB, `aws/dynamodb`.
    #[input(cloud = "SSESpecification/KMSMasterKeyId")]
    pub kms_key: Option<KeyArn>,
    /// What storage and requests cost. Default: standard.
    pub table_class: Option<TableClass>,
    /// Whether it cannot be deleted. It must be deployed without before that. Default: false.
    #[input(cloud = "DeletionProtectionEnabled")]
    pub deletion_protection: Option<bool>,
    /// Which of its most used keys CloudWatch counts. Default: none.
    #[input(cloud = "ContributorInsightsSpecification/Mode", unlike_cloud = "`DISABLED` is none")]
    pub contributor_insights: Option<ContributorInsights>,
    /// What others may do with it. An empty object removes it.
    #[input(cloud = "ResourcePolicy/PolicyDocument")]
    pub resource_policy: Option<PolicyDocument>,
    /// Tags.
    pub tags: Option<Tags>,
}

infra_core::text_type! {
    /// The ARN of a [`Table`], as in `arn:aws:dynamodb:us-west-2:123456789012:table/locks`.
    pub struct TableArn;
}

/// What AWS says of a [`Table`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Table)]
pub struct TableOutputs {
    /// Its ARN.
    #[output(stable, reference)]
    pub arn: TableArn,
    /// Its name.
    #[output(stable, echo)]
    pub name: String,
    /// The ARN of its stream; empty where there is none.
    pub stream_arn: String,
}

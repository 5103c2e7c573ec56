//! A table as the cloud has it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    ContinuousBackupsDescription, ContributorInsightsStatus, IndexStatus, KeyType, PointInTimeRecoveryStatus, SseStatus, TableDescription,
    TableStatus, Tag, TimeToLiveDescription, TimeToLiveStatus,
};
use infra_apply::{Asked, Condition, Observed, ProviderError};

use super::index::live as index;
use super::{
    AttributeType, BillingMode, ContributorInsights, StreamView, Table, TableArn, TableClass, TableInputs, TableName, TableOutputs,
    WarmThroughput,
};
use crate::dynamodb::tags;
use crate::iam::PolicyDocument;
use crate::kms::KeyArn;
use crate::sdk::{failed, there, told};

/// Which of the things that have a call of their own somebody asks for.
#[derive(Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is a call that is made or not")]
pub(super) struct Parts {
    ttl: bool,
    backups: bool,
    tags: bool,
    policy: bool,
    insights: bool,
}

impl Parts {
    /// Those that are asked for.
    pub(super) fn of(asked: &Asked<'_>) -> Parts {
        Parts {
            ttl: asked.wants("ttl_attribute"),
            backups: asked.wants_any(&["point_in_time_recovery", "recovery_period_in_days"]),
            tags: asked.wants("tags"),
            policy: asked.wants("resource_policy"),
            insights: asked.wants("contributor_insights"),
        }
    }

    /// Those that decide what is left to change.
    pub(super) fn of_change(want: &TableInputs) -> Parts {
        Parts {
            ttl: want.ttl_attribute.is_some(),
            backups: want.point_in_time_recovery.is_some() || want.recovery_period_in_days.is_some(),
            tags: want.tags.is_some(),
            policy: want.resource_policy.is_some(),
            insights: want.contributor_insights.is_some(),
        }
    }
}

/// What other calls than that for the table itself tell, as far as it was asked for.
#[derive(Default)]
struct Beside {
    ttl: Option<Option<TimeToLiveDescription>>,
    backups: Option<Option<ContinuousBackupsDescription>>,
    tags: Option<Vec<Tag>>,
    policy: Option<String>,
    insights: Option<ContributorInsights>,
}

pub(super) async fn describe(client: &Client, name: &str) -> Result<Option<TableDescription>, ProviderError> {
    let answer = there(client.describe_table().table_name(name).send().await.map_err(failed("DescribeTable")))?;
    Ok(answer.and_then(|answer| answer.table))
}

/// The table, if it exists.
pub(super) async fn read(client: &Client, name: &str, parts: Parts) -> Result<Option<Observed<Table>>, ProviderError> {
    let Some(table) = describe(client, name).await? else { return Ok(None) };
    // A table on its way to be there, or to be gone, is not found by the other calls.
    let settled = !matches!(table.table_status(), Some(TableStatus::Creating | TableStatus::Deleting));
    let beside = if settled { beside(client, name, table.table_arn().unwrap_or_default(), parts).await? } else { Beside::default() };
    Ok(Some(observe(name, &table, &beside)))
}

async fn beside(client: &Client, name: &str, arn: &str, parts: Parts) -> Result<Beside, ProviderError> {
    let ttl = async { client.describe_time_to_live().table_name(name).send().await.map_err(failed("DescribeTimeToLive")) };
    let backups = async { client.describe_continuous_backups().table_name(name).send().await.map_err(failed("DescribeContinuousBackups")) };
    let policy = async { there(client.get_resource_policy().resource_arn(arn).send().await.map_err(failed("GetResourcePolicy"))) };
    let insights =
        async { client.describe_contributor_insights().table_name(name).send().await.map_err(failed("DescribeContributorInsights")) };
    let (ttl, backups, policy, insights, tags) = tokio::try_join!(
        told(parts.ttl, ttl),
        told(parts.backups, backups),
        told(parts.policy, policy),
        told(parts.insights, insights),
        told(parts.tags, tags::all(client, arn)),
    )?;
    let insights = insights.map(|told| {
        let status = told.contributor_insights_status();
        let counting = matches!(status, Some(ContributorInsightsStatus::Enabled | ContributorInsightsStatus::Enabling));
        // A table that counts from a time when there was one mode only is told without it.
        let mode = told.contributor_insights_mode().and_then(|mode| ContributorInsights::from_word(mode.as_str()));
        if counting { mode.unwrap_or(ContributorInsights::AccessedAndThrottled) } else { ContributorInsights::Off }
    });
    Ok(Beside {
        ttl: ttl.map(|told| told.time_to_live_description),
        backups: backups.map(|told| told.continuous_backups_description),
        tags,
        policy: policy.flatten().and_then(|answer| answer.policy),
        insights,
    })
}

/// Whether the table and all of its indexes can be used and changed.
pub(super) fn condition(table: &TableDescription) -> Condition {
    let status = table.table_status().map_or("UNKNOWN", TableStatus::as_str);
    if status != "ACTIVE" {
        // None of its states is a failure: whatever it is, the items are there, and another table would not have them.
        return Condition::Pending(status.to_owned());
    }
    let busy = table.global_secondary_indexes().iter().find(|index| index.index_status() != Some(&IndexStatus::Active));
    match busy {
        Some(index) => {
            let (name, status) = (index.index_name().unwrap_or_default(), index.index_status().map_or("UNKNOWN", IndexStatus::as_str));
            Condition::Pending(format!("index {name} {status}"))
        }
        None => Condition::Ready,
    }
}

fn observe(name: &str, table: &TableDescription, beside: &Beside) -> Observed<Table> {
    let capacity = table.provisioned_throughput();
    let encryption = table.sse_description();
    let recovery = beside.backups.as_ref().map(|backups| backups.as_ref()?.point_in_time_recovery_description());
    let recovered =
        recovery.map(|told| told.and_then(|told| told.point_in_time_recovery_status()) == Some(&PointInTimeRecoveryStatus::Enabled));
    let stream = table.stream_specification().filter(|stream| stream.stream_enabled());
    let expiring = |ttl: &TimeToLiveDescription| {
        let enabled = matches!(ttl.time_to_live_status(), Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
        ttl.attribute_name().filter(|_| enabled).map(str::to_owned)
    };
    let ttl = beside.ttl.as_ref().map(|ttl| ttl.as_ref().and_then(expiring).unwrap_or_default());
    let attributes = table.attribute_definitions().iter().filter_map(|attribute| {
        Some((attribute.attribute_name().to_owned(), AttributeType::from_word(attribute.attribute_type().as_str())?))
    });
    let global = table.global_secondary_indexes().iter();
    let local = table.local_secondary_indexes().iter();
    let inputs = TableInputs {
        attributes: attributes.collect(),
        hash_key: index::key(table.key_schema(), KeyType::Hash).unwrap_or_default(),
        range_key: index::key(table.key_schema(), KeyType::Range),
        name: Some(name.to_owned()),
        // A table that was never on demand is told without a word.
        billing_mode: Some(
            table
                .billing_mode_summary()
                .and_then(|summary| summary.billing_mode())
                .and_then(|mode| BillingMode::from_word(mode.as_str()))
                .unwrap_or(BillingMode::Provisioned),
        ),
        read_capacity: capacity.and_then(|capacity| capacity.read_capacity_units()).filter(|units| *units > 0),
        write_capacity: capacity.and_then(|capacity| capacity.write_capacity_units()).filter(|units| *units > 0),
        on_demand_throughput: Some(index::on_demand_from_sdk(table.on_demand_throughput())),
        warm_throughput: table
            .warm_throughput()
            .map(|warm| WarmThroughput { read: warm.read_units_per_second(), write: warm.write_units_per_second() }),
        global_indexes: Some(global.map(|sdk| (sdk.index_name().unwrap_or_default().to_owned(), index::global_from_sdk(sdk))).collect()),
        local_indexes: Some(local.map(|sdk| (sdk.index_name().unwrap_or_default().to_owned(), index::local_from_sdk(sdk))).collect()),
        ttl_attribute: ttl,
        stream: Some(
            stream
                .and_then(|stream| stream.stream_view_type())
                .and_then(|view| StreamView::from_word(view.as_str()))
                .unwrap_or(StreamView::Off),
        ),
        point_in_time_recovery: recovered,
        recovery_period_in_days: recovery.flatten().and_then(|recovery| recovery.recovery_period_in_days()),
        kms_encryption: Some(
            encryption.and_then(|sse| sse.status()).is_some_and(|status| !matches!(status, SseStatus::Disabled | SseStatus::Disabling)),
        ),
        kms_key: encryption.and_then(|sse| sse.kms_master_key_arn()).map(KeyArn::new),
        table_class: Some(
            table
                .table_class_summary()
                .and_then(|summary| summary.table_class())
                .and_then(|class| TableClass::from_word(class.as_str()))
                .unwrap_or(TableClass::Standard),
        ),
        deletion_protection: Some(table.deletion_protection_enabled().unwrap_or_default()),
        contributor_insights: beside.insights,
        resource_policy: beside.policy.as_deref().map(PolicyDocument::from_answer),
        tags: beside.tags.as_deref().map(tags::from_sdk),
    };
    let outputs = TableOutputs {
        arn: TableArn::new(table.table_arn().unwrap_or_default()),
        name: name.to_owned(),
        stream_arn: stream.and_then(|_| table.latest_stream_arn()).unwrap_or_default().to_owned(),
    };
    Observed { id: TableName::new(name), inputs, outputs, condition: condition(table) }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::GlobalSecondaryIndexDescription;

    use super::*;

    #[test]
    fn a_table_is_ready_once_all_of_its_indexes_are_and_never_counts_as_failed() {
        let index = |status| GlobalSecondaryIndexDescription::builder().index_name("by-mail").index_status(status).build();
        let table = || TableDescription::builder().table_status(TableStatus::Active);
        assert_eq!(condition(&table().global_secondary_indexes(index(IndexStatus::Active)).build()), Condition::Ready);
        let busy = table().global_secondary_indexes(index(IndexStatus::Creating)).build();
        assert_eq!(condition(&busy), Condition::Pending("index by-mail CREATING".into()));
        let locked = TableDescription::builder().table_status(TableStatus::InaccessibleEncryptionCredentials).build();
        assert_eq!(condition(&locked), Condition::Pending("INACCESSIBLE_ENCRYPTION_CREDENTIALS".into()));
    }
}

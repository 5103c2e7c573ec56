//! A table as the cloud has it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    ContinuousBackupsDescription, ContributorInsightsStatus, IndexStatus, KeyType, PointInTimeRecoveryStatus, SseStatus, TableDescription,
    TableStatus, Tag, TimeToLiveDescription, TimeToLiveStatus,
};
use infra_apply::{Condition, Observed, ProviderError};

use super::index::live as index;
use super::{
    AttributeType, BillingMode, ContributorInsights, StreamView, Table, TableArn, TableClass, TableInputs, TableName, TableOutputs,
    WarmThroughput,
};
use crate::dynamodb::tags;
use crate::iam::PolicyDocument;
use crate::kms::KeyArn;
use crate::sdk::{failed, there};

/// What other calls than that for the table itself tell.
#[derive(Default)]
struct Beside {
    ttl: Option<TimeToLiveDescription>,
    backups: Option<ContinuousBackupsDescription>,
    tags: Vec<Tag>,
    policy: Option<String>,
    insights: Option<ContributorInsights>,
}

pub(super) async fn describe(client: &Client, name: &str) -> Result<Option<TableDescription>, ProviderError> {
    let answer = there(client.describe_table().table_name(name).send().await.map_err(failed("DescribeTable")))?;
    Ok(answer.and_then(|answer| answer.table))
}

/// The table, if it exists.
pub(super) async fn read(client: &Client, id: &TableName) -> Result<Option<Observed<Table>>, ProviderError> {
    let Some(table) = describe(client, id.as_str()).await? else { return Ok(None) };
    // A table on its way to be there, or to be gone, is not found by the other calls.
    let settled = !matches!(table.table_status(), Some(TableStatus::Creating | TableStatus::Deleting));
    let beside = if settled { beside(client, id.as_str(), table.table_arn().unwrap_or_default()).await? } else { Beside::default() };
    Ok(Some(observe(id, &table, &beside)))
}

async fn beside(client: &Client, name: &str, arn: &str) -> Result<Beside, ProviderError> {
    let ttl = async { client.describe_time_to_live().table_name(name).send().await.map_err(failed("DescribeTimeToLive")) };
    let backups = async { client.describe_continuous_backups().table_name(name).send().await.map_err(failed("DescribeContinuousBackups")) };
    let policy = async { there(client.get_resource_policy().resource_arn(arn).send().await.map_err(failed("GetResourcePolicy"))) };
    let insights =
        async { client.describe_contributor_insights().table_name(name).send().await.map_err(failed("DescribeContributorInsights")) };
    let (ttl, backups, policy, insights, tags) = tokio::try_join!(ttl, backups, policy, insights, tags::all(client, arn))?;
    let counting =
        matches!(insights.contributor_insights_status(), Some(ContributorInsightsStatus::Enabled | ContributorInsightsStatus::Enabling));
    // A table that counts from a time when there was one mode only is told without it.
    let mode = insights.contributor_insights_mode().and_then(|mode| ContributorInsights::from_word(mode.as_str()));
    let mode = mode.unwrap_or(ContributorInsights::AccessedAndThrottled);
    Ok(Beside {
        ttl: ttl.time_to_live_description,
        backups: backups.continuous_backups_description,
        tags,
        policy: policy.and_then(|answer| answer.policy),
        insights: Some(if counting { mode } else { ContributorInsights::Off }),
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

fn observe(id: &TableName, table: &TableDescription, beside: &Beside) -> Observed<Table> {
    let capacity = table.provisioned_throughput();
    let encryption = table.sse_description();
    let recovery = beside.backups.as_ref().and_then(|backups| backups.point_in_time_recovery_description());
    let recovered = recovery.and_then(|recovery| recovery.point_in_time_recovery_status()) == Some(&PointInTimeRecoveryStatus::Enabled);
    let stream = table.stream_specification().filter(|stream| stream.stream_enabled());
    let ttl =
        beside.ttl.as_ref().filter(|ttl| matches!(ttl.time_to_live_status(), Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)));
    let attributes = table.attribute_definitions().iter().filter_map(|attribute| {
        Some((attribute.attribute_name().to_owned(), AttributeType::from_word(attribute.attribute_type().as_str())?))
    });
    let global = table.global_secondary_indexes().iter();
    let local = table.local_secondary_indexes().iter();
    let inputs = TableInputs {
        attributes: attributes.collect(),
        hash_key: index::key(table.key_schema(), KeyType::Hash).unwrap_or_default(),
        range_key: index::key(table.key_schema(), KeyType::Range),
        name: Some(id.as_str().to_owned()),
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
        ttl_attribute: Some(ttl.and_then(|ttl| ttl.attribute_name()).unwrap_or_default().to_owned()),
        stream: Some(
            stream
                .and_then(|stream| stream.stream_view_type())
                .and_then(|view| StreamView::from_word(view.as_str()))
                .unwrap_or(StreamView::Off),
        ),
        point_in_time_recovery: Some(recovered),
        recovery_period_in_days: recovery.and_then(|recovery| recovery.recovery_period_in_days()),
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
        tags: Some(tags::from_sdk(&beside.tags)),
    };
    let outputs = TableOutputs {
        arn: TableArn::new(table.table_arn().unwrap_or_default()),
        name: id.as_str().to_owned(),
        stream_arn: stream.and_then(|_| table.latest_stream_arn()).unwrap_or_default().to_owned(),
    };
    Observed { id: id.clone(), inputs, outputs, condition: condition(table) }
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

//! What changes of a table in place. AWS makes one change at a time, so the first is made, and the engine asks again for the
//! others once the table lets it.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_table::builders::UpdateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, ContributorInsightsAction, CreateGlobalSecondaryIndexAction, DeleteGlobalSecondaryIndexAction,
    GlobalSecondaryIndexUpdate, PointInTimeRecoverySpecification, ProvisionedThroughput, SseSpecification, SseType, StreamSpecification,
    TimeToLiveSpecification, UpdateGlobalSecondaryIndexAction,
};
use infra_apply::{Class, Condition, ProviderError, gone_is_success};

use super::index::live::{self as index, built};
use super::read::{Parts, read};
use super::{BillingMode, ContributorInsights, GlobalIndex, StreamView, TableInputs, TableName};
use crate::dynamodb::tags;
use crate::sdk::{amends, changes, failed};

const OPERATION: &str = "UpdateTable";

pub(super) async fn update(client: &Client, id: &TableName, want: &TableInputs) -> Result<(), ProviderError> {
    // The engine asks with what it saw before the first change; what is left is seen only in the table itself.
    let gone = || ProviderError::new(Class::NotFound, OPERATION, format!("there is no table `{id}`"));
    let now = read(client, id.as_str(), Parts::of_change(want)).await?.ok_or_else(gone)?;
    if let Condition::Pending(state) = &now.condition {
        return Err(not_yet(format!("the table is busy: {state}")));
    }
    let (name, arn, have) = (id.as_str(), now.outputs.arn.as_str(), &now.inputs);
    tags::update(client, arn, have.tags.as_ref(), want.tags.as_ref()).await?;
    beside(client, name, arn, have, want).await?;
    let steps = steps(client, name, have, want)?;
    let left = steps.len().saturating_sub(1);
    if let Some(first) = steps.into_iter().next() {
        first.send().await.map_err(failed("UpdateTable"))?;
    }
    if left > 0 { Err(not_yet(format!("one change of the table is under way, and {left} more to make"))) } else { Ok(()) }
}

fn not_yet(message: String) -> ProviderError {
    ProviderError::new(Class::NotYet, OPERATION, message)
}

/// What has calls of its own, which go beside others.
async fn beside(client: &Client, name: &str, arn: &str, have: &TableInputs, want: &TableInputs) -> Result<(), ProviderError> {
    if let Some(attribute) = want.ttl_attribute.as_ref().filter(|_| changes(have.ttl_attribute.as_ref(), want.ttl_attribute.as_ref())) {
        let enabled = !attribute.is_empty();
        // To end it, AWS asks for the attribute that it was.
        let of = if enabled { attribute } else { have.ttl_attribute.as_ref().unwrap_or(attribute) };
        let ttl = built(TimeToLiveSpecification::builder().enabled(enabled).attribute_name(of).build(), "UpdateTimeToLive")?;
        let call = client.update_time_to_live().table_name(name).time_to_live_specification(ttl);
        call.send().await.map_err(failed("UpdateTimeToLive"))?;
    }
    let days = changes(have.recovery_period_in_days.as_ref(), want.recovery_period_in_days.as_ref());
    let enabled = want.point_in_time_recovery.or(have.point_in_time_recovery).unwrap_or_default();
    if changes(have.point_in_time_recovery.as_ref(), want.point_in_time_recovery.as_ref()) || (days && enabled) {
        let recovery = PointInTimeRecoverySpecification::builder()
            .point_in_time_recovery_enabled(enabled)
            .set_recovery_period_in_days(want.recovery_period_in_days.filter(|_| enabled));
        let recovery = built(recovery.build(), "UpdateContinuousBackups")?;
        let call = client.update_continuous_backups().table_name(name).point_in_time_recovery_specification(recovery);
        // Backups of a table that was just made are being set up.
        let waiting = |error: ProviderError| {
            error
                .class_if(Class::NotYet, |error| error.code.as_deref().is_some_and(|code| code.starts_with("ContinuousBackupsUnavailable")))
        };
        call.send().await.map_err(|error| waiting(failed("UpdateContinuousBackups")(error)))?;
    }
    if let Some(insights) = want.contributor_insights.filter(|insights| have.contributor_insights != Some(*insights)) {
        let call = client.update_contributor_insights().table_name(name);
        let call = match insights {
            ContributorInsights::Off => call.contributor_insights_action(ContributorInsightsAction::Disable),
            mode => call.contributor_insights_action(ContributorInsightsAction::Enable).contributor_insights_mode(mode.as_str().into()),
        };
        call.send().await.map_err(failed("UpdateContributorInsights"))?;
    }
    match &want.resource_policy {
        Some(policy) if have.resource_policy.as_ref() != Some(policy) => {
            if policy.as_json().as_object().is_some_and(serde_json::Map::is_empty) {
                let call = client.delete_resource_policy().resource_arn(arn);
                gone_is_success(call.send().await.map(drop).map_err(failed("DeleteResourcePolicy")))
            } else {
                let call = client.put_resource_policy().resource_arn(arn).policy(policy.to_string());
                call.send().await.map(drop).map_err(failed("PutResourcePolicy"))
            }
        }
        _ => Ok(()),
    }
}

/// The changes of the table itself, each a call, in their order.
fn steps(client: &Client, name: &str, have: &TableInputs, want: &TableInputs) -> Result<Vec<UpdateTableFluentBuilder>, ProviderError> {
    let call = || client.update_table().table_name(name);
    let mut steps = Vec::new();
    if let Some(protected) = want.deletion_protection.filter(|protected| have.deletion_protection != Some(*protected)) {
        steps.push(call().deletion_protection_enabled(protected));
    }
    if let Some(class) = want.table_class.filter(|class| have.table_class != Some(*class)) {
        steps.push(call().table_class(class.as_str().into()));
    }
    steps.extend(capacity(call(), have, want)?);
    if amends(have.on_demand_throughput.as_ref(), want.on_demand_throughput.as_ref()) {
        steps.push(call().set_on_demand_throughput(want.on_demand_throughput.as_ref().map(index::on_demand_to_sdk)));
    }
    if amends(have.warm_throughput.as_ref(), want.warm_throughput.as_ref()) {
        steps.push(call().set_warm_throughput(want.warm_throughput.as_ref().map(index::warm_to_sdk)));
    }
    let key = changes(have.kms_key.as_ref(), want.kms_key.as_ref());
    if key || changes(have.kms_encryption.as_ref(), want.kms_encryption.as_ref()) {
        steps.push(call().set_sse_specification(encryption(want)));
    }
    if let Some(view) = want.stream.filter(|view| have.stream != Some(*view)) {
        // A stream has one view as long as it lives.
        if have.stream.is_some_and(|had| had != StreamView::Off) {
            steps.push(call().stream_specification(stream(StreamView::Off)?));
        }
        if view != StreamView::Off {
            steps.push(call().stream_specification(stream(view)?));
        }
    }
    steps.extend(indexes(call, have, want)?);
    Ok(steps)
}

/// What the encryption is asked for by.
pub(super) fn encryption(want: &TableInputs) -> Option<SseSpecification> {
    let enabled = want.kms_encryption.or_else(|| want.kms_key.as_ref().map(|_| true))?;
    let key = want.kms_key.as_ref().filter(|_| enabled).map(ToString::to_string);
    Some(SseSpecification::builder().enabled(enabled).set_sse_type(enabled.then_some(SseType::Kms)).set_kms_master_key_id(key).build())
}

pub(super) fn stream(view: StreamView) -> Result<StreamSpecification, ProviderError> {
    let on = view != StreamView::Off;
    let view = on.then(|| view.as_str().into());
    built(StreamSpecification::builder().stream_enabled(on).set_stream_view_type(view).build(), OPERATION)
}

/// How the table is paid for: where none is said, by what is said of its capacity.
pub(super) fn billing(want: &TableInputs) -> BillingMode {
    let said = want.read_capacity.is_some() || want.write_capacity.is_some();
    want.billing_mode.unwrap_or(if said { BillingMode::Provisioned } else { BillingMode::PayPerRequest })
}

pub(super) fn provisioned(read: Option<i64>, write: Option<i64>) -> Result<ProvisionedThroughput, ProviderError> {
    let throughput = ProvisionedThroughput::builder().read_capacity_units(read.unwrap_or(1)).write_capacity_units(write.unwrap_or(1));
    built(throughput.build(), OPERATION)
}

/// A change of what is paid for, of the table and of the indexes that stay: one call, as AWS refuses a table whose parts do
/// not agree.
fn capacity(
    call: UpdateTableFluentBuilder,
    have: &TableInputs,
    want: &TableInputs,
) -> Result<Option<UpdateTableFluentBuilder>, ProviderError> {
    let said = want.billing_mode.is_some() || want.read_capacity.is_some() || want.write_capacity.is_some();
    let mode = if said { billing(want) } else { have.billing_mode.unwrap_or(BillingMode::PayPerRequest) };
    let turned = have.billing_mode != Some(mode);
    if mode == BillingMode::PayPerRequest {
        return Ok(turned.then(|| call.billing_mode(mode.as_str().into())));
    }
    let (read, write) = (want.read_capacity.or(have.read_capacity), want.write_capacity.or(have.write_capacity));
    let mut updates = Vec::new();
    for (name, old) in have.global_indexes.iter().flatten() {
        let new = want.global_indexes.as_ref().and_then(|indexes| indexes.get(name));
        let units = (
            new.and_then(|new| new.read_capacity).or(old.read_capacity).or(read),
            new.and_then(|new| new.write_capacity).or(old.write_capacity).or(write),
        );
        if turned || units != (old.read_capacity, old.write_capacity) {
            let update =
                UpdateGlobalSecondaryIndexAction::builder().index_name(name).provisioned_throughput(provisioned(units.0, units.1)?);
            updates.push(GlobalSecondaryIndexUpdate::builder().update(built(update.build(), OPERATION)?).build());
        }
    }
    let table = turned || (read, write) != (have.read_capacity, have.write_capacity);
    if !table && updates.is_empty() {
        return Ok(None);
    }
    let throughput = if table { Some(provisioned(read, write)?) } else { None };
    let updates = Some(updates).filter(|updates| !updates.is_empty());
    let call = call.set_provisioned_throughput(throughput).set_global_secondary_index_updates(updates);
    Ok(Some(if turned { call.billing_mode(mode.as_str().into()) } else { call }))
}

/// Whether one index can become the other in place.
fn same_index(have: &GlobalIndex, want: &GlobalIndex) -> bool {
    let named = |index: &GlobalIndex| index.projection.attributes.iter().flatten().cloned().collect::<BTreeSet<_>>();
    (&have.hash_key, &have.range_key, have.projection.kind) == (&want.hash_key, &want.range_key, want.projection.kind)
        && named(have) == named(want)
}

/// Indexes that go, then those that come; one that changes its key goes and comes again.
fn indexes(
    call: impl Fn() -> UpdateTableFluentBuilder,
    have: &TableInputs,
    want: &TableInputs,
) -> Result<Vec<UpdateTableFluentBuilder>, ProviderError> {
    let none = BTreeMap::new();
    let Some(wanted) = &want.global_indexes else { return Ok(Vec::new()) };
    let had = have.global_indexes.as_ref().unwrap_or(&none);
    let stays = |name: &String| matches!((had.get(name), wanted.get(name)), (Some(had), Some(wanted)) if same_index(had, wanted));
    let mut steps = Vec::new();
    for name in had.keys().filter(|name| !stays(name)) {
        let delete = built(DeleteGlobalSecondaryIndexAction::builder().index_name(name).build(), OPERATION)?;
        steps.push(call().global_secondary_index_updates(GlobalSecondaryIndexUpdate::builder().delete(delete).build()));
    }
    for (name, index) in wanted.iter().filter(|(name, _)| stays(name)) {
        let old = had.get(name);
        let demand = amends(old.and_then(|old| old.on_demand_throughput.as_ref()), index.on_demand_throughput.as_ref());
        let warm = amends(old.and_then(|old| old.warm_throughput.as_ref()), index.warm_throughput.as_ref());
        if demand || warm {
            let update = UpdateGlobalSecondaryIndexAction::builder()
                .index_name(name)
                .set_on_demand_throughput(index.on_demand_throughput.as_ref().filter(|_| demand).map(index::on_demand_to_sdk))
                .set_warm_throughput(index.warm_throughput.as_ref().filter(|_| warm).map(index::warm_to_sdk));
            let update = GlobalSecondaryIndexUpdate::builder().update(built(update.build(), OPERATION)?).build();
            steps.push(call().global_secondary_index_updates(update));
        }
    }
    for (name, index) in wanted.iter().filter(|(name, _)| !stays(name)) {
        let create = CreateGlobalSecondaryIndexAction::builder()
            .index_name(name)
            .set_key_schema(Some(index::schema(&index.hash_key, index.range_key.as_deref(), OPERATION)?))
            .projection(index::projection_to_sdk(&index.projection))
            .set_provisioned_throughput(index_capacity(have, want, index)?)
            .set_on_demand_throughput(index.on_demand_throughput.as_ref().map(index::on_demand_to_sdk))
            .set_warm_throughput(index.warm_throughput.as_ref().map(index::warm_to_sdk));
        let create = GlobalSecondaryIndexUpdate::builder().create(built(create.build(), OPERATION)?).build();
        steps.push(call().set_attribute_definitions(Some(attributes(want)?)).global_secondary_index_updates(create));
    }
    Ok(steps)
}

/// The capacity of a new index: where none is said, that of the table.
fn index_capacity(have: &TableInputs, want: &TableInputs, index: &GlobalIndex) -> Result<Option<ProvisionedThroughput>, ProviderError> {
    let mode = want.billing_mode.or(have.billing_mode).unwrap_or_else(|| billing(want));
    if mode == BillingMode::PayPerRequest {
        return Ok(None);
    }
    let read = index.read_capacity.or(want.read_capacity).or(have.read_capacity);
    provisioned(read, index.write_capacity.or(want.write_capacity).or(have.write_capacity)).map(Some)
}

pub(super) fn attributes(want: &TableInputs) -> Result<Vec<AttributeDefinition>, ProviderError> {
    let definition = |(name, of): (&String, &super::AttributeType)| {
        built(AttributeDefinition::builder().attribute_name(name).attribute_type(of.as_str().into()).build(), OPERATION)
    };
    want.attributes.iter().map(definition).collect()
}

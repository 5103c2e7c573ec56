//! The life of a table.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{GlobalSecondaryIndex, LocalSecondaryIndex};
use infra_apply::{Asked, Class, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

use super::index::live::{self as index, built};
use super::read::Parts;
use super::{BillingMode, StreamView, Table, TableInputs, TableName, read, update};
use crate::dynamodb::tags;
use crate::sdk::{failed, named};

const OPERATION: &str = "CreateTable";

impl Lifecycle for Table {
    type Client = Client;
    const SERVICE: &'static str = "dynamodb";
    // A table is described by itself; the list of tables has names only.
    const PAGE: usize = 1;

    async fn read(client: &Client, ids: &[TableName]) -> Result<Vec<Observed<Table>>, ProviderError> {
        Self::look(client, &Asked::whole_of(ids)).await
    }

    async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<Table>>, ProviderError> {
        let mut observed = Vec::new();
        // AWS refuses names that are too short to be one, and so are no table's.
        for asked in objects.iter().filter(|asked| asked.id().len() >= 3) {
            observed.extend(read::read(client, asked.id(), Parts::of(asked)).await?);
        }
        Ok(observed)
    }

    async fn create(client: &Client, want: &TableInputs, new: Creation<'_>) -> Result<TableName, ProviderError> {
        let name = named(want.name.as_ref(), OPERATION)?;
        let mode = update::billing(want);
        let is_provisioned = mode == BillingMode::Provisioned;
        let stream = want.stream.filter(|view| *view != StreamView::Off).map(update::stream).transpose()?;
        let throughput = is_provisioned.then(|| update::provisioned(want.read_capacity, want.write_capacity)).transpose()?;
        let policy = want.resource_policy.as_ref().filter(|policy| policy.as_json().as_object().is_none_or(|policy| !policy.is_empty()));
        let call = client
            .create_table()
            .table_name(name)
            .set_attribute_definitions(Some(update::attributes(want)?))
            .set_key_schema(Some(index::schema(&want.hash_key, want.range_key.as_deref(), OPERATION)?))
            .billing_mode(mode.as_str().into())
            .set_provisioned_throughput(throughput)
            .set_on_demand_throughput(want.on_demand_throughput.as_ref().map(index::on_demand_to_sdk))
            .set_warm_throughput(want.warm_throughput.as_ref().map(index::warm_to_sdk))
            .set_global_secondary_indexes(global_indexes(want, is_provisioned)?)
            .set_local_secondary_indexes(local_indexes(want)?)
            .set_stream_specification(stream)
            .set_sse_specification(update::encryption(want))
            .set_table_class(want.table_class.map(|class| class.as_str().into()))
            .set_deletion_protection_enabled(want.deletion_protection)
            .set_resource_policy(policy.map(ToString::to_string))
            .set_tags(Some(tags::to_sdk(new.tags)));
        match call.send().await.map_err(failed("CreateTable")) {
            Ok(_) => Ok(TableName::new(name)),
            Err(error) if error.is_code("ResourceInUseException") => {
                // The same code is for a table that is still going, which is worth waiting for.
                let taken = error.class_if(Class::Exists, |error| error.message.contains("already exists"));
                Self::find(client, want, new).await?.ok_or(taken)
            }
            // So many tables at once, and no more, is no quota that one has to ask for.
            Err(error) => {
                Err(error
                    .class_if(Class::Throttled, |error| error.is_code("LimitExceededException") && error.message.contains("simultaneous")))
            }
        }
    }

    async fn update(client: &Client, id: &TableName, _: &TableInputs, want: &TableInputs) -> Result<(), ProviderError> {
        update::update(client, id, want).await
    }

    async fn delete(client: &Client, id: &TableName) -> Result<(), ProviderError> {
        let deleted = client.delete_table().table_name(id.as_str()).send().await.map_err(failed("DeleteTable"));
        gone_is_success(deleted.map(drop))
    }

    async fn find(client: &Client, want: &TableInputs, new: Creation<'_>) -> Result<Option<TableName>, ProviderError> {
        let name = named(want.name.as_ref(), "DescribeTable")?;
        let Some(table) = read::describe(client, name).await? else { return Ok(None) };
        let all = tags::all(client, table.table_arn().unwrap_or_default()).await?;
        Ok(tags::has_token(&all, new.token).then(|| TableName::new(name)))
    }
}

fn global_indexes(want: &TableInputs, is_provisioned: bool) -> Result<Option<Vec<GlobalSecondaryIndex>>, ProviderError> {
    let mut indexes = Vec::new();
    for (name, index) in want.global_indexes.iter().flatten() {
        let units = (index.read_capacity.or(want.read_capacity), index.write_capacity.or(want.write_capacity));
        let throughput = is_provisioned.then(|| update::provisioned(units.0, units.1)).transpose()?;
        let sdk = GlobalSecondaryIndex::builder()
            .index_name(name)
            .set_key_schema(Some(index::schema(&index.hash_key, index.range_key.as_deref(), OPERATION)?))
            .projection(index::projection_to_sdk(&index.projection))
            .set_provisioned_throughput(throughput)
            .set_on_demand_throughput(index.on_demand_throughput.as_ref().map(index::on_demand_to_sdk))
            .set_warm_throughput(index.warm_throughput.as_ref().map(index::warm_to_sdk));
        indexes.push(built(sdk.build(), OPERATION)?);
    }
    Ok(Some(indexes).filter(|indexes| !indexes.is_empty()))
}

fn local_indexes(want: &TableInputs) -> Result<Option<Vec<LocalSecondaryIndex>>, ProviderError> {
    let mut indexes = Vec::new();
    for (name, index) in want.local_indexes.iter().flatten() {
        let sdk = LocalSecondaryIndex::builder()
            .index_name(name)
            .set_key_schema(Some(index::schema(&want.hash_key, Some(&index.range_key), OPERATION)?))
            .projection(index::projection_to_sdk(&index.projection));
        indexes.push(built(sdk.build(), OPERATION)?);
    }
    Ok(Some(indexes).filter(|indexes| !indexes.is_empty()))
}

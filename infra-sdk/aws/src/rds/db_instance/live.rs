//! The lifecycle of a database.

use aws_sdk_rds::Client;
use aws_sdk_rds::types::{self as sdk, Filter};
use infra_apply::{Class, Creation, Lifecycle, Observed, ProviderError};

use super::create::create;
use super::read::observed;
use super::update::{notes, update};
use super::{DbInstance, DbInstanceInputs, DbInstanceName, end};
use crate::rds::tags;
use crate::sdk::{failed, named, tags as common};

impl Lifecycle for DbInstance {
    type Client = Client;
    const SERVICE: &'static str = "rds";

    async fn read(client: &Client, ids: &[DbInstanceName]) -> Result<Vec<Observed<DbInstance>>, ProviderError> {
        let names = ids.iter().map(|id| id.as_str().to_owned()).collect();
        Ok(describe(client, names).await?.iter().map(observed).collect())
    }

    async fn create(client: &Client, want: &DbInstanceInputs, new: Creation<'_>) -> Result<DbInstanceName, ProviderError> {
        match create(client, want, new).await {
            Ok(name) => Ok(DbInstanceName::new(name)),
            Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
            Err(error) => Err(error),
        }
    }

    async fn update(client: &Client, id: &DbInstanceName, have: &DbInstanceInputs, want: &DbInstanceInputs) -> Result<(), ProviderError> {
        // The notes come first: whether a change is at once decides how it is waited for.
        let (mut set, unset) = common::changes(have.tags.as_ref(), want.tags.as_ref());
        set.extend(notes(have, want));
        if !set.is_empty() || !unset.is_empty() {
            let found = describe(client, vec![id.as_str().to_owned()]).await?;
            let arn = found.first().and_then(|database| database.db_instance_arn()).unwrap_or_default();
            tags::change(client, arn, &set, unset).await?;
        }
        update(client, id, have, want).await
    }

    async fn delete(client: &Client, id: &DbInstanceName) -> Result<(), ProviderError> {
        match describe(client, vec![id.as_str().to_owned()]).await?.first() {
            Some(database) => end::delete(client, database).await,
            None => Ok(()),
        }
    }

    async fn find(client: &Client, want: &DbInstanceInputs, new: Creation<'_>) -> Result<Option<DbInstanceName>, ProviderError> {
        let name = named(want.name.as_ref(), "DescribeDBInstances")?;
        let found = describe(client, vec![name.to_owned()]).await?;
        let ours = found.first().filter(|database| common::has_token(tags::pairs(database.tag_list()), new.token));
        Ok(ours.map(|_| DbInstanceName::new(name)))
    }
}

async fn describe(client: &Client, names: Vec<String>) -> Result<Vec<sdk::DbInstance>, ProviderError> {
    let filter = Filter::builder().name("db-instance-id").set_values(Some(names)).build();
    let pages = client.describe_db_instances().filters(filter).into_paginator().items().send();
    pages.collect::<Result<_, _>>().await.map_err(failed("DescribeDBInstances"))
}

//! The lifecycle of an instance.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, Instance as Told};
use infra_apply::{Creation, Lifecycle, Observed, ProviderError, Remembered, gone_is_success};

use super::read::Asked;
use super::{Instance, InstanceId, InstanceInputs};
use crate::ec2::tags;
use crate::sdk::failed;

impl Lifecycle for Instance {
    type Client = Client;
    const SERVICE: &'static str = "ec2";

    async fn read(client: &Client, ids: &[InstanceId]) -> Result<Vec<Observed<Instance>>, ProviderError> {
        let whole = |id: &InstanceId| (id.as_str().to_owned(), Asked::all());
        super::read::read(client, ids.iter().map(whole).collect()).await
    }

    async fn read_again(client: &Client, objects: &[Remembered<'_>]) -> Result<Vec<Observed<Instance>>, ProviderError> {
        super::read::read(client, objects.iter().map(|object| (object.id.to_owned(), Asked::of(object))).collect()).await
    }

    async fn create(client: &Client, want: &InstanceInputs, new: Creation<'_>) -> Result<InstanceId, ProviderError> {
        super::create::create(client, want, new).await
    }

    async fn update(client: &Client, id: &InstanceId, have: &InstanceInputs, want: &InstanceInputs) -> Result<(), ProviderError> {
        super::update::update(client, id, have, want).await
    }

    async fn delete(client: &Client, id: &InstanceId) -> Result<(), ProviderError> {
        // A persistent request for a spot instance would make another one in its place.
        for request in described(client, vec![by_id([id.as_str()])]).await?.iter().filter_map(|told| told.spot_instance_request_id()) {
            let call = client.cancel_spot_instance_requests().spot_instance_request_ids(request);
            gone_is_success(call.send().await.map(drop).map_err(failed("CancelSpotInstanceRequests")))?;
        }
        let ended = client.terminate_instances().instance_ids(id.as_str()).send().await.map_err(failed("TerminateInstances"));
        gone_is_success(ended.map(drop))
    }

    async fn find(client: &Client, _: &InstanceInputs, new: Creation<'_>) -> Result<Option<InstanceId>, ProviderError> {
        let alive = ["pending", "running", "stopping", "stopped"].map(str::to_owned).to_vec();
        let alive = Filter::builder().name("instance-state-name").set_values(Some(alive)).build();
        let found = described(client, vec![tags::token_filter(new.token), alive]).await?;
        Ok(found.first().and_then(|told| told.instance_id()).map(InstanceId::new))
    }
}

/// A filter for these ids, which tolerates ids that are gone.
pub(super) fn by_id<'a>(ids: impl IntoIterator<Item = &'a str>) -> Filter {
    let ids = ids.into_iter().map(str::to_owned).collect();
    Filter::builder().name("instance-id").set_values(Some(ids)).build()
}

/// The instances that pass the filters, of all pages and reservations.
pub(super) async fn described(client: &Client, filters: Vec<Filter>) -> Result<Vec<Told>, ProviderError> {
    let mut pages = client.describe_instances().set_filters(Some(filters)).into_paginator().send();
    let mut instances = Vec::new();
    while let Some(page) = pages.next().await {
        let reservations = page.map_err(failed("DescribeInstances"))?.reservations.unwrap_or_default();
        instances.extend(reservations.into_iter().flat_map(|reservation| reservation.instances.unwrap_or_default()));
    }
    Ok(instances)
}

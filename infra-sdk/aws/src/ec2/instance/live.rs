//! The lifecycle of an instance.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, Instance as Told};
use infra_apply::{Asked, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

use super::{Instance, InstanceId, InstanceInputs};
use crate::ec2::tags;
use crate::sdk::failed;

impl Lifecycle for Instance {
    type Client = Client;
    const SERVICE: &'static str = "ec2";

    async fn read(client: &Client, ids: &[InstanceId]) -> Result<Vec<Observed<Instance>>, ProviderError> {
        Self::look(client, &Asked::whole_of(ids)).await
    }

    async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<Instance>>, ProviderError> {
        super::read::read(client, objects).await
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
        terminate(client, id.as_str()).await
    }

    async fn end(client: &Client, object: Asked<'_>) -> Result<(), ProviderError> {
        // One that no request for a spot instance made has none to be cancelled.
        if object.recorded_output("spot_request") == Some("") {
            terminate(client, object.id()).await
        } else {
            Self::delete(client, &InstanceId::new(object.id())).await
        }
    }

    async fn find(client: &Client, _: &InstanceInputs, new: Creation<'_>) -> Result<Option<InstanceId>, ProviderError> {
        let alive = ["pending", "running", "stopping", "stopped"].map(str::to_owned).to_vec();
        let alive = Filter::builder().name("instance-state-name").set_values(Some(alive)).build();
        let found = described(client, vec![tags::token_filter(new.token), alive]).await?;
        Ok(found.first().and_then(|told| told.instance_id()).map(InstanceId::new))
    }
}

async fn terminate(client: &Client, id: &str) -> Result<(), ProviderError> {
    let ended = client.terminate_instances().instance_ids(id).send().await.map_err(failed("TerminateInstances"));
    gone_is_success(ended.map(drop))
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

//! A route table.

use infra_core::{Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use super::VpcId;

/// Where the packets of subnets go. What is for the VPC itself stays in it; the rest is said by `Route`s.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = RouteTable, id = RouteTableId, outputs = RouteTableOutputs, kind = "aws:ec2/route-table", cloud = "AWS::EC2::RouteTable",
    iam(
        "ec2:DescribeRouteTables",
        create("ec2:CreateRouteTable", "ec2:CreateTags"),
        update("ec2:CreateTags", "ec2:DeleteTags"),
        delete("ec2:DeleteRouteTable"),
    ),
)]
pub struct RouteTableInputs {
    /// The VPC it belongs to.
    #[input(replace, cloud = "VpcId")]
    pub vpc: VpcId,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`RouteTable`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = RouteTable)]
pub struct RouteTableOutputs {
    /// The account that owns it, 12 digits.
    #[output(stable)]
    pub owner: String,
}

#[cfg(feature = "ec2")]
pub(super) mod live {
    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types::{self, Filter, ResourceType};
    use infra_apply::{Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{RouteTable, RouteTableId, RouteTableInputs, RouteTableOutputs};
    use crate::ec2::call::{ids, not_yet, text};
    use crate::ec2::{VpcId, tags};
    use crate::sdk::failed;

    impl Lifecycle for RouteTable {
        type Client = Client;
        const SERVICE: &'static str = "ec2";

        async fn read(client: &Client, tables: &[RouteTableId]) -> Result<Vec<Observed<RouteTable>>, ProviderError> {
            let tables = describe(client, ids("route-table-id", tables)).await?;
            let observed = tables.iter().map(|table| Observed {
                id: RouteTableId::new(text(table.route_table_id())),
                inputs: RouteTableInputs { vpc: VpcId::new(text(table.vpc_id())), tags: Some(tags::from_sdk(table.tags())) },
                outputs: RouteTableOutputs { owner: text(table.owner_id()) },
                condition: Condition::Ready,
            });
            Ok(observed.collect())
        }

        async fn create(client: &Client, want: &RouteTableInputs, new: Creation<'_>) -> Result<RouteTableId, ProviderError> {
            let tags = tags::specification(ResourceType::RouteTable, new.tags);
            let call = client.create_route_table().vpc_id(want.vpc.as_str()).client_token(new.token).tag_specifications(tags);
            let answer = call.send().await.map_err(failed("CreateRouteTable")).map_err(not_yet)?;
            Ok(RouteTableId::new(answer.route_table().and_then(|table| table.route_table_id()).unwrap_or_default()))
        }

        async fn update(client: &Client, id: &RouteTableId, have: &RouteTableInputs, want: &RouteTableInputs) -> Result<(), ProviderError> {
            tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
        }

        async fn delete(client: &Client, id: &RouteTableId) -> Result<(), ProviderError> {
            let call = client.delete_route_table().route_table_id(id.as_str());
            gone_is_success(call.send().await.map_err(failed("DeleteRouteTable")).map(drop))
        }

        async fn find(client: &Client, _: &RouteTableInputs, new: Creation<'_>) -> Result<Option<RouteTableId>, ProviderError> {
            let found = describe(client, tags::token_filter(new.token)).await?;
            Ok(found.first().and_then(|table| table.route_table_id()).map(RouteTableId::new))
        }
    }

    /// The tables that a filter lets through, with their routes and associations.
    pub(in crate::ec2) async fn describe(client: &Client, filter: Filter) -> Result<Vec<types::RouteTable>, ProviderError> {
        let pages = client.describe_route_tables().filters(filter).into_paginator().items().send();
        pages.try_collect().await.map_err(failed("DescribeRouteTables"))
    }
}

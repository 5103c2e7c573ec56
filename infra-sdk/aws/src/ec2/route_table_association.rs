//! The association of a subnet or a gateway with a route table.

use infra_core::{Outputs, Resource};
use serde::{Deserialize, Serialize};

use super::{GatewayId, RouteTableId, SubnetId};

/// Says which table routes the packets of a subnet, or those that come in by a gateway. Exactly one of `subnet` and
/// `gateway` is set. A subnet without one uses the main table of its VPC.
///
/// Its id is the subnet's or the gateway's: AWS's own changes with the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = RouteTableAssociation, id = RouteTableAssociationId, outputs = RouteTableAssociationOutputs,
    kind = "aws:ec2/route-table-association", cloud = "AWS::EC2::SubnetRouteTableAssociation",
    iam(
        "ec2:DescribeRouteTables",
        create("ec2:AssociateRouteTable"),
        update("ec2:ReplaceRouteTableAssociation"),
        delete("ec2:DisassociateRouteTable"),
    ),
)]
pub struct RouteTableAssociationInputs {
    /// The table.
    #[input(cloud = "RouteTableId", unlike_cloud = "AWS's id of it changes with the table; ours, the subnet's or the gateway's, does not")]
    pub route_table: RouteTableId,
    /// The subnet whose packets it routes.
    #[input(replace, cloud = "SubnetId", unlike_cloud = "this type is for gateways too, and then has no subnet")]
    pub subnet: Option<SubnetId>,
    /// The gateway whose incoming packets it routes.
    #[input(
        replace,
        cloud = "GatewayId",
        unlike_cloud = "gateways have a type of their own there, `AWS::EC2::GatewayRouteTableAssociation`"
    )]
    pub gateway: Option<GatewayId>,
}

/// What AWS says of a [`RouteTableAssociation`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = RouteTableAssociation)]
pub struct RouteTableAssociationOutputs {
    /// AWS's own id of it, `rtbassoc-…`.
    pub association: String,
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
    use infra_core::ResourceId;

    use super::{RouteTableAssociation, RouteTableAssociationId as Id, RouteTableAssociationInputs, RouteTableAssociationOutputs};
    use crate::ec2::RouteTableId;
    use crate::ec2::call::{ids, not_yet, plain, some, text};
    use crate::ec2::route_table::live::describe;
    use crate::sdk::failed;

    impl Lifecycle for RouteTableAssociation {
        type Client = Client;
        const SERVICE: &'static str = "ec2";

        async fn read(client: &Client, wanted: &[Id]) -> Result<Vec<Observed<RouteTableAssociation>>, ProviderError> {
            let (subnets, others): (Vec<Id>, Vec<Id>) = wanted.iter().cloned().partition(|id| id.as_str().starts_with("subnet-"));
            let gateways: Vec<Id> = others.into_iter().filter(|id| is_gateway(id.as_str())).collect();
            let mut tables = Vec::new();
            for (filter, of) in [("association.subnet-id", subnets), ("association.gateway-id", gateways)] {
                if !of.is_empty() {
                    tables.extend(describe(client, ids(filter, &of)).await?);
                }
            }
            let all = tables.iter().flat_map(|table| table.associations()).filter_map(observed);
            Ok(all.filter(|association| wanted.contains(&association.id)).collect())
        }

        async fn create(client: &Client, want: &RouteTableAssociationInputs, new: Creation<'_>) -> Result<Id, ProviderError> {
            let id = id_of(want)?;
            let call = client
                .associate_route_table()
                .route_table_id(want.route_table.as_str())
                .set_subnet_id(plain(want.subnet.as_ref()))
                .set_gateway_id(plain(want.gateway.as_ref()));
            let taken = |error: &ProviderError| error.is_code("Resource.AlreadyAssociated");
            match call
                .send()
                .await
                .map_err(failed("AssociateRouteTable"))
                .map_err(not_yet)
                .map_err(|error| error.class_if(Class::Exists, taken))
            {
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                other => other.map(|_| id),
            }
        }

        async fn update(
            client: &Client,
            id: &Id,
            have: &RouteTableAssociationInputs,
            want: &RouteTableAssociationInputs,
        ) -> Result<(), ProviderError> {
            if have.route_table == want.route_table {
                return Ok(());
            }
            let Some(association) = association(client, id).await? else {
                return Err(ProviderError::new(Class::NotFound, "ReplaceRouteTableAssociation", format!("{id} has no route table")));
            };
            let call = client.replace_route_table_association().association_id(association).route_table_id(want.route_table.as_str());
            call.send().await.map_err(failed("ReplaceRouteTableAssociation")).map(drop)
        }

        async fn delete(client: &Client, id: &Id) -> Result<(), ProviderError> {
            let Some(association) = association(client, id).await? else { return Ok(()) };
            let call = client.disassociate_route_table().association_id(association);
            gone_is_success(call.send().await.map_err(failed("DisassociateRouteTable")).map(drop))
        }

        /// It has no tags: that of this subnet or gateway with this table is the one.
        async fn find(client: &Client, want: &RouteTableAssociationInputs, _: Creation<'_>) -> Result<Option<Id>, ProviderError> {
            let found = Self::read(client, &[id_of(want)?]).await?;
            Ok(found.into_iter().find(|association| association.inputs.route_table == want.route_table).map(|association| association.id))
        }
    }

    fn is_gateway(id: &str) -> bool {
        id.starts_with("igw-") || id.starts_with("vgw-")
    }

    fn id_of(want: &RouteTableAssociationInputs) -> Result<Id, ProviderError> {
        match (&want.subnet, &want.gateway) {
            (Some(subnet), None) => Ok(Id::new(subnet.as_str())),
            (None, Some(gateway)) => Ok(Id::new(gateway.as_str())),
            _ => Err(ProviderError::new(Class::Invalid, "AssociateRouteTable", "set exactly one of `subnet` and `gateway`")),
        }
    }

    /// AWS's own id, which the table's every change changes.
    async fn association(client: &Client, id: &Id) -> Result<Option<String>, ProviderError> {
        let found = RouteTableAssociation::read(client, std::slice::from_ref(id)).await?;
        Ok(found.into_iter().next().map(|association| association.outputs.association))
    }

    /// An association of a subnet or a gateway; the main one of a VPC is of neither.
    fn observed(association: &types::RouteTableAssociation) -> Option<Observed<RouteTableAssociation>> {
        let of = association.subnet_id().or(association.gateway_id())?;
        let state = association.association_state();
        let word = state.and_then(|state| state.state()).map_or("associated", |state| state.as_str());
        let reason = state.and_then(|state| state.status_message());
        let condition = match Condition::of(word, &["associated"], &["failed"]) {
            Condition::Failed(word) => Condition::Failed(reason.map_or(word, str::to_owned)),
            other => other,
        };
        (word != "disassociated").then(|| Observed {
            id: Id::new(of),
            inputs: RouteTableAssociationInputs {
                route_table: RouteTableId::from_text(text(association.route_table_id())),
                subnet: some(association.subnet_id()),
                gateway: some(association.gateway_id()),
            },
            outputs: RouteTableAssociationOutputs { association: text(association.route_table_association_id()) },
            condition,
        })
    }

    #[cfg(test)]
    mod tests {
        use aws_sdk_ec2::types::{RouteTableAssociationState, RouteTableAssociationStateCode as Code};

        use super::*;

        fn association(code: Code) -> types::builders::RouteTableAssociationBuilder {
            let state = RouteTableAssociationState::builder().state(code).status_message("no").build();
            types::RouteTableAssociation::builder().route_table_id("rtb-1").association_state(state)
        }

        #[test]
        fn a_gateway_is_associated_as_a_subnet_is_and_the_main_table_with_neither() {
            let told = observed(&association(Code::Associated).gateway_id("igw-1").build()).unwrap();
            assert_eq!((told.id.as_str(), &told.condition), ("igw-1", &Condition::Ready));
            assert_eq!(id_of(&told.inputs).unwrap(), told.id);
            assert!(observed(&association(Code::Associated).main(true).build()).is_none());
        }

        #[test]
        fn an_association_that_failed_says_why_and_one_that_is_gone_is_not_told() {
            let told = observed(&association(Code::Failed).subnet_id("subnet-1").build()).unwrap();
            assert_eq!(told.condition, Condition::Failed("no".into()));
            assert!(observed(&association(Code::Disassociated).subnet_id("subnet-1").build()).is_none());
        }
    }
}

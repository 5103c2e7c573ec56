//! An internet gateway, with its attachment to a VPC.

use infra_core::{Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use super::VpcId;

/// The way between a VPC and the internet. A subnet uses it by a route.
// A gateway that is not attached is of no use and has at most one attachment, so the attachment is a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = InternetGateway, id = InternetGatewayId, outputs = InternetGatewayOutputs, kind = "aws:ec2/internet-gateway",
    cloud = "AWS::EC2::InternetGateway",
    iam(
        "ec2:DescribeInternetGateways",
        create("ec2:CreateInternetGateway", "ec2:CreateTags"),
        update("ec2:AttachInternetGateway", "ec2:DetachInternetGateway", "ec2:CreateTags", "ec2:DeleteTags"),
        delete("ec2:DetachInternetGateway", "ec2:DeleteInternetGateway"),
    ),
)]
pub struct InternetGatewayInputs {
    /// The VPC it is attached to. Another VPC detaches it from the old one first, which fails as long as something
    /// there has a public address. Default: left as it is; a new one is attached to none.
    #[input(cloud = "VpcId", unlike_cloud = "the attachment is a type of its own there, `AWS::EC2::VPCGatewayAttachment`")]
    pub vpc: Option<VpcId>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of an [`InternetGateway`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = InternetGateway)]
pub struct InternetGatewayOutputs {
    /// The account that owns it, 12 digits.
    #[output(stable)]
    pub owner: String,
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types::{self, ResourceType};
    use infra_apply::{Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{InternetGateway, InternetGatewayId, InternetGatewayInputs, InternetGatewayOutputs};
    use crate::ec2::VpcId;
    use crate::ec2::call::{changed, ids, not_yet, some, text};
    use crate::ec2::tags;
    use crate::sdk::failed;

    impl Lifecycle for InternetGateway {
        type Client = Client;
        const SERVICE: &'static str = "ec2";

        async fn read(client: &Client, gateways: &[InternetGatewayId]) -> Result<Vec<Observed<InternetGateway>>, ProviderError> {
            let gateways = describe(client, ids("internet-gateway-id", gateways)).await?;
            Ok(gateways.iter().map(observed).collect())
        }

        async fn create(client: &Client, _: &InternetGatewayInputs, new: Creation<'_>) -> Result<InternetGatewayId, ProviderError> {
            let call = client.create_internet_gateway().tag_specifications(tags::specification(ResourceType::InternetGateway, new.tags));
            let answer = call.send().await.map_err(failed("CreateInternetGateway"))?;
            Ok(InternetGatewayId::new(answer.internet_gateway().and_then(|gateway| gateway.internet_gateway_id()).unwrap_or_default()))
        }

        async fn update(
            client: &Client,
            id: &InternetGatewayId,
            have: &InternetGatewayInputs,
            want: &InternetGatewayInputs,
        ) -> Result<(), ProviderError> {
            if let Some(vpc) = changed(have.vpc.as_ref(), want.vpc.as_ref()) {
                if let Some(old) = &have.vpc {
                    detach(client, id, old.as_str()).await?;
                }
                let call = client.attach_internet_gateway().internet_gateway_id(id.as_str()).vpc_id(vpc.as_str());
                call.send().await.map_err(failed("AttachInternetGateway")).map_err(not_yet)?;
            }
            tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
        }

        async fn delete(client: &Client, id: &InternetGatewayId) -> Result<(), ProviderError> {
            for gateway in describe(client, ids("internet-gateway-id", std::slice::from_ref(id))).await? {
                for attachment in gateway.attachments() {
                    detach(client, id, attachment.vpc_id().unwrap_or_default()).await?;
                }
            }
            let call = client.delete_internet_gateway().internet_gateway_id(id.as_str());
            gone_is_success(call.send().await.map_err(failed("DeleteInternetGateway")).map(drop))
        }

        async fn find(client: &Client, _: &InternetGatewayInputs, new: Creation<'_>) -> Result<Option<InternetGatewayId>, ProviderError> {
            let found = describe(client, tags::token_filter(new.token)).await?;
            Ok(found.first().and_then(|gateway| gateway.internet_gateway_id()).map(InternetGatewayId::new))
        }
    }

    async fn describe(client: &Client, filter: types::Filter) -> Result<Vec<types::InternetGateway>, ProviderError> {
        let pages = client.describe_internet_gateways().filters(filter).into_paginator().items().send();
        pages.try_collect().await.map_err(failed("DescribeInternetGateways"))
    }

    /// Detaches a gateway; one that is not attached is a success.
    async fn detach(client: &Client, id: &InternetGatewayId, vpc: &str) -> Result<(), ProviderError> {
        let call = client.detach_internet_gateway().internet_gateway_id(id.as_str()).vpc_id(vpc);
        match call.send().await.map_err(failed("DetachInternetGateway")) {
            Err(error) if error.is_code("Gateway.NotAttached") => Ok(()),
            other => gone_is_success(other.map(drop)),
        }
    }

    fn observed(gateway: &types::InternetGateway) -> Observed<InternetGateway> {
        let attachment = gateway.attachments().iter().find(|attachment| state(attachment) != "detached");
        let changing = attachment.map(state).filter(|state| matches!(*state, "attaching" | "detaching"));
        Observed {
            id: InternetGatewayId::new(text(gateway.internet_gateway_id())),
            inputs: InternetGatewayInputs {
                vpc: attachment
                    .filter(|attachment| state(attachment) != "detaching")
                    .and_then(|attachment| some::<VpcId>(attachment.vpc_id())),
                tags: Some(tags::from_sdk(gateway.tags())),
            },
            outputs: InternetGatewayOutputs { owner: text(gateway.owner_id()) },
            condition: changing.map_or(Condition::Ready, |state| Condition::Pending(state.to_owned())),
        }
    }

    fn state(attachment: &types::InternetGatewayAttachment) -> &str {
        attachment.state().map_or("", |state| state.as_str())
    }
}

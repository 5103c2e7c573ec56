//! A subnet.

use infra_core::{Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use super::VpcId;

/// A range of addresses in a VPC, in one availability zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Subnet, id = SubnetId, outputs = SubnetOutputs, kind = "aws:ec2/subnet", cloud = "AWS::EC2::Subnet",
    iam("ec2:DescribeSubnets", "ec2:CreateSubnet", "ec2:ModifySubnetAttribute", "ec2:DeleteSubnet", "ec2:CreateTags", "ec2:DeleteTags"),
    unique(vpc, cidr_block),
)]
pub struct SubnetInputs {
    /// The VPC the subnet is in.
    #[input(replace, cloud = "VpcId")]
    pub vpc: VpcId,
    /// The range of its IPv4 addresses, from /16 to /28, within the VPC's.
    #[input(replace)]
    pub cidr_block: Option<String>,
    /// The zone, as in `us-west-2a`. Default: one that AWS chooses.
    #[input(replace)]
    pub availability_zone: Option<String>,
    /// Whether instances launched here get a public address. Default: false.
    pub map_public_ip_on_launch: Option<bool>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`Subnet`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Subnet)]
pub struct SubnetOutputs {
    /// The zone it is in.
    #[output(stable, echo)]
    pub availability_zone: String,
    /// The range of its IPv4 addresses.
    #[output(stable, echo)]
    pub cidr_block: String,
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types::{AttributeBooleanValue, Filter, ResourceType};
    use infra_apply::{Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{Subnet, SubnetId, SubnetInputs, SubnetOutputs};
    use crate::ec2::{VpcId, tags};
    use crate::sdk::failed;

    impl Lifecycle for Subnet {
        type Client = Client;
        const SERVICE: &'static str = "ec2";

        async fn read(client: &Client, ids: &[SubnetId]) -> Result<Vec<Observed<Subnet>>, ProviderError> {
            let ids = ids.iter().map(|id| id.as_str().to_owned()).collect();
            let filter = Filter::builder().name("subnet-id").set_values(Some(ids)).build();
            let answer = client.describe_subnets().filters(filter).send().await.map_err(failed("DescribeSubnets"))?;
            let observed = answer.subnets().iter().map(|subnet| {
                let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
                Observed {
                    id: SubnetId::new(text(subnet.subnet_id())),
                    inputs: SubnetInputs {
                        vpc: VpcId::new(text(subnet.vpc_id())),
                        cidr_block: subnet.cidr_block().map(str::to_owned),
                        availability_zone: subnet.availability_zone().map(str::to_owned),
                        map_public_ip_on_launch: subnet.map_public_ip_on_launch(),
                        tags: Some(tags::from_sdk(subnet.tags())),
                    },
                    outputs: SubnetOutputs { availability_zone: text(subnet.availability_zone()), cidr_block: text(subnet.cidr_block()) },
                    condition: Condition::of(subnet.state().map_or("", |state| state.as_str()), &["available"], &["failed"]),
                }
            });
            Ok(observed.collect())
        }

        async fn create(client: &Client, want: &SubnetInputs, new: Creation<'_>) -> Result<SubnetId, ProviderError> {
            let call = client
                .create_subnet()
                .vpc_id(want.vpc.as_str())
                .set_cidr_block(want.cidr_block.clone())
                .set_availability_zone(want.availability_zone.clone())
                .tag_specifications(tags::specification(ResourceType::Subnet, new.tags));
            let answer = call.send().await.map_err(failed("CreateSubnet"))?;
            Ok(SubnetId::new(answer.subnet().and_then(|subnet| subnet.subnet_id()).unwrap_or_default()))
        }

        async fn update(client: &Client, id: &SubnetId, have: &SubnetInputs, want: &SubnetInputs) -> Result<(), ProviderError> {
            if want.map_public_ip_on_launch.is_some() && want.map_public_ip_on_launch != have.map_public_ip_on_launch {
                let value = AttributeBooleanValue::builder().set_value(want.map_public_ip_on_launch).build();
                let call = client.modify_subnet_attribute().subnet_id(id.as_str()).map_public_ip_on_launch(value);
                call.send().await.map_err(failed("ModifySubnetAttribute"))?;
            }
            tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
        }

        async fn delete(client: &Client, id: &SubnetId) -> Result<(), ProviderError> {
            let deleted = client.delete_subnet().subnet_id(id.as_str()).send().await.map_err(failed("DeleteSubnet"));
            gone_is_success(deleted.map(drop))
        }

        async fn find(client: &Client, _: &SubnetInputs, new: Creation<'_>) -> Result<Option<SubnetId>, ProviderError> {
            let call = client.describe_subnets().filters(tags::token_filter(new.token));
            let answer = call.send().await.map_err(failed("DescribeSubnets"))?;
            Ok(answer.subnets().first().and_then(|subnet| subnet.subnet_id()).map(SubnetId::new))
        }
    }
}

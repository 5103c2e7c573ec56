//! The VPC that an account has in each region from the start.

use infra_core::Lookup;
use serde::{Deserialize, Serialize};

use super::{SubnetId, VpcId};

/// Asks for the default VPC of the region and its default subnets: `stack.lookup(ec2::DefaultVpc {})?`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultVpc {}

/// The default VPC of a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DefaultNetwork {
    /// The VPC.
    pub id: VpcId,
    /// The range of its IPv4 addresses.
    pub cidr_block: String,
    /// Its default subnets, one a zone, sorted by zone.
    pub subnets: Vec<DefaultSubnet>,
}

/// The default subnet of a zone; what starts in it gets a public address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DefaultSubnet {
    /// The subnet.
    pub id: SubnetId,
    /// Its zone, as in `us-west-2a`.
    pub availability_zone: String,
    /// The range of its IPv4 addresses.
    pub cidr_block: String,
}

impl Lookup for DefaultVpc {
    const KIND: &'static str = "aws:ec2/default-vpc";
    type Answer = DefaultNetwork;
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types::Filter;
    use infra_apply::{Class, ProviderError};

    use super::{DefaultNetwork, DefaultSubnet, DefaultVpc};
    use crate::ec2::{SubnetId, VpcId};
    use crate::sdk::{Answers, failed};

    impl Answers for DefaultVpc {
        type Client = Client;

        async fn answer(&self, client: &Client) -> Result<DefaultNetwork, ProviderError> {
            let filter = |name: &str, value: &str| Filter::builder().name(name).values(value).build();
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let call = client.describe_vpcs().filters(filter("is-default", "true"));
            let answer = call.send().await.map_err(failed("DescribeVpcs"))?;
            let none = || ProviderError::new(Class::NotFound, "DescribeVpcs", "the account has no default VPC in this region");
            let vpc = answer.vpcs().first().ok_or_else(none)?;
            let id = text(vpc.vpc_id());
            let call = client.describe_subnets().filters(filter("vpc-id", &id)).filters(filter("default-for-az", "true"));
            let answer = call.send().await.map_err(failed("DescribeSubnets"))?;
            let mut subnets: Vec<DefaultSubnet> = answer
                .subnets()
                .iter()
                .map(|subnet| DefaultSubnet {
                    id: SubnetId::new(text(subnet.subnet_id())),
                    availability_zone: text(subnet.availability_zone()),
                    cidr_block: text(subnet.cidr_block()),
                })
                .collect();
            subnets.sort_by(|one, other| one.availability_zone.cmp(&other.availability_zone));
            Ok(DefaultNetwork { id: VpcId::new(id), cidr_block: text(vpc.cidr_block()), subnets })
        }
    }
}

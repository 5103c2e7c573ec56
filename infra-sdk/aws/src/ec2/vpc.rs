//! A virtual private cloud.

use infra_core::{Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// Whether instances share their host with other accounts.
    pub enum Tenancy {
        /// As each instance says; shared by default.
        Default = "default",
        /// Hosts of this account only.
        Dedicated = "dedicated",
    }
}

/// A virtual private cloud: a network of your own, in one region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Vpc, id = VpcId, outputs = VpcOutputs, kind = "aws:ec2/vpc", cloud = "AWS::EC2::VPC",
    iam("ec2:DescribeVpcs", "ec2:DescribeVpcAttribute", "ec2:CreateVpc", "ec2:ModifyVpcAttribute", "ec2:ModifyVpcTenancy", "ec2:DeleteVpc", "ec2:CreateTags", "ec2:DeleteTags"),
)]
pub struct VpcInputs {
    /// The range of its IPv4 addresses, from /16 to /28, such as 10.0.0.0/16. Not needed with `ipv4_ipam_pool`.
    #[input(replace)]
    pub cidr_block: Option<String>,
    /// Whether instances with public addresses get public DNS names. Default: false.
    pub enable_dns_hostnames: Option<bool>,
    /// Whether Amazon's DNS server answers. Default: true.
    pub enable_dns_support: Option<bool>,
    /// Whether instances share their host with other accounts. Only `dedicated` to `default` is possible in place.
    #[input(replace)]
    pub instance_tenancy: Option<Tenancy>,
    /// The IPAM pool that gives the range, where `cidr_block` does not.
    #[input(replace, cloud = "Ipv4IpamPoolId")]
    pub ipv4_ipam_pool: Option<String>,
    /// How many bits of the range the pool gives are the network's, from 16 to 28.
    #[input(replace, cloud = "Ipv4NetmaskLength")]
    pub ipv4_netmask_length: Option<i32>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`Vpc`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Vpc)]
pub struct VpcOutputs {
    /// The range of its IPv4 addresses.
    #[output(stable, echo)]
    pub cidr_block: String,
    /// The security group that comes with it.
    #[output(stable)]
    pub default_security_group: String,
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types::{AttributeBooleanValue, Filter, ResourceType, VpcAttributeName};
    use infra_apply::{Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{Tenancy, Vpc, VpcId, VpcInputs, VpcOutputs};
    use crate::ec2::tags;
    use crate::sdk::failed;

    impl Lifecycle for Vpc {
        type Client = Client;
        const SERVICE: &'static str = "ec2";

        async fn read(client: &Client, ids: &[VpcId]) -> Result<Vec<Observed<Vpc>>, ProviderError> {
            let ids = ids.iter().map(|id| id.as_str().to_owned()).collect();
            let filter = Filter::builder().name("vpc-id").set_values(Some(ids)).build();
            let answer = client.describe_vpcs().filters(filter).send().await.map_err(failed("DescribeVpcs"))?;
            let mut observed = Vec::new();
            for vpc in answer.vpcs() {
                let id = vpc.vpc_id().unwrap_or_default();
                observed.push(Observed {
                    id: VpcId::new(id),
                    inputs: VpcInputs {
                        cidr_block: vpc.cidr_block().map(str::to_owned),
                        enable_dns_hostnames: Some(attribute(client, id, VpcAttributeName::EnableDnsHostnames).await?),
                        enable_dns_support: Some(attribute(client, id, VpcAttributeName::EnableDnsSupport).await?),
                        instance_tenancy: vpc.instance_tenancy().and_then(|word| Tenancy::from_word(word.as_str())),
                        ipv4_ipam_pool: None,
                        ipv4_netmask_length: None,
                        tags: Some(tags::from_sdk(vpc.tags())),
                    },
                    outputs: VpcOutputs {
                        cidr_block: vpc.cidr_block().unwrap_or_default().to_owned(),
                        default_security_group: default_security_group(client, id).await?,
                    },
                    condition: Condition::of(vpc.state().map_or("", |state| state.as_str()), &["available"], &[]),
                });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &VpcInputs, new: Creation<'_>) -> Result<VpcId, ProviderError> {
            let call = client
                .create_vpc()
                .set_cidr_block(want.cidr_block.clone())
                .set_instance_tenancy(want.instance_tenancy.map(|tenancy| tenancy.as_str().into()))
                .set_ipv4_ipam_pool_id(want.ipv4_ipam_pool.clone())
                .set_ipv4_netmask_length(want.ipv4_netmask_length)
                .tag_specifications(tags::specification(ResourceType::Vpc, new.tags));
            let answer = call.send().await.map_err(failed("CreateVpc"))?;
            Ok(VpcId::new(answer.vpc().and_then(|vpc| vpc.vpc_id()).unwrap_or_default()))
        }

        async fn update(client: &Client, id: &VpcId, have: &VpcInputs, want: &VpcInputs) -> Result<(), ProviderError> {
            if want.enable_dns_support.is_some() && want.enable_dns_support != have.enable_dns_support {
                let value = AttributeBooleanValue::builder().set_value(want.enable_dns_support).build();
                let call = client.modify_vpc_attribute().vpc_id(id.as_str()).enable_dns_support(value);
                call.send().await.map_err(failed("ModifyVpcAttribute"))?;
            }
            if want.enable_dns_hostnames.is_some() && want.enable_dns_hostnames != have.enable_dns_hostnames {
                let value = AttributeBooleanValue::builder().set_value(want.enable_dns_hostnames).build();
                let call = client.modify_vpc_attribute().vpc_id(id.as_str()).enable_dns_hostnames(value);
                call.send().await.map_err(failed("ModifyVpcAttribute"))?;
            }
            tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
        }

        async fn delete(client: &Client, id: &VpcId) -> Result<(), ProviderError> {
            let deleted = client.delete_vpc().vpc_id(id.as_str()).send().await.map_err(failed("DeleteVpc"));
            gone_is_success(deleted.map(drop))
        }

        async fn find(client: &Client, _: &VpcInputs, new: Creation<'_>) -> Result<Option<VpcId>, ProviderError> {
            let call = client.describe_vpcs().filters(tags::token_filter(new.token));
            let answer = call.send().await.map_err(failed("DescribeVpcs"))?;
            Ok(answer.vpcs().first().and_then(|vpc| vpc.vpc_id()).map(VpcId::new))
        }
    }

    async fn attribute(client: &Client, id: &str, name: VpcAttributeName) -> Result<bool, ProviderError> {
        let call = client.describe_vpc_attribute().vpc_id(id).attribute(name);
        let answer = call.send().await.map_err(failed("DescribeVpcAttribute"))?;
        let value = answer.enable_dns_hostnames().or(answer.enable_dns_support());
        Ok(value.and_then(|value| value.value()).unwrap_or_default())
    }

    async fn default_security_group(client: &Client, id: &str) -> Result<String, ProviderError> {
        let filter = |name: &str, value: &str| Filter::builder().name(name).values(value).build();
        let call = client.describe_security_groups().filters(filter("vpc-id", id)).filters(filter("group-name", "default"));
        let answer = call.send().await.map_err(failed("DescribeSecurityGroups"))?;
        Ok(answer.security_groups().first().and_then(|group| group.group_id()).unwrap_or_default().to_owned())
    }
}

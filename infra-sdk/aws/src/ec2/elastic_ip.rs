//! An elastic IP address.

use infra_core::{Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use super::{InstanceId, IpamPoolId};

/// A public IPv4 address that stays yours whatever it points to.
// `Domain` is left out: `vpc` is the only one that accounts still have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = ElasticIp, id = AllocationId, outputs = ElasticIpOutputs, kind = "aws:ec2/elastic-ip", cloud = "AWS::EC2::EIP",
    iam(
        "ec2:DescribeAddresses",
        create("ec2:AllocateAddress", "ec2:AcceptAddressTransfer", "ec2:CreateTags"),
        update("ec2:AssociateAddress", "ec2:DisassociateAddress", "ec2:CreateTags", "ec2:DeleteTags"),
        delete("ec2:DisassociateAddress", "ec2:ReleaseAddress"),
    ),
    without(Domain = "there is only `vpc` since EC2-Classic is no more"),
)]
pub struct ElasticIpInputs {
    /// The address itself, to get one back that was released or to choose one of your own pool. Default: any.
    #[input(replace)]
    pub address: Option<String>,
    /// The instance it points to. Another one takes it away from the old. Not for an address of a NAT gateway or a
    /// load balancer, which take it themselves.
    #[input(cloud = "InstanceId")]
    pub instance: Option<InstanceId>,
    /// The IPAM pool of public addresses that it comes from. AWS never tells it again.
    #[input(replace, write_only, cloud = "IpamPoolId")]
    pub ipam_pool: Option<IpamPoolId>,
    /// The place from which AWS advertises it, as in `us-west-2` or `us-west-2-lax-1`. Default: the region.
    #[input(replace)]
    pub network_border_group: Option<String>,
    /// The pool of your own addresses that it comes from. Default: `amazon`, AWS's addresses.
    // AWS's schema lets it change in place by allocating another address, which is what a replacement is.
    #[input(replace, unlike_cloud = "an allocated address stays in its pool; the API has no call that moves it")]
    pub public_ipv4_pool: Option<String>,
    /// An address that another account has offered: it is accepted instead of allocating a new one.
    #[input(replace)]
    pub transfer_address: Option<String>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of an [`ElasticIp`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = ElasticIp)]
pub struct ElasticIpOutputs {
    /// The address.
    #[output(stable)]
    pub public_ip: String,
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types::{self, DomainType, Filter, ResourceType};
    use infra_apply::{Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{AllocationId, ElasticIp, ElasticIpInputs, ElasticIpOutputs};
    use crate::ec2::call::{changed, ids, not_yet, plain, some, text};
    use crate::ec2::tags;
    use crate::sdk::failed;

    impl Lifecycle for ElasticIp {
        type Client = Client;
        const SERVICE: &'static str = "ec2";

        async fn read(client: &Client, allocations: &[AllocationId]) -> Result<Vec<Observed<ElasticIp>>, ProviderError> {
            let addresses = describe(client, ids("allocation-id", allocations)).await?;
            Ok(addresses.iter().map(observed).collect())
        }

        async fn create(client: &Client, want: &ElasticIpInputs, new: Creation<'_>) -> Result<AllocationId, ProviderError> {
            let tags = tags::specification(ResourceType::ElasticIp, new.tags);
            if let Some(offered) = &want.transfer_address {
                let answer = client.accept_address_transfer().address(offered).tag_specifications(tags).send().await;
                let answer = answer.map_err(failed("AcceptAddressTransfer"))?;
                return Ok(AllocationId::new(answer.address_transfer().and_then(|transfer| transfer.allocation_id()).unwrap_or_default()));
            }
            let call = client
                .allocate_address()
                .domain(DomainType::Vpc)
                .set_address(want.address.clone())
                .set_ipam_pool_id(plain(want.ipam_pool.as_ref()))
                .set_network_border_group(want.network_border_group.clone())
                .set_public_ipv4_pool(want.public_ipv4_pool.clone())
                .tag_specifications(tags);
            let answer = call.send().await.map_err(failed("AllocateAddress"))?;
            Ok(AllocationId::new(answer.allocation_id().unwrap_or_default()))
        }

        async fn update(client: &Client, id: &AllocationId, have: &ElasticIpInputs, want: &ElasticIpInputs) -> Result<(), ProviderError> {
            if let Some(instance) = changed(have.instance.as_ref(), want.instance.as_ref()) {
                let call = client.associate_address().allocation_id(id.as_str()).instance_id(instance.as_str()).allow_reassociation(true);
                call.send().await.map_err(failed("AssociateAddress")).map_err(not_yet)?;
            }
            tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
        }

        async fn delete(client: &Client, id: &AllocationId) -> Result<(), ProviderError> {
            // An address that points to an instance cannot be released; whatever else holds it goes its own way.
            for address in describe(client, ids("allocation-id", std::slice::from_ref(id))).await? {
                let to_instance = address.instance_id().is_some_and(|instance| !instance.is_empty());
                if let Some(association) = address.association_id().filter(|_| to_instance) {
                    let call = client.disassociate_address().association_id(association);
                    gone_is_success(call.send().await.map_err(failed("DisassociateAddress")).map(drop))?;
                }
            }
            let call = client.release_address().allocation_id(id.as_str());
            gone_is_success(call.send().await.map_err(failed("ReleaseAddress")).map(drop))
        }

        async fn find(client: &Client, _: &ElasticIpInputs, new: Creation<'_>) -> Result<Option<AllocationId>, ProviderError> {
            let found = describe(client, tags::token_filter(new.token)).await?;
            Ok(found.first().and_then(|address| address.allocation_id()).map(AllocationId::new))
        }
    }

    async fn describe(client: &Client, filter: Filter) -> Result<Vec<types::Address>, ProviderError> {
        // The call answers in one page.
        let answer = client.describe_addresses().filters(filter).send().await.map_err(failed("DescribeAddresses"))?;
        Ok(answer.addresses.unwrap_or_default())
    }

    fn observed(address: &types::Address) -> Observed<ElasticIp> {
        let public_ip = text(address.public_ip().or(address.carrier_ip()));
        Observed {
            id: AllocationId::new(text(address.allocation_id())),
            inputs: ElasticIpInputs {
                address: Some(public_ip.clone()),
                instance: some(address.instance_id()),
                ipam_pool: None,
                network_border_group: address.network_border_group().map(str::to_owned),
                public_ipv4_pool: address.public_ipv4_pool().map(str::to_owned),
                transfer_address: Some(public_ip.clone()),
                tags: Some(tags::from_sdk(address.tags())),
            },
            outputs: ElasticIpOutputs { public_ip },
            condition: Condition::Ready,
        }
    }
}

//! A subnet.

use infra_core::{Block, Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use super::{HostnameType, IpamPoolId, VpcId};

/// The private DNS names of instances that are launched in a subnet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct DnsNamesOnLaunch {
    /// What the names are made of. Default: `ip-name`; in a subnet without IPv4 always `resource-name`.
    #[input(cloud = "HostnameType")]
    pub hostname_type: Option<HostnameType>,
    /// Whether a name made of an id leads to an IPv4 address. Default: false.
    #[input(cloud = "EnableResourceNameDnsARecord")]
    pub enable_resource_name_dns_a_record: Option<bool>,
    /// Whether a name made of an id leads to an IPv6 address. Default: false.
    #[input(cloud = "EnableResourceNameDnsAAAARecord")]
    pub enable_resource_name_dns_aaaa_record: Option<bool>,
}

/// A range of addresses in a VPC, in one availability zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Subnet, id = SubnetId, outputs = SubnetOutputs, kind = "aws:ec2/subnet", cloud = "AWS::EC2::Subnet",
    iam(
        "ec2:DescribeSubnets",
        create("ec2:CreateSubnet", "ec2:CreateTags"),
        update(
            "ec2:ModifySubnetAttribute", "ec2:AssociateSubnetCidrBlock", "ec2:DisassociateSubnetCidrBlock", "ec2:CreateTags",
            "ec2:DeleteTags",
        ),
        delete("ec2:DeleteSubnet"),
    ),
    unique(vpc, cidr_block),
)]
pub struct SubnetInputs {
    /// The VPC the subnet is in.
    #[input(replace, cloud = "VpcId")]
    pub vpc: VpcId,
    /// The range of its IPv4 addresses, from /16 to /28, within the VPC's. Not needed with `ipv4_ipam_pool`.
    #[input(replace)]
    pub cidr_block: Option<String>,
    /// The IPAM pool that gives the range of IPv4 addresses, where `cidr_block` does not.
    #[input(replace, write_only, cloud = "Ipv4IpamPoolId")]
    pub ipv4_ipam_pool: Option<IpamPoolId>,
    /// How many bits of the IPv4 range the pool gives are the subnet's, from 16 to 28.
    #[input(replace, write_only)]
    pub ipv4_netmask_length: Option<i32>,
    /// The range of its IPv6 addresses, from /44 to /64 in steps of 4, within the VPC's. Default: none.
    pub ipv6_cidr_block: Option<String>,
    /// The IPAM pool that gives the range of IPv6 addresses, where `ipv6_cidr_block` does not.
    #[input(replace, write_only, cloud = "Ipv6IpamPoolId")]
    pub ipv6_ipam_pool: Option<IpamPoolId>,
    /// How many bits of the IPv6 range the pool gives are the subnet's, from 44 to 64 in steps of 4.
    #[input(replace, write_only)]
    pub ipv6_netmask_length: Option<i32>,
    /// Whether it has IPv6 addresses alone. Default: false.
    #[input(replace)]
    pub ipv6_native: Option<bool>,
    /// The zone, as in `us-west-2a`. Default: one that AWS chooses.
    #[input(replace)]
    pub availability_zone: Option<String>,
    /// The zone by its id, as in `usw2-az1`, which is the same place in every account, instead of its name.
    #[input(replace)]
    pub availability_zone_id: Option<String>,
    /// The ARN of the Outpost it is on. Default: none, in AWS's own region.
    #[input(replace)]
    pub outpost_arn: Option<String>,
    /// Whether instances launched here get a public IPv4 address. Default: false.
    pub map_public_ip_on_launch: Option<bool>,
    /// Whether network interfaces made here get an IPv6 address. Default: false.
    pub assign_ipv6_address_on_creation: Option<bool>,
    /// Whether the DNS server makes IPv6 addresses for names that have IPv4 ones only, for NAT64. Default: false.
    pub enable_dns64: Option<bool>,
    /// The position, from 1, at which a network interface of an instance on an Outpost is of the local network.
    /// Default: none is.
    pub enable_lni_at_device_index: Option<i32>,
    /// The private DNS names of instances launched here.
    pub private_dns_name_options_on_launch: Option<DnsNamesOnLaunch>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`Subnet`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Subnet)]
pub struct SubnetOutputs {
    /// Its ARN.
    #[output(stable)]
    pub arn: String,
    /// The zone it is in.
    #[output(stable, echo)]
    pub availability_zone: String,
    /// The zone it is in, by its id.
    #[output(stable, echo)]
    pub availability_zone_id: String,
    /// The range of its IPv4 addresses; empty if it has none.
    #[output(stable, echo)]
    pub cidr_block: String,
    /// The range of its IPv6 addresses; empty if it has none.
    #[output(echo)]
    pub ipv6_cidr_block: String,
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types::{self, Filter, ResourceType, SubnetCidrBlockStateCode as Code, SubnetIpv6CidrBlockAssociation};
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{DnsNamesOnLaunch, HostnameType, Subnet, SubnetId, SubnetInputs, SubnetOutputs};
    use crate::ec2::call::{attribute, changed, ids, not_yet, plain, text};
    use crate::ec2::{VpcId, cidr, tags};
    use crate::sdk::failed;

    impl Lifecycle for Subnet {
        type Client = Client;
        const SERVICE: &'static str = "ec2";

        async fn read(client: &Client, subnets: &[SubnetId]) -> Result<Vec<Observed<Subnet>>, ProviderError> {
            Ok(describe(client, ids("subnet-id", subnets)).await?.iter().map(observed).collect())
        }

        async fn create(client: &Client, want: &SubnetInputs, new: Creation<'_>) -> Result<SubnetId, ProviderError> {
            cidr::check("CreateSubnet", want.cidr_block.as_deref())?;
            cidr::check("CreateSubnet", want.ipv6_cidr_block.as_deref())?;
            let call = client
                .create_subnet()
                .vpc_id(want.vpc.as_str())
                .set_cidr_block(want.cidr_block.clone())
                .set_ipv4_ipam_pool_id(plain(want.ipv4_ipam_pool.as_ref()))
                .set_ipv4_netmask_length(want.ipv4_netmask_length)
                .set_ipv6_cidr_block(want.ipv6_cidr_block.clone())
                .set_ipv6_ipam_pool_id(plain(want.ipv6_ipam_pool.as_ref()))
                .set_ipv6_netmask_length(want.ipv6_netmask_length)
                .set_ipv6_native(want.ipv6_native)
                .set_availability_zone(want.availability_zone.clone())
                .set_availability_zone_id(want.availability_zone_id.clone())
                .set_outpost_arn(want.outpost_arn.clone())
                .tag_specifications(tags::specification(ResourceType::Subnet, new.tags));
            let answer = call.send().await.map_err(failed("CreateSubnet")).map_err(not_yet)?;
            Ok(SubnetId::new(answer.subnet().and_then(|subnet| subnet.subnet_id()).unwrap_or_default()))
        }

        async fn update(client: &Client, id: &SubnetId, have: &SubnetInputs, want: &SubnetInputs) -> Result<(), ProviderError> {
            if let Some(range) = changed(have.ipv6_cidr_block.as_ref(), want.ipv6_cidr_block.as_ref()) {
                replace_ipv6_cidr_block(client, id, range).await?;
            }
            // One attribute a call.
            let modify = || client.modify_subnet_attribute().subnet_id(id.as_str());
            let flag = |have: Option<bool>, want: Option<bool>| want.filter(|_| want != have).map(attribute);
            let default = DnsNamesOnLaunch::default();
            let have_names = have.private_dns_name_options_on_launch.as_ref().unwrap_or(&default);
            let names = want.private_dns_name_options_on_launch.as_ref().unwrap_or(&default);
            let calls = [
                flag(have.map_public_ip_on_launch, want.map_public_ip_on_launch).map(|value| modify().map_public_ip_on_launch(value)),
                flag(have.assign_ipv6_address_on_creation, want.assign_ipv6_address_on_creation)
                    .map(|value| modify().assign_ipv6_address_on_creation(value)),
                flag(have.enable_dns64, want.enable_dns64).map(|value| modify().enable_dns64(value)),
                changed(have.enable_lni_at_device_index.as_ref(), want.enable_lni_at_device_index.as_ref())
                    .map(|index| modify().enable_lni_at_device_index(*index)),
                changed(have_names.hostname_type.as_ref(), names.hostname_type.as_ref())
                    .map(|of| modify().private_dns_hostname_type_on_launch(of.as_str().into())),
                flag(have_names.enable_resource_name_dns_a_record, names.enable_resource_name_dns_a_record)
                    .map(|value| modify().enable_resource_name_dns_a_record_on_launch(value)),
                flag(have_names.enable_resource_name_dns_aaaa_record, names.enable_resource_name_dns_aaaa_record)
                    .map(|value| modify().enable_resource_name_dns_aaaa_record_on_launch(value)),
            ];
            for call in calls.into_iter().flatten() {
                call.send().await.map_err(failed("ModifySubnetAttribute"))?;
            }
            tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
        }

        async fn delete(client: &Client, id: &SubnetId) -> Result<(), ProviderError> {
            let deleted = client.delete_subnet().subnet_id(id.as_str()).send().await.map_err(failed("DeleteSubnet"));
            gone_is_success(deleted.map(drop))
        }

        async fn find(client: &Client, _: &SubnetInputs, new: Creation<'_>) -> Result<Option<SubnetId>, ProviderError> {
            let found = describe(client, tags::token_filter(new.token)).await?;
            Ok(found.first().and_then(|subnet| subnet.subnet_id()).map(SubnetId::new))
        }
    }

    async fn describe(client: &Client, filter: Filter) -> Result<Vec<types::Subnet>, ProviderError> {
        client.describe_subnets().filters(filter).into_paginator().items().send().try_collect().await.map_err(failed("DescribeSubnets"))
    }

    fn code(association: &SubnetIpv6CidrBlockAssociation) -> Option<&Code> {
        association.ipv6_cidr_block_state().and_then(|state| state.state())
    }

    /// The range that stays; a subnet has one at most.
    fn ipv6_cidr_block(subnet: &types::Subnet) -> Option<&SubnetIpv6CidrBlockAssociation> {
        let mut all = subnet.ipv6_cidr_block_association_set().iter();
        all.find(|association| matches!(code(association), Some(Code::Associated | Code::Associating)))
    }

    /// Gives a subnet another range of IPv6 addresses. The old one has to be gone before the new one comes.
    async fn replace_ipv6_cidr_block(client: &Client, id: &SubnetId, range: &str) -> Result<(), ProviderError> {
        cidr::check("AssociateSubnetCidrBlock", Some(range))?;
        let subnets = describe(client, ids("subnet-id", std::slice::from_ref(id))).await?;
        let associations = subnets.first().map(types::Subnet::ipv6_cidr_block_association_set).unwrap_or_default();
        let old = subnets.first().and_then(ipv6_cidr_block).and_then(|association| association.association_id());
        if let Some(old) = old {
            let call = client.disassociate_subnet_cidr_block().association_id(old);
            call.send().await.map_err(failed("DisassociateSubnetCidrBlock"))?;
        }
        let is_leaving = old.is_some() || associations.iter().any(|association| code(association) == Some(&Code::Disassociating));
        let call = client.associate_subnet_cidr_block().subnet_id(id.as_str()).ipv6_cidr_block(range);
        let associated = call.send().await.map_err(failed("AssociateSubnetCidrBlock"));
        associated.map(drop).map_err(|error| error.class_if(Class::NotYet, |error| is_leaving && error.class == Class::Invalid))
    }

    fn observed(subnet: &types::Subnet) -> Observed<Subnet> {
        let ipv6 = ipv6_cidr_block(subnet).and_then(|association| association.ipv6_cidr_block());
        let mut associations = subnet.ipv6_cidr_block_association_set().iter().filter_map(code);
        let changing = associations.find(|code| matches!(code, Code::Associating | Code::Disassociating));
        let names = subnet.private_dns_name_options_on_launch().map(|names| DnsNamesOnLaunch {
            hostname_type: names.hostname_type().and_then(|of| HostnameType::from_word(of.as_str())),
            enable_resource_name_dns_a_record: names.enable_resource_name_dns_a_record(),
            enable_resource_name_dns_aaaa_record: names.enable_resource_name_dns_aaaa_record(),
        });
        Observed {
            id: SubnetId::new(text(subnet.subnet_id())),
            inputs: SubnetInputs {
                vpc: VpcId::new(text(subnet.vpc_id())),
                cidr_block: subnet.cidr_block().filter(|range| !range.is_empty()).map(str::to_owned),
                ipv4_ipam_pool: None,
                ipv4_netmask_length: None,
                ipv6_cidr_block: ipv6.map(str::to_owned),
                ipv6_ipam_pool: None,
                ipv6_netmask_length: None,
                ipv6_native: subnet.ipv6_native(),
                availability_zone: subnet.availability_zone().map(str::to_owned),
                availability_zone_id: subnet.availability_zone_id().map(str::to_owned),
                outpost_arn: subnet.outpost_arn().map(str::to_owned),
                map_public_ip_on_launch: subnet.map_public_ip_on_launch(),
                assign_ipv6_address_on_creation: subnet.assign_ipv6_address_on_creation(),
                enable_dns64: subnet.enable_dns64(),
                enable_lni_at_device_index: subnet.enable_lni_at_device_index().filter(|index| *index > 0),
                private_dns_name_options_on_launch: names,
                tags: Some(tags::from_sdk(subnet.tags())),
            },
            outputs: SubnetOutputs {
                arn: text(subnet.subnet_arn()),
                availability_zone: text(subnet.availability_zone()),
                availability_zone_id: text(subnet.availability_zone_id()),
                cidr_block: text(subnet.cidr_block()),
                ipv6_cidr_block: text(ipv6),
            },
            condition: match Condition::of(subnet.state().map_or("", |state| state.as_str()), &["available"], &["failed"]) {
                Condition::Ready => changing.map_or(Condition::Ready, |code| Condition::Pending(code.as_str().to_owned())),
                other => other,
            },
        }
    }

    #[cfg(test)]
    mod tests {
        use aws_sdk_ec2::types::{PrivateDnsNameOptionsOnLaunch, SubnetCidrBlockState, SubnetState};

        use super::*;

        fn range(range: &str, code: Code) -> SubnetIpv6CidrBlockAssociation {
            let state = SubnetCidrBlockState::builder().state(code).build();
            SubnetIpv6CidrBlockAssociation::builder().ipv6_cidr_block(range).ipv6_cidr_block_state(state).build()
        }

        fn subnet(ranges: Vec<SubnetIpv6CidrBlockAssociation>) -> types::builders::SubnetBuilder {
            types::Subnet::builder().state(SubnetState::Available).set_ipv6_cidr_block_association_set(Some(ranges))
        }

        #[test]
        fn a_range_that_leaves_is_not_told_but_the_subnet_is_not_ready_until_it_is_gone() {
            let ranges = vec![range("2001:db8::/64", Code::Disassociating), range("2001:db8:0:1::/64", Code::Associated)];
            let told = observed(&subnet(ranges).build());
            assert_eq!(told.inputs.ipv6_cidr_block.as_deref(), Some("2001:db8:0:1::/64"));
            assert_eq!(told.condition, Condition::Pending("disassociating".into()));
            let told = observed(&subnet(vec![range("2001:db8::/64", Code::Disassociated)]).build());
            assert_eq!((told.inputs.ipv6_cidr_block, told.condition), (None, Condition::Ready));
        }

        #[test]
        fn what_was_never_set_is_told_as_not_set() {
            let names = PrivateDnsNameOptionsOnLaunch::builder().hostname_type("resource-name".into()).build();
            let told = observed(&subnet(Vec::new()).enable_lni_at_device_index(0).private_dns_name_options_on_launch(names).build());
            assert_eq!(told.inputs.enable_lni_at_device_index, None);
            let names = DnsNamesOnLaunch { hostname_type: Some(HostnameType::ResourceName), ..DnsNamesOnLaunch::default() };
            assert_eq!(told.inputs.private_dns_name_options_on_launch, Some(names));
        }
    }
}

//! A virtual private cloud.

use infra_core::{Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};

use super::{IpamPoolId, RouteTableId, SecurityGroupId};

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
    iam(
        "ec2:DescribeVpcs", "ec2:DescribeVpcAttribute", "ec2:DescribeSecurityGroups", "ec2:DescribeNetworkAcls",
        "ec2:DescribeRouteTables",
        create("ec2:CreateVpc", "ec2:CreateTags"),
        update("ec2:ModifyVpcAttribute", "ec2:CreateTags", "ec2:DeleteTags"),
        delete("ec2:DeleteVpc"),
    ),
    without(
        VpcEncryptionControl = "create-only there, which would replace a network to enforce encryption; EC2 has it as an object of its own",
    ),
)]
pub struct VpcInputs {
    /// The range of its IPv4 addresses, from /16 to /28, such as 10.0.0.0/16. Not needed with `ipv4_ipam_pool`.
    #[input(replace)]
    pub cidr_block: Option<String>,
    /// Whether instances with public addresses get public DNS names. Default: false.
    pub enable_dns_hostnames: Option<bool>,
    /// Whether Amazon's DNS server answers. Default: true.
    pub enable_dns_support: Option<bool>,
    /// Whether instances share their host with other accounts. Default: `default`.
    // AWS's schema lets it change in place from `dedicated` to `default` alone; a field cannot depend on its old value.
    #[input(replace, unlike_cloud = "the API refuses `host` for a VPC")]
    pub instance_tenancy: Option<Tenancy>,
    /// The IPAM pool that gives the range, where `cidr_block` does not.
    #[input(replace, write_only, cloud = "Ipv4IpamPoolId")]
    pub ipv4_ipam_pool: Option<IpamPoolId>,
    /// How many bits of the range the pool gives are the network's, from 16 to 28.
    #[input(replace, write_only)]
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
    /// The ranges of its IPv6 addresses.
    pub ipv6_cidr_blocks: Vec<String>,
    /// The security group that comes with it.
    #[output(stable)]
    pub default_security_group: SecurityGroupId,
    /// The network access list that comes with it and lets everything through.
    #[output(stable)]
    pub default_network_acl: String,
    /// The route table of subnets without one of their own.
    pub main_route_table: RouteTableId,
}

#[cfg(feature = "ec2")]
mod live {
    use std::collections::BTreeMap;

    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types::{self, Filter, ResourceType, VpcAttributeName, VpcCidrBlockStateCode};
    use infra_apply::{Asked, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{Tenancy, Vpc, VpcId, VpcInputs, VpcOutputs};
    use crate::ec2::call::{attribute, changed, filter, ids, plain, text};
    use crate::ec2::{RouteTableId, SecurityGroupId, cidr, route_table, tags};
    use crate::sdk::{failed, told};

    impl Lifecycle for Vpc {
        type Client = Client;
        const SERVICE: &'static str = "ec2";

        async fn read(client: &Client, ids: &[VpcId]) -> Result<Vec<Observed<Vpc>>, ProviderError> {
            Self::look(client, &Asked::whole_of(ids)).await
        }

        async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<Vpc>>, ProviderError> {
            let ids_asked: Vec<VpcId> = objects.iter().map(|asked| VpcId::new(asked.id())).collect();
            let vpcs = describe(client, ids("vpc-id", &ids_asked)).await?;
            if vpcs.is_empty() {
                return Ok(Vec::new());
            }
            let parts = Parts::of(client, &vpcs.iter().map(|vpc| VpcId::new(text(vpc.vpc_id()))).collect::<Vec<_>>()).await?;
            let mut observed = Vec::new();
            for vpc in &vpcs {
                let id = text(vpc.vpc_id());
                let attribute = async |name: VpcAttributeName, input: &str| {
                    told(Asked::wanted(objects, &id, &[input]), is_enabled(client, &id, name)).await
                };
                let part = |parts: &BTreeMap<String, String>| parts.get(&id).cloned().unwrap_or_default();
                observed.push(Observed {
                    inputs: VpcInputs {
                        cidr_block: vpc.cidr_block().map(str::to_owned),
                        enable_dns_hostnames: attribute(VpcAttributeName::EnableDnsHostnames, "enable_dns_hostnames").await?,
                        enable_dns_support: attribute(VpcAttributeName::EnableDnsSupport, "enable_dns_support").await?,
                        instance_tenancy: vpc.instance_tenancy().and_then(|word| Tenancy::from_word(word.as_str())),
                        ipv4_ipam_pool: None,
                        ipv4_netmask_length: None,
                        tags: Some(tags::from_sdk(vpc.tags())),
                    },
                    outputs: VpcOutputs {
                        cidr_block: text(vpc.cidr_block()),
                        ipv6_cidr_blocks: ipv6_cidr_blocks(vpc),
                        default_security_group: SecurityGroupId::new(part(&parts.security_groups)),
                        default_network_acl: part(&parts.network_acls),
                        main_route_table: RouteTableId::new(part(&parts.route_tables)),
                    },
                    condition: match vpc.state().map_or("", |state| state.as_str()) {
                        // What comes with a network is an output of it, so a network without it is not complete yet.
                        "available" if !parts.has_all(&id) => Condition::Pending("available, without its default parts".into()),
                        state => Condition::of(state, &["available"], &[]),
                    },
                    id: VpcId::new(id),
                });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &VpcInputs, new: Creation<'_>) -> Result<VpcId, ProviderError> {
            cidr::check("CreateVpc", want.cidr_block.as_deref())?;
            let call = client
                .create_vpc()
                .set_cidr_block(want.cidr_block.clone())
                .set_instance_tenancy(want.instance_tenancy.map(|tenancy| tenancy.as_str().into()))
                .set_ipv4_ipam_pool_id(plain(want.ipv4_ipam_pool.as_ref()))
                .set_ipv4_netmask_length(want.ipv4_netmask_length)
                .tag_specifications(tags::specification(ResourceType::Vpc, new.tags));
            let answer = call.send().await.map_err(failed("CreateVpc"))?;
            Ok(VpcId::new(answer.vpc().and_then(|vpc| vpc.vpc_id()).unwrap_or_default()))
        }

        async fn update(client: &Client, id: &VpcId, have: &VpcInputs, want: &VpcInputs) -> Result<(), ProviderError> {
            // One attribute a call. Names need the server: it comes before them and goes after them.
            let modify = || client.modify_vpc_attribute().vpc_id(id.as_str());
            let support = changed(have.enable_dns_support.as_ref(), want.enable_dns_support.as_ref());
            let hostnames = changed(have.enable_dns_hostnames.as_ref(), want.enable_dns_hostnames.as_ref());
            let names = hostnames.map(|value| modify().enable_dns_hostnames(attribute(*value)));
            let server = support.map(|value| modify().enable_dns_support(attribute(*value)));
            let calls = if support == Some(&false) { [names, server] } else { [server, names] };
            for call in calls.into_iter().flatten() {
                call.send().await.map_err(failed("ModifyVpcAttribute"))?;
            }
            tags::update(client, id.as_str(), have.tags.as_ref(), want.tags.as_ref()).await
        }

        async fn delete(client: &Client, id: &VpcId) -> Result<(), ProviderError> {
            let deleted = client.delete_vpc().vpc_id(id.as_str()).send().await.map_err(failed("DeleteVpc"));
            gone_is_success(deleted.map(drop))
        }

        async fn find(client: &Client, _: &VpcInputs, new: Creation<'_>) -> Result<Option<VpcId>, ProviderError> {
            let found = describe(client, tags::token_filter(new.token)).await?;
            Ok(found.first().and_then(|vpc| vpc.vpc_id()).map(VpcId::new))
        }
    }

    async fn describe(client: &Client, filter: Filter) -> Result<Vec<types::Vpc>, ProviderError> {
        client.describe_vpcs().filters(filter).into_paginator().items().send().try_collect().await.map_err(failed("DescribeVpcs"))
    }

    async fn is_enabled(client: &Client, id: &str, name: VpcAttributeName) -> Result<bool, ProviderError> {
        let call = client.describe_vpc_attribute().vpc_id(id).attribute(name);
        let answer = call.send().await.map_err(failed("DescribeVpcAttribute"))?;
        let value = answer.enable_dns_hostnames().or(answer.enable_dns_support());
        Ok(value.and_then(|value| value.value()).unwrap_or_default())
    }

    fn ipv6_cidr_blocks(vpc: &types::Vpc) -> Vec<String> {
        let associations = vpc.ipv6_cidr_block_association_set().iter().filter(|association| {
            let state = association.ipv6_cidr_block_state().and_then(|state| state.state());
            matches!(state, Some(VpcCidrBlockStateCode::Associated | VpcCidrBlockStateCode::Associating))
        });
        associations.filter_map(|association| association.ipv6_cidr_block.clone()).collect()
    }

    /// What comes with each of some networks, by the network's id.
    struct Parts {
        security_groups: BTreeMap<String, String>,
        network_acls: BTreeMap<String, String>,
        route_tables: BTreeMap<String, String>,
    }

    impl Parts {
        async fn of(client: &Client, vpcs: &[VpcId]) -> Result<Parts, ProviderError> {
            let of = || ids("vpc-id", vpcs);
            let call = client.describe_security_groups().filters(of()).filters(filter("group-name", "default"));
            let groups = call.into_paginator().items().send().try_collect().await.map_err(failed("DescribeSecurityGroups"))?;
            let call = client.describe_network_acls().filters(of()).filters(filter("default", "true"));
            let acls = call.into_paginator().items().send().try_collect().await.map_err(failed("DescribeNetworkAcls"))?;
            let tables = route_table::live::describe(client, of()).await?;
            let main = tables.into_iter().filter(|table| table.associations().iter().any(|association| association.main() == Some(true)));
            Ok(Parts {
                security_groups: groups.into_iter().filter_map(|group| Some((group.vpc_id?, group.group_id?))).collect(),
                network_acls: acls.into_iter().filter_map(|acl| Some((acl.vpc_id?, acl.network_acl_id?))).collect(),
                route_tables: main.filter_map(|table| Some((table.vpc_id?, table.route_table_id?))).collect(),
            })
        }

        fn has_all(&self, vpc: &str) -> bool {
            [&self.security_groups, &self.network_acls, &self.route_tables].iter().all(|part| part.contains_key(vpc))
        }
    }
}

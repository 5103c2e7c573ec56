//! The lifecycle of a load balancer.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::{
    self as sdk, EnablePrefixForIpv6SourceNatEnum, IpamPools, LoadBalancerAttribute, RemoveIpamPoolEnum,
};
use infra_apply::{Asked, Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
use std::collections::BTreeSet;

use super::attributes::{TOLD_AS_ATTRIBUTES, fill, wanted};
use super::{
    IpAddressType, LoadBalancer, LoadBalancerArn, LoadBalancerInputs, LoadBalancerOutputs, LoadBalancerType, Scheme, SubnetMapping,
};
use crate::ec2::{SecurityGroupId, SubnetId};
use crate::elbv2::attributes::{Attributes, changed, on_off};
use crate::elbv2::tags;
use crate::sdk::{differs, failed};

impl Lifecycle for LoadBalancer {
    type Client = Client;
    const SERVICE: &'static str = "elasticloadbalancing";
    const PAGE: usize = tags::PAGE;

    async fn read(client: &Client, ids: &[LoadBalancerArn]) -> Result<Vec<Observed<LoadBalancer>>, ProviderError> {
        Self::look(client, &Asked::whole_of(ids)).await
    }

    async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<LoadBalancer>>, ProviderError> {
        let arns = objects.iter().map(|asked| asked.id().to_owned()).collect();
        let balancers = tags::existing(arns, ":loadbalancer/", |arns| async {
            let call = client.describe_load_balancers().set_load_balancer_arns(Some(arns));
            Ok(call.send().await.map_err(failed("DescribeLoadBalancers"))?.load_balancers.unwrap_or_default())
        });
        let balancers = balancers.await?;
        let arns = balancers.iter().filter_map(|balancer| balancer.load_balancer_arn.clone()).collect();
        let mut tags = tags::read(client, arns).await?;
        let mut observed = Vec::new();
        for balancer in balancers {
            let arn = balancer.load_balancer_arn().unwrap_or_default();
            let mut inputs = inputs(&balancer);
            if Asked::wanted(objects, arn, TOLD_AS_ATTRIBUTES) {
                let Some(mut attributes) = attributes(client, arn).await? else { continue };
                fill(&mut inputs, &mut attributes);
                inputs.attributes = Some(attributes);
            }
            inputs.tags = Some(tags.remove(arn).unwrap_or_default());
            let state = balancer.state().and_then(|state| state.code()).map_or("", |code| code.as_str());
            observed.push(Observed {
                id: LoadBalancerArn::new(arn),
                inputs,
                outputs: LoadBalancerOutputs {
                    dns_name: balancer.dns_name().unwrap_or_default().to_owned(),
                    canonical_hosted_zone: balancer.canonical_hosted_zone_id().unwrap_or_default().to_owned(),
                    full_name: arn.split_once(":loadbalancer/").map_or("", |(_, name)| name).to_owned(),
                },
                condition: Condition::of(state, &["active", "active_impaired"], &["failed"]),
            });
        }
        Ok(observed)
    }

    async fn create(client: &Client, want: &LoadBalancerInputs, new: Creation<'_>) -> Result<LoadBalancerArn, ProviderError> {
        wanted(want)?;
        let texts = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let call = client
            .create_load_balancer()
            .set_name(want.name.clone())
            .set_type(want.load_balancer_type.map(|kind| kind.as_str().into()))
            .set_scheme(want.scheme.map(|scheme| scheme.as_str().into()))
            .set_ip_address_type(want.ip_address_type.map(|kind| kind.as_str().into()))
            .set_subnets(want.subnets.as_ref().map(|subnets| texts(subnets.iter().map(SubnetId::as_str).collect())))
            .set_subnet_mappings(want.subnet_mappings.as_ref().map(|mappings| mappings.iter().map(mapping).collect()))
            .set_security_groups(want.security_groups.as_ref().map(|groups| texts(groups.iter().map(SecurityGroupId::as_str).collect())))
            .set_enable_prefix_for_ipv6_source_nat(want.ipv6_source_nat_prefix.map(source_nat))
            .set_ipam_pools(
                want.ipv4_ipam_pool
                    .as_ref()
                    .filter(|pool| !pool.is_empty())
                    .map(|pool| IpamPools::builder().ipv4_ipam_pool_id(pool).build()),
            )
            .set_tags(Some(tags::to_sdk(new.tags)));
        match call.send().await.map_err(failed("CreateLoadBalancer")) {
            Ok(answer) => {
                let arn = answer.load_balancers().first().and_then(|balancer| balancer.load_balancer_arn());
                Ok(LoadBalancerArn::new(arn.unwrap_or_default()))
            }
            Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
            Err(error) => Err(error),
        }
    }

    async fn update(
        client: &Client,
        id: &LoadBalancerArn,
        have: &LoadBalancerInputs,
        want: &LoadBalancerInputs,
    ) -> Result<(), ProviderError> {
        let arn = id.as_str();
        if let Some(kind) = want.ip_address_type.filter(|kind| Some(*kind) != have.ip_address_type) {
            let call = client.set_ip_address_type().load_balancer_arn(arn).ip_address_type(kind.as_str().into());
            call.send().await.map_err(failed("SetIpAddressType"))?;
        }
        update_subnets(client, arn, have, want).await?;
        update_security_groups(client, arn, have, want).await?;
        match want.ipv4_ipam_pool.as_deref() {
            Some("") if differs(&have.ipv4_ipam_pool, &want.ipv4_ipam_pool) => {
                let call = client.modify_ip_pools().load_balancer_arn(arn).remove_ipam_pools(RemoveIpamPoolEnum::Ipv4);
                call.send().await.map_err(failed("ModifyIpPools"))?;
            }
            Some(pool) if !pool.is_empty() && want.ipv4_ipam_pool != have.ipv4_ipam_pool => {
                let pools = IpamPools::builder().ipv4_ipam_pool_id(pool).build();
                let call = client.modify_ip_pools().load_balancer_arn(arn).ipam_pools(pools);
                call.send().await.map_err(failed("ModifyIpPools"))?;
            }
            _ => {}
        }
        let set = changed(&wanted(have)?, wanted(want)?);
        if !set.is_empty() {
            let attribute = |(key, value)| LoadBalancerAttribute::builder().key(key).value(value).build();
            let call = client.modify_load_balancer_attributes().load_balancer_arn(arn);
            let call = call.set_attributes(Some(set.into_iter().map(attribute).collect()));
            // A bucket's policy that was written just now is not in force at once.
            let not_yet = |error: ProviderError| error.class_if(Class::NotYet, |error| error.message.contains("Access Denied for bucket"));
            call.send().await.map_err(|error| not_yet(failed("ModifyLoadBalancerAttributes")(error)))?;
        }
        tags::update(client, arn, have.tags.as_ref(), want.tags.as_ref()).await
    }

    async fn delete(client: &Client, id: &LoadBalancerArn) -> Result<(), ProviderError> {
        let deleted = client.delete_load_balancer().load_balancer_arn(id.as_str()).send().await;
        gone_is_success(deleted.map(drop).map_err(failed("DeleteLoadBalancer")))
    }

    async fn find(client: &Client, want: &LoadBalancerInputs, new: Creation<'_>) -> Result<Option<LoadBalancerArn>, ProviderError> {
        let Some(name) = &want.name else { return Ok(None) };
        let answer = match client.describe_load_balancers().names(name).send().await.map_err(failed("DescribeLoadBalancers")) {
            Err(error) if error.class == Class::NotFound => return Ok(None),
            answer => answer?,
        };
        // Only a whole match counts, since some emulations answer with more than was asked for.
        let named = answer.load_balancers().iter().filter(|balancer| balancer.load_balancer_name() == Some(name));
        let arns = named.filter_map(|balancer| balancer.load_balancer_arn.clone()).collect();
        Ok(tags::with_token(client, arns, new.token).await?.map(LoadBalancerArn::new))
    }
}

/// What the description of a load balancer says of the inputs: all but attributes and tags.
fn inputs(balancer: &sdk::LoadBalancer) -> LoadBalancerInputs {
    let zones = balancer.availability_zones();
    LoadBalancerInputs {
        name: balancer.load_balancer_name().map(str::to_owned),
        load_balancer_type: balancer.r#type().and_then(|kind| LoadBalancerType::from_word(kind.as_str())),
        scheme: balancer.scheme().and_then(|scheme| Scheme::from_word(scheme.as_str())),
        ip_address_type: balancer.ip_address_type().and_then(|kind| IpAddressType::from_word(kind.as_str())),
        subnets: Some(zones.iter().filter_map(|zone| zone.subnet_id()).map(SubnetId::new).collect()),
        subnet_mappings: Some(
            zones
                .iter()
                .map(|zone| {
                    let addresses = zone.load_balancer_addresses();
                    let text = |of: fn(&sdk::LoadBalancerAddress) -> Option<&str>| addresses.iter().find_map(of).map(str::to_owned);
                    SubnetMapping {
                        subnet: SubnetId::new(zone.subnet_id().unwrap_or_default()),
                        allocation: text(|address| address.allocation_id()),
                        private_ipv4_address: text(|address| address.private_ipv4_address()),
                        ipv6_address: text(|address| address.ipv6_address()),
                        source_nat_ipv6_prefix: zone.source_nat_ipv6_prefixes().first().cloned(),
                    }
                })
                .collect(),
        ),
        security_groups: Some(balancer.security_groups().iter().map(SecurityGroupId::new).collect()),
        enforce_security_groups_on_private_link: balancer
            .enforce_security_group_inbound_rules_on_private_link_traffic()
            .map(|word| word == "on"),
        ipv6_source_nat_prefix: balancer.enable_prefix_for_ipv6_source_nat().map(|word| *word == EnablePrefixForIpv6SourceNatEnum::On),
        // None is told as the empty text that asks for none.
        ipv4_ipam_pool: Some(balancer.ipam_pools().and_then(|pools| pools.ipv4_ipam_pool_id()).unwrap_or_default().to_owned()),
        ..LoadBalancerInputs::default()
    }
}

async fn attributes(client: &Client, arn: &str) -> Result<Option<Attributes>, ProviderError> {
    let answer = client.describe_load_balancer_attributes().load_balancer_arn(arn).send().await;
    match answer.map_err(failed("DescribeLoadBalancerAttributes")) {
        Err(error) if error.class == Class::NotFound => Ok(None),
        answer => {
            let pairs = answer?.attributes.unwrap_or_default().into_iter();
            Ok(Some(pairs.filter_map(|pair| Some((pair.key?, pair.value.unwrap_or_default()))).collect()))
        }
    }
}

async fn update_subnets(client: &Client, arn: &str, have: &LoadBalancerInputs, want: &LoadBalancerInputs) -> Result<(), ProviderError> {
    let source_nat_differs = differs(&have.ipv6_source_nat_prefix, &want.ipv6_source_nat_prefix);
    let set = |subnets: &Option<Vec<SubnetId>>| subnets.iter().flatten().map(|id| id.as_str().to_owned()).collect::<BTreeSet<_>>();
    let call =
        client.set_subnets().load_balancer_arn(arn).set_enable_prefix_for_ipv6_source_nat(want.ipv6_source_nat_prefix.map(source_nat));
    let call = if let Some(mappings) = &want.subnet_mappings {
        let sorted = |mappings: &[SubnetMapping]| {
            let mut mappings = mappings.to_vec();
            mappings.sort_by(|one, other| one.subnet.cmp(&other.subnet));
            mappings
        };
        let same = !differs(&sorted(have.subnet_mappings.as_deref().unwrap_or_default()), &sorted(mappings));
        if same && !source_nat_differs {
            return Ok(());
        }
        call.set_subnet_mappings(Some(mappings.iter().map(mapping).collect()))
    } else {
        let subnets = want.subnets.as_ref().map_or_else(|| set(&have.subnets), |_| set(&want.subnets));
        if subnets == set(&have.subnets) && !source_nat_differs {
            return Ok(());
        }
        call.set_subnets(Some(subnets.into_iter().collect()))
    };
    call.send().await.map(drop).map_err(failed("SetSubnets"))
}

async fn update_security_groups(
    client: &Client,
    arn: &str,
    have: &LoadBalancerInputs,
    want: &LoadBalancerInputs,
) -> Result<(), ProviderError> {
    let set = |groups: &Option<Vec<SecurityGroupId>>| groups.iter().flatten().map(|id| id.as_str().to_owned()).collect::<BTreeSet<_>>();
    let groups = want.security_groups.as_ref().map_or_else(|| set(&have.security_groups), |_| set(&want.security_groups));
    let enforce = want.enforce_security_groups_on_private_link;
    if groups == set(&have.security_groups) && !differs(&have.enforce_security_groups_on_private_link, &enforce) {
        return Ok(());
    }
    let call = client.set_security_groups().load_balancer_arn(arn).set_security_groups(Some(groups.into_iter().collect()));
    let call = call.set_enforce_security_group_inbound_rules_on_private_link_traffic(enforce.map(|on| on_off(on).into()));
    call.send().await.map(drop).map_err(failed("SetSecurityGroups"))
}

fn mapping(mapping: &SubnetMapping) -> sdk::SubnetMapping {
    sdk::SubnetMapping::builder()
        .subnet_id(mapping.subnet.as_str())
        .set_allocation_id(mapping.allocation.clone())
        .set_private_ipv4_address(mapping.private_ipv4_address.clone())
        .set_ipv6_address(mapping.ipv6_address.clone())
        .set_source_nat_ipv6_prefix(mapping.source_nat_ipv6_prefix.clone())
        .build()
}

fn source_nat(on: bool) -> EnablePrefixForIpv6SourceNatEnum {
    on_off(on).into()
}

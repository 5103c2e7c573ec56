//! The addresses of a NAT gateway: what is told of them, and what changes them.

use std::collections::BTreeMap;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{self, NatGatewayAddress, NatGatewayAddressStatus as Status};
use infra_apply::{Condition, ProviderError};

use super::{AllocationId, AvailabilityZoneAddress, NatGatewayId, NatGatewayInputs};
use crate::sdk::failed;

/// The addresses of a gateway that are there to stay.
pub(super) struct Addresses<'a> {
    /// The first one of a zonal gateway; a regional one has none.
    pub(super) first: Option<&'a NatGatewayAddress>,
    others: Vec<&'a NatGatewayAddress>,
    zones: Vec<&'a NatGatewayAddress>,
    all: &'a [NatGatewayAddress],
}

impl<'a> Addresses<'a> {
    /// Those of a gateway that is regional or not.
    pub(super) fn of(all: &'a [NatGatewayAddress], is_regional: bool) -> Addresses<'a> {
        let gone =
            |address: &&NatGatewayAddress| matches!(address.status(), Some(Status::Disassociating | Status::Unassigning | Status::Failed));
        let staying = all.iter().filter(|address| !gone(address));
        let (zones, zonal): (Vec<_>, Vec<_>) = staying.partition(|_| is_regional);
        let at = zonal.iter().position(|address| address.is_primary() != Some(false));
        let others = zonal.iter().enumerate().filter(|(index, _)| Some(*index) != at).map(|(_, address)| *address).collect();
        Addresses { first: at.map(|at| zonal[at]), others, zones, all }
    }

    /// One of them, of the first zone if there are several.
    pub(super) fn any(&self) -> Option<&'a NatGatewayAddress> {
        self.first.or(self.zones.first().copied())
    }

    pub(super) fn secondary_allocations(&self) -> Vec<AllocationId> {
        self.others.iter().filter_map(|address| address.allocation_id()).map(AllocationId::new).collect()
    }

    pub(super) fn secondary_private_ips(&self) -> Vec<String> {
        self.others.iter().filter_map(|address| address.private_ip()).map(str::to_owned).collect()
    }

    pub(super) fn by_zone(&self) -> Vec<AvailabilityZoneAddress> {
        let mut zones: BTreeMap<&str, Vec<AllocationId>> = BTreeMap::new();
        for address in &self.zones {
            let zone = zones.entry(address.availability_zone().unwrap_or_default()).or_default();
            zone.extend(address.allocation_id().map(AllocationId::new));
        }
        let zone = |(name, allocations): (&str, _)| AvailabilityZoneAddress { availability_zone: name.to_owned(), allocations };
        zones.into_iter().map(zone).collect()
    }

    /// Whether all of them are settled; one that failed is drift, which the next change repairs.
    pub(super) fn condition(&self) -> Condition {
        let changing = self.all.iter().filter_map(|address| address.status());
        let mut changing = changing.filter(|status| !matches!(status, Status::Succeeded | Status::Failed));
        changing.next().map_or(Condition::Ready, |status| Condition::Pending(status.as_str().to_owned()))
    }
}

/// Zones for a create call.
pub(super) fn to_sdk(zones: &[AvailabilityZoneAddress]) -> Vec<types::AvailabilityZoneAddress> {
    let zone = |zone: &AvailabilityZoneAddress| {
        types::AvailabilityZoneAddress::builder()
            .availability_zone(&zone.availability_zone)
            .set_allocation_ids(Some(zone.allocations.iter().map(ToString::to_string).collect()))
            .build()
    };
    zones.iter().map(zone).collect()
}

/// What brings a gateway's addresses from one set to another.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Steps {
    /// Elastic addresses that come, to a zone of a regional gateway or to a zonal one.
    associate: Vec<(Option<String>, Vec<AllocationId>)>,
    /// Private addresses that those of `associate` take.
    with_private_ips: Vec<String>,
    /// Elastic addresses that go.
    disassociate: Vec<AllocationId>,
    /// Private addresses that come.
    assign: Vec<String>,
    /// How many private addresses come that nobody chose.
    assign_any: i32,
    /// Private addresses that go.
    unassign: Vec<String>,
}

impl Steps {
    pub(super) fn is_empty(&self) -> bool {
        *self == Steps::default()
    }
}

/// Those of `one` that are not in `other`.
fn without<T: Clone + PartialEq>(one: &[T], other: &[T]) -> Vec<T> {
    one.iter().filter(|item| !other.contains(item)).cloned().collect()
}

pub(super) fn steps(have: &NatGatewayInputs, want: &NatGatewayInputs) -> Steps {
    let mut steps = Steps::default();
    let have_ips = have.secondary_private_ip_addresses.as_deref().unwrap_or_default();
    if let Some(want_zones) = &want.availability_zone_addresses {
        let have_zones = have.availability_zone_addresses.as_deref().unwrap_or_default();
        for zone in want_zones {
            let there = have_zones.iter().find(|have| have.availability_zone == zone.availability_zone);
            let allocations = without(&zone.allocations, there.map(|zone| zone.allocations.as_slice()).unwrap_or_default());
            if !allocations.is_empty() {
                steps.associate.push((Some(zone.availability_zone.clone()), allocations));
            }
        }
        let all = |zones: &[AvailabilityZoneAddress]| zones.iter().flat_map(|zone| zone.allocations.clone()).collect::<Vec<_>>();
        steps.disassociate = without(&all(have_zones), &all(want_zones));
    }
    if let Some(want_allocations) = &want.secondary_allocations {
        let have_allocations = have.secondary_allocations.as_deref().unwrap_or_default();
        let allocations = without(want_allocations, have_allocations);
        if !allocations.is_empty() {
            steps.with_private_ips = want.secondary_private_ip_addresses.as_deref().map(|want| without(want, have_ips)).unwrap_or_default();
            steps.associate.push((None, allocations));
        }
        steps.disassociate.extend(without(have_allocations, want_allocations));
    } else if let Some(want_ips) = &want.secondary_private_ip_addresses {
        steps.assign = without(want_ips, have_ips);
        steps.unassign = without(have_ips, want_ips);
    } else if let Some(count) = want.secondary_private_ip_address_count {
        let wanted = usize::try_from(count).unwrap_or_default();
        steps.unassign = have_ips.iter().skip(wanted).cloned().collect();
        steps.assign_any = i32::try_from(wanted.saturating_sub(have_ips.len())).unwrap_or_default();
    }
    steps
}

/// Makes the steps; `seen` are the addresses with their associations, `drain` the seconds that connections may last.
pub(super) async fn apply(
    client: &Client,
    id: &NatGatewayId,
    steps: &Steps,
    seen: &[NatGatewayAddress],
    drain: Option<i32>,
) -> Result<(), ProviderError> {
    let id = id.as_str();
    for (zone, allocations) in &steps.associate {
        let call = client
            .associate_nat_gateway_address()
            .nat_gateway_id(id)
            .set_availability_zone(zone.clone())
            .set_allocation_ids(Some(allocations.iter().map(ToString::to_string).collect()))
            .set_private_ip_addresses(Some(steps.with_private_ips.clone()).filter(|ips| !ips.is_empty()));
        call.send().await.map_err(failed("AssociateNatGatewayAddress"))?;
    }
    if !steps.disassociate.is_empty() {
        let going = |address: &&NatGatewayAddress| {
            address.allocation_id().is_some_and(|id| steps.disassociate.iter().any(|going| going.as_str() == id))
        };
        let associations: Vec<String> = seen.iter().filter(going).filter_map(|address| address.association_id.clone()).collect();
        if !associations.is_empty() {
            let call = client.disassociate_nat_gateway_address().nat_gateway_id(id).set_association_ids(Some(associations));
            call.set_max_drain_duration_seconds(drain).send().await.map_err(failed("DisassociateNatGatewayAddress"))?;
        }
    }
    if !steps.assign.is_empty() || steps.assign_any > 0 {
        let call = client
            .assign_private_nat_gateway_address()
            .nat_gateway_id(id)
            .set_private_ip_addresses(Some(steps.assign.clone()).filter(|ips| !ips.is_empty()))
            .set_private_ip_address_count(Some(steps.assign_any).filter(|count| *count > 0));
        call.send().await.map_err(failed("AssignPrivateNatGatewayAddress"))?;
    }
    if !steps.unassign.is_empty() {
        let call = client.unassign_private_nat_gateway_address().nat_gateway_id(id).set_private_ip_addresses(Some(steps.unassign.clone()));
        call.set_max_drain_duration_seconds(drain).send().await.map_err(failed("UnassignPrivateNatGatewayAddress"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(allocation: &str, ip: &str) -> types::builders::NatGatewayAddressBuilder {
        NatGatewayAddress::builder().allocation_id(allocation).private_ip(ip).status(Status::Succeeded)
    }

    fn allocations(ids: &[&str]) -> Vec<AllocationId> {
        ids.iter().map(|id| AllocationId::new(*id)).collect()
    }

    fn inputs() -> NatGatewayInputs {
        NatGatewayInputs {
            subnet: None,
            vpc: None,
            availability_mode: None,
            connectivity_type: None,
            allocation: None,
            private_ip_address: None,
            secondary_allocations: None,
            secondary_private_ip_addresses: None,
            secondary_private_ip_address_count: None,
            availability_zone_addresses: None,
            max_drain_duration_seconds: None,
            tags: None,
        }
    }

    fn zone(name: &str, ids: &[&str]) -> AvailabilityZoneAddress {
        AvailabilityZoneAddress { availability_zone: name.into(), allocations: allocations(ids) }
    }

    #[test]
    fn the_primary_address_is_first_wherever_it_is_listed_and_one_that_goes_is_not_told() {
        let all = [
            address("a-2", "10.0.0.2").is_primary(false).build(),
            address("a-1", "10.0.0.1").is_primary(true).build(),
            address("a-3", "10.0.0.3").is_primary(false).status(Status::Disassociating).build(),
        ];
        let told = Addresses::of(&all, false);
        assert_eq!(told.first.and_then(|address| address.allocation_id()), Some("a-1"));
        assert_eq!((told.secondary_allocations(), told.secondary_private_ips()), (allocations(&["a-2"]), vec!["10.0.0.2".to_owned()]));
        assert_eq!(told.condition(), Condition::Pending("disassociating".into()));
    }

    #[test]
    fn the_addresses_of_a_regional_gateway_are_told_by_zone() {
        let all = ["a-1", "a-2"].map(|id| address(id, "").availability_zone("us-west-2a").availability_zone_id("usw2-az1").build());
        let told = Addresses::of(&all, true);
        assert_eq!((told.by_zone(), told.first), (vec![zone("us-west-2a", &["a-1", "a-2"])], None));
    }

    #[test]
    fn only_elastic_addresses_that_differ_come_and_go() {
        let with = |ids: &[&str]| NatGatewayInputs { secondary_allocations: Some(allocations(ids)), ..inputs() };
        let steps = steps(&with(&["a-1", "a-2"]), &with(&["a-2", "a-3"]));
        assert_eq!(
            steps,
            Steps { associate: vec![(None, allocations(&["a-3"]))], disassociate: allocations(&["a-1"]), ..Steps::default() }
        );
    }

    #[test]
    fn fewer_private_addresses_are_wanted_by_their_number() {
        let have = NatGatewayInputs { secondary_private_ip_addresses: Some(vec!["10.0.0.1".into(), "10.0.0.2".into()]), ..inputs() };
        let want = |count| NatGatewayInputs { secondary_private_ip_address_count: Some(count), ..inputs() };
        assert_eq!(steps(&have, &want(1)), Steps { unassign: vec!["10.0.0.2".into()], ..Steps::default() });
        assert_eq!(steps(&have, &want(4)), Steps { assign_any: 2, ..Steps::default() });
        assert!(steps(&have, &want(2)).is_empty());
    }

    #[test]
    fn a_zone_that_is_no_longer_listed_loses_its_addresses() {
        let with = |zones: &[AvailabilityZoneAddress]| NatGatewayInputs { availability_zone_addresses: Some(zones.to_vec()), ..inputs() };
        let steps = steps(&with(&[zone("a", &["a-1"])]), &with(&[zone("b", &["a-2"])]));
        assert_eq!(
            steps,
            Steps { associate: vec![(Some("b".into()), allocations(&["a-2"]))], disassociate: allocations(&["a-1"]), ..Steps::default() }
        );
    }
}

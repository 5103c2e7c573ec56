//! Records as Route 53 has them, and what they are called.

use aws_sdk_route53::types as sdk;
use infra_apply::{Class, ProviderError};

use super::{Alias, CidrRouting, Coordinates, Failover, GeoLocation, GeoProximity, RecordId, RecordInputs, RecordType};
use crate::route53::HostedZoneId;
use crate::sdk::some_list;

/// What tells a record from all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) zone: String,
    /// As the program writes it.
    pub(super) name: String,
    pub(super) record_type: String,
    pub(super) set_identifier: Option<String>,
}

impl Key {
    pub(super) fn of(inputs: &RecordInputs) -> Key {
        Key {
            zone: inputs.zone.as_str().to_owned(),
            name: inputs.name.clone(),
            record_type: inputs.record_type.as_str().to_owned(),
            set_identifier: inputs.set_identifier.clone(),
        }
    }

    /// From an id, as in `Z1|www.example.com|A` or `Z1|www.example.com|A|blue`.
    pub(super) fn parse(id: &RecordId) -> Option<Key> {
        let mut parts = id.as_str().splitn(4, '|').map(str::to_owned);
        let (zone, name, record_type) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Key { zone, name, record_type, set_identifier: parts.next() })
    }

    pub(super) fn id(&self) -> RecordId {
        let parts = [&self.zone, &self.name, &self.record_type].into_iter().chain(&self.set_identifier);
        RecordId::new(parts.map(String::as_str).collect::<Vec<_>>().join("|"))
    }

    pub(super) fn is_of(&self, set: &sdk::ResourceRecordSet) -> bool {
        plain(set.name()) == plain(&self.name)
            && set.r#type().as_str() == self.record_type
            && set.set_identifier() == self.set_identifier.as_deref()
    }
}

/// A name as it compares: Route 53 tells it in lower case, with a dot at its end, and with `\052` for `*`.
pub(super) fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase().replace("\\052", "*")
}

/// Values in order, which means nothing to DNS.
pub(super) fn in_order(mut values: Vec<String>) -> Vec<String> {
    values.sort();
    values
}

fn owned(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A record that is there, under the name that the program has for it.
pub(super) fn inputs(key: &Key, set: &sdk::ResourceRecordSet) -> Option<RecordInputs> {
    let alias = |alias: &sdk::AliasTarget| Alias {
        dns_name: plain(alias.dns_name()),
        zone: alias.hosted_zone_id().to_owned(),
        evaluate_target_health: Some(alias.evaluate_target_health()),
    };
    let location = |location: &sdk::GeoLocation| GeoLocation {
        continent: owned(location.continent_code()),
        country: owned(location.country_code()),
        subdivision: owned(location.subdivision_code()),
    };
    let proximity = |proximity: &sdk::GeoProximityLocation| GeoProximity {
        region: owned(proximity.aws_region()),
        local_zone_group: owned(proximity.local_zone_group()),
        coordinates: proximity
            .coordinates()
            .map(|at| Coordinates { latitude: at.latitude().to_owned(), longitude: at.longitude().to_owned() }),
        bias: proximity.bias(),
    };
    Some(RecordInputs {
        zone: HostedZoneId::new(&key.zone),
        name: key.name.clone(),
        record_type: RecordType::from_word(&key.record_type)?,
        ttl: set.ttl().filter(|_| set.alias_target().is_none()),
        values: some_list(set.resource_records().iter().map(|record| record.value().to_owned())).map(in_order),
        alias: set.alias_target().map(alias),
        set_identifier: key.set_identifier.clone(),
        weight: set.weight(),
        region: set.region().map(|region| region.as_str().to_owned()),
        failover: set.failover().and_then(|failover| Failover::from_word(failover.as_str())),
        geo_location: set.geo_location().map(location),
        geo_proximity: set.geo_proximity_location().map(proximity),
        cidr_routing: set
            .cidr_routing_config()
            .map(|routing| CidrRouting { collection: routing.collection_id().to_owned(), location: routing.location_name().to_owned() }),
        multi_value: set.multi_value_answer(),
        health_check: owned(set.health_check_id()),
        overwrite: None,
    })
}

fn incomplete(error: impl std::fmt::Display) -> ProviderError {
    ProviderError::new(Class::Invalid, "ChangeResourceRecordSets", error.to_string())
}

/// A record as Route 53 takes it.
pub(super) fn to_sdk(from: &RecordInputs) -> Result<sdk::ResourceRecordSet, ProviderError> {
    if from.alias.is_some() == from.values.is_some() {
        return Err(incomplete("it needs either `values` or an `alias`"));
    }
    let records = from.values.as_ref().map(|values| {
        values.iter().map(|value| sdk::ResourceRecord::builder().value(value).build().map_err(incomplete)).collect::<Result<Vec<_>, _>>()
    });
    let alias = from.alias.as_ref().map(|alias| {
        if plain(&alias.dns_name) != alias.dns_name {
            return Err(incomplete("an alias's `dns_name` is in lower case and without a dot at its end, as `Alias::to` makes it"));
        }
        sdk::AliasTarget::builder()
            .dns_name(&alias.dns_name)
            .hosted_zone_id(&alias.zone)
            .evaluate_target_health(alias.evaluate_target_health.unwrap_or_default())
            .build()
            .map_err(incomplete)
    });
    let location = from.geo_location.as_ref().map(|location| {
        sdk::GeoLocation::builder()
            .set_continent_code(location.continent.clone())
            .set_country_code(location.country.clone())
            .set_subdivision_code(location.subdivision.clone())
            .build()
    });
    let proximity = from.geo_proximity.as_ref().map(|proximity| {
        let at = proximity.coordinates.as_ref();
        let at = at.map(|at| sdk::Coordinates::builder().latitude(&at.latitude).longitude(&at.longitude).build().map_err(incomplete));
        Ok(sdk::GeoProximityLocation::builder()
            .set_aws_region(proximity.region.clone())
            .set_local_zone_group(proximity.local_zone_group.clone())
            .set_coordinates(at.transpose()?)
            .set_bias(proximity.bias)
            .build())
    });
    let cidr = from.cidr_routing.as_ref().map(|cidr| {
        sdk::CidrRoutingConfig::builder().collection_id(&cidr.collection).location_name(&cidr.location).build().map_err(incomplete)
    });
    sdk::ResourceRecordSet::builder()
        .name(&from.name)
        .r#type(from.record_type.as_str().into())
        .set_ttl(from.ttl)
        .set_resource_records(records.transpose()?)
        .set_alias_target(alias.transpose()?)
        .set_set_identifier(from.set_identifier.clone())
        .set_weight(from.weight)
        .set_region(from.region.as_deref().map(Into::into))
        .set_failover(from.failover.map(|failover| failover.as_str().into()))
        .set_geo_location(location)
        .set_geo_proximity_location(proximity.transpose()?)
        .set_cidr_routing_config(cidr.transpose()?)
        .set_multi_value_answer(from.multi_value)
        .set_health_check_id(from.health_check.clone())
        .build()
        .map_err(incomplete)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> RecordInputs {
        RecordInputs {
            zone: HostedZoneId::new("Z1"),
            name: "*.Example.com".into(),
            record_type: RecordType::A,
            ttl: None,
            values: None,
            alias: Some(Alias { dns_name: "web-1.elb.amazonaws.com".into(), zone: "Z2".into(), evaluate_target_health: Some(true) }),
            set_identifier: Some("blue|1".into()),
            weight: Some(10),
            region: Some("us-east-1".into()),
            failover: Some(Failover::Primary),
            geo_location: Some(GeoLocation { continent: None, country: Some("US".into()), subdivision: Some("CA".into()) }),
            geo_proximity: Some(GeoProximity {
                region: None,
                local_zone_group: None,
                coordinates: Some(Coordinates { latitude: "1.00".into(), longitude: "2.00".into() }),
                bias: Some(-5),
            }),
            cidr_routing: Some(CidrRouting { collection: "c".into(), location: "l".into() }),
            multi_value: Some(true),
            health_check: Some("h".into()),
            overwrite: None,
        }
    }

    #[test]
    fn a_record_is_the_same_after_the_way_to_route_53_and_back_and_keeps_the_programs_spelling() {
        let (there, key) = (record(), Key::of(&record()));
        assert_eq!(key.id().as_str(), "Z1|*.Example.com|A|blue|1");
        assert_eq!(Key::parse(&key.id()), Some(key.clone()));
        let mut set = to_sdk(&there).unwrap();
        set.name = "\\052.example.com.".into();
        set.alias_target.as_mut().unwrap().dns_name = "Web-1.elb.amazonaws.com.".into();
        assert!(key.is_of(&set));
        assert_eq!(inputs(&key, &set), Some(there));
        set.set_identifier = Some("green".into());
        assert!(!key.is_of(&set));
    }

    #[test]
    fn values_and_an_alias_exclude_each_other_and_a_name_that_would_never_match_is_refused() {
        assert!(to_sdk(&RecordInputs { values: Some(vec!["192.0.2.1".into()]), ..record() }).is_err());
        assert!(to_sdk(&RecordInputs { alias: None, ..record() }).is_err());
        let alias = Alias { dns_name: "Web.elb.amazonaws.com".into(), zone: "Z2".into(), evaluate_target_health: None };
        assert!(to_sdk(&RecordInputs { alias: Some(alias), ..record() }).is_err());
    }
}

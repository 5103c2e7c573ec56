//! A record.

#[cfg(feature = "route53")]
mod live;
#[cfg(feature = "route53")]
mod sets;

use infra_core::{Block, Input, Outputs, Resource, Set, choices, ops};
use serde::{Deserialize, Serialize};

use super::HostedZoneId;
use crate::acm::RecordOfValidation;

choices! {
    /// What a record says of its name.
    pub enum RecordType {
        /// Its IPv4 addresses.
        A = "A",
        /// Its IPv6 addresses.
        Aaaa = "AAAA",
        /// Which authorities may issue certificates.
        Caa = "CAA",
        /// Another name that it stands for.
        Cname = "CNAME",
        /// The key of a zone below.
        Ds = "DS",
        /// How HTTPS is spoken with it.
        Https = "HTTPS",
        /// Its mail servers.
        Mx = "MX",
        /// Rules that rewrite telephone numbers.
        Naptr = "NAPTR",
        /// Its name servers.
        Ns = "NS",
        /// The name of an address.
        Ptr = "PTR",
        /// The data of the zone.
        Soa = "SOA",
        /// Who may send mail for it: AWS's advice is a TXT record instead.
        Spf = "SPF",
        /// Where a service is.
        Srv = "SRV",
        /// The keys of its hosts for SSH.
        Sshfp = "SSHFP",
        /// How a service is spoken with.
        Svcb = "SVCB",
        /// Which certificate a service has.
        Tlsa = "TLSA",
        /// Texts, each in quotation marks.
        Txt = "TXT",
    }
}

choices! {
    /// Which of two records is told.
    pub enum Failover {
        /// This, while its health check is well.
        Primary = "PRIMARY",
        /// This, while the other's is not.
        Secondary = "SECONDARY",
    }
}

/// An AWS resource whose addresses a record tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Alias {
    /// Its DNS name, in lower case and without a dot at its end.
    #[input(cloud = "DNSName")]
    pub dns_name: String,
    /// The zone of that name, as the resource says; not the record's own.
    #[input(cloud = "HostedZoneId")]
    pub zone: String,
    /// Whether the record is only told while the resource is healthy. Default: false.
    pub evaluate_target_health: Option<bool>,
}

impl Alias {
    /// Of a DNS name in a zone, as with `load_balancer.dns_name()` and `load_balancer.canonical_hosted_zone()`.
    pub fn to(dns_name: impl Input<String>, zone: impl Input<String>) -> AliasBuilder<Set, Set> {
        // A load balancer's name keeps its letters in it, and Route 53 does not.
        Alias::new().dns_name(ops::lower(dns_name)).zone(zone)
    }
}

/// Where those are who get a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct GeoLocation {
    /// The continent: `AF`, `AN`, `AS`, `EU`, `OC`, `NA` or `SA`.
    #[input(cloud = "ContinentCode")]
    pub continent: Option<String>,
    /// The country, of two letters, or `*` for all that no other record is for.
    #[input(cloud = "CountryCode")]
    pub country: Option<String>,
    /// The state, in the United States.
    #[input(cloud = "SubdivisionCode")]
    pub subdivision: Option<String>,
}

/// A place on Earth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct Coordinates {
    /// Degrees north, from -90 to 90 with two decimals, as text.
    pub latitude: String,
    /// Degrees east, from -180 to 180 with two decimals, as text.
    pub longitude: String,
}

/// Where the resource of a record is, so that those who are near get it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct GeoProximity {
    /// The region.
    #[input(cloud = "AWSRegion")]
    pub region: Option<String>,
    /// The local zone's group.
    pub local_zone_group: Option<String>,
    /// The place.
    pub coordinates: Option<Coordinates>,
    /// How much larger, up to 99, or smaller, down to -99, the area is. Default: 0.
    pub bias: Option<i32>,
}

/// The addresses of those who get a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct CidrRouting {
    /// The id of the collection of addresses.
    #[input(cloud = "CollectionId")]
    pub collection: String,
    /// The location in the collection, or `*` for all others.
    #[input(cloud = "LocationName")]
    pub location: String,
}

/// A record: what DNS says of a name. Either it has values and a time to live, or it is an alias.
///
/// Several records of a name and a type are told apart by `set_identifier`, and have one way in common in which one of them
/// is chosen: by weight, latency, place, address, health, or all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Record, id = RecordId, outputs = RecordOutputs, kind = "aws:route53/record", cloud = "AWS::Route53::RecordSet",
    iam(
        "route53:ListResourceRecordSets",
        create("route53:ChangeResourceRecordSets"),
        update("route53:ChangeResourceRecordSets"),
        delete("route53:ChangeResourceRecordSets"),
    ),
    without(
        HostedZoneName = "the zone is referred to by its id",
        Comment = "it is of the change and not of the record, and never told",
    ),
)]
pub struct RecordInputs {
    /// The zone.
    #[input(replace, cloud = "HostedZoneId")]
    pub zone: HostedZoneId,
    /// The name, as in `www.example.com`, with the zone's name at its end. `*` may stand for any first part.
    #[input(replace, unlike_cloud = "another name is another record")]
    pub name: String,
    /// What the record says of it.
    #[input(replace, cloud = "Type", unlike_cloud = "another type is another record")]
    pub record_type: RecordType,
    /// For how many seconds an answer may be remembered. Required with `values`.
    #[input(cloud = "TTL", unlike_cloud = "CloudFormation writes the number as text")]
    pub ttl: Option<i64>,
    /// The values, as the type has them.
    #[input(set, cloud = "ResourceRecords")]
    pub values: Option<Vec<String>>,
    /// The AWS resource whose addresses it tells, in place of values.
    #[input(cloud = "AliasTarget")]
    pub alias: Option<Alias>,
    /// What tells it from others of the same name and type.
    #[input(replace, unlike_cloud = "it is a part of what the record is called")]
    pub set_identifier: Option<String>,
    /// How often it is chosen, relative to the others' weights, from 0 to 255.
    pub weight: Option<i64>,
    /// The region that its resource is in: those get it to whom that is near.
    pub region: Option<String>,
    /// Which of two it is.
    pub failover: Option<Failover>,
    /// Where those are who get it.
    pub geo_location: Option<GeoLocation>,
    /// Where its resource is, so that those who are near get it.
    #[input(cloud = "GeoProximityLocation")]
    pub geo_proximity: Option<GeoProximity>,
    /// The addresses of those who get it.
    #[input(cloud = "CidrRoutingConfig")]
    pub cidr_routing: Option<CidrRouting>,
    /// Whether it is one of up to eight that are told together.
    #[input(cloud = "MultiValueAnswer")]
    pub multi_value: Option<bool>,
    /// The id of the health check without which it is not told.
    #[input(cloud = "HealthCheckId")]
    pub health_check: Option<String>,
    /// Whether one that is there already becomes this one: for a zone's own NS record, or what two certificates share. Without it
    /// that is an error. Default: false.
    #[input(write_only, unlike_cloud = "CloudFormation never does")]
    pub overwrite: Option<bool>,
}

/// What AWS says of a [`Record`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Record)]
pub struct RecordOutputs {
    /// Its name.
    #[output(stable, echo)]
    pub name: String,
}

impl Record {
    /// The record that shows a certificate's authority that a domain is one's own: of
    /// [`Certificate::validation_record`](crate::acm::Certificate::validation_record). It may be there already, for another
    /// certificate of the domain, and then is shared.
    pub fn validating(name: impl Into<String>, zone: impl Input<HostedZoneId>, record: RecordOfValidation) -> RecordBuilder<Set, Set, Set> {
        Record::new(name).zone(zone).name(record.name).record_type(RecordType::Cname).ttl(300_i64).values([record.value]).overwrite(true)
    }
}

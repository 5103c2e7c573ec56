//! DNS: zones and the records in them.

mod hosted_zone;
mod record;

pub use hosted_zone::{HostedZone, HostedZoneId, HostedZoneInputs, HostedZoneOutputs, ZoneVpc};
pub use record::{
    Alias, AliasBuilder, CidrRouting, Coordinates, Failover, GeoLocation, GeoProximity, Record, RecordBuilder, RecordId, RecordInputs,
    RecordOutputs, RecordType,
};

crate::resources!("route53", aws_sdk_route53::Client: HostedZone, Record);

//! A Postgres in a zone. From here on, a zone and its database are one value: nothing can pair them differently.

use infra_sdk::aws::ec2::Instance;
use infra_sdk::prelude::*;

use crate::access::Groups;
use crate::machine::{Shared, disk, tags};
use crate::network::Zone;

/// A zone with its own database.
pub(crate) struct DataZone {
    pub(crate) zone: Zone,
    pub(crate) database: Instance,
}

pub(crate) fn postgres(stack: &Stack, zone: Zone, groups: &Groups, shared: &Shared) -> DataZone {
    let name = format!("postgres-{}", zone.number);
    let machine = shared.machine(&name, &shared.images.postgres, "m4.large", &zone, &groups.postgres);
    let database = machine.root_volume(disk()).tags(tags(&name, None)).add(stack);
    DataZone { zone, database }
}

//! What the system's machines have in common.

use infra_sdk::aws::ec2::{Instance, InstanceBuilder, KeyPair, RootVolume, SecurityGroup, VolumeType};
use infra_sdk::prelude::*;

use crate::access::Access;
use crate::config::{Config, Images, Placement};
use crate::network::Zone;

/// What every component needs.
pub(crate) struct Shared {
    pub(crate) keys: KeyPair,
    pub(crate) images: Images,
    pub(crate) access: Access,
    pub(crate) config: Config,
}

impl Shared {
    /// A machine of its own, outside of the fleets.
    pub(crate) fn machine(&self, name: &str, image: &str, instance_type: &str, zone: &Zone, group: &SecurityGroup) -> InstanceBuilder {
        Instance::new(name)
            .image(image)
            .instance_type(instance_type)
            .subnet(&zone.subnet)
            .security_groups([group])
            .key_pair(&self.keys)
            .public_address(self.config.placement == Placement::Public)
    }
}

/// The disk of the machines that keep data, in GB.
const DISK: i32 = 100;

/// A disk for data.
pub(crate) fn disk() -> impl Input<RootVolume> {
    RootVolume::new().size(DISK).volume_type(VolumeType::Standard)
}

/// The tags of a machine.
pub(crate) fn tags(name: &str, role: Option<&str>) -> Vec<(&'static str, String)> {
    let mut tags = vec![("Name", name.to_owned()), ("Environment", "dev".to_owned())];
    if let Some(role) = role {
        tags.extend([("Cluster", "spark".to_owned()), ("ClusterRole", role.to_owned())]);
    }
    tags
}

//! The private DNS names of the instances of a launch template.

use infra_core::Block;
use serde::{Deserialize, Serialize};

use crate::ec2::{HostnameType, PrivateDnsNameOptions};

/// The private DNS names of the instances. All of it is said anew with each version, whereas an instance that runs keeps
/// what its host name is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct TemplateDnsNames {
    /// What the host name is made of. Default: as the subnet says.
    pub hostname_type: Option<HostnameType>,
    /// Whether the name made of the id has an IPv4 record. Default: as the subnet says.
    #[input(cloud = "EnableResourceNameDnsARecord")]
    pub a_record: Option<bool>,
    /// Whether the name made of the id has an IPv6 record. Default: as the subnet says.
    #[input(cloud = "EnableResourceNameDnsAAAARecord")]
    pub aaaa_record: Option<bool>,
}

impl From<PrivateDnsNameOptions> for TemplateDnsNames {
    fn from(PrivateDnsNameOptions { hostname_type, a_record, aaaa_record }: PrivateDnsNameOptions) -> TemplateDnsNames {
        TemplateDnsNames { hostname_type, a_record, aaaa_record }
    }
}

impl From<TemplateDnsNames> for PrivateDnsNameOptions {
    fn from(TemplateDnsNames { hostname_type, a_record, aaaa_record }: TemplateDnsNames) -> PrivateDnsNameOptions {
        PrivateDnsNameOptions { hostname_type, a_record, aaaa_record }
    }
}

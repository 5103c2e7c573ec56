//! What instances and launch templates say alike: words and small objects.

use infra_core::{Block, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// On whose hosts an instance runs.
    pub enum InstanceTenancy {
        /// Shared with other accounts.
        Default = "default",
        /// This account's only.
        Dedicated = "dedicated",
        /// A host that this account has rented as a whole.
        Host = "host",
    }
}

choices! {
    /// What a shutdown from within the instance does.
    pub enum ShutdownBehavior {
        /// It stops: its volumes stay, and it can be started again.
        Stop = "stop",
        /// It ends.
        Terminate = "terminate",
    }
}

choices! {
    /// What a burstable instance does when its processor credits are used up.
    pub enum CpuCredits {
        /// It slows down.
        Standard = "standard",
        /// It goes on, at a price.
        Unlimited = "unlimited",
    }
}

choices! {
    /// Whether AWS moves an instance off a failing host.
    pub enum AutoRecovery {
        /// It does where the instance type allows.
        Default = "default",
        /// It does not.
        Disabled = "disabled",
    }
}

choices! {
    /// How an instance's bandwidth is shared between network and volumes.
    pub enum BandwidthWeighting {
        /// As the instance type says.
        Default = "default",
        /// More for the network.
        Vpc = "vpc-1",
        /// More for the volumes.
        Ebs = "ebs-1",
    }
}

choices! {
    /// What an instance's private host name is made of.
    pub enum HostnameType {
        /// Its address.
        IpName = "ip-name",
        /// Its id.
        ResourceName = "resource-name",
    }
}

choices! {
    /// Whether an instance runs in a capacity reservation.
    pub enum CapacityReservationPreference {
        /// Only in one.
        Only = "capacity-reservations-only",
        /// In an open one with matching attributes, if there is one.
        Open = "open",
        /// In none.
        None = "none",
    }
}

choices! {
    /// Enabled or disabled.
    pub enum Switch {
        /// Enabled.
        Enabled = "enabled",
        /// Disabled.
        Disabled = "disabled",
    }
}

/// The processor of an instance, other than its type says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct CpuOptions {
    /// How many cores.
    pub core_count: Option<i32>,
    /// How many threads each core runs: 1 turns multithreading off. Default: 2 on most types.
    pub threads_per_core: Option<i32>,
    /// Whether its memory is encrypted by the processor (AMD SEV-SNP).
    pub amd_sev_snp: Option<Switch>,
    /// Whether it can run virtual machines of its own.
    pub nested_virtualization: Option<Switch>,
}

/// The private DNS names of an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PrivateDnsNameOptions {
    /// What the host name is made of. Default: as the subnet says. AWS changes it on a stopped instance only.
    #[input(replace)]
    pub hostname_type: Option<HostnameType>,
    /// Whether the name made of the id has an IPv4 record. Default: as the subnet says.
    #[input(cloud = "EnableResourceNameDnsARecord")]
    pub a_record: Option<bool>,
    /// Whether the name made of the id has an IPv6 record. Default: as the subnet says.
    #[input(cloud = "EnableResourceNameDnsAAAARecord")]
    pub aaaa_record: Option<bool>,
}

/// Which capacity reservation an instance runs in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct CapacityReservation {
    /// Whether it runs in one. Default: `open`.
    #[input(cloud = "CapacityReservationPreference")]
    pub preference: Option<CapacityReservationPreference>,
    /// This one, by id.
    #[input(cloud = "CapacityReservationTarget/CapacityReservationId")]
    pub reservation: Option<String>,
    /// One of this group, by ARN.
    #[input(cloud = "CapacityReservationTarget/CapacityReservationResourceGroupArn")]
    pub resource_group: Option<String>,
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::types as sdk;

    use super::{CapacityReservation, CapacityReservationPreference, CpuOptions, HostnameType, PrivateDnsNameOptions, Switch};

    /// Fills a builder that launches and launch templates have alike, under two names.
    macro_rules! both {
        ($block:ident, $launch:ident, $template:ident, |$self:ident, $builder:ident| $fill:expr) => {
            impl $block {
                /// For a launch.
                pub(crate) fn to_launch(&self) -> sdk::$launch {
                    let ($self, $builder) = (self, sdk::$launch::builder());
                    $fill.build()
                }

                /// For a launch template.
                pub(crate) fn to_template(&self) -> sdk::$template {
                    let ($self, $builder) = (self, sdk::$template::builder());
                    $fill.build()
                }
            }
        };
    }

    both!(CpuOptions, CpuOptionsRequest, LaunchTemplateCpuOptionsRequest, |options, builder| builder
        .set_core_count(options.core_count)
        .set_threads_per_core(options.threads_per_core)
        .set_amd_sev_snp(options.amd_sev_snp.map(|word| word.as_str().into()))
        .set_nested_virtualization(options.nested_virtualization.map(|word| word.as_str().into())));

    both!(PrivateDnsNameOptions, PrivateDnsNameOptionsRequest, LaunchTemplatePrivateDnsNameOptionsRequest, |options, builder| builder
        .set_hostname_type(options.hostname_type.map(|word| word.as_str().into()))
        .set_enable_resource_name_dns_a_record(options.a_record)
        .set_enable_resource_name_dns_aaaa_record(options.aaaa_record));

    both!(
        CapacityReservation,
        CapacityReservationSpecification,
        LaunchTemplateCapacityReservationSpecificationRequest,
        |options, builder| builder
            .set_capacity_reservation_preference(options.preference.map(|word| word.as_str().into()))
            .set_capacity_reservation_target(options.target())
    );

    impl CapacityReservation {
        fn target(&self) -> Option<sdk::CapacityReservationTarget> {
            (self.reservation.is_some() || self.resource_group.is_some()).then(|| {
                sdk::CapacityReservationTarget::builder()
                    .set_capacity_reservation_id(self.reservation.clone())
                    .set_capacity_reservation_resource_group_arn(self.resource_group.clone())
                    .build()
            })
        }
    }

    /// Reads a block from the answer for an instance and from that for a template.
    macro_rules! from {
        ($block:ident, $instance:ident, $template:ident, |$told:ident| $read:expr) => {
            impl $block {
                /// As an instance has it.
                pub(crate) fn from_instance($told: &sdk::$instance) -> $block {
                    $read
                }

                /// As a launch template has it.
                pub(crate) fn from_template($told: &sdk::$template) -> $block {
                    $read
                }
            }
        };
    }

    from!(CpuOptions, CpuOptions, LaunchTemplateCpuOptions, |told| CpuOptions {
        core_count: told.core_count(),
        threads_per_core: told.threads_per_core(),
        amd_sev_snp: told.amd_sev_snp().and_then(|word| Switch::from_word(word.as_str())),
        nested_virtualization: told.nested_virtualization().and_then(|word| Switch::from_word(word.as_str())),
    });

    from!(PrivateDnsNameOptions, PrivateDnsNameOptionsResponse, LaunchTemplatePrivateDnsNameOptions, |told| PrivateDnsNameOptions {
        hostname_type: told.hostname_type().and_then(|word| HostnameType::from_word(word.as_str())),
        a_record: told.enable_resource_name_dns_a_record(),
        aaaa_record: told.enable_resource_name_dns_aaaa_record(),
    });

    from!(CapacityReservation, CapacityReservationSpecificationResponse, LaunchTemplateCapacityReservationSpecificationResponse, |told| {
        let target = told.capacity_reservation_target();
        CapacityReservation {
            preference: told.capacity_reservation_preference().and_then(|word| CapacityReservationPreference::from_word(word.as_str())),
            reservation: target.and_then(|target| target.capacity_reservation_id()).map(str::to_owned),
            resource_group: target.and_then(|target| target.capacity_reservation_resource_group_arn()).map(str::to_owned),
        }
    });
}

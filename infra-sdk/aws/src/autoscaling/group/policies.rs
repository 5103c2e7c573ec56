//! Small policies of a group: how it keeps its size, leaves zones, and is protected.

use infra_core::{Block, Input, Set, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// What is done where a zone cannot give an instance.
    pub enum ZoneDistribution {
        /// Another zone is tried.
        BalancedBestEffort = "balanced-best-effort",
        /// The zone is tried again, so that zones stay balanced.
        BalancedOnly = "balanced-only",
        /// Reservations are used up first, then zones are balanced.
        ReservationsThenBalanced = "reservations-then-balanced",
    }
}

choices! {
    /// What becomes of unhealthy instances in a zone that one has shifted away from.
    pub enum ImpairedZoneHealthChecks {
        /// They stay.
        IgnoreUnhealthy = "IgnoreUnhealthy",
        /// They are replaced, in other zones.
        ReplaceUnhealthy = "ReplaceUnhealthy",
    }
}

choices! {
    /// Whether reserved capacity is used.
    pub enum CapacityReservationPreference {
        /// As the launch template says.
        Default = "default",
        /// Only reserved capacity.
        Only = "capacity-reservations-only",
        /// Reserved capacity first, then any other.
        First = "capacity-reservations-first",
        /// No reserved capacity.
        None = "none",
    }
}

choices! {
    /// What becomes of an instance whose terminating lifecycle hook was abandoned.
    pub enum RetentionAction {
        /// It stays, outside of the group's size, and costs, until somebody terminates it.
        Retain = "retain",
        /// It is terminated.
        Terminate = "terminate",
    }
}

choices! {
    /// What of a group's deletion AWS refuses.
    pub enum DeletionProtection {
        /// Nothing.
        None = "none",
        /// To delete it together with its instances.
        PreventForceDeletion = "prevent-force-deletion",
        /// To delete it.
        PreventAllDeletion = "prevent-all-deletion",
    }
}

/// How far a group may go below or above its size while instances are replaced; -1 for both takes the policy away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct InstanceMaintenancePolicy {
    /// How many percent of the size must be healthy, 0 to 100.
    #[input(unlike_cloud = "the API refuses one of the two without the other")]
    pub min_healthy_percentage: i32,
    /// How many percent of the size may be there, 100 to 200, at most 100 more than the least.
    #[input(unlike_cloud = "the API refuses one of the two without the other")]
    pub max_healthy_percentage: i32,
}

impl InstanceMaintenancePolicy {
    /// From `min` to `max` percent of the size.
    pub fn between(min: impl Input<i32>, max: impl Input<i32>) -> InstanceMaintenancePolicyBuilder<Set, Set> {
        InstanceMaintenancePolicy::new().min_healthy_percentage(min).max_healthy_percentage(max)
    }
}

/// Whether and how a group takes part in zonal shifts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ZoneImpairmentPolicy {
    /// Whether it does.
    pub zonal_shift_enabled: bool,
    /// What becomes of unhealthy instances in the zone that is left.
    #[input(cloud = "ImpairedZoneHealthCheckBehavior")]
    pub health_checks: ImpairedZoneHealthChecks,
}

/// Whether a group's instances use reserved capacity, and which.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct CapacityReservationSpecification {
    /// Whether they do.
    #[input(cloud = "CapacityReservationPreference")]
    pub preference: CapacityReservationPreference,
    /// The reservations to use, by id. Default: any that fits.
    #[input(set, cloud = "CapacityReservationTarget/CapacityReservationIds")]
    pub reservations: Option<Vec<String>>,
    /// The ARNs of resource groups of reservations to use.
    #[input(set, cloud = "CapacityReservationTarget/CapacityReservationResourceGroupArns")]
    pub resource_groups: Option<Vec<String>>,
}

#[cfg(feature = "autoscaling")]
pub(super) mod live {
    use aws_sdk_autoscaling::types as sdk;

    use super::{
        CapacityReservationPreference, CapacityReservationSpecification, ImpairedZoneHealthChecks, InstanceMaintenancePolicy,
        RetentionAction, ZoneDistribution, ZoneImpairmentPolicy,
    };

    pub(in super::super) fn maintenance_to_sdk(policy: &InstanceMaintenancePolicy) -> sdk::InstanceMaintenancePolicy {
        sdk::InstanceMaintenancePolicy::builder()
            .min_healthy_percentage(policy.min_healthy_percentage)
            .max_healthy_percentage(policy.max_healthy_percentage)
            .build()
    }

    /// No policy is said with -1, as it is asked for.
    pub(in super::super) fn maintenance_from_sdk(policy: Option<&sdk::InstanceMaintenancePolicy>) -> InstanceMaintenancePolicy {
        InstanceMaintenancePolicy {
            min_healthy_percentage: policy.and_then(|policy| policy.min_healthy_percentage()).unwrap_or(-1),
            max_healthy_percentage: policy.and_then(|policy| policy.max_healthy_percentage()).unwrap_or(-1),
        }
    }

    pub(in super::super) fn distribution_to_sdk(strategy: ZoneDistribution) -> sdk::AvailabilityZoneDistribution {
        sdk::AvailabilityZoneDistribution::builder().capacity_distribution_strategy(strategy.as_str().into()).build()
    }

    pub(in super::super) fn distribution_from_sdk(distribution: Option<&sdk::AvailabilityZoneDistribution>) -> ZoneDistribution {
        let word = distribution.and_then(|distribution| distribution.capacity_distribution_strategy());
        word.and_then(|word| ZoneDistribution::from_word(word.as_str())).unwrap_or(ZoneDistribution::BalancedBestEffort)
    }

    pub(in super::super) fn impairment_to_sdk(policy: &ZoneImpairmentPolicy) -> sdk::AvailabilityZoneImpairmentPolicy {
        sdk::AvailabilityZoneImpairmentPolicy::builder()
            .zonal_shift_enabled(policy.zonal_shift_enabled)
            .impaired_zone_health_check_behavior(policy.health_checks.as_str().into())
            .build()
    }

    pub(in super::super) fn impairment_from_sdk(policy: &sdk::AvailabilityZoneImpairmentPolicy) -> ZoneImpairmentPolicy {
        let word = policy.impaired_zone_health_check_behavior();
        ZoneImpairmentPolicy {
            zonal_shift_enabled: policy.zonal_shift_enabled().unwrap_or_default(),
            health_checks: word
                .and_then(|word| ImpairedZoneHealthChecks::from_word(word.as_str()))
                .unwrap_or(ImpairedZoneHealthChecks::IgnoreUnhealthy),
        }
    }

    pub(in super::super) fn reservation_to_sdk(want: &CapacityReservationSpecification) -> sdk::CapacityReservationSpecification {
        let target = (want.reservations.is_some() || want.resource_groups.is_some()).then(|| {
            sdk::CapacityReservationTarget::builder()
                .set_capacity_reservation_ids(want.reservations.clone())
                .set_capacity_reservation_resource_group_arns(want.resource_groups.clone())
                .build()
        });
        sdk::CapacityReservationSpecification::builder()
            .capacity_reservation_preference(want.preference.as_str().into())
            .set_capacity_reservation_target(target)
            .build()
    }

    pub(in super::super) fn reservation_from_sdk(have: Option<&sdk::CapacityReservationSpecification>) -> CapacityReservationSpecification {
        let word = have.and_then(|have| have.capacity_reservation_preference());
        let target = have.and_then(|have| have.capacity_reservation_target());
        CapacityReservationSpecification {
            preference: word
                .and_then(|word| CapacityReservationPreference::from_word(word.as_str()))
                .unwrap_or(CapacityReservationPreference::Default),
            reservations: target.map(|target| target.capacity_reservation_ids().to_vec()),
            resource_groups: target.map(|target| target.capacity_reservation_resource_group_arns().to_vec()),
        }
    }

    pub(in super::super) fn retention_to_sdk(action: RetentionAction) -> sdk::InstanceLifecyclePolicy {
        let triggers = sdk::RetentionTriggers::builder().terminate_hook_abandon(action.as_str().into()).build();
        sdk::InstanceLifecyclePolicy::builder().retention_triggers(triggers).build()
    }

    pub(in super::super) fn retention_from_sdk(policy: Option<&sdk::InstanceLifecyclePolicy>) -> RetentionAction {
        let word = policy.and_then(|policy| policy.retention_triggers()).and_then(|triggers| triggers.terminate_hook_abandon());
        word.and_then(|word| RetentionAction::from_word(word.as_str())).unwrap_or(RetentionAction::Terminate)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn policies_are_read_back_as_they_were_written_and_absent_ones_as_awss_defaults() {
            let maintenance = InstanceMaintenancePolicy { min_healthy_percentage: 90, max_healthy_percentage: 120 };
            assert_eq!(maintenance_from_sdk(Some(&maintenance_to_sdk(&maintenance))), maintenance);
            assert_eq!(maintenance_from_sdk(None).min_healthy_percentage, -1);
            let only = ZoneDistribution::BalancedOnly;
            assert_eq!(distribution_from_sdk(Some(&distribution_to_sdk(only))), only);
            assert_eq!(distribution_from_sdk(None), ZoneDistribution::BalancedBestEffort);
            let impairment = ZoneImpairmentPolicy { zonal_shift_enabled: true, health_checks: ImpairedZoneHealthChecks::ReplaceUnhealthy };
            assert_eq!(impairment_from_sdk(&impairment_to_sdk(&impairment)), impairment);
            let reservation = CapacityReservationSpecification {
                preference: CapacityReservationPreference::Only,
                reservations: Some(vec!["cr-1".into()]),
                resource_groups: Some(vec![]),
            };
            assert_eq!(reservation_from_sdk(Some(&reservation_to_sdk(&reservation))), reservation);
            assert_eq!(retention_from_sdk(Some(&retention_to_sdk(RetentionAction::Retain))), RetentionAction::Retain);
            assert_eq!(retention_from_sdk(None), RetentionAction::Terminate);
        }
    }
}

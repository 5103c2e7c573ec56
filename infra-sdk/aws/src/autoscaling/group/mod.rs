//! An auto scaling group.

mod attachments;
mod hook;
mod launch;
#[cfg(feature = "autoscaling")]
mod live;
mod policies;
mod refresh;
mod requirements;
mod tag;
#[cfg(feature = "autoscaling")]
mod update;

use std::collections::BTreeMap;

use infra_core::{Outputs, Resource, choices};
use serde::{Deserialize, Serialize};

use super::LaunchConfigurationName;
use crate::ec2::{InstanceId, SubnetId};
use crate::elb::ClassicLoadBalancerName;
use crate::elbv2::TargetGroupArn;

pub use attachments::{GroupMetric, LatticeTargetGroupArn};
pub use hook::{HookResult, LifecycleHook, LifecycleTransition};
pub use launch::{
    CapacityType, DistributionSegment, InstanceOverride, InstancesDistribution, LaunchTemplateChoice, MixedInstancesPolicy,
    OnDemandAllocation, SpotAllocation,
};
pub use policies::{
    CapacityReservationPreference, CapacityReservationSpecification, DeletionProtection, ImpairedZoneHealthChecks,
    InstanceMaintenancePolicy, RetentionAction, ZoneDistribution, ZoneImpairmentPolicy,
};
pub use refresh::{InstanceRefresh, RefreshProtected, RefreshStandby, RefreshStrategy};
pub use requirements::{
    AcceleratorManufacturer, AcceleratorType, CpuManufacturer, FloatRange, Included, InstanceGeneration, InstanceRequirements, IntRange,
    LocalStorageType,
};
pub use tag::GroupTag;

choices! {
    /// What the sizes of a group count.
    pub enum CapacityUnit {
        /// Instances, or their weights.
        Units = "units",
        /// Virtual processors; only with instance requirements.
        Vcpu = "vcpu",
        /// Mebibytes of memory; only with instance requirements.
        MemoryMib = "memory-mib",
    }
}

choices! {
    /// Whose word counts, besides EC2's own, on whether an instance is healthy.
    pub enum HealthCheck {
        /// The load balancers and target groups the group is attached to.
        Elb = "ELB",
        /// The instance's volumes.
        Ebs = "EBS",
        /// The VPC Lattice target groups the group is attached to.
        VpcLattice = "VPC_LATTICE",
    }
}

/// A fleet of alike instances that keeps its size, replaces what fails, and grows and shrinks by policy.
///
/// What its instances are is said by exactly one of `launch_template`, `mixed_instances_policy`, `launch_configuration`
/// and `instance`; where they run by `subnets` or by zones.
///
/// The engine's own tags stand on the group only and are not propagated, so that no instance looks like a resource of
/// the stack. Deleting the group terminates its instances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = AutoScalingGroup, id = AutoScalingGroupName, outputs = AutoScalingGroupOutputs, kind = "aws:autoscaling/group",
    cloud = "AWS::AutoScaling::AutoScalingGroup",
    iam(
        "autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeLifecycleHooks", "autoscaling:DescribeInstanceRefreshes",
        create(
            "autoscaling:CreateAutoScalingGroup", "autoscaling:CreateOrUpdateTags", "ec2:RunInstances", "iam:PassRole",
            "iam:CreateServiceLinkedRole",
        ),
        update(
            "autoscaling:UpdateAutoScalingGroup", "autoscaling:CreateOrUpdateTags", "autoscaling:DeleteTags",
            "autoscaling:AttachLoadBalancers", "autoscaling:DetachLoadBalancers", "autoscaling:AttachLoadBalancerTargetGroups",
            "autoscaling:DetachLoadBalancerTargetGroups", "autoscaling:AttachTrafficSources", "autoscaling:DetachTrafficSources",
            "autoscaling:EnableMetricsCollection", "autoscaling:DisableMetricsCollection", "autoscaling:PutLifecycleHook",
            "autoscaling:DeleteLifecycleHook", "autoscaling:StartInstanceRefresh", "autoscaling:CancelInstanceRefresh",
            "iam:PassRole", "ec2:RunInstances",
        ),
        delete("autoscaling:DeleteAutoScalingGroup"),
    ),
    without(
        Context = "reserved by AWS",
        NotificationConfigurations = "notifications are objects of their own in the API, one a topic",
    ),
)]
pub struct AutoScalingGroupInputs {
    /// Its name, up to 255 characters without colons. Default: one that the engine makes.
    #[input(name = 255, replace, cloud = "AutoScalingGroupName")]
    pub name: Option<String>,
    /// The launch template its instances are made from, and the version. A template's handle means its newest version,
    /// so that a new version is a change of the group.
    pub launch_template: Option<LaunchTemplateChoice>,
    /// Several instance types, on demand and spot, from one launch template.
    pub mixed_instances_policy: Option<MixedInstancesPolicy>,
    /// The launch configuration its instances are made from. New accounts have launch templates only.
    #[input(cloud = "LaunchConfigurationName")]
    pub launch_configuration: Option<LaunchConfigurationName>,
    /// A running instance to copy: AWS makes a launch configuration from it.
    #[input(replace, write_only, cloud = "InstanceId")]
    pub instance: Option<InstanceId>,
    /// The subnets its instances run in, one or more a zone.
    #[input(set, cloud = "VPCZoneIdentifier")]
    pub subnets: Option<Vec<SubnetId>>,
    /// The zones its instances run in, as in `us-west-2a`, in their default subnets. Default: those of `subnets`.
    #[input(set)]
    pub availability_zones: Option<Vec<String>>,
    /// The zones by id, as in `usw2-az1`, instead of by name.
    #[input(set)]
    pub availability_zone_ids: Option<Vec<String>>,
    /// The fewest instances it may have.
    #[input(unlike_cloud = "CloudFormation writes the number as text")]
    pub min_size: i32,
    /// The most instances it may have. AWS may exceed it for a moment while it rebalances zones.
    #[input(unlike_cloud = "CloudFormation writes the number as text")]
    pub max_size: i32,
    /// How many instances it has now, from `min_size` to `max_size`. Default: `min_size` at first; then whatever scaling
    /// policies, schedules and people make of it. Give it only where nothing else scales the group: each deploy sets it.
    #[input(unlike_cloud = "CloudFormation writes the number as text")]
    pub desired_capacity: Option<i32>,
    /// What the sizes count. Default: instances.
    pub desired_capacity_type: Option<CapacityUnit>,
    /// Seconds between the end of a simple policy's scaling and the next. Default: 300.
    #[input(cloud = "Cooldown", unlike_cloud = "CloudFormation writes the number as text")]
    pub default_cooldown: Option<i32>,
    /// Seconds, 0 to 3600, that a new instance takes until its metrics count. AWS advises to set it, even to 0. -1 means
    /// none, which is the default.
    pub default_instance_warmup: Option<i32>,
    /// Whose word counts, besides EC2's own, on whether an instance is healthy. Default: nobody's.
    #[input(
        set,
        cloud = "HealthCheckType",
        unlike_cloud = "CloudFormation writes the list as one text with commas, and EC2 in it, which always counts"
    )]
    pub health_checks: Option<Vec<HealthCheck>>,
    /// Seconds that a new instance has before failed checks count. Default: 0.
    pub health_check_grace_period: Option<i32>,
    /// Which instance goes first when the group shrinks: `Default`, `OldestInstance`, `NewestInstance`,
    /// `OldestLaunchTemplate`, `OldestLaunchConfiguration`, `ClosestToNextInstanceHour`, `AllocationStrategy`, or the ARN
    /// of a Lambda function, which must be the first. In order of application.
    pub termination_policies: Option<Vec<String>>,
    /// Whether new instances are spared when the group shrinks. Default: false.
    pub new_instances_protected_from_scale_in: Option<bool>,
    /// Whether spot instances at risk are replaced before they are interrupted. Default: false.
    pub capacity_rebalance: Option<bool>,
    /// Seconds after which an instance is replaced: 0 for never, the default, or at least 86400.
    pub max_instance_lifetime: Option<i32>,
    /// The placement group its instances run in; an empty text for none.
    pub placement_group: Option<String>,
    /// The ARN of the service-linked role that AWS acts with. Default: the account's `AWSServiceRoleForAutoScaling`.
    #[input(cloud = "ServiceLinkedRoleARN")]
    pub service_linked_role: Option<String>,
    /// The classic load balancers that its instances are registered with.
    #[input(set, cloud = "LoadBalancerNames")]
    pub classic_load_balancers: Option<Vec<ClassicLoadBalancerName>>,
    /// The target groups that its instances are registered with.
    #[input(set, cloud = "TargetGroupARNs")]
    pub target_groups: Option<Vec<TargetGroupArn>>,
    /// The VPC Lattice target groups that its instances are registered with.
    #[input(
        set,
        cloud = "TrafficSources",
        unlike_cloud = "an item of TrafficSources has a type too; the other types have fields of their own"
    )]
    pub lattice_target_groups: Option<Vec<LatticeTargetGroupArn>>,
    /// The metrics of the group itself that are sent to CloudWatch, one point a minute. Default: none.
    #[input(
        set,
        cloud = "MetricsCollection",
        unlike_cloud = "CloudFormation lists groups of metrics by granularity, of which there is one"
    )]
    pub group_metrics: Option<Vec<GroupMetric>>,
    /// Pauses on the way of an instance in or out, by name, so that something can prepare it or drain it.
    #[input(
        cloud = "LifecycleHookSpecificationList",
        unlike_cloud = "hooks have unique names, so they are a map by name and changed one by one"
    )]
    pub lifecycle_hooks: Option<BTreeMap<String, LifecycleHook>>,
    /// How far the group may go below or above its size while instances are replaced.
    pub instance_maintenance_policy: Option<InstanceMaintenancePolicy>,
    /// What is done where a zone cannot give an instance. Default: another zone is tried.
    #[input(cloud = "AvailabilityZoneDistribution/CapacityDistributionStrategy")]
    pub availability_zone_distribution: Option<ZoneDistribution>,
    /// Whether and how the group takes part in zonal shifts, by which one leaves an impaired zone.
    pub availability_zone_impairment_policy: Option<ZoneImpairmentPolicy>,
    /// Whether AWS takes a zonal shift even where a load balancer does not balance across zones.
    #[input(write_only)]
    pub skip_zonal_shift_validation: Option<bool>,
    /// Whether its instances use reserved capacity, and which.
    pub capacity_reservation_specification: Option<CapacityReservationSpecification>,
    /// What happens to an instance whose terminating lifecycle hook was abandoned. Default: it is terminated all the same.
    #[input(cloud = "InstanceLifecyclePolicy/RetentionTriggers/TerminateHookAbandon")]
    pub abandoned_termination: Option<RetentionAction>,
    /// What of its deletion AWS refuses. While it is anything but `none` this stack cannot delete the group either.
    pub deletion_protection: Option<DeletionProtection>,
    /// How running instances are replaced when a deploy changes the launch template, the mixed instances policy or the
    /// launch configuration. Default: they stay, and only new instances are made from what is new. The deploy starts the
    /// replacement and does not wait for its end.
    #[input(write_only, unlike_cloud = "CloudFormation has an update policy of its own instead; this is the API's refresh")]
    pub instance_refresh: Option<InstanceRefresh>,
    /// How many instances must be in service before the group counts as ready. Default: 0, so the group is ready as soon as it
    /// exists. Kept in a tag of the group.
    #[input(unlike_cloud = "CloudFormation has a creation policy instead; this is the engine's own wait")]
    pub wait_for_capacity: Option<i32>,
    /// Tags, each with whether its instances get it too.
    #[input(set)]
    pub tags: Option<Vec<GroupTag>>,
}

/// What AWS says of an [`AutoScalingGroup`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = AutoScalingGroup)]
pub struct AutoScalingGroupOutputs {
    /// Its ARN.
    #[output(stable)]
    pub arn: String,
    /// Its name.
    #[output(stable, echo)]
    pub name: String,
    /// The zones it runs in.
    pub availability_zones: Vec<String>,
}

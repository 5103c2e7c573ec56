//! EC2 Auto Scaling.

mod group;
mod launch_configuration;
mod policy;
mod schedule;

pub use group::{
    AcceleratorManufacturer, AcceleratorType, AutoScalingGroup, AutoScalingGroupInputs, AutoScalingGroupName, AutoScalingGroupOutputs,
    CapacityReservationPreference, CapacityReservationSpecification, CapacityType, CapacityUnit, CpuManufacturer, DeletionProtection,
    DistributionSegment, FloatRange, GroupMetric, GroupTag, HealthCheck, HookResult, ImpairedZoneHealthChecks, Included,
    InstanceGeneration, InstanceMaintenancePolicy, InstanceOverride, InstanceRefresh, InstanceRequirements, InstancesDistribution,
    IntRange, LatticeTargetGroupArn, LaunchTemplateChoice, LifecycleHook, LifecycleTransition, LocalStorageType, MixedInstancesPolicy,
    OnDemandAllocation, RefreshProtected, RefreshStandby, RefreshStrategy, RetentionAction, SpotAllocation, ZoneDistribution,
    ZoneImpairmentPolicy,
};
pub use launch_configuration::{
    ConfiguredDevice, ConfiguredDeviceBuilder, ConfiguredMetadata, ConfiguredMetadataBuilder, LaunchConfiguration,
    LaunchConfigurationBuilder, LaunchConfigurationInputs, LaunchConfigurationName, LaunchConfigurationOutputs,
};
pub use policy::{
    AdjustmentType, CustomizedMetric, MaxCapacityBreach, MetricAggregation, PolicyType, PredefinedLoad, PredefinedMetric,
    PredefinedMetricKind, PredefinedPair, PredictedLoad, PredictedPair, PredictiveMetric, PredictiveMode, PredictiveScaling, ScalingPolicy,
    ScalingPolicyArn, ScalingPolicyInputs, ScalingPolicyOutputs, StepAdjustment, TargetTracking,
};
pub use schedule::{ScheduledAction, ScheduledActionId, ScheduledActionInputs, ScheduledActionOutputs};

crate::resources!("autoscaling", aws_sdk_autoscaling::Client: AutoScalingGroup, LaunchConfiguration, ScalingPolicy, ScheduledAction);

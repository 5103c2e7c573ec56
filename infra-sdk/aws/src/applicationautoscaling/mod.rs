//! Auto scaling of what is no group of instances: services of ECS, tables, replicas.

mod policy;
mod target;

pub use policy::{
    AdjustmentType, CustomizedMetric, MaxCapacityBreach, MetricAggregation, PredefinedMetric, PredefinedMetricKind, PredictedLoad,
    PredictedMetric, PredictedPair, PredictedUse, PredictiveMetric, PredictiveMode, PredictiveScaling, ScalingPolicy, ScalingPolicyId,
    ScalingPolicyInputs, ScalingPolicyOutputs, StepAdjustment, StepScaling, TargetTracking, TargetTrackingBuilder,
};
pub use target::{
    ScalableResourceId, ScalableTarget, ScalableTargetId, ScalableTargetInputs, ScheduledAction, ServiceNamespace, SuspendedState,
};

crate::resources!("applicationautoscaling", aws_sdk_applicationautoscaling::Client: ScalableTarget, ScalingPolicy);

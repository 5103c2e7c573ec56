//! A scaling policy.

#[cfg(feature = "applicationautoscaling")]
mod live;
mod predictive;
mod tracking;

use infra_core::{Block, Input, Outputs, Resource, Set, choices};
use serde::{Deserialize, Serialize};

use super::ScalableTargetId;
use crate::cloudwatch::AlarmActionArn;

pub use predictive::{
    MaxCapacityBreach, PredictedLoad, PredictedMetric, PredictedPair, PredictedUse, PredictiveMetric, PredictiveMode, PredictiveScaling,
};
pub use tracking::{CustomizedMetric, PredefinedMetric, PredefinedMetricKind, TargetTracking, TargetTrackingBuilder};

choices! {
    /// What an adjustment is a number of.
    pub enum AdjustmentType {
        /// Units more, or fewer where it is negative.
        ChangeInCapacity = "ChangeInCapacity",
        /// Units that there then are.
        ExactCapacity = "ExactCapacity",
        /// Percent more, or fewer where it is negative.
        PercentChangeInCapacity = "PercentChangeInCapacity",
    }
}

choices! {
    /// How the metric's values of several periods become one.
    pub enum MetricAggregation {
        /// Their mean.
        Average = "Average",
        /// The least.
        Minimum = "Minimum",
        /// The greatest.
        Maximum = "Maximum",
    }
}

/// An adjustment for a range of distances from the alarm's threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct StepAdjustment {
    /// Where the range begins, in the metric's unit above the threshold. Default: without end.
    #[input(cloud = "MetricIntervalLowerBound")]
    pub lower_bound: Option<f64>,
    /// Where the range ends. Default: without end.
    #[input(cloud = "MetricIntervalUpperBound")]
    pub upper_bound: Option<f64>,
    /// The adjustment.
    #[input(cloud = "ScalingAdjustment")]
    pub adjustment: i32,
}

impl StepAdjustment {
    /// From `lower` on, as far as it goes.
    pub fn above(lower: impl Input<f64>, adjustment: impl Input<i32>) -> StepAdjustmentBuilder<Set> {
        StepAdjustment::new().lower_bound(lower).adjustment(adjustment)
    }

    /// Up to `upper`, from as far as it goes.
    pub fn below(upper: impl Input<f64>, adjustment: impl Input<i32>) -> StepAdjustmentBuilder<Set> {
        StepAdjustment::new().upper_bound(upper).adjustment(adjustment)
    }
}

/// Adjustments that grow with the distance from the threshold of the alarm that calls the policy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct StepScaling {
    /// What the adjustments are numbers of.
    pub adjustment_type: Option<AdjustmentType>,
    /// The adjustments, by distance from the threshold; together without gap or overlap.
    #[input(set)]
    pub step_adjustments: Option<Vec<StepAdjustment>>,
    /// Seconds from one scaling to the next. Default: 300.
    pub cooldown: Option<i32>,
    /// How one value is made of several. Default: the mean.
    pub metric_aggregation_type: Option<MetricAggregation>,
    /// The fewest units that an adjustment in percent adds or removes.
    pub min_adjustment_magnitude: Option<i32>,
}

/// Changes a capacity: to keep a metric at a value, when an alarm says so, or by forecast.
///
/// An alarm calls it by its handle: `.alarm_actions([&policy])`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = ScalingPolicy, id = ScalingPolicyId, outputs = ScalingPolicyOutputs, kind = "aws:applicationautoscaling/policy",
    cloud = "AWS::ApplicationAutoScaling::ScalingPolicy", unique(target, name),
    iam(
        "application-autoscaling:DescribeScalingPolicies",
        create("application-autoscaling:PutScalingPolicy", "cloudwatch:PutMetricAlarm"),
        update("application-autoscaling:PutScalingPolicy", "cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"),
        delete("application-autoscaling:DeleteScalingPolicy", "cloudwatch:DeleteAlarms"),
    ),
    // Which of the kinds is set is the policy's type, and a target's id is all three.
    said(PolicyType = target_tracking, ServiceNamespace = target, ResourceId = target, ScalableDimension = target),
)]
pub struct ScalingPolicyInputs {
    /// What scales.
    #[input(replace, cloud = "ScalingTargetId")]
    pub target: ScalableTargetId,
    /// Its name, at most 256 characters. Default: made from stack and resource.
    #[input(name = 256, replace, cloud = "PolicyName")]
    pub name: Option<String>,
    /// The metric that is kept at a value. This, `step` or `predictive_scaling`.
    #[input(cloud = "TargetTrackingScalingPolicyConfiguration")]
    pub target_tracking: Option<TargetTracking>,
    /// Adjustments when an alarm says so.
    #[input(cloud = "StepScalingPolicyConfiguration")]
    pub step: Option<StepScaling>,
    /// How the load is forecast, and what is done about it. For services of ECS.
    #[input(cloud = "PredictiveScalingPolicyConfiguration")]
    pub predictive_scaling: Option<PredictiveScaling>,
}

/// What AWS says of a [`ScalingPolicy`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = ScalingPolicy)]
pub struct ScalingPolicyOutputs {
    /// Its ARN, which an alarm calls.
    #[output(stable, reference)]
    pub arn: AlarmActionArn,
}

//! A scaling policy.

#[cfg(feature = "autoscaling")]
mod live;
mod predictive;
mod tracking;

use infra_core::{Block, Input, Outputs, Resource, Set, choices};
use serde::{Deserialize, Serialize};

use super::AutoScalingGroupName;

pub use predictive::{
    MaxCapacityBreach, PredefinedLoad, PredefinedPair, PredictedLoad, PredictedPair, PredictiveMetric, PredictiveMode, PredictiveScaling,
};
pub use tracking::{CustomizedMetric, PredefinedMetric, PredefinedMetricKind, TargetTracking};

choices! {
    /// How a policy decides.
    pub enum PolicyType {
        /// By one adjustment, then a pause.
        Simple = "SimpleScaling",
        /// By adjustments that grow with the distance from the alarm's threshold.
        Step = "StepScaling",
        /// By keeping a metric at a value, with alarms that AWS makes.
        TargetTracking = "TargetTrackingScaling",
        /// By a forecast of the load.
        Predictive = "PredictiveScaling",
    }
}

choices! {
    /// What an adjustment is a number of.
    pub enum AdjustmentType {
        /// Instances more, or fewer where it is negative.
        ChangeInCapacity = "ChangeInCapacity",
        /// Instances that the group then has.
        ExactCapacity = "ExactCapacity",
        /// Percent of the group more, or fewer where it is negative.
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
    /// Where the range begins, in the metric's unit above the threshold. Default: without end. Included for ranges above the
    /// threshold, not for those below.
    #[input(cloud = "MetricIntervalLowerBound")]
    pub lower_bound: Option<f64>,
    /// Where the range ends. Default: without end. Not included for ranges above the threshold, but for those below.
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

    /// From `lower` to `upper`.
    pub fn between(lower: impl Input<f64>, upper: impl Input<f64>, adjustment: impl Input<i32>) -> StepAdjustmentBuilder<Set> {
        StepAdjustment::new().lower_bound(lower).upper_bound(upper).adjustment(adjustment)
    }
}

/// Makes a group grow or shrink: when an alarm says so, to keep a metric at a value, or by forecast.
///
/// An alarm calls it by its handle: `.alarm_actions([&policy])`. The kind of policy follows from what is set:
/// `step_adjustments`, `target_tracking` or `predictive_scaling`; otherwise it is a simple one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = ScalingPolicy, id = ScalingPolicyArn, outputs = ScalingPolicyOutputs, kind = "aws:autoscaling/policy",
    cloud = "AWS::AutoScaling::ScalingPolicy",
    iam(
        "autoscaling:DescribePolicies", "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData",
        create("autoscaling:PutScalingPolicy", "cloudwatch:PutMetricAlarm"),
        update("autoscaling:PutScalingPolicy", "cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"),
        delete("autoscaling:DeletePolicy", "cloudwatch:DeleteAlarms"),
    ),
)]
pub struct ScalingPolicyInputs {
    /// Its name, up to 255 characters. Default: one that the engine makes.
    #[input(name = 255, replace, cloud = "PolicyName", unlike_cloud = "CloudFormation makes the name; the API takes one")]
    pub name: Option<String>,
    /// The group it scales.
    #[input(replace, cloud = "AutoScalingGroupName")]
    pub group: AutoScalingGroupName,
    /// How it decides. Default: as follows from what else is set.
    pub policy_type: Option<PolicyType>,
    /// Whether it acts. Default: true.
    #[input(unlike_cloud = "CloudFormation's policies are always enabled; the API has a switch")]
    pub enabled: Option<bool>,
    /// What the adjustments are numbers of. Required in simple and step policies.
    pub adjustment_type: Option<AdjustmentType>,
    /// The adjustment of a simple policy.
    pub scaling_adjustment: Option<i32>,
    /// The fewest instances that an adjustment in percent adds or removes.
    pub min_adjustment_magnitude: Option<i32>,
    /// Seconds from the end of a simple policy's scaling to its next. Default: the group's.
    #[input(unlike_cloud = "CloudFormation writes the number as text")]
    pub cooldown: Option<i32>,
    /// The adjustments of a step policy, by distance from the alarm's threshold; together without gap or overlap.
    #[input(set)]
    pub step_adjustments: Option<Vec<StepAdjustment>>,
    /// How a step policy makes one value of several. Default: the mean.
    pub metric_aggregation_type: Option<MetricAggregation>,
    /// Seconds until a new instance counts in a step or target tracking policy. Default: the group's default warm-up.
    pub estimated_instance_warmup: Option<i32>,
    /// The metric that is kept at a value.
    #[input(cloud = "TargetTrackingConfiguration")]
    pub target_tracking: Option<TargetTracking>,
    /// How the load is forecast, and what is done about it.
    #[input(cloud = "PredictiveScalingConfiguration")]
    pub predictive_scaling: Option<PredictiveScaling>,
}

/// What AWS says of a [`ScalingPolicy`]. Its ARN is its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = ScalingPolicy)]
pub struct ScalingPolicyOutputs {
    /// Its name.
    #[output(stable, echo)]
    pub name: String,
    /// The ARNs of alarms that call it, among them those that AWS makes for target tracking.
    pub alarms: Vec<String>,
}

impl ScalingPolicyArn {
    /// The names of the group and of the policy, which the ARN ends with; none if it is not such an ARN.
    pub fn names(&self) -> Option<(&str, &str)> {
        let (_, names) = self.as_str().split_once(":autoScalingGroupName/")?;
        // A group's name has no colon.
        names.split_once(":policyName/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_tells_the_group_and_the_policy() {
        let arn = "arn:aws:autoscaling:us-west-2:123:scalingPolicy:c322761b:autoScalingGroupName/web/a:policyName/up:1";
        assert_eq!(ScalingPolicyArn::new(arn).names(), Some(("web/a", "up:1")));
        assert_eq!(ScalingPolicyArn::new("no-such-object").names(), None);
    }
}

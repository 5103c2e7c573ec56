//! A scaling policy's rule.

use infra_aws::autoscaling::{
    AdjustmentType, MetricAggregation, PolicyType, PredefinedMetricKind, ScalingPolicyInputs, StepAdjustment, TargetTracking,
};

use super::alarm::metric;
use super::read::Read;
use crate::Error;
use crate::model::{Adjustment, AdjustmentKind, Aggregation, Metric, Rule, Step, Tracking};

pub(super) fn rule(policy: &Read<'_, ScalingPolicyInputs>) -> Result<Rule, Error> {
    let of = &policy.inputs;
    let follows = || {
        if of.target_tracking.is_some() {
            PolicyType::TargetTracking
        } else if of.predictive_scaling.is_some() {
            PolicyType::Predictive
        } else if of.step_adjustments.is_some() {
            PolicyType::Step
        } else {
            PolicyType::Simple
        }
    };
    let seconds = |value: Option<i32>| value.map(i64::from);
    let missing = |field: &str| policy.wrong(field, "is missing", "AWS requires it in such a policy");
    match of.policy_type.unwrap_or_else(follows) {
        PolicyType::Simple => Ok(Rule::Simple {
            adjustment: Adjustment {
                kind: kind(policy)?,
                amount: i64::from(of.scaling_adjustment.ok_or_else(|| missing("scaling_adjustment"))?),
                min_magnitude: i64::from(of.min_adjustment_magnitude.unwrap_or(0)),
            },
            cooldown: seconds(of.cooldown),
        }),
        PolicyType::Step => Ok(Rule::Step {
            kind: kind(policy)?,
            min_magnitude: i64::from(of.min_adjustment_magnitude.unwrap_or(0)),
            steps: of.step_adjustments.as_ref().ok_or_else(|| missing("step_adjustments"))?.iter().map(step).collect(),
            aggregation: match of.metric_aggregation_type {
                None | Some(MetricAggregation::Average) => Aggregation::Average,
                Some(MetricAggregation::Minimum) => Aggregation::Minimum,
                Some(MetricAggregation::Maximum) => Aggregation::Maximum,
            },
            warm_up: seconds(of.estimated_instance_warmup),
            cooldown: None,
        }),
        PolicyType::TargetTracking => {
            let tracking = of.target_tracking.as_ref().ok_or_else(|| missing("target_tracking"))?;
            Ok(Rule::Tracking(Tracking {
                metric: tracked(policy, tracking)?,
                target: tracking.target_value,
                disable_scale_in: tracking.disable_scale_in.unwrap_or(false),
                warm_up: seconds(of.estimated_instance_warmup),
                out_cooldown: None,
                in_cooldown: None,
            }))
        }
        // A forecast is AWS's own; `Simulation::forecast` says what it will be.
        PolicyType::Predictive => Ok(Rule::Forecast(Vec::new())),
    }
}

fn kind(policy: &Read<'_, ScalingPolicyInputs>) -> Result<AdjustmentKind, Error> {
    match policy.inputs.adjustment_type {
        Some(AdjustmentType::ChangeInCapacity) => Ok(AdjustmentKind::Change),
        Some(AdjustmentType::ExactCapacity) => Ok(AdjustmentKind::Exact),
        Some(AdjustmentType::PercentChangeInCapacity) => Ok(AdjustmentKind::Percent),
        None => Err(policy.wrong("adjustment_type", "is missing", "AWS requires it in simple and step policies")),
    }
}

fn step(step: &StepAdjustment) -> Step {
    Step { lower: step.lower_bound, upper: step.upper_bound, amount: i64::from(step.adjustment) }
}

fn tracked(policy: &Read<'_, ScalingPolicyInputs>, tracking: &TargetTracking) -> Result<Metric, Error> {
    if let Some(predefined) = &tracking.predefined_metric {
        return Ok(match predefined.kind {
            PredefinedMetricKind::AverageCpuUtilization => Metric::Cpu,
            PredefinedMetricKind::AverageNetworkIn => Metric::NetworkIn,
            PredefinedMetricKind::AverageNetworkOut => Metric::NetworkOut,
            PredefinedMetricKind::RequestCountPerTarget => Metric::RequestsPerHost,
        });
    }
    let custom = tracking.customized_metric.as_ref();
    let named = custom.and_then(|custom| Some((custom.namespace.as_deref()?, custom.metric_name.as_deref()?)));
    let (namespace, name) =
        named.ok_or_else(|| policy.wrong("target_tracking", "follows an expression", "only metrics by name are simulated"))?;
    metric(namespace, name).ok_or_else(|| {
        let help = "processor load, network bytes, requests, answer times and healthy hosts are simulated";
        policy.wrong("target_tracking", format!("follows `{name}` of `{namespace}`, which the model does not know"), help)
    })
}

//! The rule of a policy of Application Auto Scaling on a service.

use infra_aws::applicationautoscaling::{
    AdjustmentType, MetricAggregation, PredefinedMetricKind, ScalableTargetInputs, ScalingPolicyInputs, StepScaling, TargetTracking,
};

use super::alarm::metric;
use super::read::Read;
use crate::Error;
use crate::model::{AdjustmentKind, Aggregation, Metric, Rule, Step, Tracking};

type Policy<'a> = Read<'a, ScalingPolicyInputs>;

/// The rule, and whether it acts: what the target suspends does not.
pub(super) fn rule(policy: &Policy<'_>, target: &Read<'_, ScalableTargetInputs>) -> Result<(bool, Rule), Error> {
    let suspended = target.inputs.suspended_state.clone().unwrap_or_default();
    let never = |flag: Option<bool>| flag.unwrap_or(false);
    let (no_out, no_in) = (never(suspended.dynamic_scaling_out_suspended), never(suspended.dynamic_scaling_in_suspended));
    let enabled = !(no_out && no_in);
    if policy.inputs.predictive_scaling.is_some() {
        let help = "leave it out of the simulated fleet: AWS's forecasts of services cannot be given";
        return Err(policy.wrong("predictive_scaling", "follows a forecast, which is not simulated for services", help));
    }
    match (&policy.inputs.target_tracking, &policy.inputs.step) {
        (Some(_), Some(_)) => Err(policy.wrong("step", "is set beside `target_tracking`", "AWS takes one of them: make two policies")),
        (None, None) => Err(policy.wrong("target_tracking", "is missing, and so is `step`", "say which of them it does")),
        (Some(tracking), None) => {
            if no_out && enabled {
                let help = "suspend scaling in as well, or neither";
                return Err(target.wrong("suspended_state", "lets target tracking shrink and not grow, which is not simulated", help));
            }
            let mut tracking = tracked(policy, tracking)?;
            tracking.disable_scale_in |= no_in;
            Ok((enabled, Rule::Tracking(tracking)))
        }
        (None, Some(step)) => Ok((enabled, steps(policy, step, (no_out, no_in))?)),
    }
}

fn tracked(policy: &Policy<'_>, of: &TargetTracking) -> Result<Tracking, Error> {
    let seconds = |value: Option<i32>| value.map(i64::from);
    Ok(Tracking {
        metric: followed(policy, of)?,
        target: of.target_value,
        disable_scale_in: of.disable_scale_in.unwrap_or(false),
        warm_up: None,
        out_cooldown: seconds(of.scale_out_cooldown),
        in_cooldown: seconds(of.scale_in_cooldown),
    })
}

fn followed(policy: &Policy<'_>, of: &TargetTracking) -> Result<Metric, Error> {
    let wrong = |problem: String, help: &str| policy.wrong("target_tracking", problem, help);
    let known = "processor load, memory, requests to each task, answer times and healthy hosts are simulated";
    if let Some(predefined) = &of.predefined_metric {
        return match predefined.kind {
            PredefinedMetricKind::EcsServiceAverageCpu => Ok(Metric::Cpu),
            PredefinedMetricKind::EcsServiceAverageMemory => Ok(Metric::Memory),
            PredefinedMetricKind::AlbRequestCountPerTarget => Ok(Metric::RequestsPerHost),
            PredefinedMetricKind::EcsServiceAverageCpuHighResolution | PredefinedMetricKind::EcsServiceAverageMemoryHighResolution => {
                let help = "simulate it with the metric of every minute, which grows the service no sooner";
                Err(wrong("follows a metric of every 20 seconds, which is not simulated".into(), help))
            }
            other => Err(wrong(format!("follows `{}`, which no service of ECS has", other.as_str()), known)),
        };
    }
    let custom = of.customized_metric.as_ref();
    let named = custom.and_then(|custom| Some((custom.namespace.as_deref()?, custom.metric_name.as_deref()?)));
    let (namespace, name) = named.ok_or_else(|| wrong("follows an expression".into(), "only metrics by name are simulated"))?;
    metric(namespace, name).ok_or_else(|| wrong(format!("follows `{name}` of `{namespace}`, which the model does not know"), known))
}

fn steps(policy: &Policy<'_>, of: &StepScaling, (no_out, no_in): (bool, bool)) -> Result<Rule, Error> {
    let missing = |field: &str| policy.wrong("step", format!("has no `{field}`"), "AWS requires it in step policies");
    let kind = match of.adjustment_type.ok_or_else(|| missing("adjustment_type"))? {
        AdjustmentType::ChangeInCapacity => AdjustmentKind::Change,
        AdjustmentType::ExactCapacity => AdjustmentKind::Exact,
        AdjustmentType::PercentChangeInCapacity => AdjustmentKind::Percent,
    };
    if (no_out || no_in) && kind == AdjustmentKind::Exact {
        return Err(policy.wrong("step", "sets an exact size while its target is suspended in one direction", "that is not simulated"));
    }
    let amount = |amount: i32| {
        let amount = i64::from(amount);
        if (no_out && amount > 0) || (no_in && amount < 0) { 0 } else { amount }
    };
    let found = of.step_adjustments.as_ref().ok_or_else(|| missing("step_adjustments"))?;
    let mut steps: Vec<Step> =
        found.iter().map(|step| Step { lower: step.lower_bound, upper: step.upper_bound, amount: amount(step.adjustment) }).collect();
    // Their order means nothing to AWS.
    steps.sort_by(|a, b| a.lower.unwrap_or(f64::NEG_INFINITY).total_cmp(&b.lower.unwrap_or(f64::NEG_INFINITY)));
    Ok(Rule::Step {
        kind,
        min_magnitude: i64::from(of.min_adjustment_magnitude.unwrap_or(0)),
        steps,
        aggregation: match of.metric_aggregation_type {
            None | Some(MetricAggregation::Average) => Aggregation::Average,
            Some(MetricAggregation::Minimum) => Aggregation::Minimum,
            Some(MetricAggregation::Maximum) => Aggregation::Maximum,
        },
        warm_up: None,
        cooldown: of.cooldown.map(i64::from),
    })
}

//! What was found, as the Rust to paste into the stack: calls on the builders of the stack's own resources.

use std::fmt::Write as _;

use super::Tuning;
use crate::graph::{Found, Source};
use crate::model::{AdjustmentKind, Fleet, Metric, Monitoring, Rule, Step};

impl Tuning {
    /// The fleet as it was chosen.
    pub fn fleet(&self) -> Fleet {
        self.space.fleet(&self.base, &self.chosen.setting)
    }

    /// The calls that make the stack's resources as they were chosen, each under where the resource is declared. Empty where the
    /// choice is what is declared already.
    pub fn rust(&self, found: &Found) -> String {
        rust(found, &self.fleet())
    }
}

/// The calls that make a fleet of the one that was found.
pub(super) fn rust(found: &Found, tuned: &Fleet) -> String {
    let (base, mut text) = (&found.fleet, String::new());
    let mut add = |source: &Source, builder: &str, calls: Vec<String>| {
        if !calls.is_empty() {
            let name = source.address.name().rsplit('/').next().unwrap_or_default();
            // Writing to a text cannot fail.
            let _ = writeln!(text, "// {}, declared at {}", source.address, source.declared);
            let _ = writeln!(text, "{builder}::new(\"{name}\"){}", calls.concat());
        }
    };
    if base.monitoring != tuned.monitoring
        && let Some(template) = &found.template
    {
        let builder = if template.address.kind().ends_with("launch-configuration") { "LaunchConfiguration" } else { "LaunchTemplate" };
        add(template, builder, vec![format!(".monitoring({})", tuned.monitoring == Monitoring::Detailed)]);
    }
    let mut calls = Vec::new();
    if base.bounds.min != tuned.bounds.min {
        calls.push(format!(".min_size({})", tuned.bounds.min));
    }
    if base.desired != tuned.desired
        && let Some(desired) = tuned.desired
    {
        calls.push(format!(".desired_capacity({desired})"));
    }
    if base.default_cooldown != tuned.default_cooldown {
        calls.push(format!(".default_cooldown({})", tuned.default_cooldown));
    }
    if base.default_warm_up != tuned.default_warm_up
        && let Some(warm_up) = tuned.default_warm_up
    {
        calls.push(format!(".default_instance_warmup({warm_up})"));
    }
    add(&found.group, "AutoScalingGroup", calls);
    for ((source, before), after) in found.policies.iter().zip(&base.policies).zip(&tuned.policies) {
        if before != after {
            add(source, "ScalingPolicy", policy(&before.rule, &after.rule));
        }
    }
    for ((source, before), after) in found.alarms.iter().zip(&base.alarms).zip(&tuned.alarms) {
        let mut calls = Vec::new();
        if before.period != after.period {
            calls.push(format!(".over({}, {})", after.evaluation_periods, after.period));
        }
        if before.threshold != after.threshold {
            calls.push(format!(".threshold({:?})", after.threshold));
        }
        add(source, "MetricAlarm", calls);
    }
    text
}

fn policy(before: &Rule, after: &Rule) -> Vec<String> {
    match (before, after) {
        (Rule::Simple { adjustment, cooldown }, Rule::Simple { adjustment: now, cooldown: pause }) => {
            let by = (adjustment != now).then(|| format!(".scaling_adjustment({})", now.amount));
            let pause = (*cooldown != *pause).then_some(*pause).flatten().map(|pause| format!(".cooldown({pause})"));
            by.into_iter().chain(pause).collect()
        }
        (Rule::Step { .. }, Rule::Step { kind, steps, .. }) => {
            let steps: Vec<String> = steps.iter().map(step).collect();
            let percent = if *kind == AdjustmentKind::Percent { " // percent" } else { "" };
            vec![format!(".step_adjustments([{}]){percent}", steps.join(", "))]
        }
        (Rule::Tracking(_), Rule::Tracking(now)) => {
            let only_out = if now.disable_scale_in { ".disable_scale_in(true)" } else { "" };
            match now.metric {
                Metric::Cpu => vec![format!(".target_tracking(TargetTracking::average_cpu({:?}){only_out})", now.target)],
                // Which resource the metric is of stays as it is written there.
                _ => vec![format!(" // its target: {:?}", now.target)],
            }
        }
        _ => Vec::new(),
    }
}

fn step(step: &Step) -> String {
    match (step.lower, step.upper) {
        (Some(lower), Some(upper)) => format!("StepAdjustment::between({lower:?}, {upper:?}, {})", step.amount),
        (Some(lower), None) => format!("StepAdjustment::above({lower:?}, {})", step.amount),
        (None, Some(upper)) => format!("StepAdjustment::below({upper:?}, {})", step.amount),
        (None, None) => format!("StepAdjustment::above(0.0, {})", step.amount),
    }
}

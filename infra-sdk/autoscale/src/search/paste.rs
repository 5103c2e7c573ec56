//! What was found, as the Rust to paste into the stack: calls on the builders of the stack's own resources.

use std::fmt::Write as _;

use infra_aws::ecs::{EcsService, FargateService};
use infra_core::Resource as _;

use super::Tuning;
use crate::graph::{Found, Scaled, Source};
use crate::model::{AdjustmentKind, Alarm, Fleet, Metric, Monitoring, Rule, Step};

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
    if found.of == Scaled::Environment {
        return options(found, tuned);
    }
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
    if let Some(target) = &found.target {
        let min = (base.bounds.min != tuned.bounds.min).then(|| format!(".min_capacity({})", tuned.bounds.min));
        add(target, "ScalableTarget", min.into_iter().collect());
    }
    let mut calls = Vec::new();
    if base.bounds.min != tuned.bounds.min && found.of == Scaled::Group {
        calls.push(format!(".min_size({})", tuned.bounds.min));
    }
    if base.desired != tuned.desired
        && let Some(desired) = tuned.desired
    {
        let field = if found.of == Scaled::Group { "desired_capacity" } else { "desired_count" };
        calls.push(format!(".{field}({desired})"));
    }
    if base.default_cooldown != tuned.default_cooldown {
        calls.push(format!(".default_cooldown({})", tuned.default_cooldown));
    }
    if base.default_warm_up != tuned.default_warm_up
        && let Some(warm_up) = tuned.default_warm_up
    {
        calls.push(format!(".default_instance_warmup({warm_up})"));
    }
    let builder = match &**found.group.address.kind() {
        FargateService::KIND => "FargateService",
        EcsService::KIND => "EcsService",
        _ => "AutoScalingGroup",
    };
    add(&found.group, builder, calls);
    for ((source, before), after) in found.policies.iter().zip(&base.policies).zip(&tuned.policies) {
        if before != after {
            let calls = if found.of == Scaled::Service { of_service(&after.rule) } else { policy(&before.rule, &after.rule) };
            add(source, "ScalingPolicy", calls);
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

/// A policy of Application Auto Scaling, whose calls are one builder within another.
fn of_service(after: &Rule) -> Vec<String> {
    match after {
        Rule::Tracking(now) => {
            let only_out = if now.disable_scale_in { ".disable_scale_in(true)" } else { "" };
            let pause = |direction: &str, seconds: Option<i64>| {
                seconds.map_or_else(String::new, |seconds| format!(".scale_{direction}_cooldown({seconds})"))
            };
            let rest = format!("{only_out}{}{}", pause("in", now.in_cooldown), pause("out", now.out_cooldown));
            match now.metric {
                Metric::Cpu => vec![format!(".target_tracking(TargetTracking::average_cpu({:?}){rest})", now.target)],
                _ => vec![format!(" // its target: {:?}", now.target)],
            }
        }
        Rule::Step { steps, .. } => {
            let end = |name: &str, end: Option<f64>| end.map_or_else(String::new, |end| format!(".{name}({end:?})"));
            let step = |step: &Step| {
                let ends = format!("{}{}", end("lower_bound", step.lower), end("upper_bound", step.upper));
                format!("StepAdjustment::new(){ends}.adjustment({})", step.amount)
            };
            let steps: Vec<String> = steps.iter().map(step).collect();
            vec![format!(" // in its `StepScaling`: .step_adjustments([{}])", steps.join(", "))]
        }
        Rule::Simple { .. } | Rule::Forecast(_) => Vec::new(),
    }
}

/// An environment's options that the fleets differ in.
fn options(found: &Found, tuned: &Fleet) -> String {
    let now = |fleet: &Fleet| -> Vec<(&'static str, String)> {
        let (upper, lower) = (fleet.alarms.first(), fleet.alarms.get(1));
        let increment = |policy: usize| match fleet.policies.get(policy).map(|policy| &policy.rule) {
            Some(Rule::Simple { adjustment, .. }) => adjustment.amount.to_string(),
            _ => String::new(),
        };
        let threshold = |alarm: Option<&Alarm>| alarm.map_or_else(String::new, |alarm| alarm.threshold.to_string());
        let interval = if fleet.monitoring == Monitoring::Detailed { "1 minute" } else { "5 minute" };
        vec![
            ("aws:autoscaling:asg/MinSize", fleet.bounds.min.to_string()),
            ("aws:autoscaling:asg/Cooldown", fleet.default_cooldown.to_string()),
            ("aws:autoscaling:launchconfiguration/MonitoringInterval", interval.to_owned()),
            ("aws:autoscaling:trigger/UpperThreshold", threshold(upper)),
            ("aws:autoscaling:trigger/LowerThreshold", threshold(lower)),
            ("aws:autoscaling:trigger/UpperBreachScaleIncrement", increment(0)),
            ("aws:autoscaling:trigger/Period", upper.map_or_else(String::new, |alarm| (alarm.period / 60).to_string())),
        ]
    };
    let changed: Vec<String> = now(&found.fleet)
        .into_iter()
        .zip(now(tuned))
        .filter(|(before, after)| before != after)
        .map(|(_, (option, value))| format!("    (\"{option}\", \"{value}\"),\n"))
        .collect();
    if changed.is_empty() {
        return String::new();
    }
    format!("// {}, declared at {}: its options\n[\n{}]\n", found.group.address, found.group.declared, changed.concat())
}

fn step(step: &Step) -> String {
    match (step.lower, step.upper) {
        (Some(lower), Some(upper)) => format!("StepAdjustment::between({lower:?}, {upper:?}, {})", step.amount),
        (Some(lower), None) => format!("StepAdjustment::above({lower:?}, {})", step.amount),
        (None, Some(upper)) => format!("StepAdjustment::below({upper:?}, {})", step.amount),
        (None, None) => format!("StepAdjustment::above(0.0, {})", step.amount),
    }
}

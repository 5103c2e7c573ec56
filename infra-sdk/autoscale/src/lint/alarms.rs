//! Alarms that cannot work as they are set.

use infra_core::Diagnostic;

use super::{finding, reporting};
use crate::graph::Found;
use crate::model::{Monitoring, Rule};

/// An alarm of less than five minutes on data that comes every five.
pub(super) fn faster_than_reports(found: &Found) -> Vec<Diagnostic> {
    if found.fleet.monitoring == Monitoring::Detailed {
        return Vec::new();
    }
    let alarms = found.fleet.alarms.iter().zip(&found.alarms);
    let fast = alarms.filter(|(alarm, _)| alarm.period < 300 && alarm.metric.is_from_hosts());
    let mut findings: Vec<_> = fast
        .map(|(alarm, source)| {
            let problem = format!("looks at {} s and hosts report every 300 s, so most periods have no data", alarm.period);
            finding(source, "period", problem, format!("{}, or a period of 300 s", reporting(found)))
        })
        .collect();
    let policies = found.fleet.policies.iter().zip(&found.policies).filter(|(policy, _)| policy.enabled);
    findings.extend(policies.filter_map(|(policy, source)| {
        let Rule::Tracking(tracking) = &policy.rule else { return None };
        let problem = "is followed by alarms of 60 s, and hosts report every 300 s";
        let help = reporting(found);
        tracking.metric.is_from_hosts().then(|| finding(source, "target_tracking", problem, help))
    }));
    findings
}

/// A fleet that shrinks at a load that, on the hosts that are left, makes it grow again.
pub(super) fn shrinks_into_growing(found: &Found) -> Vec<Diagnostic> {
    let fleet = &found.fleet;
    let change = |policy: usize| match &fleet.policies[policy].rule {
        Rule::Simple { adjustment, .. } if adjustment.kind == crate::model::AdjustmentKind::Change => Some(adjustment.amount),
        _ => None,
    };
    let mut findings = Vec::new();
    for (low, source) in fleet.alarms.iter().zip(&found.alarms).filter(|(alarm, _)| !alarm.comparison.is_high()) {
        let Some(removed) = low.on_alarm.iter().filter_map(|policy| change(*policy)).filter(|amount| *amount < 0).min() else { continue };
        let highs = fleet.alarms.iter().filter(|alarm| alarm.comparison.is_high() && alarm.metric == low.metric);
        let grows = |policy: &usize| change(*policy).is_some_and(|amount| amount > 0);
        let Some(high) = highs.filter(|alarm| alarm.on_alarm.iter().any(grows)).map(|alarm| alarm.threshold).reduce(f64::min) else {
            continue;
        };
        // The smallest fleet that can shrink is the one whose hosts' share rises most.
        let after = i64::from(fleet.bounds.min).max(1);
        let before = after - removed;
        let then = low.threshold * before as f64 / after as f64;
        let can = before <= i64::from(fleet.bounds.max);
        if can && then > high {
            let problem = format!(
                "is {}: {before} hosts at that load become {after} at {then:.1}, above {high}, where the group grows again",
                low.threshold
            );
            let help = format!("use at most {:.1}", high * after as f64 / before as f64);
            findings.push(finding(source, "threshold", problem, help));
        }
    }
    findings
}

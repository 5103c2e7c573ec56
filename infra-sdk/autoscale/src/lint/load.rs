//! What the host and the load show without a run.

use infra_core::Diagnostic;

use crate::model::{Event, Metric, Monitoring, Rule};
use crate::{Kind, Simulation};

fn finding(field: &str, problem: String, help: String) -> Diagnostic {
    Diagnostic::new(problem).with_field(field).with_help(help)
}

/// A greatest size that is too small for the load at its peak.
pub(super) fn too_small(simulation: &Simulation, percent: f64) -> Option<Diagnostic> {
    let (capacity, load) = (simulation.capacity.as_ref()?, simulation.load.as_ref()?);
    if load.kind != Kind::Open {
        return None;
    }
    let each = (percent - capacity.line.intercept) / capacity.line.slope;
    let needed = (load.peak() / each).ceil();
    let most = simulation.fleet.bounds.max;
    if each <= 0.0 || f64::from(most) >= needed {
        return None;
    }
    let problem = format!("is {most}, and {:.0} requests a minute need {needed:.0} hosts to stay below {percent} %", load.peak());
    Some(finding("max_size", problem, format!("use at least {needed:.0}")))
}

/// Reports every five minutes where hosts start slowly and there is little room above the threshold.
pub(super) fn late_reports(simulation: &Simulation, percent: f64) -> Option<Diagnostic> {
    let fleet = &simulation.fleet;
    let boot = fleet.boot.in_service.p50 + fleet.boot.ready.p50;
    let alarms = fleet.alarms.iter().filter(|alarm| alarm.metric == Metric::Cpu && alarm.comparison.is_high());
    let targets = fleet.policies.iter().filter_map(|policy| match &policy.rule {
        Rule::Tracking(tracking) if tracking.metric == Metric::Cpu => Some(tracking.target),
        _ => None,
    });
    let threshold = alarms.map(|alarm| alarm.threshold).chain(targets).reduce(f64::min)?;
    if fleet.monitoring == Monitoring::Detailed || boot <= 120.0 || percent >= 2.0 * threshold {
        return None;
    }
    let problem = format!(
        "is basic: the fleet hears of its load up to five minutes late, and a host takes {boot:.0} s more, while {percent} % is less than \
         twice the {threshold} % at which it grows"
    );
    Some(finding("monitoring", problem, "use detailed monitoring, or grow at less than half of what must not be reached".into()))
}

/// A zone is lost in a simulation of a fleet that has no other.
pub(super) fn one_zone(simulation: &Simulation) -> Option<Diagnostic> {
    let lost = simulation.events.iter().any(|event| matches!(event, Event::ZoneDown { .. }));
    if !lost || simulation.fleet.zones.len() > 1 {
        return None;
    }
    let problem = format!("are one, {}, and it is lost in this simulation", simulation.fleet.zones.join(", "));
    Some(finding("subnets", problem, "add subnets in other zones".into()))
}

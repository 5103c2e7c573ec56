//! Hosts whose troubles are not noticed, or that have some by design.

use infra_core::Diagnostic;

use super::finding;
use crate::Burst;
use crate::graph::{Found, Scaled};
use crate::model::CreditMode;

/// A load balancer whose verdict does not count.
pub(super) fn unhealthy_unnoticed(found: &Found) -> Vec<Diagnostic> {
    let health = &found.fleet.health;
    // An environment has no option for it.
    if !health.balanced || health.elb || found.of == Scaled::Environment {
        return Vec::new();
    }
    let problem = "has no load balancer's checks, though one leads here: a host that answers no more is not replaced";
    vec![finding(&found.group, "health_checks", problem, "add `HealthCheck::Elb`")]
}

/// Checks that count from the first second of a host.
pub(super) fn no_grace(found: &Found) -> Vec<Diagnostic> {
    let health = &found.fleet.health;
    if !health.elb || health.grace > 0 {
        return Vec::new();
    }
    let problem =
        "is 0, as the API begins with: a host that still starts fails the load balancer's checks and is replaced, again and again";
    vec![finding(&found.group, "health_check_grace_period", problem, "set it to more seconds than a new host needs")]
}

/// Burstable hosts that are held to their baseline, which new ones are from the start.
pub(super) fn standard_credits(found: &Found) -> Vec<Diagnostic> {
    let fleet = &found.fleet;
    let Some(burst) = fleet.instance_type.as_deref().and_then(Burst::of_type) else { return Vec::new() };
    let mode = fleet.credits.unwrap_or(burst.mode);
    // A T2 has some credits at its launch, a T3 has none.
    if mode != CreditMode::Standard || burst.at_launch > 0.0 || fleet.bounds.max <= fleet.bounds.min {
        return Vec::new();
    }
    let problem = format!(
        "is standard: a new {} has no credits and is held to {:.0} % of its processors, so that growing adds little",
        fleet.instance_type.as_deref().unwrap_or_default(),
        burst.baseline
    );
    vec![finding(
        found.template.as_ref().unwrap_or(&found.group),
        "cpu_credits",
        problem,
        "leave it out for unlimited, or use a type without credits",
    )]
}

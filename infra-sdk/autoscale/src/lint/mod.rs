//! What is wrong with a fleet's scaling whatever the load: findings over the typed resources, without a simulation.
//!
//! [`stack`] is for a plan's policies; [`simulation`] knows the host and the load too.

mod alarms;
mod hosts;
mod load;
mod policies;

use infra_core::{Diagnostic, Graph};

use crate::graph::{Found, Scaled, Source, fleets};
use crate::{Error, Simulation};

/// What is wrong with the scaling of a stack's groups: each with its resource, its field, and what to do. A group that cannot be
/// read is a finding too.
pub fn stack(graph: &Graph) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for found in fleets(graph) {
        match found {
            Ok(found) => findings.extend(group(&found)),
            Err(error) => findings.push(unread(&error)),
        }
    }
    findings
}

/// What finds something in a group.
type Lint = fn(&Found) -> Vec<Diagnostic>;

/// The lints, each by the name of its policy.
const LINTS: [(&str, Lint); 7] = [
    ("alarm-without-data", alarms::faster_than_reports),
    ("shrinks-into-growing", alarms::shrinks_into_growing),
    ("scaling-without-warm-up", policies::no_warm_up),
    ("two-policies-shrink", policies::two_shrink),
    ("unhealthy-unnoticed", hosts::unhealthy_unnoticed),
    ("no-grace-period", hosts::no_grace),
    ("standard-credits", hosts::standard_credits),
];

/// The names of the lints, for policies.
pub fn names() -> impl Iterator<Item = &'static str> {
    LINTS.iter().map(|(name, _)| *name)
}

/// What one lint, by its name, finds in a stack. Groups that cannot be read are left out.
pub fn named(name: &str, graph: &Graph) -> Vec<Diagnostic> {
    let Some((_, lint)) = LINTS.iter().find(|(other, _)| *other == name) else { return Vec::new() };
    fleets(graph).into_iter().flatten().flat_map(|found| of(*lint, &found)).collect()
}

/// What is wrong with the scaling of a group.
pub fn group(found: &Found) -> Vec<Diagnostic> {
    LINTS.iter().flat_map(|(_, lint)| of(*lint, found)).collect()
}

/// What a lint finds in a group; what it finds in an environment is in its options.
fn of(lint: Lint, found: &Found) -> Vec<Diagnostic> {
    let findings = lint(found);
    if found.of != Scaled::Environment {
        return findings;
    }
    let in_options = |finding: Diagnostic| {
        let problem = format!("whose {} {}", finding.field.as_deref().unwrap_or_default(), finding.problem);
        Diagnostic { problem, ..finding.with_field("options") }
    };
    findings.into_iter().map(in_options).collect()
}

/// How hosts come to report each minute.
fn reporting(found: &Found) -> &'static str {
    match found.of {
        Scaled::Environment => "set the option aws:autoscaling:launchconfiguration/MonitoringInterval to `1 minute`",
        Scaled::Group | Scaled::Service => "set `monitoring` of the launch template to true",
    }
}

/// What a host, a load and a limit of processor load, in percent, show without a run.
///
/// # Errors
/// Where the simulation lacks its host or its load.
pub fn simulation(simulation: &Simulation, percent: f64) -> Result<Vec<Diagnostic>, Error> {
    simulation.prepare()?;
    Ok([load::too_small(simulation, percent), load::late_reports(simulation, percent), load::one_zone(simulation)]
        .into_iter()
        .flatten()
        .collect())
}

fn finding(source: &Source, field: &str, problem: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(problem).with_resource(&source.address).with_location(&source.declared).with_field(field).with_help(help)
}

fn unread(error: &Error) -> Diagnostic {
    match error {
        Error::Resource { resource, field, problem, declared, help } => {
            let said = Diagnostic::new(problem.clone()).with_field(field.clone()).with_location(declared).with_help(help.clone());
            resource.parse().map_or(said.clone(), |address| said.with_resource(&address))
        }
        other => Diagnostic::new(other.to_string()),
    }
}

//! What a plan leaves out, and what it waits for.

use std::collections::BTreeMap;

use crate::plan::Plan;
use crate::target::Absence;

/// How many names are listed before the rest is counted.
const SHOWN: usize = 6;

/// A line for each reason, with the resources that it holds for.
pub(super) fn left_out(plan: &Plan) -> Vec<String> {
    let mut reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for left in plan.left_out.iter().filter(|left| !matches!(left.why, Absence::Deferred { .. })) {
        reasons.entry(left.why.to_string()).or_default().push(left.address.name());
    }
    reasons.iter().map(|(why, names)| format!("left out, {why}: {}", some_of(names))).collect()
}

/// A line for each part of the program that waits for a value.
pub(super) fn deferred(plan: &Plan) -> Vec<String> {
    let waiting = plan.deferrals.iter().filter(|deferral| deferral.until.value().is_none());
    let line = |deferral: &infra_core::Deferral| {
        let held = plan.left_out.iter().filter(|left| deferral.holds(&left.address)).count();
        let stays = match held {
            0 => String::new(),
            1 => "; the resource that it has stays as it is".to_owned(),
            many => format!("; the {many} resources that it has stay as they are"),
        };
        format!("{} is deferred until {} is known{stays}", deferral.scope, deferral.until)
    };
    waiting.map(line).collect()
}

/// The first few names, and how many more there are.
fn some_of(names: &[&str]) -> String {
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

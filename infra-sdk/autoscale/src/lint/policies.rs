//! Policies that get in one another's way, or count hosts that do not work yet.

use infra_core::Diagnostic;

use super::finding;
use crate::graph::Found;
use crate::model::{Platform, Policy, Rule};

/// Step and target tracking policies on a group that says nothing of warming up.
pub(super) fn no_warm_up(found: &Found) -> Vec<Diagnostic> {
    let unsaid = |policy: &Policy| match &policy.rule {
        Rule::Step { warm_up, .. } => policy.enabled && warm_up.is_none(),
        Rule::Tracking(tracking) => policy.enabled && tracking.warm_up.is_none(),
        _ => false,
    };
    // Application Auto Scaling has pauses by direction and no warm-up.
    if found.fleet.platform == Platform::Ecs || found.fleet.default_warm_up.is_some() || !found.fleet.policies.iter().any(unsaid) {
        return Vec::new();
    }
    let problem = "is not set, so that new hosts count after the pause of simple policies, however soon they serve";
    vec![finding(&found.group, "default_instance_warmup", problem, "set it to the seconds a new host needs, even to 0: AWS advises to")]
}

/// A target tracking policy that shrinks the group, beside another that does.
pub(super) fn two_shrink(found: &Found) -> Vec<Diagnostic> {
    let fleet = &found.fleet;
    let tracks = |policy: &Policy| matches!(&policy.rule, Rule::Tracking(tracking) if !tracking.disable_scale_in);
    let shrinks = |policy: &Policy| match &policy.rule {
        Rule::Simple { adjustment, .. } => adjustment.amount < 0,
        Rule::Step { steps, .. } => steps.iter().any(|step| step.amount < 0),
        _ => false,
    };
    if !fleet.policies.iter().any(|policy| policy.enabled && tracks(policy)) {
        return Vec::new();
    }
    let others = fleet.policies.iter().zip(&found.policies).filter(|(policy, _)| policy.enabled && shrinks(policy));
    let problem = "shrinks the group, which target tracking does too and does not prevent: each undoes what the other wants";
    let help = "let target tracking alone shrink it, or set its `disable_scale_in`";
    others
        .map(|(policy, source)| {
            let field = if matches!(policy.rule, Rule::Simple { .. }) { "scaling_adjustment" } else { "step_adjustments" };
            finding(source, field, problem, help)
        })
        .collect()
}

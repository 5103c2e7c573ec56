//! Policies over a review: what they find, and what of that the program allows.

use std::collections::BTreeSet;

use infra_core::{Diagnostic, Finding, Level};

use crate::{Policy, Review};

/// What policies have against a plan, those that are off not being asked.
pub fn judge<'p>(policies: impl IntoIterator<Item = &'p Policy>, review: &Review) -> Vec<Finding> {
    let mut findings = Vec::new();
    for policy in policies.into_iter().filter(|policy| policy.level() != Level::Off) {
        for violation in policy.violations(review) {
            let resource = violation.resource.as_ref().and_then(|address| review.resources.iter().find(|one| one.address == *address));
            let allowed = resource.and_then(|resource| resource.allow.get(policy.name()).cloned());
            findings.push(Finding { policy: policy.name().to_owned(), level: policy.level(), about: violation.about, allowed });
        }
        // A policy that does not work lets nothing pass.
        let mistakes = std::mem::take(&mut *review.mistakes.borrow_mut());
        let mistake = |about| Finding { policy: policy.name().to_owned(), level: Level::Deny, about, allowed: None };
        findings.extend(mistakes.into_iter().map(mistake));
    }
    findings
}

/// Warnings about resources that allow what no policy of these names forbids, since a misspelt one allows nothing.
pub fn unknown_allowances<'p>(known: impl IntoIterator<Item = &'p str>, review: &Review) -> Vec<Finding> {
    let known: BTreeSet<&str> = known.into_iter().collect();
    let mut findings = Vec::new();
    for resource in &review.resources {
        for policy in resource.allow.keys().filter(|policy| !known.contains(policy.as_str())) {
            let names = known.iter().copied().collect::<Vec<_>>().join(", ");
            let about = Diagnostic::new(format!("it allows `{policy}`, and no policy is called that"));
            let about = about.with_resource(&resource.address).with_location(&resource.declared);
            let about = about.with_help(format!("correct the name, or remove it; there are {names}"));
            findings.push(Finding { policy: policy.clone(), level: Level::Warn, about, allowed: None });
        }
    }
    findings
}

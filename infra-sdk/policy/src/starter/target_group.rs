//! `target-group-without-listener`: targets that no request reaches.

use crate::{Review, Violation};

pub(super) fn without_listener(review: &Review) -> Vec<Violation> {
    let idle = review.of_kind("aws:elbv2/target-group").filter(|group| {
        let sends = |kind: &str, field: &str| review.of_kind(kind).any(|other| other.refers_to(field, &group.address));
        !sends("aws:elbv2/listener", "default_actions") && !sends("aws:elbv2/listener-rule", "actions")
    });
    let violation = |group| Violation::of(group, "no listener and no rule of this stack sends requests to it");
    idle.map(|group| violation(group).help("add a listener that forwards to it, or remove it")).collect()
}

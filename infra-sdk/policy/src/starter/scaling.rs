//! `scaling-without-alarm` and `scale-in-adds`: scaling policies that never act, or act the wrong way round.

use crate::{Resource, Review, Violation};

const POLICY: &str = "aws:autoscaling/policy";
const ALARM: &str = "aws:cloudwatch/alarm";

/// Metrics of which a low value means that there is little to do.
const LOAD: [&str; 7] = [
    "CPUUtilization",
    "NetworkIn",
    "NetworkOut",
    "RequestCount",
    "RequestCountPerTarget",
    "ActiveConnectionCount",
    "ApproximateNumberOfMessagesVisible",
];

/// Simple and step policies act only when an alarm calls them.
pub(super) fn without_alarm(review: &Review) -> Vec<Violation> {
    let idle = review.of_kind(POLICY).filter(|policy| {
        let by_itself = ["target_tracking", "predictive_scaling"].iter().any(|field| policy.inputs.contains_key(*field));
        !by_itself
            && !review.of_kind(ALARM).any(|alarm| calls(alarm, policy))
            && !review.resources.iter().any(|other| exports(other, policy))
    });
    let violation = |policy| Violation::of(policy, "no alarm of this stack calls it, so that it never scales");
    idle.map(|policy| violation(policy).help("give it to an alarm with `.alarm_actions([&policy])`, or remove it")).collect()
}

/// A policy that is called when there is little to do, or is called so itself, takes capacity away.
pub(super) fn scale_in_adds(review: &Review) -> Vec<Violation> {
    let mut found = Vec::new();
    for policy in review.of_kind(POLICY) {
        let Some((field, adjustment)) = addition(policy) else { continue };
        let quiet = review.of_kind(ALARM).find(|alarm| is_of_little_load(alarm) && policy_of(alarm, "alarm_actions", policy));
        let problem = match quiet {
            Some(alarm) => format!("the alarm {} calls it when there is little load, and it adds {adjustment}", alarm.address.name()),
            None if is_called_scale_in(policy.address.name()) => {
                format!("it is called like what takes capacity away, and it adds {adjustment}")
            }
            None => continue,
        };
        found.push(Violation::of(policy, problem).field(field).help("make the adjustment negative"));
    }
    found
}

/// Whether any action of an alarm is the policy.
fn calls(alarm: &Resource, policy: &Resource) -> bool {
    ["alarm_actions", "ok_actions", "insufficient_data_actions"].iter().any(|field| policy_of(alarm, field, policy))
}

fn policy_of(alarm: &Resource, field: &str, policy: &Resource) -> bool {
    alarm.refers_to(field, &policy.address)
}

/// Whether something that is no alarm of ours takes the policy's ARN, such as a composite alarm or a topic's rule.
fn exports(other: &Resource, policy: &Resource) -> bool {
    other.address != policy.address
        && &**other.address.kind() != ALARM
        && other.inputs.keys().any(|input| other.refers_to(input, &policy.address))
}

fn is_of_little_load(alarm: &Resource) -> bool {
    let low = alarm.input("comparison").text().is_some_and(|comparison| comparison.starts_with("LessThan"));
    low && alarm.input("metric_name").text().is_some_and(|metric| LOAD.contains(&metric.as_str()))
}

/// The field by which a policy adds capacity, and how much. An exact capacity is neither more nor less.
fn addition(policy: &Resource) -> Option<(String, f64)> {
    if policy.input("adjustment_type").text().as_deref() == Some("ExactCapacity") {
        return None;
    }
    if let Some(adjustment) = policy.input("scaling_adjustment").number().filter(|adjustment| *adjustment > 0.0) {
        return Some(("scaling_adjustment".to_owned(), adjustment));
    }
    let steps = policy.input("step_adjustments").items();
    let steps: Vec<(String, f64)> =
        steps.iter().filter_map(|step| Some((step.path().to_owned(), step.at("adjustment").number()?))).collect();
    // Where a step takes away, the others may well give back.
    let adds_only = !steps.is_empty() && steps.iter().all(|(_, adjustment)| *adjustment > 0.0);
    if adds_only { steps.into_iter().next() } else { None }
}

/// Whether a name says that capacity goes: `down`, `scale-in`, `shrink`.
fn is_called_scale_in(name: &str) -> bool {
    let words: Vec<String> = name.split(|char: char| !char.is_alphanumeric()).map(str::to_lowercase).collect();
    words.iter().any(|word| ["down", "shrink", "scalein", "scaledown"].contains(&word.as_str()))
        || words.windows(2).any(|pair| pair[0].starts_with("scal") && pair[1] == "in")
}

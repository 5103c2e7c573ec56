//! Policies that are worth having from the start, over AWS's resources by kind and field, so that the engine can ask them of
//! any program. Each warns until a stack's `infra.toml` says otherwise.

mod database;
mod ports;
mod scaling;
mod secrets;
mod target_group;

use std::collections::BTreeMap;

use infra_core::Level;

use crate::Policy;

/// The kinds and fields that the policies read: what a test holds against the resources there are.
#[doc(hidden)]
pub const READS: &[(&str, &[&str])] = &[
    ("aws:ec2/security-group", &["ingress"]),
    ("aws:ec2/security-group-ingress", &["cidr", "cidr_ipv6", "from_port", "to_port", "protocol"]),
    ("aws:autoscaling/policy", &["scaling_adjustment", "step_adjustments", "adjustment_type", "target_tracking", "predictive_scaling"]),
    ("aws:cloudwatch/alarm", &["alarm_actions", "ok_actions", "insufficient_data_actions", "comparison", "metric_name"]),
    ("aws:elbv2/target-group", &["name"]),
    ("aws:elbv2/listener", &["default_actions"]),
    ("aws:elbv2/listener-rule", &["actions"]),
    ("aws:ec2/instance", &["user_data"]),
    ("aws:ec2/launch-template", &["user_data"]),
    ("aws:autoscaling/launch-configuration", &["user_data"]),
];

/// All of them, each as a warning.
pub fn policies() -> Vec<Policy> {
    vec![
        Policy::warn("open-to-the-world", ports::open_to_the_world),
        Policy::warn("scaling-without-alarm", scaling::without_alarm),
        Policy::warn("scale-in-adds", scaling::scale_in_adds),
        Policy::warn("target-group-without-listener", target_group::without_listener),
        Policy::warn("unprotected-database", database::unprotected),
        Policy::warn("secret-in-user-data", secrets::in_user_data),
    ]
}

/// All of them with the consequences that are asked for, by name.
///
/// # Errors
/// The first name that none has, with the names that there are.
pub fn at(levels: &BTreeMap<String, Level>) -> Result<Vec<Policy>, String> {
    let policies = policies();
    if let Some(wrong) = levels.keys().find(|name| !policies.iter().any(|policy| policy.name() == name.as_str())) {
        let names: Vec<&str> = policies.iter().map(Policy::name).collect();
        return Err(format!("there is no policy `{wrong}`; there are {}", names.join(", ")));
    }
    let leveled = |policy: Policy| match levels.get(policy.name()) {
        Some(level) => policy.at(*level),
        None => policy,
    };
    Ok(policies.into_iter().map(leveled).collect())
}

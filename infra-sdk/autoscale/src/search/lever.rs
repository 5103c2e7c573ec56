//! What a search turns: one number of a fleet each, and the fleet with it turned.

use serde::Serialize;

use crate::model::{Adjustment, Fleet, Metric, Monitoring, Platform, Rule};

/// A number that a search turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lever {
    /// The least size.
    MinSize,
    /// Where the alarms that grow the fleet fire. What shrinks it stays at half of that, or below.
    Threshold,
    /// Where the alarms that shrink the fleet fire.
    LowerThreshold,
    /// Hosts, or percent, by which simple policies grow it.
    Increment,
    /// The amount of a step of step policies, counted from 0.
    Step(usize),
    /// Seconds of the pause after a simple policy's change.
    Cooldown,
    /// Seconds of a period of the alarms that grow it.
    Period,
    /// Whether hosts report each minute: 1, or 0 for every five.
    Detailed,
    /// What target tracking keeps.
    Target,
    /// Seconds until a new host counts.
    WarmUp,
}

impl std::fmt::Display for Lever {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Lever::MinSize => f.write_str("least size"),
            Lever::Threshold => f.write_str("threshold"),
            Lever::LowerThreshold => f.write_str("lower threshold"),
            Lever::Increment => f.write_str("increment"),
            Lever::Step(index) => write!(f, "step {}", index + 1),
            Lever::Cooldown => f.write_str("cooldown"),
            Lever::Period => f.write_str("period"),
            Lever::Detailed => f.write_str("detailed monitoring"),
            Lever::Target => f.write_str("target"),
            Lever::WarmUp => f.write_str("warm-up"),
        }
    }
}

/// The levers but for steps, by the names that commands take.
const NAMES: [(&str, Lever); 9] = [
    ("min-size", Lever::MinSize),
    ("threshold", Lever::Threshold),
    ("lower-threshold", Lever::LowerThreshold),
    ("increment", Lever::Increment),
    ("cooldown", Lever::Cooldown),
    ("period", Lever::Period),
    ("detailed", Lever::Detailed),
    ("target", Lever::Target),
    ("warm-up", Lever::WarmUp),
];

impl Lever {
    /// The lever of a name: `min-size`, `threshold`, and so on; steps are `step-1`, `step-2` and on.
    pub fn named(name: &str) -> Option<Lever> {
        let step = || Some(Lever::Step(name.strip_prefix("step-")?.parse::<usize>().ok()?.checked_sub(1)?));
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, lever)| *lever).or_else(step)
    }

    /// The names there are.
    pub fn names() -> Vec<&'static str> {
        NAMES.iter().map(|(name, _)| *name).chain(["step-1"]).collect()
    }

    /// A value as people write it: `300 s`, `yes`, `15`.
    pub fn words(self, value: f64) -> String {
        match self {
            Lever::Detailed => if value > 0.0 { "yes" } else { "no" }.to_owned(),
            Lever::Cooldown | Lever::Period | Lever::WarmUp => format!("{value} s"),
            _ => format!("{value}"),
        }
    }

    /// Whether it matters for what happens until the first alarm.
    pub(super) fn is_of_the_start(self) -> bool {
        matches!(self, Lever::MinSize | Lever::Period | Lever::Detailed)
    }

    /// What it is at in a fleet; `None` where the fleet has nothing of that kind.
    pub fn of(self, fleet: &Fleet) -> Option<f64> {
        match self {
            Lever::MinSize => Some(f64::from(fleet.bounds.min)),
            Lever::Threshold => growing(fleet).next().map(|alarm| fleet.alarms[alarm].threshold),
            Lever::LowerThreshold => shrinking(fleet).next().map(|alarm| fleet.alarms[alarm].threshold),
            Lever::Increment => fleet.policies.iter().find_map(|policy| grown_by(&policy.rule).map(|by| by.amount as f64)),
            Lever::Step(index) => fleet.policies.iter().find_map(|policy| match &policy.rule {
                Rule::Step { steps, .. } => steps.get(index).filter(|step| step.amount > 0).map(|step| step.amount as f64),
                _ => None,
            }),
            Lever::Cooldown => fleet.policies.iter().find_map(|policy| match policy.rule {
                Rule::Simple { cooldown, .. } => Some(cooldown.unwrap_or(fleet.default_cooldown) as f64),
                _ => None,
            }),
            Lever::Period => growing(fleet).next().map(|alarm| fleet.alarms[alarm].period as f64),
            // Tasks always report each minute, and have no warm-up.
            Lever::Detailed | Lever::WarmUp if fleet.platform == Platform::Ecs => None,
            Lever::Detailed => Some(if fleet.monitoring == Monitoring::Detailed { 1.0 } else { 0.0 }),
            Lever::Target => fleet.policies.iter().find_map(|policy| match &policy.rule {
                Rule::Tracking(tracking) if tracking.metric != Metric::Memory => Some(tracking.target),
                _ => None,
            }),
            Lever::WarmUp => fleet
                .policies
                .iter()
                .any(|policy| matches!(policy.rule, Rule::Tracking(_) | Rule::Step { .. }))
                .then(|| fleet.default_warm_up.unwrap_or(0) as f64),
        }
    }

    /// Turns it.
    pub fn turn(self, fleet: &mut Fleet, value: f64) {
        let whole = value.round() as i64;
        match self {
            Lever::MinSize => {
                fleet.bounds.min = u32::try_from(whole).unwrap_or(0).min(fleet.bounds.max);
                fleet.desired = fleet.desired.map(|desired| desired.max(fleet.bounds.min));
            }
            Lever::Threshold => {
                for alarm in growing(fleet).collect::<Vec<_>>() {
                    fleet.alarms[alarm].threshold = value;
                }
                for alarm in shrinking(fleet).collect::<Vec<_>>() {
                    // What shrinks a fleet must not fight with what grows it.
                    fleet.alarms[alarm].threshold = fleet.alarms[alarm].threshold.min(value / 2.0);
                }
            }
            Lever::LowerThreshold => {
                for alarm in shrinking(fleet).collect::<Vec<_>>() {
                    fleet.alarms[alarm].threshold = value;
                }
            }
            Lever::Increment => {
                for policy in &mut fleet.policies {
                    if let Rule::Simple { adjustment, .. } = &mut policy.rule
                        && adjustment.amount > 0
                    {
                        adjustment.amount = whole;
                    }
                }
            }
            Lever::Step(index) => {
                for policy in &mut fleet.policies {
                    if let Rule::Step { steps, .. } = &mut policy.rule
                        && let Some(step) = steps.get_mut(index).filter(|step| step.amount > 0)
                    {
                        step.amount = whole;
                    }
                }
            }
            Lever::Cooldown => {
                let before = fleet.default_cooldown;
                let mut by_default = false;
                for policy in &mut fleet.policies {
                    if let Rule::Simple { cooldown, .. } = &mut policy.rule {
                        match cooldown {
                            Some(own) => *own = whole,
                            None => by_default = true,
                        }
                    }
                }
                fleet.default_cooldown = if by_default { whole } else { before };
            }
            Lever::Period => {
                let all = fleet.one_period;
                let growing: Vec<_> = growing(fleet).collect();
                for (index, alarm) in fleet.alarms.iter_mut().enumerate() {
                    if all || growing.contains(&index) {
                        alarm.period = whole;
                    }
                }
            }
            Lever::Detailed => fleet.monitoring = if value > 0.0 { Monitoring::Detailed } else { Monitoring::Basic },
            Lever::Target => {
                for policy in &mut fleet.policies {
                    if let Rule::Tracking(tracking) = &mut policy.rule
                        && tracking.metric != Metric::Memory
                    {
                        tracking.target = value;
                    }
                }
            }
            Lever::WarmUp => fleet.default_warm_up = Some(whole),
        }
    }
}

/// How a simple policy grows a fleet, if it does.
pub(super) fn grown_by(rule: &Rule) -> Option<Adjustment> {
    match rule {
        Rule::Simple { adjustment, .. } if adjustment.amount > 0 => Some(*adjustment),
        _ => None,
    }
}

/// Alarms that look upwards at a metric of which more means busier.
pub(super) fn growing(fleet: &Fleet) -> impl Iterator<Item = usize> {
    alarms(fleet, true)
}

/// Alarms that look downwards at such a metric.
pub(super) fn shrinking(fleet: &Fleet) -> impl Iterator<Item = usize> {
    alarms(fleet, false)
}

fn alarms(fleet: &Fleet, high: bool) -> impl Iterator<Item = usize> {
    fleet
        .alarms
        .iter()
        .enumerate()
        .filter(move |(_, alarm)| alarm.metric != Metric::HealthyHosts && alarm.comparison.is_high() == high)
        .map(|(index, _)| index)
}

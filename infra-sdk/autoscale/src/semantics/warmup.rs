//! How long a new host does not count in step and tracking policies, and whether it is in the metric before.

use crate::model::{Fleet, Platform, Policy, Rule};

/// Seconds that a policy's new hosts warm up: its own, else the fleet's warm-up, else the fleet's pause. Simple policies and
/// Application Auto Scaling have none.
pub(crate) fn of_policy(fleet: &Fleet, policy: &Policy) -> i64 {
    if fleet.platform == Platform::Ecs {
        return 0;
    }
    let own = match &policy.rule {
        Rule::Step { warm_up, .. } => *warm_up,
        Rule::Tracking(tracking) => tracking.warm_up,
        Rule::Simple { .. } | Rule::Forecast(_) => return 0,
    };
    own.or(fleet.default_warm_up).unwrap_or(fleet.default_cooldown)
}

/// Seconds for which new hosts are left out of the metric of an alarm that calls these policies: the longest of the policies', or
/// the fleet's warm-up where it has one.
pub(crate) fn of_metric(fleet: &Fleet, policies: impl Iterator<Item = usize>) -> i64 {
    let longest = policies.map(|index| of_policy(fleet, &fleet.policies[index])).max().unwrap_or(0);
    if fleet.platform == Platform::Ecs { 0 } else { longest.max(fleet.default_warm_up.unwrap_or(0)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Adjustment, Tracking};

    #[test]
    fn the_policys_own_comes_before_the_fleets_before_the_pause() {
        let own = |warm_up| Policy::new("p", Rule::Tracking(Tracking { warm_up, ..Tracking::cpu(50.0) }));
        let mut fleet = Fleet::new("web", 1, 2);
        assert_eq!(of_policy(&fleet, &own(None)), 300);
        fleet.default_warm_up = Some(0);
        assert_eq!(of_policy(&fleet, &own(None)), 0);
        assert_eq!(of_policy(&fleet, &own(Some(90))), 90);
        let simple = Policy::new("s", Rule::Simple { adjustment: Adjustment::change(1), cooldown: None });
        assert_eq!(of_policy(&fleet, &simple), 0);
        fleet.platform = Platform::Ecs;
        assert_eq!(of_policy(&fleet, &own(Some(90))), 0);
    }
}

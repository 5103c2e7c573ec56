//! What becomes of a zone's hosts when it is lost, in each of three forms.

use crate::Knobs;
use crate::model::{Health, ZoneLoss};

/// Seconds from the loss until the load balancer sends nothing more there; `None` where nobody notices.
pub(crate) fn unrouted_after(how: ZoneLoss, health: &Health) -> Option<i64> {
    match how {
        ZoneLoss::LoadBalancer => Some(0),
        ZoneLoss::Hard | ZoneLoss::Network => health.balanced.then_some(health.interval * health.unhealthy),
    }
}

/// Seconds from the loss until the group replaces a host that has been in service for `age` seconds then; `None` for never.
///
/// What is not running is replaced even within the grace period; failed checks of the load balancer count after it.
pub(crate) fn replaced_after(how: ZoneLoss, health: &Health, age: i64, knobs: &Knobs) -> Option<i64> {
    let checked = || Some((unrouted_after(how, health)? + knobs.replace).max(health.grace - age)).filter(|_| health.elb);
    match how {
        ZoneLoss::Hard => Some(checked().map_or(knobs.status_check, |after| after.min(knobs.status_check))),
        ZoneLoss::Network => checked(),
        ZoneLoss::LoadBalancer => None,
    }
}

/// Whether its hosts still report, as idle.
pub(crate) fn still_reports(how: ZoneLoss) -> bool {
    how != ZoneLoss::Hard
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(elb: bool) -> Health {
        Health { balanced: true, elb, grace: 300, interval: 15, unhealthy: 5, deregistration: 20 }
    }

    #[test]
    fn the_load_balancer_leaves_a_zone_after_its_unhealthy_checks() {
        assert_eq!(unrouted_after(ZoneLoss::Hard, &health(false)), Some(75));
        let classic = Health { interval: 300, unhealthy: 2, ..health(true) };
        assert_eq!(unrouted_after(ZoneLoss::Network, &classic), Some(600));
        assert_eq!(unrouted_after(ZoneLoss::LoadBalancer, &classic), Some(0));
        assert_eq!(unrouted_after(ZoneLoss::Hard, &Health::default()), None);
    }

    #[test]
    fn hosts_are_replaced_by_what_counts_for_the_group() {
        let knobs = Knobs::default();
        assert_eq!(replaced_after(ZoneLoss::Hard, &health(false), 1000, &knobs), Some(180));
        assert_eq!(replaced_after(ZoneLoss::Hard, &health(true), 1000, &knobs), Some(135));
        assert_eq!(replaced_after(ZoneLoss::Network, &health(false), 1000, &knobs), None);
        assert_eq!(replaced_after(ZoneLoss::Network, &health(true), 1000, &knobs), Some(135));
        // A host that is 10 seconds old has grace for 290 more.
        assert_eq!(replaced_after(ZoneLoss::Network, &health(true), 10, &knobs), Some(290));
        assert_eq!(replaced_after(ZoneLoss::Hard, &health(true), 10, &knobs), Some(180));
        assert_eq!(replaced_after(ZoneLoss::LoadBalancer, &health(true), 1000, &knobs), None);
    }
}

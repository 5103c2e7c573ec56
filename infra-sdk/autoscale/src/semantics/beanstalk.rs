//! The fleet that an Elastic Beanstalk environment makes: two alarms, two simple policies, and its defaults.

use crate::model::{Adjustment, Alarm, Boot, Comparison, Fleet, Health, Metric, Monitoring, Policy, Rule};

/// The settings of an environment's trigger and group, at AWS's defaults until they are changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Beanstalk {
    /// `MinSize`. Default: 1.
    pub min: u32,
    /// `MaxSize`. Default: 4.
    pub max: u32,
    /// `Cooldown`, in seconds. Default: 360.
    pub cooldown: i64,
    /// `MeasureName`. Default: bytes sent.
    pub measure: Metric,
    /// `UpperThreshold`. Default: 6,000,000.
    pub upper: f64,
    /// `LowerThreshold`. Default: 2,000,000.
    pub lower: f64,
    /// `UpperBreachScaleIncrement`. Default: 1.
    pub upper_increment: i64,
    /// `LowerBreachScaleIncrement`. Default: -1.
    pub lower_increment: i64,
    /// `Period`, in minutes. Default: 5.
    pub period: i64,
    /// `EvaluationPeriods`. Default: 1.
    pub periods: usize,
    /// `MonitoringInterval`: five minutes or one. Default: five.
    pub monitoring: Monitoring,
}

impl Default for Beanstalk {
    fn default() -> Beanstalk {
        Beanstalk {
            min: 1,
            max: 4,
            cooldown: 360,
            measure: Metric::NetworkOut,
            upper: 6_000_000.0,
            lower: 2_000_000.0,
            upper_increment: 1,
            lower_increment: -1,
            period: 5,
            periods: 1,
            monitoring: Monitoring::Basic,
        }
    }
}

impl Beanstalk {
    /// Scaled by processor load, in percent.
    pub fn cpu(upper: f64, lower: f64, upper_increment: i64) -> Beanstalk {
        Beanstalk { measure: Metric::Cpu, upper, lower, upper_increment, ..Beanstalk::default() }
    }

    /// The fleet: behind an application load balancer whose checks come every 15 s, five to fail, and that drains for 20 s.
    pub fn fleet(&self, name: &str) -> Fleet {
        let simple = |name: &str, amount| Policy::new(name, Rule::Simple { adjustment: Adjustment::change(amount), cooldown: None });
        let alarm = |name: &'static str, comparison, threshold| {
            move |policy| Alarm { metric: self.measure, ..Alarm::cpu(name, comparison, threshold, self.periods, self.period * 60, policy) }
        };
        let mut fleet = Fleet::new(name, self.min, self.max)
            .scaled(simple("scale-up", self.upper_increment), alarm("upper", Comparison::Greater, self.upper))
            .scaled(simple("scale-down", self.lower_increment), alarm("lower", Comparison::Less, self.lower));
        fleet.default_cooldown = self.cooldown;
        fleet.monitoring = self.monitoring;
        fleet.boot = Boot::beanstalk();
        fleet.health = Health { balanced: true, elb: false, grace: 0, interval: 15, unhealthy: 5, deregistration: 20 };
        fleet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_two_alarms_of_five_minutes_two_simple_policies_and_a_pause_of_six() {
        let fleet = Beanstalk::cpu(15.0, 10.0, 2).fleet("env");
        assert!(fleet.check().is_ok());
        assert_eq!((fleet.bounds.min, fleet.bounds.max, fleet.default_cooldown, fleet.monitoring), (1, 4, 360, Monitoring::Basic));
        assert_eq!(fleet.alarms.iter().map(|alarm| (alarm.period, alarm.evaluation_periods)).collect::<Vec<_>>(), [(300, 1); 2]);
        assert!(fleet.policies.iter().all(|policy| matches!(policy.rule, Rule::Simple { .. })));
    }
}

//! A fleet: its size, its hosts, and all that changes them.

use super::{Alarm, Boot, Policy, Schedule};
use crate::Error;

/// Who runs the control loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Platform {
    /// EC2 Auto Scaling.
    #[default]
    Ec2,
    /// Application Auto Scaling on an ECS service.
    Ecs,
}

/// The least and the greatest size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The least.
    pub min: u32,
    /// The greatest.
    pub max: u32,
}

/// How often hosts report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Monitoring {
    /// Every five minutes: what launch templates begin with.
    #[default]
    Basic,
    /// Every minute, at a price.
    Detailed,
}

/// What a burstable host does when its credits are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditMode {
    /// It is held to its baseline.
    Standard,
    /// It goes on, at a price.
    Unlimited,
}

/// How the fleet learns that a host is not well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Health {
    /// Whether a load balancer leads to the hosts.
    pub balanced: bool,
    /// Whether the load balancer's checks count for the group.
    pub elb: bool,
    /// Seconds that a new host has before failed checks count.
    pub grace: i64,
    /// Seconds between two of the load balancer's checks.
    pub interval: i64,
    /// Failed checks until the load balancer leaves a host.
    pub unhealthy: i64,
    /// Seconds that a leaving host finishes what it began.
    pub deregistration: i64,
}

impl Default for Health {
    /// None but EC2's own checks, and no load balancer.
    fn default() -> Health {
        Health { balanced: false, elb: false, grace: 0, interval: 30, unhealthy: 2, deregistration: 0 }
    }
}

/// Which host goes first, among those of the zone that has most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Termination {
    /// The oldest launch template, the one closest to its billing hour, any: with one template, the oldest of the candidates.
    #[default]
    Default,
    /// The one launched first.
    Oldest,
    /// The one launched last.
    Newest,
    /// The one whose next hour begins first.
    ClosestToHour,
}

/// A fleet.
#[derive(Clone, Debug, PartialEq)]
pub struct Fleet {
    /// Its name.
    pub name: String,
    /// Who runs the control loop.
    pub platform: Platform,
    /// Its least and greatest size.
    pub bounds: Bounds,
    /// Its size at the start; the least otherwise.
    pub desired: Option<u32>,
    /// The zones it runs in.
    pub zones: Vec<String>,
    /// Seconds of a simple policy's pause that says none of its own.
    pub default_cooldown: i64,
    /// Seconds until a new host counts; without one, step and tracking policies take the pause, and hosts count at once.
    pub default_warm_up: Option<i64>,
    /// How it learns that a host is not well.
    pub health: Health,
    /// Which host goes first.
    pub termination: Termination,
    /// How often hosts report.
    pub monitoring: Monitoring,
    /// The hosts' type, as in `t3.micro`.
    pub instance_type: Option<String>,
    /// What a burstable host does without credits; otherwise as its type does.
    pub credits: Option<CreditMode>,
    /// How long a new host takes.
    pub boot: Boot,
    /// What makes it grow and shrink.
    pub policies: Vec<Policy>,
    /// What calls the policies.
    pub alarms: Vec<Alarm>,
    /// Sizes by the clock.
    pub schedules: Vec<Schedule>,
    /// Whether all alarms have one period, as those of an environment of Elastic Beanstalk.
    pub one_period: bool,
}

impl Fleet {
    /// A fleet in one zone that nothing scales yet, with AWS's defaults.
    pub fn new(name: &str, min: u32, max: u32) -> Fleet {
        Fleet {
            name: name.to_owned(),
            platform: Platform::Ec2,
            bounds: Bounds { min, max },
            desired: None,
            zones: vec!["a".into()],
            default_cooldown: 300,
            default_warm_up: None,
            health: Health::default(),
            termination: Termination::Default,
            monitoring: Monitoring::Basic,
            instance_type: None,
            credits: None,
            boot: Boot::ec2(),
            policies: Vec::new(),
            alarms: Vec::new(),
            schedules: Vec::new(),
            one_period: false,
        }
    }

    /// The same with a policy and an alarm on average processor load that calls it.
    #[must_use]
    pub fn scaled(mut self, policy: Policy, alarm: impl FnOnce(usize) -> Alarm) -> Fleet {
        let alarm = alarm(self.policies.len());
        self.policies.push(policy);
        self.alarms.push(alarm);
        self
    }

    /// The same with a policy that needs no alarm: target tracking or a forecast.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Fleet {
        self.policies.push(policy);
        self
    }

    /// The size at the start.
    pub fn initial(&self) -> u32 {
        self.desired.unwrap_or(self.bounds.min).clamp(self.bounds.min, self.bounds.max)
    }

    /// Whether the fleet makes sense.
    ///
    /// # Errors
    /// Where sizes, periods or references contradict each other; it names the part and says what to do.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |what: String, problem: &str, help: &str| Err(Error::setting(format!("fleet `{}`, {what}", self.name), problem, help));
        if self.bounds.min > self.bounds.max {
            return wrong("sizes".into(), "the least is above the greatest", "raise the greatest or lower the least");
        }
        if self.zones.is_empty() || self.zones.len() > 16 {
            return wrong("zones".into(), "there must be from 1 to 16", "name the zones the fleet runs in");
        }
        for alarm in &self.alarms {
            let what = || format!("alarm `{}`", alarm.name);
            if alarm.period < 60 || alarm.period % 60 != 0 {
                return wrong(what(), "the period is no multiple of 60 seconds", "high-resolution alarms are not simulated; use 60");
            }
            if alarm.datapoints_to_alarm == 0 || alarm.datapoints_to_alarm > alarm.evaluation_periods {
                return wrong(what(), "more datapoints must breach than are looked at, or none", "use from 1 to the evaluation periods");
            }
            if alarm.period * alarm.evaluation_periods as i64 > 7 * 86_400 {
                return wrong(what(), "it looks back more than a week", "CloudWatch refuses this too: use fewer or shorter periods");
            }
            let called = alarm.on_alarm.iter().chain(&alarm.on_ok).chain(&alarm.on_insufficient);
            if called.into_iter().any(|policy| *policy >= self.policies.len()) {
                return wrong(what(), "it calls a policy that the fleet does not have", "add the policy first");
            }
        }
        for policy in &self.policies {
            match &policy.rule {
                super::Rule::Step { steps, .. } => {
                    if let Err(problem) = crate::semantics::step::check(steps) {
                        return wrong(format!("policy `{}`", policy.name), problem, "let the steps join without gap or overlap");
                    }
                }
                super::Rule::Tracking(tracking) if tracking.target <= 0.0 || !tracking.target.is_finite() => {
                    return wrong(format!("policy `{}`", policy.name), "the target is not above 0", "give a positive target");
                }
                _ => {}
            }
        }
        Ok(())
    }
}

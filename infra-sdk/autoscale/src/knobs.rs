//! What AWS does not document: each a knob, with the default and where it comes from.

/// How a target tracking policy shrinks a fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleIn {
    /// By the whole hosts that the target allows to go: "removing 1.5 instances … we remove just one".
    Proportional,
    /// By one host at a time. AWS says only that it shrinks "more gradually" than it grows.
    OneByOne,
}

/// Which hosts the formula of target tracking multiplies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormulaCapacity {
    /// Those that the metric's minute was measured on. With any other the model over-scaled three times (28 hosts for 10).
    AtMetric,
    /// Those there are when the alarm acts.
    Now,
}

/// What AWS does not document. The phase of metrics, the delay of alarms and the time of launches are not here: they differ from
/// run to run, so they are [`Unknowns`](crate::Unknowns).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Knobs {
    /// Target tracking on EC2 shrinks below this share of the target. Default 0.7: of 11 public fixtures of alarms that AWS made for
    /// EC2 processors, ten have 0.7 and one has 0.9.
    pub tracking_low_ec2: f64,
    /// The same on ECS. Default 0.9: four public fixtures; AWS's docs say "usually more than 10 % lower".
    pub tracking_low_ecs: f64,
    /// One-minute periods that a tracked metric must exceed its target. Default 3: many public fixtures; it cannot be changed.
    pub tracking_high_periods: usize,
    /// One-minute periods that a tracked metric must stay below. Default 15: many public fixtures.
    pub tracking_low_periods: usize,
    /// Which hosts target tracking's formula multiplies. Default: those of the metric's minute.
    pub formula_capacity: FormulaCapacity,
    /// How target tracking shrinks. Default: by whole hosts.
    pub scale_in: ScaleIn,
    /// Processor load, in percent, of a host that is in service and does not serve yet. Default: what the capacity model says;
    /// AirAware's figure shows 16 to 25 %.
    pub boot_cpu: Option<f64>,
    /// Datapoints beyond N that an alarm fetches when some are missing. Default 2: AWS's worked example fetches 5 for N = 3.
    pub extra_datapoints: usize,
    /// Whether hosts that are leaving still report. Default: no.
    pub leaving_report: bool,
    /// Seconds from the end of draining until a host is gone. Default 30: AirAware's figure shows removals about every minute.
    pub terminate: i64,
    /// Seconds until EC2's own checks replace a dead host. Default 180: AWS says "a few minutes".
    pub status_check: i64,
    /// Seconds from the load balancer's verdict until the group replaces a host. Default 60: the group's checks come each minute.
    pub replace: i64,
    /// Seconds after which a waiting request is given up. Default 60: an Application Load Balancer's idle timeout. 0: none waits.
    pub give_up: f64,
}

impl Default for Knobs {
    fn default() -> Knobs {
        Knobs {
            tracking_low_ec2: 0.7,
            tracking_low_ecs: 0.9,
            tracking_high_periods: 3,
            tracking_low_periods: 15,
            formula_capacity: FormulaCapacity::AtMetric,
            scale_in: ScaleIn::Proportional,
            boot_cpu: None,
            extra_datapoints: 2,
            leaving_report: false,
            terminate: 30,
            status_check: 180,
            replace: 60,
            give_up: 60.0,
        }
    }
}

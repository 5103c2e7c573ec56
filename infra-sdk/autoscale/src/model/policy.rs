//! A scaling policy, and sizes by the clock.

use super::Metric;

/// What an adjustment is a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdjustmentKind {
    /// Hosts more, or fewer.
    Change,
    /// Hosts that there are then.
    Exact,
    /// Percent of the hosts more, or fewer.
    Percent,
}

/// How much a policy adds or removes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adjustment {
    /// What `amount` is a number of.
    pub kind: AdjustmentKind,
    /// How many.
    pub amount: i64,
    /// The fewest hosts that an adjustment in percent adds or removes.
    pub min_magnitude: i64,
}

impl Adjustment {
    /// So many hosts more, or fewer where it is negative.
    pub fn change(amount: i64) -> Adjustment {
        Adjustment { kind: AdjustmentKind::Change, amount, min_magnitude: 0 }
    }

    /// So many percent more, or fewer where it is negative.
    pub fn percent(amount: i64) -> Adjustment {
        Adjustment { kind: AdjustmentKind::Percent, amount, min_magnitude: 0 }
    }
}

/// An adjustment for a range of distances from the threshold; an open end is `None`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Where it begins: included above the threshold, not below.
    pub lower: Option<f64>,
    /// Where it ends: not included above the threshold, but below.
    pub upper: Option<f64>,
    /// The amount, of the policy's kind of adjustment.
    pub amount: i64,
}

/// How a step policy makes one value of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Aggregation {
    #[default]
    Average,
    Minimum,
    Maximum,
}

/// A metric kept at a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tracking {
    /// What is kept.
    pub metric: Metric,
    /// At which value.
    pub target: f64,
    /// Whether the fleet only ever grows by it.
    pub disable_scale_in: bool,
    /// Seconds until a new host counts; otherwise the fleet's. EC2 only.
    pub warm_up: Option<i64>,
    /// Seconds between growing twice; 300 where nothing is said. Application Auto Scaling only.
    pub out_cooldown: Option<i64>,
    /// Seconds between shrinking twice; 300 where nothing is said. Application Auto Scaling only.
    pub in_cooldown: Option<i64>,
}

impl Tracking {
    /// Processors busy to `target` percent.
    pub fn cpu(target: f64) -> Tracking {
        Tracking { metric: Metric::Cpu, target, disable_scale_in: false, warm_up: None, out_cooldown: None, in_cooldown: None }
    }
}

/// How a policy decides.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// One adjustment, then a pause.
    Simple {
        /// How much.
        adjustment: Adjustment,
        /// Seconds of the pause; otherwise the fleet's.
        cooldown: Option<i64>,
    },
    /// Adjustments that grow with the distance from the threshold.
    Step {
        /// What the steps' amounts are numbers of.
        kind: AdjustmentKind,
        /// The fewest hosts that an adjustment in percent adds or removes.
        min_magnitude: i64,
        /// The steps.
        steps: Vec<Step>,
        /// How one value is made of several periods'.
        aggregation: Aggregation,
        /// Seconds until a new host counts; otherwise the fleet's. EC2 only.
        warm_up: Option<i64>,
        /// Seconds between two of its actions. Application Auto Scaling only, where the default is 300.
        cooldown: Option<i64>,
    },
    /// A metric kept at a value, by alarms that AWS makes.
    Tracking(Tracking),
    /// The least size for each hour from the start of the run, from a forecast; it never shrinks the fleet.
    Forecast(Vec<u32>),
}

/// A scaling policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Whether it acts.
    pub enabled: bool,
    /// How it decides.
    pub rule: Rule,
}

impl Policy {
    /// One that acts.
    pub fn new(name: &str, rule: Rule) -> Policy {
        Policy { name: name.to_owned(), enabled: true, rule }
    }
}

/// When a schedule is due.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// Seconds from the start of the load.
    Seconds(i64),
    /// Once, in UTC.
    Once(jiff::civil::DateTime),
    /// Again and again, as a cron expression of five fields says, on a clock so many seconds ahead of UTC.
    Cron {
        /// Minute, hour, day of the month, month, day of the week.
        expression: String,
        /// Seconds that the clock is ahead of UTC.
        offset: i64,
        /// Not before, in UTC.
        from: Option<jiff::civil::DateTime>,
        /// Not after, in UTC.
        until: Option<jiff::civil::DateTime>,
    },
}

/// Sizes that are set at a time; what is `None` stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// When.
    pub when: When,
    /// The least size from then on.
    pub min: Option<u32>,
    /// The greatest size from then on.
    pub max: Option<u32>,
    /// The size from then on.
    pub desired: Option<u32>,
}

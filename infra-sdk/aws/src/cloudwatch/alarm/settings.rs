//! Parts of an alarm: when and how it is evaluated, and what its notifications carry.

use infra_core::{Block, Input, Set, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// How a value is compared with the threshold.
    pub enum Comparison {
        /// It reaches or exceeds it.
        GreaterOrEqual = "GreaterThanOrEqualToThreshold",
        /// It exceeds it.
        Greater = "GreaterThanThreshold",
        /// It is below it.
        Less = "LessThanThreshold",
        /// It is at or below it.
        LessOrEqual = "LessThanOrEqualToThreshold",
        /// It leaves the band of what is normal on either side.
        OutsideBand = "LessThanLowerOrGreaterThanUpperThreshold",
        /// It falls below the band of what is normal.
        BelowBand = "LessThanLowerThreshold",
        /// It rises above the band of what is normal.
        AboveBand = "GreaterThanUpperThreshold",
    }
}

choices! {
    /// How a period without values counts.
    pub enum MissingData {
        /// As one beyond the threshold.
        Breaching = "breaching",
        /// As one within the threshold.
        NotBreaching = "notBreaching",
        /// The state stays as it is.
        Ignore = "ignore",
        /// If all are missing, the state is `INSUFFICIENT_DATA`.
        Missing = "missing",
    }
}

choices! {
    /// What is done with a percentile over too few values to mean anything.
    pub enum LowSamples {
        /// It is evaluated all the same.
        Evaluate = "evaluate",
        /// The state stays as it is.
        Ignore = "ignore",
    }
}

choices! {
    /// Which minutes a period is made of.
    pub enum WindowKind {
        /// The latest ones, at each evaluation.
        Sliding = "sliding",
        /// Those between full hours, days or weeks.
        WallClock = "wall-clock",
    }
}

/// Which minutes a period is made of, and by whose clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct EvaluationWindow {
    /// Which minutes.
    #[input(unlike_cloud = "CloudFormation has an object for each of the two kinds, one of which is empty")]
    pub kind: WindowKind,
    /// The time zone of the clock, as in `Europe/Berlin` or `+02:00`. Default: UTC. Only by the clock.
    #[input(cloud = "WallClockWindow/Timezone")]
    pub timezone: Option<String>,
}

impl EvaluationWindow {
    /// The latest minutes.
    pub fn sliding() -> EvaluationWindowBuilder<Set> {
        EvaluationWindow::new().kind(WindowKind::Sliding)
    }

    /// Minutes between full hours, days or weeks of a time zone.
    pub fn wall_clock(timezone: impl Input<String>) -> EvaluationWindowBuilder<Set> {
        EvaluationWindow::new().kind(WindowKind::WallClock).timezone(timezone)
    }
}

/// A PromQL query whose every answer is something that breaches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct PromQl {
    /// The query; its result is a vector.
    #[input(unlike_cloud = "the API requires it")]
    pub query: String,
    /// Seconds that something must breach before it counts.
    pub pending_period: Option<i32>,
    /// Seconds that something must not breach before it no longer counts.
    pub recovery_period: Option<i32>,
}

/// How long an alarm waits after it was made or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct WarmUp {
    /// Minutes, 1 to 2880, that it stays `INSUFFICIENT_DATA` and does nothing.
    #[input(cloud = "WarmUpPeriodDurationInMinutes", unlike_cloud = "the API requires it")]
    pub minutes: i32,
    /// Whether it waits for the whole time even if there are values earlier. Default: false.
    #[input(cloud = "OnlyStartEvaluatingAfterWarmUpPeriodEnds")]
    pub whole: Option<bool>,
}

/// Which tags of an alarm its notifications carry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct TagsPropagation {
    /// Whether they carry any.
    pub enabled: bool,
    /// Only these keys. Default: all.
    #[input(set, cloud = "IncludedTagKeys")]
    pub included: Option<Vec<String>>,
    /// All but these keys.
    #[input(set, cloud = "ExcludedTagKeys")]
    pub excluded: Option<Vec<String>>,
}

//! An alarm: what it looks at, when it breaches, and what it calls.

/// A measure of the fleet that an alarm or a policy can follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// How busy the processors are, in percent; of hosts that report.
    Cpu,
    /// Requests a minute to each host that serves.
    RequestsPerHost,
    /// Requests a minute to all.
    Requests,
    /// Bytes a minute that each host receives, as `Capacity::bytes_in` says.
    NetworkIn,
    /// Bytes a minute that each host sends, as `Capacity::bytes_out` says.
    NetworkOut,
    /// The 95th percentile of answers, in seconds.
    Latency,
    /// Hosts that serve.
    HealthyHosts,
    /// How full the hosts' memory is, in percent, as `Capacity::memory` says.
    Memory,
}

impl Metric {
    /// Whether it comes from the hosts, and so every five minutes with basic monitoring; others come every minute.
    pub fn is_from_hosts(self) -> bool {
        matches!(self, Metric::Cpu | Metric::NetworkIn | Metric::NetworkOut | Metric::Memory)
    }
}

/// How one number is made of a period's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// Their mean.
    Average,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// Their sum.
    Sum,
}

/// How a value is compared with the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Comparison {
    /// Whether `value` is beyond `threshold`.
    pub fn breaches(self, value: f64, threshold: f64) -> bool {
        match self {
            Comparison::Greater => value > threshold,
            Comparison::GreaterOrEqual => value >= threshold,
            Comparison::Less => value < threshold,
            Comparison::LessOrEqual => value <= threshold,
        }
    }

    /// Whether it looks upwards.
    pub fn is_high(self) -> bool {
        matches!(self, Comparison::Greater | Comparison::GreaterOrEqual)
    }
}

/// How a period without values counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingData {
    /// Not at all; where nothing is left, there is not enough data.
    #[default]
    Missing,
    /// Not at all; where nothing is left, the state stays.
    Ignore,
    /// As one beyond the threshold.
    Breaching,
    /// As one within the threshold.
    NotBreaching,
}

/// Which minutes a period is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// The latest, at each evaluation.
    #[default]
    Sliding,
    /// Those between full multiples of the period on the clock.
    WallClock,
}

/// An alarm. What it calls are policies, by their index in the fleet.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// What it looks at.
    pub metric: Metric,
    /// How a period's values become one.
    pub statistic: Statistic,
    /// Seconds that a period lasts: a multiple of 60.
    pub period: i64,
    /// How many periods are looked at: N.
    pub evaluation_periods: usize,
    /// How many of these must breach: M.
    pub datapoints_to_alarm: usize,
    /// How a value is compared.
    pub comparison: Comparison,
    /// With what.
    pub threshold: f64,
    /// How a period without values counts.
    pub missing: MissingData,
    /// Which minutes a period is made of.
    pub window: Window,
    /// Seconds from the start of the run during which it does nothing.
    pub warm_up: i64,
    /// Policies called each minute while it is in alarm.
    pub on_alarm: Vec<usize>,
    /// Policies called each minute while all is well.
    pub on_ok: Vec<usize>,
    /// Policies called each minute while there is not enough data.
    pub on_insufficient: Vec<usize>,
}

impl Alarm {
    /// An alarm on the average processor load that calls `policy`: `periods` periods of `seconds` in a row.
    pub fn cpu(name: &str, comparison: Comparison, threshold: f64, periods: usize, seconds: i64, policy: usize) -> Alarm {
        Alarm {
            name: name.to_owned(),
            metric: Metric::Cpu,
            statistic: Statistic::Average,
            period: seconds,
            evaluation_periods: periods,
            datapoints_to_alarm: periods,
            comparison,
            threshold,
            missing: MissingData::Missing,
            window: Window::Sliding,
            warm_up: 0,
            on_alarm: vec![policy],
            on_ok: Vec::new(),
            on_insufficient: Vec::new(),
        }
    }
}

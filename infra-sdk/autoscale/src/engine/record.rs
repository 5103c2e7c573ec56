//! What a run leaves: a summary always, a timeline where one is wanted.

use serde::Serialize;

use crate::semantics::AlarmState;

/// A run in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// The greatest processor load that the requests asked for, in percent: above 100 where they exceeded what hosts can do.
    pub peak_cpu: f64,
    /// When it was, in seconds.
    pub peak_at: i64,
    /// The mean processor load of hosts that served, in percent.
    pub mean_cpu: f64,
    /// Seconds above the limit of processor load.
    pub over_cpu: f64,
    /// When the load first exceeded that limit.
    pub crossed_at: Option<i64>,
    /// The longest 95th percentile of answers, in seconds; 0 without a latency curve.
    pub peak_latency: f64,
    /// Seconds above the limit of answers.
    pub over_latency: f64,
    /// The most hosts that the group counted.
    pub most_hosts: u32,
    /// Hosts that the group counts at the end.
    pub last_hosts: u32,
    /// Hours of hosts, from launch until they are gone.
    pub host_hours: f64,
    /// Hours of processors beyond their credits.
    pub surplus_hours: f64,
    /// What both cost.
    pub cost: f64,
    /// Requests that came.
    pub requests: f64,
    /// Requests that were answered.
    pub served: f64,
    /// Requests that were given up or went to a lost host.
    pub lost: f64,
    /// Requests that wait at the end.
    pub waiting: f64,
    /// How often the size was changed upwards.
    pub grown: u32,
    /// How often it was changed downwards.
    pub shrunk: u32,
    /// When more hosts first served than at the start.
    pub first_served: Option<i64>,
}

/// A minute of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Row {
    /// When it ends, in seconds.
    pub at: i64,
    /// Requests a minute at its end.
    pub rpm: f64,
    /// Hosts that serve.
    pub serving: u32,
    /// Hosts that the group counts.
    pub hosts: u32,
    /// Hosts that the group wants.
    pub desired: u32,
    /// Mean processor load of hosts that serve, in percent.
    pub cpu: f64,
    /// The greatest load that the requests asked for, in percent.
    pub peak_cpu: f64,
    /// The 95th percentile of answers at its end, in seconds.
    pub latency: f64,
    /// Requests that wait.
    pub waiting: f64,
    /// Requests lost so far.
    pub lost: f64,
    /// What was spent so far.
    pub cost: f64,
}

/// Something that happens at a moment. Alarms and policies are named by their index in the timeline's lists.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names of the fields say it")]
pub enum Happening {
    /// An alarm's state changed, as of this minute's data; what it calls is called after its delay.
    Alarm { alarm: usize, state: AlarmState, value: f64 },
    /// A policy changed the size, called by an alarm.
    Scaled { policy: usize, alarm: usize, from: u32, to: u32 },
    /// A schedule or forecast changed the size.
    Scheduled { from: u32, to: u32 },
    /// Another number of hosts serves.
    Serving { from: u32, to: u32 },
    /// The group replaces hosts that are not well.
    Replaced { count: u32 },
    /// Hosts of a zone stop.
    Failed { zone: usize, count: u32 },
    /// A zone is lost, by its index.
    ZoneDown { zone: usize },
    /// A zone is back.
    ZoneUp { zone: usize },
}

/// What looks on while a run goes.
pub(crate) trait Recorder {
    /// A minute ended.
    fn row(&mut self, row: impl FnOnce() -> Row);
    /// Something happened.
    fn happened(&mut self, at: i64, what: Happening);
}

/// Nobody looks on.
impl Recorder for () {
    #[inline(always)]
    fn row(&mut self, _: impl FnOnce() -> Row) {}
    #[inline(always)]
    fn happened(&mut self, _: i64, _: Happening) {}
}

/// A run, minute by minute and event by event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// The minutes.
    pub rows: Vec<Row>,
    /// The events, with their seconds.
    pub events: Vec<(i64, Happening)>,
    /// The alarms' names, those that AWS makes for target tracking among them.
    pub alarms: Vec<String>,
    /// The policies' names.
    pub policies: Vec<String>,
}

impl Recorder for Timeline {
    fn row(&mut self, row: impl FnOnce() -> Row) {
        self.rows.push(row());
    }

    fn happened(&mut self, at: i64, what: Happening) {
        self.events.push((at, what));
    }
}

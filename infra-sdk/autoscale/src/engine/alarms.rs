//! The series of datapoints, and the alarms that look at them each minute.

use super::act::Call;
use super::compiled::{Compiled, Watch};
use super::full::Run;
use super::record::{Happening, Recorder};
use super::sample::Gathered;
use crate::semantics::{AlarmState, Datapoint, evaluate, monitoring, window};

/// Values by the minute, the latest of which are kept in rings.
#[derive(Debug, Default)]
pub(crate) struct Series {
    /// Minutes sampled so far.
    pub(crate) minute: usize,
    views: Vec<Ring>,
    /// The hosts that each view's latest datapoint is of.
    hosts: Vec<u32>,
    pub(crate) gathered: Vec<Gathered>,
    alarms: Vec<Watched>,
}

#[derive(Debug, Default)]
struct Ring {
    values: Vec<f64>,
    next: usize,
}

impl Ring {
    fn reset(&mut self, length: usize, value: f64) {
        self.values.clear();
        self.values.resize(length.next_power_of_two(), value);
        self.next = 0;
    }

    fn push(&mut self, value: f64) {
        let mask = self.values.len() - 1;
        self.values[self.next & mask] = value;
        self.next = self.next.wrapping_add(1);
    }

    /// The value so many places back; 0 is the latest.
    #[inline]
    fn back(&self, places: usize) -> f64 {
        self.values[self.next.wrapping_sub(1 + places) & (self.values.len() - 1)]
    }
}

#[derive(Debug)]
struct Watched {
    /// The values of periods, an evaluation each.
    periods: Ring,
    state: AlarmState,
    /// Breaching evaluations in a row, up to now.
    row: usize,
}

impl Default for Watched {
    fn default() -> Watched {
        Watched { periods: Ring::default(), state: AlarmState::InsufficientData, row: 0 }
    }
}

impl Series {
    /// Which minute of the clock ends at `now`: a multiple of five where hosts with basic monitoring report.
    pub(crate) fn clock(&self, phase: i64, now: i64) -> i64 {
        (now - phase).div_euclid(60)
    }

    pub(crate) fn push(&mut self, view: usize, value: f64, hosts: u32) {
        self.views[view].push(value);
        if hosts > 0 {
            self.hosts[view] = hosts;
        }
    }

    /// An alarm's state.
    pub(crate) fn state(&self, alarm: usize) -> AlarmState {
        self.alarms[alarm].state
    }
}

impl<R: Recorder> Run<'_, R> {
    /// Series as they would be after a long time of the load that the run begins with.
    pub(crate) fn begin_series(&mut self) {
        let of: &Compiled = self.of;
        let (views, alarms) = (of.views.len(), of.watches.len());
        self.space.series.minute = 0;
        self.space.series.views.resize_with(views, Ring::default);
        self.space.series.hosts.resize(views, 0);
        self.space.series.gathered.clear();
        self.space.series.gathered.resize(views, Gathered::default());
        self.space.series.alarms.resize_with(alarms, Watched::default);
        let first = match self.with.phase.rem_euclid(60) {
            0 => 60,
            phase => phase,
        };
        let clock = self.space.series.clock(self.with.phase, first);
        for (index, view) in of.views.iter().enumerate() {
            let (value, hosts) = self.steady(view);
            let ring = &mut self.space.series.views[index];
            ring.reset(view.kept, f64::NAN);
            for back in (1..=view.kept as i64).rev() {
                ring.push(if monitoring::is_due(view.spacing, clock - back) { value } else { f64::NAN });
            }
            self.space.series.hosts[index] = hosts;
            // The minutes since the last datapoint that were before the run.
            let mut minute = clock - 1;
            while view.spacing > 60 && !monitoring::is_due(view.spacing, minute) {
                self.space.series.gathered[index].add(view.of_hosts, value, hosts);
                minute -= 1;
            }
        }
        for (index, watch) in of.watches.iter().enumerate() {
            let view = &of.views[watch.view];
            let (value, _) = self.steady(view);
            let has = |minute: i64| (0..watch.minutes as i64).any(|back| monitoring::is_due(view.spacing, minute - back));
            let whole = if watch.alarm.statistic == crate::model::Statistic::Sum { value * watch.minutes as f64 } else { value };
            let length = watch.range * watch.stride + 1;
            let watched = &mut self.space.series.alarms[index];
            watched.state = AlarmState::InsufficientData;
            watched.row = 0;
            watched.periods.reset(length, whole);
            if view.spacing > 60 && watch.minutes < 5 {
                for back in (1..=length as i64).rev() {
                    watched.periods.push(if has(clock - back) { whole } else { f64::NAN });
                }
            }
            if watch.alarm.comparison.breaches(whole, watch.alarm.threshold) && watch.stride == 1 && view.spacing == 60 {
                watched.row = length;
            }
        }
        // The part of the first minute that was before the run.
        let before = (60 - first) as f64;
        if before > 0.0 && self.serving > 0 {
            let rpm = self.load_now();
            let cpu = self.with.line.at(rpm / f64::from(self.serving)).min(self.of.capacity.saturation);
            self.minute_cpu = cpu * before;
            self.minute_requests = rpm * before / 60.0;
        }
    }

    /// Evaluates every alarm on the minute that just ended, and lets those that act call their policies after the delay.
    pub(crate) fn evaluate(&mut self) {
        let of: &Compiled = self.of;
        let clock = self.space.series.clock(self.with.phase, self.now);
        // The alarm before, whose period this one's often is: one grows the fleet by it, and one shrinks it.
        let mut before: Option<(&Watch, f64)> = None;
        for (index, watch) in of.watches.iter().enumerate() {
            let alarm = &watch.alarm;
            let series = &mut self.space.series;
            if window::ends(alarm.window, watch.minutes as i64, clock) {
                let ring = &series.views[watch.view];
                let value = if watch.minutes == 1 {
                    ring.back(0)
                } else if let Some((_, value)) = before.filter(|(other, _)| other.has_period_of(watch)) {
                    value
                } else {
                    window::combine(alarm.statistic, (0..watch.minutes).map(|back| ring.back(back))).unwrap_or(f64::NAN)
                };
                before = Some((watch, value));
                let watched = &mut series.alarms[index];
                watched.periods.push(value);
                let state = if self.now < alarm.warm_up { AlarmState::InsufficientData } else { state_of(watch, watched, value) };
                if state != watched.state {
                    watched.state = state;
                    self.recorder.happened(self.now, Happening::Alarm { alarm: index, state, value });
                }
            }
        }
        self.call();
    }

    /// Lets the alarms call. What is agreed is what all of them say now: a call on its way has not heard of what comes after it.
    fn call(&mut self) {
        let of: &Compiled = self.of;
        let agreed = self.all_agree_to_shrink();
        for (index, watch) in of.watches.iter().enumerate() {
            let alarm = &watch.alarm;
            let series = &self.space.series;
            let watched = &series.alarms[index];
            let called = match watched.state {
                _ if self.now < alarm.warm_up => continue,
                AlarmState::Alarm => &alarm.on_alarm,
                AlarmState::Ok => &alarm.on_ok,
                AlarmState::InsufficientData => &alarm.on_insufficient,
            };
            // Actions of scaling are repeated each minute while the state lasts.
            for policy in called {
                let value = aggregated(of, watch, watched, *policy);
                let hosts = series.hosts[watch.view];
                self.space.calls.push_back(Call { due: self.now + self.with.delay, policy: *policy, alarm: index, value, hosts, agreed });
            }
        }
    }
}

/// The state that follows from the periods, the latest of which is `value`.
#[inline]
fn state_of(watch: &Watch, watched: &mut Watched, value: f64) -> AlarmState {
    let (alarm, n, m) = (&watch.alarm, watch.alarm.evaluation_periods, watch.alarm.datapoints_to_alarm);
    // Two short cuts where each of the latest periods must breach: the latest one does not, or all of them do.
    if n == m && !value.is_nan() {
        if !alarm.comparison.breaches(value, alarm.threshold) {
            watched.row = 0;
            return AlarmState::Ok;
        }
        if watch.stride == 1 {
            watched.row += 1;
            if watched.row >= n {
                return AlarmState::Alarm;
            }
        }
    } else {
        watched.row = 0;
    }
    let points = (0..watch.range).map(|age| {
        let value = watched.periods.back(age * watch.stride);
        match value.is_nan() {
            true => Datapoint::Missing,
            false if alarm.comparison.breaches(value, alarm.threshold) => Datapoint::Breaching,
            false => Datapoint::Within,
        }
    });
    evaluate(points, n, m, alarm.missing, watched.state)
}

/// The value by which a policy decides: the latest datapoint; of a step policy, the datapoints of its alarm made one.
fn aggregated(of: &Compiled, watch: &Watch, watched: &Watched, policy: usize) -> f64 {
    let latest = || (0..watch.range * watch.stride).map(|back| watched.periods.back(back)).find(|value| !value.is_nan());
    if let crate::model::Rule::Step { aggregation, .. } = &of.rules[policy].rule
        && watch.alarm.evaluation_periods > 1
    {
        let statistic = match aggregation {
            crate::model::Aggregation::Average => crate::model::Statistic::Average,
            crate::model::Aggregation::Minimum => crate::model::Statistic::Minimum,
            crate::model::Aggregation::Maximum => crate::model::Statistic::Maximum,
        };
        let periods = (0..watch.alarm.evaluation_periods).map(|age| watched.periods.back(age * watch.stride));
        return window::combine(statistic, periods).or_else(latest).unwrap_or(f64::NAN);
    }
    latest().unwrap_or(f64::NAN)
}

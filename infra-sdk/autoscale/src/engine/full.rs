//! The loop of a run with full semantics: from one event to the next, with the minutes of the metrics among them.

use std::collections::VecDeque;

use super::act::Call;
use super::alarms::Series;
use super::cohort::{Cohort, NEVER};
use super::compiled::{Compiled, Parameters, Timed};
use super::record::{Happening, Recorder, Row, Summary};
use super::zones::ZoneState;
use crate::model::{Bounds, Event};
use crate::semantics::application::Pauses;
use crate::semantics::cooldown::Pause;

/// What a run needs of memory; used again by the next.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    pub(crate) cohorts: Vec<Cohort>,
    pub(crate) zones: Vec<ZoneState>,
    pub(crate) counts: Vec<u32>,
    pub(crate) series: Series,
    pub(crate) calls: VecDeque<Call>,
    pub(crate) pauses: Vec<Pauses>,
}

/// A run on its way.
pub(crate) struct Run<'a, R> {
    pub(crate) of: &'a Compiled,
    pub(crate) with: Parameters,
    pub(crate) space: &'a mut Workspace,
    pub(crate) recorder: &'a mut R,
    pub(crate) sum: Summary,
    pub(crate) now: i64,
    pub(crate) bounds: Bounds,
    pub(crate) desired: u32,
    pub(crate) pause: Pause,
    pub(crate) launches: u64,
    /// Hosts that serve, hosts that the load balancer sends to in vain, hosts that count, hosts that are paid.
    pub(crate) serving: u32,
    pub(crate) in_vain: u32,
    pub(crate) live: u32,
    pub(crate) paid: u32,
    /// When something next changes by itself.
    pub(crate) next_change: i64,
    /// From when on all hosts serve and count.
    pub(crate) settled_from: i64,
    pub(crate) zones_lost: u32,
    pub(crate) rebalancing: bool,
    pub(crate) no_metrics_until: i64,
    pub(crate) piece: usize,
    pub(crate) waiting: f64,
    /// Of the current minute: percent-seconds of a serving host, requests, and the greatest load asked for.
    pub(crate) minute_cpu: f64,
    pub(crate) minute_requests: f64,
    pub(crate) minute_peak: f64,
    pub(crate) served_seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) latency: f64,
    /// Percent at which hosts serve no more, as their credits are.
    pub(crate) saturation: f64,
}

/// Runs a compiled fleet once. The summary depends on nothing but the arguments.
pub(crate) fn run<R: Recorder>(of: &Compiled, with: Parameters, space: &mut Workspace, recorder: &mut R) -> Summary {
    let mut run = Run {
        of,
        with,
        space,
        recorder,
        sum: Summary::default(),
        now: 0,
        bounds: of.fleet.bounds,
        desired: of.fleet.initial(),
        pause: Pause::default(),
        launches: 0,
        serving: 0,
        in_vain: 0,
        live: 0,
        paid: 0,
        next_change: NEVER,
        settled_from: 0,
        zones_lost: 0,
        rebalancing: false,
        no_metrics_until: i64::MIN,
        piece: 0,
        waiting: 0.0,
        minute_cpu: 0.0,
        minute_requests: 0.0,
        minute_peak: 0.0,
        served_seconds: 0.0,
        cpu_seconds: 0.0,
        latency: 0.0,
        saturation: of.capacity.saturation,
    };
    run.begin();
    run.go();
    run.end()
}

impl<R: Recorder> Run<'_, R> {
    fn begin(&mut self) {
        self.space.cohorts.clear();
        self.space.calls.clear();
        self.space.zones.clear();
        self.space.zones.resize(self.of.fleet.zones.len(), ZoneState::default());
        self.space.counts.clear();
        self.space.counts.resize(self.of.fleet.zones.len(), 0);
        self.space.pauses.clear();
        self.space.pauses.resize(self.of.rules.len(), Pauses::default());
        self.settle_initial_hosts();
        self.recount();
        self.begin_series();
    }

    fn go(&mut self) {
        let of = self.of;
        let mut minute_end = match self.with.phase.rem_euclid(60) {
            0 => 60,
            phase => phase,
        };
        let mut timed = 0;
        loop {
            let due = of.timed.get(timed).map_or(NEVER, |(at, _)| *at);
            let piece_end = of.pieces[self.piece].to;
            let next = minute_end.min(self.next_change).min(due).min(piece_end).min(of.length);
            let next = next.min(self.next_call(next));
            if next > self.now {
                self.advance(next);
                self.now = next;
            }
            if next == piece_end && self.piece + 1 < of.pieces.len() {
                self.piece += 1;
            }
            // What happens on the minute belongs to the next one.
            if next == minute_end {
                self.minute();
                minute_end += 60;
            }
            if self.next_change <= self.now {
                self.recount();
            }
            while let Some((at, what)) = of.timed.get(timed)
                && *at <= self.now
            {
                self.happen(what);
                timed += 1;
            }
            if self.space.calls.front().is_some_and(|call| call.due <= self.now) {
                self.act();
            }
            if self.now >= of.length {
                return;
            }
        }
    }

    /// When the first call arrives, before `next`, that will change something; those that will not are dropped, since nothing else
    /// happens until then.
    fn next_call(&mut self, next: i64) -> i64 {
        while let Some(call) = self.space.calls.front().copied().filter(|call| call.due < next) {
            if self.asked(&call).is_some() {
                return call.due;
            }
            self.space.calls.pop_front();
        }
        NEVER
    }

    /// The end of a minute: its row, its datapoints, the alarms.
    fn minute(&mut self) {
        let (now, latency, waiting) = (self.now, self.latency, self.waiting);
        let row = Row {
            at: now,
            rpm: self.load_now(),
            serving: self.serving,
            hosts: self.live,
            desired: self.desired,
            cpu: self.minute_cpu / 60.0,
            peak_cpu: self.minute_peak,
            latency,
            waiting,
            lost: self.sum.lost,
            cost: self.sum.host_hours / 3600.0 * self.of.capacity.price + self.sum.surplus_hours * self.of.capacity.surplus_price,
        };
        self.recorder.row(|| row);
        self.sample();
        self.evaluate();
        self.minute_cpu = 0.0;
        self.minute_requests = 0.0;
        self.minute_peak = 0.0;
        if self.live != self.desired || self.rebalancing {
            self.reconcile();
        }
    }

    fn happen(&mut self, what: &Timed) {
        let from = self.desired;
        match what {
            Timed::Schedule(action) => {
                let (bounds, desired) = crate::semantics::schedule::applied(action, self.bounds, self.desired);
                self.bounds = bounds;
                self.resize(desired);
            }
            Timed::Forecast { policy, hour } => {
                if let crate::model::Rule::Forecast(hours) = &self.of.rules[*policy].rule {
                    self.resize(crate::semantics::schedule::forecast(hours, *hour, self.bounds, self.desired));
                }
            }
            Timed::LaunchesWork(zone) => {
                self.space.zones[*zone].launches_fail = false;
                self.rebalancing = true;
            }
            Timed::Event(Event::ZoneDown { zone, how, .. }) => self.lose(*zone, *how),
            Timed::Event(Event::ZoneUp { zone, .. }) => self.regain(*zone),
            Timed::Event(Event::HostsFail { zone, count, .. }) => self.fail(*zone, *count),
            Timed::Event(Event::LaunchesFail { zone, .. }) => self.space.zones[*zone].launches_fail = true,
            Timed::Event(Event::MetricGap { to, .. }) => self.no_metrics_until = self.no_metrics_until.max(*to),
        }
        if self.desired != from && !matches!(what, Timed::Event(_)) {
            self.recorder.happened(self.now, Happening::Scheduled { from, to: self.desired });
        }
    }

    fn end(mut self) -> Summary {
        if let Some(burst) = &self.of.capacity.burst {
            let owed: f64 =
                self.space.cohorts.iter().map(|cohort| f64::from(cohort.count) * crate::capacity::Burst::owed(cohort.credits)).sum();
            if burst.mode == crate::model::CreditMode::Unlimited {
                self.sum.surplus_hours += owed;
            }
        }
        let mut sum = self.sum;
        sum.host_hours /= 3600.0;
        sum.mean_cpu = if self.served_seconds > 0.0 { self.cpu_seconds / self.served_seconds } else { 0.0 };
        sum.cost = sum.host_hours * self.of.capacity.price + sum.surplus_hours * self.of.capacity.surplus_price;
        sum.last_hosts = self.live;
        sum.waiting = self.waiting;
        sum
    }
}

//! A stretch of time in which nothing changes but the load, which is straight: what hosts do in it.

use super::full::Run;
use super::record::Recorder;
use crate::capacity::Burst;
use crate::load::Kind;
use crate::model::CreditMode;

impl<R: Recorder> Run<'_, R> {
    /// Requests a minute that come now.
    pub(crate) fn load_now(&self) -> f64 {
        let piece = &self.of.pieces[self.piece];
        let value = piece.at(self.now.clamp(piece.from, piece.to)) * self.with.scale;
        match self.of.kind {
            Kind::Open => value,
            Kind::Closed { think } => self.closed(value, think),
        }
    }

    /// From now to `until`.
    pub(crate) fn advance(&mut self, until: i64) {
        let piece = &self.of.pieces[self.piece];
        let (mut first, mut last) = (piece.at(self.now) * self.with.scale, piece.at(until) * self.with.scale);
        if let Kind::Closed { think } = self.of.kind {
            (first, last) = (self.closed(first, think), self.closed(last, think));
        }
        let seconds = (until - self.now) as f64;
        self.sum.host_hours += f64::from(self.paid) * seconds;
        let arrivals = (first + last) / 2.0 * seconds / 60.0;
        self.sum.requests += arrivals;
        self.minute_requests += arrivals;
        if self.serving == 0 {
            self.sum.lost += arrivals + self.waiting;
            self.waiting = 0.0;
            self.over_all(seconds);
            return;
        }
        // Hosts that are lost and not yet left by the load balancer get their share, and lose it.
        let share = f64::from(self.serving) / f64::from(self.serving + self.in_vain);
        if self.in_vain > 0 {
            self.sum.lost += arrivals * (1.0 - share);
            (first, last) = (first * share, last * share);
        }
        let hosts = f64::from(self.serving);
        let (a, b) = (self.with.line.intercept, self.with.line.slope);
        let (low, high) = (a + b * (first / hosts), a + b * (last / hosts));
        self.peak(low, high, until);
        if self.of.capacity.burst.is_some() {
            self.saturation = self.saturation_by_credits();
        }
        let top = self.saturation;
        let before = self.minute_cpu;
        if self.waiting == 0.0 && low <= top && high <= top {
            self.sum.served += arrivals * share;
            self.straight(low, high, seconds, self.now);
        } else if self.waiting == 0.0 && low < top && high > top {
            // It saturates on the way.
            let part = (top - low) / (high - low) * seconds;
            let middle = first + (last - first) * part / seconds;
            self.sum.served += (first + middle) / 2.0 * part / 60.0;
            self.straight(low, top, part, self.now);
            self.saturated((middle + last) / 2.0, seconds - part, hosts, self.now + part.ceil() as i64);
        } else {
            self.saturated((first + last) / 2.0, seconds, hosts, self.now);
        }
        if self.of.capacity.burst.is_some() {
            self.spend((self.minute_cpu - before) / seconds, seconds);
        }
        if self.of.capacity.latency.is_some() {
            self.answer(high, seconds);
        }
    }

    fn peak(&mut self, low: f64, high: f64, until: i64) {
        let (most, at) = if high >= low { (high, until) } else { (low, self.now) };
        self.minute_peak = self.minute_peak.max(most);
        if most > self.sum.peak_cpu {
            self.sum.peak_cpu = most;
            self.sum.peak_at = at;
        }
    }

    /// The load goes straight from `low` to `high`, and all is served.
    fn straight(&mut self, low: f64, high: f64, seconds: f64, from: i64) {
        self.work((low + high) / 2.0, seconds);
        let limit = self.of.limits.0;
        if low.max(high) <= limit {
            return;
        }
        let (over, crossed) = if low > limit && high > limit {
            (1.0, 0.0)
        } else {
            let share = (low.max(high) - limit) / (high - low).abs();
            (share, if high > low { 1.0 - share } else { 0.0 })
        };
        self.sum.over_cpu += over * seconds;
        self.sum.crossed_at.get_or_insert(from + (crossed * seconds) as i64);
    }

    /// More comes than can be served, or some wait from before.
    fn saturated(&mut self, rpm: f64, seconds: f64, hosts: f64, from: i64) {
        let (a, b) = (self.with.line.intercept, self.with.line.slope);
        let most = ((self.saturation - a) / b).max(0.0) * hosts;
        let there = self.waiting + rpm * seconds / 60.0;
        let served = there.min(most * seconds / 60.0);
        let left = there - served;
        let kept = left.min(most / 60.0 * self.of.knobs.give_up);
        self.sum.lost += left - kept;
        self.sum.served += served;
        // The last bits of a float are no request.
        self.waiting = if kept < 1e-6 { 0.0 } else { kept };
        let cpu = (a + b * (served * 60.0 / seconds / hosts)).min(self.saturation.max(a));
        self.work(cpu, seconds);
        if cpu > self.of.limits.0 {
            self.sum.over_cpu += seconds;
            self.sum.crossed_at.get_or_insert(from);
        }
    }

    fn work(&mut self, cpu: f64, seconds: f64) {
        self.minute_cpu += cpu * seconds;
        self.cpu_seconds += cpu * seconds;
        self.served_seconds += seconds;
    }

    /// Nothing serves: every limit is exceeded.
    fn over_all(&mut self, seconds: f64) {
        if self.sum.requests > 0.0 && self.of.limits.0.is_finite() {
            self.sum.over_cpu += seconds;
            self.sum.crossed_at.get_or_insert(self.now);
        }
        if self.of.limits.1.is_finite() {
            self.sum.over_latency += seconds;
        }
    }

    fn answer(&mut self, cpu: f64, seconds: f64) {
        let Some(curve) = self.of.capacity.latency else { return };
        let most = (self.saturation - self.with.line.intercept) / self.with.line.slope * f64::from(self.serving);
        self.latency = curve.at(cpu / self.saturation) + if most > 0.0 { self.waiting / (most / 60.0) } else { 0.0 };
        self.sum.peak_latency = self.sum.peak_latency.max(self.latency);
        if self.latency > self.of.limits.1 {
            self.sum.over_latency += seconds;
        }
    }

    /// Requests a minute of users who wait for answers: as many as keep all of them either thinking or waiting.
    fn closed(&self, users: f64, think: f64) -> f64 {
        let hosts = f64::from(self.serving.max(1));
        let line = self.with.line;
        let most = ((self.saturation - line.intercept) / line.slope).max(0.0) * hosts;
        let answer = |rpm: f64| self.of.capacity.latency.map_or(0.0, |curve| curve.at(line.at(rpm / hosts) / self.saturation));
        // More requests mean slower answers, so there is one rate at which users are used up.
        let busy = |rpm: f64| rpm / 60.0 * (think + answer(rpm));
        if busy(most) <= users {
            return most;
        }
        let (mut low, mut high) = (0.0, most);
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            if busy(middle) <= users { low = middle } else { high = middle }
        }
        low
    }

    /// Percent at which serving hosts serve no more, on average, since some have no credits.
    fn saturation_by_credits(&self) -> f64 {
        let Some(burst) = &self.of.capacity.burst else { return self.of.capacity.saturation };
        let full = self.of.capacity.saturation;
        if burst.mode == CreditMode::Unlimited || self.serving == 0 {
            return full;
        }
        let sum: f64 =
            self.serving_cohorts().map(|(count, credits)| count * if credits > 0.0 { full } else { full.min(burst.baseline) }).sum();
        sum / f64::from(self.serving)
    }

    fn serving_cohorts(&self) -> impl Iterator<Item = (f64, f64)> {
        let now = self.now;
        let serving = move |cohort: &&super::cohort::Cohort| cohort.is_live() && !cohort.has_failed() && cohort.ready <= now;
        self.space.cohorts.iter().filter(serving).map(|cohort| (f64::from(cohort.count), cohort.credits))
    }

    fn spend(&mut self, cpu: f64, seconds: f64) {
        let Some(burst) = self.of.capacity.burst else { return };
        let now = self.now;
        for cohort in self.space.cohorts.iter_mut().filter(|cohort| cohort.in_service <= now && cohort.gone > now) {
            let load = if cohort.is_live() && cohort.ready <= now { cpu } else { self.with.line.intercept };
            let (balance, billed) = Burst::after(&burst, cohort.credits, load, seconds);
            cohort.credits = balance;
            self.sum.surplus_hours += billed * f64::from(cohort.count);
        }
    }
}

//! The rate at which a service is called: a weighted up-and-down rule, which settles where a chosen share is refused.

use std::time::Duration;

use tokio::time::Instant;

/// The share of calls that may be asked in vain, once the rate is found. Without any, a rate that rises is never noticed.
const WASTE: f64 = 0.02;

/// By what part the rate falls for a refused call, at least and at most.
const STEP: (f64, f64) = (0.04, 0.4);

/// By what part the rate rises for a granted call while it is looked for, at least; where calls are few it rises faster, so
/// that seconds are enough to find a rate in the hundreds.
const SEARCH: f64 = 0.05;

/// After so many granted calls in a row the rate is looked for anew: the service must take many more.
const CALM: u32 = 150;

/// So many granted calls between two refusals tell the rate: what the service had saved up is used then.
const SAMPLE: u32 = 10;

/// The slowest and the fastest rate, in calls a second.
const BOUNDS: (f64, f64) = (0.2, 10_000.0);

/// How many calls a second are made; all that come, as long as none is refused.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Option<f64>,
    step: f64,
    /// How many calls in a row were granted.
    calm: u32,
    /// Whether the rate is known to be far too low, so that it rises fast until a call is refused.
    search: bool,
    /// When the rate was last lowered.
    lowered: Option<Instant>,
    /// The first call that was answered, and how many were granted since.
    first: Option<(Instant, u32)>,
    /// A refusal, after which the service had nothing left, and how many calls were granted since.
    empty: Option<(Instant, u32)>,
    /// What the service granted a second between the last two refusals that tell.
    seen: f64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { rate: None, step: STEP.0, calm: 0, search: true, lowered: None, first: None, empty: None, seen: 0.0 }
    }
}

impl Pace {
    /// How long after one call the next may be made; nothing where none has to wait.
    pub(super) fn interval(&self) -> Option<Duration> {
        self.rate.map(|rate| Duration::from_secs_f64(1.0 / rate))
    }

    /// How many calls a second are made; nothing where none has to wait.
    pub(super) fn rate(&self) -> Option<f64> {
        self.rate
    }

    /// A call was granted; `waited` if the rate held it up. The rate rises only where it is what holds calls up.
    pub(super) fn granted(&mut self, waited: bool, now: Instant) {
        self.first.get_or_insert((now, 0)).1 += 1;
        if let Some((_, count)) = &mut self.empty {
            *count += 1;
        }
        self.calm += 1;
        self.step = STEP.0;
        if let Some(rate) = self.rate.filter(|_| waited) {
            self.search |= self.calm >= CALM;
            let rise = if self.search { (2.0 / rate).clamp(SEARCH, 1.0) } else { STEP.0 * WASTE / (1.0 - WASTE) };
            self.set((rate * (1.0 + rise)).max(self.seen));
        }
    }

    /// A call that was made at `sent` was refused.
    pub(super) fn throttled(&mut self, sent: Instant, now: Instant) {
        match self.empty {
            None => self.empty = Some((now, 0)),
            Some((since, count)) if count >= SAMPLE => {
                self.seen = f64::from(count) / now.duration_since(since).as_secs_f64().max(0.001);
                self.empty = Some((now, 0));
            }
            Some(_) => {}
        }
        let Some(rate) = self.rate else {
            let (first, count) = self.first.unwrap_or((now, 0));
            // A run's first calls often come in one moment, which tells nothing of a rate.
            self.set(f64::from(count.max(1)) / now.duration_since(first).as_secs_f64().max(0.5));
            self.lowered = Some(now);
            self.calm = 0;
            return;
        };
        // What was under way when the rate was lowered says nothing of the lower one.
        if self.lowered.is_some_and(|lowered| sent <= lowered) {
            return;
        }
        // One refusal after the other: the rate is far too high.
        let again = self.calm == 0;
        self.step = if again { (self.step * 1.5).min(STEP.1) } else { STEP.0 };
        if again {
            self.seen = 0.0;
        }
        self.calm = 0;
        self.search = false;
        self.lowered = Some(now);
        self.set((rate * (1.0 - self.step)).max(self.seen * (1.0 - STEP.0)));
    }

    fn set(&mut self, rate: f64) {
        self.rate = Some(rate.clamp(BOUNDS.0, BOUNDS.1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A service that grants `rate` calls a second and saves up to `burst` of them.
    struct Service {
        rate: f64,
        burst: f64,
        saved: f64,
        at: Instant,
    }

    impl Service {
        fn takes(&mut self, now: Instant) -> bool {
            self.saved = (self.saved + now.duration_since(self.at).as_secs_f64() * self.rate).min(self.burst);
            self.at = now;
            let takes = self.saved >= 1.0;
            self.saved -= f64::from(u8::from(takes));
            takes
        }
    }

    /// The used part of what was granted and the part of calls in vain, over so many seconds without an end of calls, of
    /// which at most ten are under way.
    fn run(pace: &mut Pace, rate: f64, burst: f64, seconds: u64, start: Instant) -> (f64, f64) {
        let mut service = Service { rate, burst, saved: burst, at: start };
        let (mut now, mut granted, mut refused) = (start, 0.0, 0.0);
        let end = start + Duration::from_secs(seconds);
        while now < end {
            let sent = now;
            if service.takes(sent) {
                now += pace.interval().unwrap_or(Duration::from_millis(5));
                pace.granted(pace.interval().is_some(), sent);
                granted += 1.0;
            } else {
                pace.throttled(sent, sent);
                now += pace.interval().unwrap_or_default();
                refused += 1.0;
            }
        }
        (granted / (rate * seconds as f64 + burst), refused / (granted + refused))
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_granted_is_used_and_little_is_asked_in_vain_at_any_rate() {
        for rate in [0.5, 2.0, 5.0, 20.0, 100.0, 150.0] {
            for burst in [1.0, 5.0, 100.0] {
                let (used, wasted) = run(&mut Pace::default(), rate, burst, (3000.0 / rate).max(120.0) as u64, Instant::now());
                // A service that saves nothing up loses what is not asked for in time.
                let least = if burst < 2.0 { 0.93 } else { 0.95 };
                assert!(used > least && wasted < 0.06, "{rate} a second, {burst} saved: {used} used, {wasted} in vain");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_that_changes_is_found_again() {
        let mut pace = Pace::default();
        let mut now = Instant::now();
        for rate in [50.0, 5.0, 50.0, 10.0, 100.0] {
            run(&mut pace, rate, 10.0, 60, now);
            now += Duration::from_secs(60);
            let (used, wasted) = run(&mut pace, rate, 10.0, 300, now);
            now += Duration::from_secs(300);
            assert!(used > 0.95 && wasted < 0.06, "{rate} a second: {used} used, {wasted} in vain");
        }
    }
}

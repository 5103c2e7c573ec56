//! How many calls a service grants, as a cloud counts them: so many a second, and some saved up.

use std::time::Duration;

use tokio::time::Instant;

/// What became of the calls to a service whose rate is limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// How many calls were let through.
    pub granted: u64,
    /// How many were refused for being too many.
    pub refused: u64,
    /// The time from the first call to the last.
    pub over: Duration,
}

/// What a service has to grant.
#[derive(Clone, Debug)]
pub(crate) struct Quota {
    rate: f64,
    burst: f64,
    /// How long after its first call it grants another rate, and which.
    later: Option<(Duration, f64)>,
    saved: f64,
    first: Option<Instant>,
    last: Option<Instant>,
    traffic: Traffic,
}

impl Quota {
    pub(crate) fn new(rate: f64, burst: f64) -> Quota {
        let (rate, burst) = (rate.max(0.001), burst.max(1.0));
        Quota { rate, burst, later: None, saved: burst, first: None, last: None, traffic: Traffic::default() }
    }

    /// Grants another rate from so long after its first call on.
    pub(crate) fn change(&mut self, after: Duration, rate: f64) {
        self.later = Some((after, rate.max(0.001)));
    }

    /// How many calls become free between two moments, as times since the first call.
    fn earned(&self, from: Duration, to: Duration) -> f64 {
        let (after, later) = self.later.unwrap_or((Duration::MAX, self.rate));
        let before = to.min(after).saturating_sub(from.min(after));
        let behind = to.max(after).saturating_sub(from.max(after));
        before.as_secs_f64() * self.rate + behind.as_secs_f64() * later
    }

    /// Whether a call that comes now is let through.
    pub(crate) fn grants(&mut self, now: Instant) -> bool {
        let first = *self.first.get_or_insert(now);
        self.traffic.over = now.duration_since(first);
        if let Some(last) = self.last {
            self.saved = (self.saved + self.earned(last.duration_since(first), self.traffic.over)).min(self.burst);
        }
        self.last = Some(now);
        if self.saved < 1.0 {
            self.traffic.refused += 1;
            return false;
        }
        self.saved -= 1.0;
        self.traffic.granted += 1;
        true
    }

    pub(crate) fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Begins to count anew, with everything saved up.
    pub(crate) fn renew(&mut self) {
        *self = Quota { later: self.later, ..Quota::new(self.rate, self.burst) };
    }
}

/// The service of a type of resource: the part of its kind between `:` and `/`.
pub(crate) fn service(kind: &str) -> &str {
    let rest = kind.split_once(':').map_or(kind, |(_, rest)| rest);
    rest.split_once('/').map_or(rest, |(service, _)| service)
}

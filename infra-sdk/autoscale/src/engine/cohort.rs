//! Hosts that were launched together, in one zone: they are alike, so that they are counted rather than listed.

/// When nothing more happens to a host.
pub(crate) const NEVER: i64 = i64::MAX;

/// Hosts that were launched together in one zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cohort {
    pub(crate) zone: usize,
    pub(crate) count: u32,
    pub(crate) launched: i64,
    pub(crate) in_service: i64,
    pub(crate) ready: i64,
    /// When they begin to leave; the load balancer sends them nothing from then on.
    pub(crate) leaving: i64,
    /// When they are gone.
    pub(crate) gone: i64,
    /// When the load balancer leaves them, since they failed; never where they are well.
    pub(crate) unrouted: i64,
    /// When the group replaces them.
    pub(crate) replaced: i64,
    /// What a serving host had done of the current minute, in percent-seconds, when these became ready.
    pub(crate) mark: f64,
    /// Burst credits of each.
    pub(crate) credits: f64,
}

impl Cohort {
    /// Whether they count for the group's size.
    pub(crate) fn is_live(&self) -> bool {
        self.leaving == NEVER
    }

    /// Whether its hosts stopped.
    pub(crate) fn has_failed(&self) -> bool {
        self.unrouted != NEVER
    }

    /// The next time after `now` that something changes for them.
    pub(crate) fn next(&self, now: i64, warm_up: i64) -> i64 {
        let times = [self.in_service, self.ready, self.gone, self.unrouted, self.replaced, self.in_service.saturating_add(warm_up)];
        times.into_iter().filter(|at| *at > now).min().unwrap_or(NEVER)
    }
}

//! The pause after a simple policy's activity or a replacement: from when its last host is in service, or gone.

/// Until when simple policies wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pause {
    until: i64,
}

impl Default for Pause {
    fn default() -> Pause {
        Pause { until: i64::MIN }
    }
}

impl Pause {
    /// An activity that ends at `complete`, and the seconds of the pause after it. A longer one that lasts already stays.
    pub(crate) fn begin(&mut self, complete: i64, seconds: i64) {
        self.until = self.until.max(complete + seconds);
    }

    /// Whether it lasts at `now`.
    pub(crate) fn lasts(&self, now: i64) -> bool {
        now < self.until
    }
}

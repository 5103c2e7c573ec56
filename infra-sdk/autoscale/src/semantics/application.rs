//! Application Auto Scaling: pauses by direction, of which one lets a larger growth through and ends when it grows again.

/// The pauses of one policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pauses {
    out_until: i64,
    in_until: i64,
    /// The size from which the growth that is paused for began.
    from: u32,
}

impl Default for Pauses {
    fn default() -> Pauses {
        Pauses { out_until: i64::MIN, in_until: i64::MIN, from: 0 }
    }
}

impl Pauses {
    /// The size that a growth starts from: while a pause lasts, the one before what was added already.
    pub(crate) fn base(&self, running: u32, now: i64) -> u32 {
        if now < self.out_until { self.from } else { running }
    }

    /// Whether growing to `target` is let through at `now`: during a pause only beyond what was asked before.
    pub(crate) fn grows(&self, target: u32, desired: u32) -> bool {
        target > desired
    }

    /// It grew: the pause for growing begins, and the one for shrinking ends.
    pub(crate) fn grew(&mut self, running: u32, seconds: i64, now: i64) {
        if now >= self.out_until {
            self.from = running;
        }
        self.out_until = now + seconds;
        self.in_until = i64::MIN;
    }

    /// Whether it may shrink at `now`.
    pub(crate) fn shrinks(&self, now: i64) -> bool {
        now >= self.in_until && now >= self.out_until
    }

    /// It shrank.
    pub(crate) fn shrank(&mut self, seconds: i64, now: i64) {
        self.in_until = now + seconds;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_asks_for_three_after_two_adds_one() {
        let mut pauses = Pauses::default();
        let running = 4;
        assert_eq!(pauses.base(running, 0), 4);
        pauses.grew(running, 300, 0);
        // Two more run by now; the policy asks for three more than there were.
        let target = pauses.base(6, 60) + 3;
        assert_eq!(target, 7);
        assert!(pauses.grows(target, 6));
        assert!(!pauses.grows(pauses.base(6, 60) + 2, 6));
        pauses.grew(6, 300, 60);
        assert_eq!(pauses.base(7, 359), 4);
        assert_eq!(pauses.base(7, 360), 7);
    }

    #[test]
    fn growing_ends_the_pause_for_shrinking() {
        let mut pauses = Pauses::default();
        pauses.shrank(300, 0);
        assert!(!pauses.shrinks(299) && pauses.shrinks(300));
        pauses.grew(3, 10, 100);
        assert!(pauses.shrinks(110));
    }
}

//! Steps that only wait: they hold no place among those that work, and together they do not look more often than a few would.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// How many steps wait until something is ready or gone.
#[derive(Debug, Default)]
pub(crate) struct Idle {
    waiting: AtomicUsize,
    /// How many looks those that wait take: those that look together take one.
    looks: AtomicUsize,
    more: Notify,
}

/// A step that waits, for as long as this lives.
pub(crate) struct Waiting<'a> {
    idle: &'a Idle,
    /// How many wait that look together with it.
    together: Option<&'a AtomicUsize>,
}

impl Idle {
    /// The time between two looks of all steps together. Ten steps that look as often as each may come to the same.
    const APART: Duration = Duration::from_millis(25);

    /// For each step that may work, how many may be under way in all. It bounds what is open when a run dies, and how late
    /// a step hears that its object is ready.
    const UNDER_WAY: usize = 8;

    /// Begins a wait: alone, or of one that looks together with those that `together` counts.
    pub(crate) fn begin<'a>(&'a self, together: Option<&'a AtomicUsize>) -> Waiting<'a> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if together.is_none_or(|together| together.fetch_add(1, Ordering::Relaxed) == 0) {
            self.looks.fetch_add(1, Ordering::Relaxed);
        }
        self.more.notify_one();
        Waiting { idle: self, together }
    }

    /// How many wait.
    fn count(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Whether another step may be begun, where so many are under way and `parallel` may work at a time.
    pub(crate) fn has_place(&self, under_way: usize, parallel: usize) -> bool {
        under_way.saturating_sub(self.count()) < parallel && under_way < parallel.saturating_mul(Idle::UNDER_WAY)
    }

    /// The least time until a step should look again, so that all together do not look too often.
    pub(crate) fn apart(&self) -> Duration {
        Idle::APART * u32::try_from(self.looks.load(Ordering::Relaxed)).unwrap_or(u32::MAX)
    }

    /// Ends when another step has begun to wait.
    pub(crate) async fn grown(&self) {
        self.more.notified().await;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.idle.waiting.fetch_sub(1, Ordering::Relaxed);
        if self.together.is_none_or(|together| together.fetch_sub(1, Ordering::Relaxed) == 1) {
            self.idle.looks.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_waits_holds_no_place_and_there_is_an_end_to_that() {
        let idle = Idle::default();
        assert!(idle.has_place(1, 2) && !idle.has_place(2, 2));
        let waits: Vec<_> = (0..2).map(|_| idle.begin(None)).collect();
        assert!(idle.has_place(3, 2), "one works and two wait");
        assert!(!idle.has_place(4, 2));
        drop(waits);
        assert!(!idle.has_place(2, 2));
        let waits: Vec<_> = (0..16).map(|_| idle.begin(None)).collect();
        assert!(!idle.has_place(16, 2), "sixteen are under way");
        assert_eq!(idle.apart(), Duration::from_millis(400));
        drop(waits);
    }

    #[test]
    fn steps_that_look_together_keep_others_waiting_no_longer_than_one_does() {
        let (idle, together) = (Idle::default(), AtomicUsize::new(0));
        let alone = idle.begin(None);
        let mut waits: Vec<_> = (0..80).map(|_| idle.begin(Some(&together))).collect();
        assert_eq!(idle.apart(), Duration::from_millis(50));
        drop(alone);
        waits.truncate(1);
        assert_eq!(idle.apart(), Duration::from_millis(25));
        drop(waits);
        assert_eq!((idle.apart(), idle.count()), (Duration::ZERO, 0));
    }
}

//! For how long a run may still change something.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::store::StoreError;

/// A run's leave to record and to call a cloud; clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Hold(Option<Arc<Held>>);

#[derive(Debug)]
struct Held {
    /// What the lease is on.
    place: String,
    until: Mutex<Until>,
}

#[derive(Debug)]
struct Until {
    /// By the clock that nobody sets. It may stand still while the machine sleeps.
    steady: Instant,
    /// By the clock on the wall, which goes on while the machine sleeps.
    wall: SystemTime,
    /// Why it ended before its time.
    lost: Option<String>,
}

impl Hold {
    /// One that never ends: where nobody else can come in between, as with a file that is locked.
    pub fn forever() -> Hold {
        Hold(None)
    }

    /// One that ends `time` after now, unless it is renewed.
    pub(crate) fn new(place: String, time: Duration) -> Hold {
        let until = Until { steady: Instant::now() + time, wall: SystemTime::now() + time, lost: None };
        Hold(Some(Arc::new(Held { place, until: Mutex::new(until) })))
    }

    fn until(held: &Held) -> MutexGuard<'_, Until> {
        held.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It lasts until `time` after the moment at which its renewal was sent.
    pub(crate) fn renewed(&self, sent: (Instant, SystemTime), time: Duration) {
        if let Some(held) = &self.0 {
            let mut until = Hold::until(held);
            until.steady = sent.0 + time;
            until.wall = sent.1 + time;
        }
    }

    /// It has ended, and does not begin again.
    pub(crate) fn lost(&self, why: String) {
        if let Some(held) = &self.0 {
            Hold::until(held).lost.get_or_insert(why);
        }
    }

    /// Whether it still lasts, by both clocks.
    ///
    /// # Errors
    /// [`StoreError::Lost`] where it has ended. That is for ever: another run may have begun since.
    pub fn check(&self) -> Result<(), StoreError> {
        let Some(held) = &self.0 else { return Ok(()) };
        let mut until = Hold::until(held);
        if until.lost.is_none() && (Instant::now() >= until.steady || SystemTime::now() >= until.wall) {
            until.lost = Some("it was not renewed in time".to_owned());
        }
        match &until.lost {
            None => Ok(()),
            Some(why) => Err(StoreError::Lost { place: held.place.clone(), why: why.clone() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_ends_at_its_time_and_is_not_renewed_after_that() {
        let hold = Hold::new("there".into(), Duration::from_secs(30));
        tokio::time::advance(Duration::from_secs(29)).await;
        assert!(hold.check().is_ok());
        hold.renewed((Instant::now(), SystemTime::now()), Duration::from_secs(30));
        tokio::time::advance(Duration::from_secs(29)).await;
        assert!(hold.check().is_ok());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(matches!(hold.check(), Err(StoreError::Lost { .. })));
        hold.renewed((Instant::now(), SystemTime::now()), Duration::from_secs(30));
        assert!(matches!(hold.check(), Err(StoreError::Lost { .. })), "what was lost stays lost");
        assert!(Hold::forever().check().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_machine_that_slept_notices_it_by_the_clock_on_the_wall() {
        let hold = Hold::new("there".into(), Duration::from_secs(30));
        let before = SystemTime::now() - Duration::from_secs(3600);
        hold.renewed((Instant::now(), before), Duration::from_secs(30));
        assert!(matches!(hold.check(), Err(StoreError::Lost { .. })));
    }
}

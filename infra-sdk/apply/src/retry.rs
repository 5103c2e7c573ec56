//! How long a call is tried again, by the class of its error.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::error::{Class, ProviderError};

/// How patient the engine is.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// With throttling, things still in use and things not known yet.
    pub long: Duration,
    /// With a service that fails or cannot be reached.
    pub short: Duration,
    /// With an object that is not ready yet, or not gone yet.
    pub ready: Duration,
    /// With an object that an interrupted run made and that is not to be seen, before it is taken for gone.
    pub seen: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            long: Duration::from_secs(10 * 60),
            short: Duration::from_secs(60),
            ready: Duration::from_secs(40 * 60),
            seen: Duration::from_secs(30),
        }
    }
}

impl Patience {
    /// How long errors of a class are borne; none for those that time does not heal.
    fn with(&self, class: Class) -> Duration {
        match class {
            Class::Throttled | Class::InUse | Class::NotYet => self.long,
            Class::Unavailable => self.short,
            _ => Duration::ZERO,
        }
    }
}

/// Waits that grow from a quarter of a second to ten seconds.
pub(crate) struct Backoff {
    next: Duration,
    started: Instant,
    growth: Growth,
}

/// How waits grow.
enum Growth {
    /// Each is twice the one before: for what fails, and is only made worse by asking.
    Doubling,
    /// Each is a twentieth of the time so far: for what goes on by itself, so that what waits for it loses little, however
    /// long it takes.
    Share,
}

impl Backoff {
    /// Starts with the shortest wait.
    pub(crate) fn new() -> Backoff {
        Backoff { next: Duration::from_millis(250), started: Instant::now(), growth: Growth::Doubling }
    }

    /// The waits between looks at an object that is on its way to be ready, or gone.
    pub(crate) fn between_looks() -> Backoff {
        Backoff { growth: Growth::Share, ..Backoff::new() }
    }

    /// How long it has been waiting in all.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The next wait.
    pub(crate) fn upcoming(&self) -> Duration {
        self.next
    }

    /// Waits once, then longer the next time.
    pub(crate) async fn wait(&mut self) {
        sleep(self.next).await;
        let next = match self.growth {
            Growth::Doubling => self.next * 2,
            Growth::Share => (self.elapsed() / 20).max(Duration::from_millis(250)),
        };
        self.next = next.min(Duration::from_secs(10));
    }
}

/// Calls until it succeeds, the error is not temporary, or patience is at its end. `notice` hears of every error that
/// is borne, with the wait before the next try.
pub(crate) async fn retry<T, F>(
    patience: &Patience,
    mut notice: impl FnMut(&ProviderError, Duration),
    mut call: F,
) -> Result<T, ProviderError>
where
    F: AsyncFnMut() -> Result<T, ProviderError>,
{
    let mut backoff = Backoff::new();
    loop {
        match call().await {
            Err(error) if backoff.elapsed() + backoff.upcoming() <= patience.with(error.class) => {
                notice(&error, backoff.upcoming());
                backoff.wait().await;
            }
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_throttled_call_is_tried_until_it_goes_through() {
        let mut calls = 0;
        let answer = retry(
            &Patience::default(),
            |_, _| {},
            async || {
                calls += 1;
                if calls < 5 { Err(ProviderError::new(Class::Throttled, "Call", "slow down")) } else { Ok(calls) }
            },
        )
        .await;
        assert_eq!(answer.unwrap(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_keeps_failing_is_given_up_after_a_minute() {
        let (started, mut calls) = (Instant::now(), 0);
        let answer: Result<(), _> = retry(
            &Patience::default(),
            |_, _| {},
            async || {
                calls += 1;
                Err(ProviderError::new(Class::Unavailable, "Call", "500"))
            },
        )
        .await;
        assert!(answer.is_err());
        assert!(started.elapsed() <= Duration::from_secs(60));
        assert!((5..20).contains(&calls), "{calls} calls");
    }

    #[tokio::test(start_paused = true)]
    async fn what_gets_ready_is_seen_soon_after_and_not_asked_for_all_the_time() {
        for takes in [1, 5, 30, 120, 600].map(Duration::from_secs) {
            let (mut backoff, mut looks) = (Backoff::between_looks(), 0);
            while backoff.elapsed() < takes {
                backoff.wait().await;
                looks += 1;
            }
            let late = backoff.elapsed() - takes;
            assert!(late <= (takes / 20).max(Duration::from_millis(250)), "{late:?} after {takes:?}");
            assert!(looks <= 150, "{looks} looks in {takes:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_time_does_not_heal_is_not_tried_again() {
        let mut calls = 0;
        let answer: Result<(), _> = retry(
            &Patience::default(),
            |_, _| {},
            async || {
                calls += 1;
                Err(ProviderError::new(Class::Denied, "Call", "no"))
            },
        )
        .await;
        assert!(answer.is_err());
        assert_eq!(calls, 1);
    }
}

//! How a call is made: when the service takes it, for no longer than it may take, and again by the class of its error.

use std::future::pending;
use std::time::Duration;

use infra_core::Provider;
use tokio::time::{Instant, timeout};

use crate::error::{Class, ProviderError};
use crate::event::{Event, Watcher};
use crate::interrupt::Interrupt;
use crate::limit::Limits;

/// How patient the engine is.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// With things still in use and things not known yet.
    pub long: Duration,
    /// With a service that takes no call at all, since it has had too many.
    pub throttled: Duration,
    /// With a service that fails or cannot be reached.
    pub short: Duration,
    /// With one call, before it counts as lost.
    pub call: Duration,
    /// With an object that is not ready yet, or not gone yet.
    pub ready: Duration,
    /// With an object that an interrupted run made and that is not to be seen, before it is taken for gone.
    pub seen: Duration,
    /// With what is under way when the run is asked to stop, before it is left in doubt.
    pub drain: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            long: Duration::from_secs(10 * 60),
            throttled: Duration::from_secs(10 * 60),
            short: Duration::from_secs(60),
            call: Duration::from_secs(5 * 60),
            ready: Duration::from_secs(40 * 60),
            seen: Duration::from_secs(30),
            drain: Duration::from_secs(8),
        }
    }
}

impl Patience {
    /// How long errors of a class are borne; none for those that time does not heal.
    fn with(&self, class: Class) -> Duration {
        match class {
            Class::Throttled => self.throttled,
            Class::InUse | Class::NotYet => self.long,
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
    /// Each is this part of the time so far: for what goes on by itself, so that what waits for it loses little, however long
    /// it takes.
    Share(u32),
}

impl Backoff {
    /// Starts with the shortest wait.
    pub(crate) fn new() -> Backoff {
        Backoff { next: Duration::from_millis(250), started: Instant::now(), growth: Growth::Doubling }
    }

    /// The waits between looks at an object that is on its way to be ready, or gone: a twentieth of the time so far, and where
    /// those that wait look `together`, which costs no more the more they are, a twenty-fifth.
    pub(crate) fn between_looks(together: bool) -> Backoff {
        Backoff { growth: Growth::Share(if together { 25 } else { 20 }), ..Backoff::new() }
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
        let _: Option<()> = self.wait_unless(self.next, pending()).await;
    }

    /// As [`wait`](Backoff::wait), for so long, unless something comes to pass before that.
    pub(crate) async fn wait_unless<T>(&mut self, wait: Duration, before: impl Future<Output = T>) -> Option<T> {
        let came = timeout(wait, before).await.ok();
        let next = match self.growth {
            Growth::Doubling => self.next * 2,
            Growth::Share(part) => (self.elapsed() / part).max(Duration::from_millis(250)),
        };
        self.next = next.min(Duration::from_secs(10));
        came
    }
}

/// An error that is borne.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Borne {
    /// The wait before the next try.
    pub(crate) after: Duration,
    /// Which try that will be; the first is 1.
    pub(crate) attempt: u32,
    /// How long such errors are borne from now on.
    pub(crate) left: Duration,
}

/// What all calls of a run share.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) patience: Patience,
    pub(crate) interrupt: &'a Interrupt,
    pub(crate) watcher: &'a dyn Watcher,
    /// Where the service is, if not where the environment says: each place has limits of its own.
    pub(crate) place: Option<&'a Provider>,
    /// When whatever the calls are for must be done, where the program says so.
    pub(crate) until: Option<Instant>,
}

impl Caller<'_> {
    /// Makes a call of a service until it succeeds, the error is not temporary, or patience is at its end. `notice` hears of
    /// every error that is borne. A call that is refused since there are too many is made again for as long as the service
    /// takes any. Once the run is asked to stop no call is begun, which is an error of the class [`Class::Interrupted`].
    pub(crate) async fn call<T, F>(
        &self,
        service: &str,
        mut notice: impl FnMut(&ProviderError, Borne),
        mut call: F,
    ) -> Result<T, ProviderError>
    where
        F: AsyncFnMut() -> Result<T, ProviderError>,
    {
        let service = &self.place.map_or_else(|| service.to_owned(), |place| format!("{service} in {place}"));
        let gate = self.limits.gate(service);
        let began = Instant::now();
        // What a call waits for its turn is no failure of the service.
        let (mut backoff, mut attempt) = (None, 1);
        loop {
            let pass = self.interrupt.unless(gate.enter()).await.ok_or_else(stopped)?;
            let answer = timeout(self.patience.call, call()).await;
            let error = match answer.unwrap_or_else(|_| Err(no_answer(service, self.patience.call))) {
                Err(error) if error.class == Class::Throttled => {
                    if let Some(rate) = gate.throttled(pass) {
                        self.watcher.hear(Event::Throttled { service: service.clone(), rate });
                    }
                    if gate.stalled(began) > self.patience.throttled {
                        return Err(error);
                    }
                    continue;
                }
                Ok(answer) => {
                    gate.granted(pass);
                    return Ok(answer);
                }
                Err(error) => {
                    // A service that was not reached did not take the call either.
                    if error.class != Class::Unavailable {
                        gate.granted(pass);
                    }
                    error
                }
            };
            // What was made is not made again.
            if error.made.is_some() {
                return Err(error);
            }
            let backoff = backoff.get_or_insert_with(Backoff::new);
            let Some(left) = self.left(error.class, backoff) else { return Err(error) };
            attempt += 1;
            notice(&error, Borne { after: backoff.upcoming(), attempt, left });
            if self.interrupt.unless(backoff.wait()).await.is_none() {
                return Err(ProviderError { class: Class::Interrupted, ..error });
            }
        }
    }

    /// The same for a call that others share: an error is not borne, but that there are too many calls, which is nobody's own.
    pub(crate) fn shared(self) -> Self {
        let patience = Patience { long: Duration::ZERO, short: Duration::ZERO, ..self.patience };
        Caller { patience, until: None, ..self }
    }

    /// How long errors of a class are still borne, if there is time for another try.
    fn left(&self, class: Class, backoff: &Backoff) -> Option<Duration> {
        let mut left = self.patience.with(class).checked_sub(backoff.elapsed())?;
        if let Some(until) = self.until {
            left = left.min(until.saturating_duration_since(Instant::now()));
        }
        (left >= backoff.upcoming()).then_some(left)
    }
}

fn stopped() -> ProviderError {
    ProviderError::new(Class::Interrupted, "call", "the run was asked to stop before the call was made")
}

/// What is said of a call that never came back: whether the service did something is not known.
fn no_answer(service: &str, after: Duration) -> ProviderError {
    ProviderError::new(Class::Unavailable, "call", format!("{service} did not answer for {} seconds", after.as_secs()))
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    async fn called(error: impl Fn(u32) -> Option<Class>) -> (Result<u32, ProviderError>, u32) {
        let (limits, interrupt, mut calls) = (Limits::default(), Interrupt::new(), 0);
        let caller =
            Caller { limits: &limits, patience: Patience::default(), interrupt: &interrupt, watcher: &(), place: None, until: None };
        let answer = caller.call(
            "test",
            |_, _| {},
            async || {
                calls += 1;
                error(calls).map_or(Ok(calls), |class| Err(ProviderError::new(class, "Call", "no")))
            },
        );
        let answer = answer.await;
        (answer, calls)
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttled_call_is_tried_until_it_goes_through() {
        assert_eq!(called(|calls| (calls < 50).then_some(Class::Throttled)).await.0.unwrap(), 50);
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_takes_no_call_at_all_is_given_up_after_ten_minutes() {
        let started = Instant::now();
        assert!(called(|_| Some(Class::Throttled)).await.0.is_err());
        assert!((600..700).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_keeps_failing_is_given_up_after_a_minute() {
        let started = Instant::now();
        let (answer, calls) = called(|_| Some(Class::Unavailable)).await;
        assert!(answer.is_err());
        assert!(started.elapsed() <= Duration::from_secs(60));
        assert!((5..20).contains(&calls), "{calls} calls");
    }

    #[tokio::test(start_paused = true)]
    async fn what_gets_ready_is_seen_soon_after_and_not_asked_for_all_the_time() {
        for takes in [1, 5, 30, 120, 600].map(Duration::from_secs) {
            let (mut backoff, mut looks) = (Backoff::between_looks(false), 0);
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
    async fn a_call_that_never_comes_back_is_lost_and_made_again() {
        let (limits, interrupt, mut calls) = (Limits::default(), Interrupt::new(), 0);
        let caller =
            Caller { limits: &limits, patience: Patience::default(), interrupt: &interrupt, watcher: &(), place: None, until: None };
        let answer = caller.call(
            "test",
            |_, _| {},
            async || {
                calls += 1;
                if calls == 1 { std::future::pending().await } else { Ok(()) }
            },
        );
        assert!(answer.await.is_ok());
        assert_eq!(calls, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_time_does_not_heal_is_not_tried_again() {
        for class in [Class::Denied, Class::Quota, Class::Invalid, Class::Exists, Class::Other] {
            let (answer, calls) = called(|_| Some(class)).await;
            assert!(answer.is_err());
            assert_eq!(calls, 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn once_the_run_is_asked_to_stop_no_call_is_begun_and_no_wait_goes_on() {
        let (limits, interrupt) = (Limits::default(), Interrupt::new());
        let caller =
            Caller { limits: &limits, patience: Patience::default(), interrupt: &interrupt, watcher: &(), place: None, until: None };
        let failing = caller.call("test", |_, _| {}, async || Err::<(), _>(ProviderError::new(Class::InUse, "Call", "no")));
        let ask = async {
            sleep(Duration::from_secs(5)).await;
            interrupt.request();
        };
        let started = Instant::now();
        let (answer, ()) = tokio::join!(failing, ask);
        assert_eq!(answer.unwrap_err().class, Class::Interrupted);
        assert_eq!(started.elapsed(), Duration::from_secs(5));
        let mut calls = 0;
        let late = caller.call(
            "test",
            |_, _| {},
            async || {
                calls += 1;
                Ok(())
            },
        );
        assert_eq!(late.await.unwrap_err().class, Class::Interrupted);
        assert_eq!(calls, 0);
    }
}

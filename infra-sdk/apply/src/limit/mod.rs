//! How fast services take calls: found out from what they refuse, and shared by every call of a run.
//!
//! A service has one gate. As long as nothing is refused it lets everything through at once. From the first refusal on,
//! calls pass one by one, at a rate that stays where the service refuses about one call in fifty: so what it grants is
//! used, and little is asked in vain.

mod pace;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use pace::Pace;

/// The gates of all services.
#[derive(Default)]
pub(crate) struct Limits(Mutex<BTreeMap<String, Arc<Gate>>>);

impl Limits {
    /// The gate that calls to a service go through.
    pub(crate) fn gate(&self, service: &str) -> Arc<Gate> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(service.to_owned()).or_default())
    }
}

/// How often at most it is said that a service refuses calls.
const SAID_EVERY: Duration = Duration::from_secs(10);

/// What calls to one service wait at.
#[derive(Default)]
pub(crate) struct Gate {
    /// Whoever holds it is the next to pass; the others wait in the order in which they came.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    pace: Pace,
    /// When the next call may pass.
    next: Option<Instant>,
    /// When the service last took a call.
    granted: Option<Instant>,
    /// When it was last said that the service refuses calls.
    said: Option<Instant>,
}

/// A call that passed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pass {
    at: Instant,
    /// Whether it would have passed earlier if the pace allowed.
    waited: bool,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for its turn. Dropped while it waits, it has not passed.
    pub(crate) async fn enter(&self) -> Pass {
        if self.state().pace.interval().is_none() {
            return Pass { at: Instant::now(), waited: false };
        }
        let came = Instant::now();
        let _turn = self.turn.lock().await;
        let next = self.state().next;
        if let Some(next) = next {
            sleep_until(next).await;
        }
        let now = Instant::now();
        let mut state = self.state();
        if let Some(interval) = state.pace.interval() {
            // A timer that wakes late must not slow everybody down; time in which nobody came is lost.
            let due = state.next.filter(|next| now.duration_since(*next) < interval).unwrap_or(now);
            state.next = Some(due + interval);
        }
        Pass { at: now, waited: now > came }
    }

    /// The service took the call, whatever it answered.
    pub(crate) fn granted(&self, pass: Pass) {
        let mut state = self.state();
        state.granted = Some(Instant::now());
        state.pace.granted(pass.waited, Instant::now());
    }

    /// The service refused the call because there were too many. Returns how many calls a second are made from now on, if
    /// it is time to say so.
    pub(crate) fn throttled(&self, pass: Pass) -> Option<f64> {
        let (mut state, now) = (self.state(), Instant::now());
        state.pace.throttled(pass.at, now);
        if state.said.is_some_and(|said| now.duration_since(said) < SAID_EVERY) {
            return None;
        }
        state.said = Some(now);
        state.pace.rate()
    }

    /// For how long the service has taken no call at all, for one that began at `began`.
    pub(crate) fn stalled(&self, began: Instant) -> Duration {
        let last = self.state().granted.map_or(began, |granted| granted.max(began));
        last.elapsed()
    }
}

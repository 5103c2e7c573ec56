//! How long one step may take: as the program says for its resource, or else as the engine's patience has it.

use std::time::Duration;

use infra_core::{Address, Location};
use infra_plan::{State, Want};
use tokio::time::Instant;

use crate::retry::Caller;

/// A step's time.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    /// The step, as its time-out is called in a program: `create`.
    step: &'static str,
    began: Instant,
    limit: Option<Duration>,
    declared: Option<Location>,
}

impl Time {
    fn new(step: &'static str, limit: Option<Duration>, declared: Option<&Location>) -> Time {
        Time { step, began: Instant::now(), limit, declared: declared.cloned() }
    }

    /// For making an object.
    pub(crate) fn create(want: &Want) -> Time {
        Time::new("create", want.lifecycle.timeouts.for_create(), Some(&want.declared))
    }

    /// For changing an object.
    pub(crate) fn update(want: &Want) -> Time {
        Time::new("update", want.lifecycle.timeouts.for_update(), Some(&want.declared))
    }

    /// For deleting an object: what was said of it is in its row, since the program may not declare it any more.
    pub(crate) fn delete(state: &State, address: &Address, id: &str) -> Time {
        let row = state.rows.get(address);
        let object = row.and_then(|row| row.object.iter().chain(&row.old).find(|object| object.id == id));
        let limit = object.and_then(|object| object.lifecycle.timeouts.for_delete());
        Time::new("delete", limit, object.map(|object| &object.declared))
    }

    /// The calls of the step, with its time as their end. What the program says is also what is waited for.
    pub(crate) fn bounds<'a>(&self, caller: Caller<'a>) -> Caller<'a> {
        let Some(limit) = self.limit else { return caller };
        let mut patience = caller.patience;
        (patience.long, patience.ready) = (limit, limit);
        patience.call = patience.call.min(limit);
        Caller { patience, until: Some(self.began + limit), ..caller }
    }

    /// Whether the time that the program gives is over.
    pub(crate) fn is_over(&self) -> bool {
        self.limit.is_some_and(|limit| self.taken() >= limit)
    }

    /// How long the step has taken.
    pub(crate) fn taken(&self) -> Duration {
        self.began.elapsed()
    }

    /// Which time-out it is and where it was set.
    pub(crate) fn describe(&self) -> String {
        let step = self.step;
        match (self.limit, &self.declared) {
            (Some(limit), Some(declared)) => format!("its time-out, `{step}` of {}, is set by `.timeouts(…)` at {declared}", spoken(limit)),
            (Some(limit), None) => format!("its time-out, `{step}` of {}, is set by `.timeouts(…)`", spoken(limit)),
            (None, _) => format!("`.timeouts(Timeouts::new().{step}(…))` on the resource gives it more time"),
        }
    }
}

/// A duration in words: `20 minutes`, `90 seconds`.
pub(crate) fn spoken(duration: Duration) -> String {
    let of = |count: u64, unit: &str| if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") };
    match duration.as_secs() {
        seconds if seconds < 120 => of(seconds, "second"),
        seconds => of(seconds / 60, "minute"),
    }
}

//! Progress where nobody watches: one line an event, with the time since the beginning.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use infra_apply::Event;
use infra_core::Address;

use super::{Names, Show, words};
use crate::show::{duration, note, say};

/// Lines on standard error.
pub(super) struct Plain {
    names: Names,
    /// What each resource waits for, so that it is said once.
    waiting: Mutex<HashMap<Address, String>>,
}

impl Plain {
    pub(super) fn new(names: Names) -> Plain {
        Plain { names, waiting: Mutex::default() }
    }

    fn line(&self, event: &Event, took: Duration) -> Option<String> {
        let short = |address: &Address| self.names.short(address);
        Some(match event {
            Event::Observing { objects: 0 } | Event::Observed { .. } | Event::Skipped { .. } => return None,
            Event::Observing { objects: 1 } => "reading 1 resource".into(),
            Event::Observing { objects } => format!("reading {objects} resources"),
            Event::Started { address, doing } => format!("{} {}", words::doing(*doing), short(address)),
            Event::Waiting { address, state } => {
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                if waiting.insert(address.clone(), state.clone()).as_ref() == Some(state) {
                    return None;
                }
                format!("waiting for {}: {state}", short(address))
            }
            Event::Retrying { address, error, after, attempt, left } => {
                let (after, left) = (duration(*after), duration(*left));
                format!("trying {} again in {after} (attempt {attempt}), gives up in {left}: {error}", short(address))
            }
            Event::Throttled { service, rate } => words::throttled(service, *rate),
            Event::LeftInDoubt { address } => format!("left in doubt: {}", short(address)),
            Event::Finished { address, doing, id } => format!("{} {} ({id}) in {}", words::done(*doing), short(address), duration(took)),
            Event::Failed { address, doing, problem } => {
                format!("failed to {} {} after {}: {}", words::infinitive(*doing), short(address), duration(took), problem.problem)
            }
            Event::Noticed { address, message } => format!("note: {}: {message}", short(address)),
        })
    }
}

impl Show for Plain {
    fn event(&self, event: &Event, at: Duration, took: Duration) {
        if let Some(line) = self.line(event, took) {
            say(&format!("[{:>7}] {line}", duration(at)));
        }
    }

    fn begin(&self, _: usize) {}

    fn interrupted(&self) {
        note("asked to stop: what is under way has 8 seconds to finish; ask again to stop at once");
    }

    fn end(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_apply::Doing;

    #[test]
    fn what_a_resource_waits_for_is_said_once() {
        let plain = Plain::new(Names::default());
        let address = Address::new("aws:ec2/vpc", "main");
        let waiting = |state: &str| plain.line(&Event::Waiting { address: address.clone(), state: state.into() }, Duration::ZERO);
        assert_eq!(waiting("pending").as_deref(), Some("waiting for vpc main: pending"));
        assert_eq!(waiting("pending"), None);
        assert!(waiting("stopping").is_some());
        let finished = Event::Finished { address: address.clone(), doing: Doing::Creating, id: "vpc-1".into() };
        assert_eq!(plain.line(&finished, Duration::from_millis(2100)).unwrap(), "created vpc main (vpc-1) in 2.1s");
    }
}

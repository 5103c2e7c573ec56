//! What is going on, while it goes on: on a terminal, in a log, or for a machine.

mod busy;
mod json;
mod names;
mod plain;
mod terminal;
mod words;

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use infra_apply::{Event, Watcher};
use infra_core::Address;

pub(crate) use busy::Busy;
pub(crate) use names::Names;

use crate::progress::json::JsonLines;
use crate::progress::plain::Plain;
use crate::progress::terminal::Terminal;
use crate::show::{Skipped, note};

/// One way to show events.
trait Show: Send + Sync {
    /// An event, how long after the beginning it came, and how long ago the step that it ends began.
    fn event(&self, event: &Event, at: Duration, took: Duration);
    /// From now on so many steps are performed.
    fn begin(&self, steps: usize);
    /// The run was asked to stop.
    fn interrupted(&self);
    /// Nothing more comes: what was drawn is taken away.
    fn end(&self);
}

/// Hears the engine's events, shows them and counts what a summary needs.
pub(crate) struct Progress {
    show: Box<dyn Show>,
    names: Names,
    began: Instant,
    tally: Mutex<Tally>,
}

/// What a summary needs to know.
#[derive(Default)]
struct Tally {
    started: HashMap<Address, Instant>,
    finished: usize,
    skipped: Vec<Skipped>,
}

impl Progress {
    /// For standard error, or for standard output as JSON.
    pub(crate) fn new(json: bool, names: Names) -> Progress {
        let show: Box<dyn Show> = if json {
            Box::new(JsonLines::new(names.clone()))
        } else if std::io::stderr().is_terminal() {
            Box::new(Terminal::new(names.clone()))
        } else {
            Box::new(Plain::new(names.clone()))
        };
        Progress { show, names, began: Instant::now(), tally: Mutex::default() }
    }

    /// From now on so many steps are performed.
    pub(crate) fn begin(&self, steps: usize) {
        self.show.begin(steps);
    }

    /// The run was asked to stop.
    pub(crate) fn interrupted(&self) {
        self.show.interrupted();
    }

    /// The run was asked to stop at once.
    pub(crate) fn abandoned(&self) {
        note("stopped at once: what was under way is in doubt, and the next run settles it first");
    }

    /// Nothing more comes.
    pub(crate) fn end(&self) {
        self.show.end();
    }

    /// How many steps that call the cloud were done.
    pub(crate) fn finished(&self) -> usize {
        self.tally().finished
    }

    /// The steps that were not begun, and whose failure each is because of.
    pub(crate) fn skipped(&self) -> Vec<Skipped> {
        self.tally().skipped.clone()
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        // Counting cannot be left half done.
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher for Progress {
    fn hear(&self, event: Event) {
        let now = Instant::now();
        let mut took = Duration::ZERO;
        {
            let mut tally = self.tally();
            match &event {
                Event::Started { address, .. } => drop(tally.started.insert(address.clone(), now)),
                Event::Finished { address, doing, .. } => {
                    took = tally.started.remove(address).map_or(Duration::ZERO, |then| now - then);
                    tally.finished += usize::from(*doing != infra_apply::Doing::Recovering);
                }
                Event::Failed { address, .. } => took = tally.started.remove(address).map_or(Duration::ZERO, |then| now - then),
                Event::Skipped { address, because_of } => {
                    let name = self.names.short(address);
                    let because_of = because_of.as_ref().map(|cause| (cause.clone(), self.names.short(cause)));
                    tally.skipped.push(Skipped { address: address.clone(), name, because_of });
                }
                _ => {}
            }
        }
        self.show.event(&event, now - self.began, took);
    }
}

//! What the engine tells while it works, for whoever shows it.

use std::time::Duration;

use infra_core::{Address, Diagnostic};

/// What is being done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It is being made.
    Creating,
    /// It is being run.
    Running,
    /// It is being changed in place.
    Updating,
    /// It is being deleted.
    Deleting,
    /// What an interrupted run left is being looked for.
    Recovering,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// So many objects are about to be read.
    Observing {
        /// How many.
        objects: usize,
    },
    /// So many more of them have been read.
    Observed {
        /// How many.
        objects: usize,
    },
    /// A step began.
    Started {
        /// The resource.
        address: Address,
        /// What is done.
        doing: Doing,
    },
    /// A step waits for the cloud.
    Waiting {
        /// The resource.
        address: Address,
        /// For what, in the cloud's words.
        state: String,
    },
    /// A call failed and will be tried again.
    Retrying {
        /// The resource.
        address: Address,
        /// Why it failed.
        error: String,
        /// When.
        after: Duration,
    },
    /// A step is done.
    Finished {
        /// The resource.
        address: Address,
        /// What was done.
        doing: Doing,
        /// The object's physical id.
        id: String,
    },
    /// A step failed.
    Failed {
        /// The resource.
        address: Address,
        /// What was being done.
        doing: Doing,
        /// What went wrong, and what to do.
        problem: Diagnostic,
    },
    /// A step will not be done.
    Skipped {
        /// The resource.
        address: Address,
        /// Which resource's failure it is because of; none if the run was interrupted.
        because_of: Option<Address>,
    },
    /// Something to know that stops nothing.
    Noticed {
        /// The resource.
        address: Address,
        /// What.
        message: String,
    },
}

/// Who is told.
pub trait Watcher: Send + Sync {
    /// Hears of an event; must not block.
    fn hear(&self, event: Event);
}

/// Nobody.
impl Watcher for () {
    fn hear(&self, _: Event) {}
}

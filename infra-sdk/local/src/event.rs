//! What happens during a start, for whoever shows its progress.

use std::path::PathBuf;

use crate::Endpoint;

/// A step of [`LocalCloud::start`](crate::LocalCloud::start), told as it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Another command is starting, stopping or installing; this one waits for it.
    WaitingForAnother,
    /// The last server ended by itself. Its memory, and so everything deployed there, is gone.
    Crashed {
        /// When it had started, in seconds since 1970.
        started_unix: u64,
    },
    /// A Python to run on is being looked for, as nothing is installed yet.
    FindingPython,
    /// The virtual environment is being made, which happens once a machine.
    Installing {
        /// The Python it is made from.
        python: PathBuf,
        /// That Python's version, as `3.11`.
        version: String,
        /// The folder it is made in.
        into: PathBuf,
    },
    /// A package is being fetched.
    Fetching {
        /// Its name on PyPI.
        package: String,
        /// How many were fetched before it.
        done: usize,
        /// How many there are.
        of: usize,
    },
    /// The server has been started and does not answer yet.
    Starting,
    /// The server answers.
    Ready {
        /// Where.
        endpoint: Endpoint,
        /// Whether it was running before.
        reused: bool,
    },
}

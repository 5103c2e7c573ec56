//! What a local cloud is found to be.

use crate::Endpoint;

/// The state of one project's local cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// This machine has not got the local cloud's packages; the first start fetches them.
    NotInstalled,
    /// No server runs, and none ended by itself.
    Stopped,
    /// The server ended by itself. Its memory, and so everything deployed there, is gone.
    Crashed {
        /// When it had started, in seconds since 1970.
        started_unix: u64,
    },
    /// A server has been started and has not said yet where it listens.
    Starting,
    /// A server lives and does not answer: it may be stopped, busy, or in another container.
    Unresponsive {
        /// Its process.
        pid: u32,
    },
    /// The server answers.
    Running {
        /// Where, and which cloud it is.
        endpoint: Endpoint,
        /// Its process.
        pid: u32,
        /// Its port on 127.0.0.1.
        port: u16,
        /// When it started, in seconds since 1970.
        started_unix: u64,
    },
}

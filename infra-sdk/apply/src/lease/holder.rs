//! Who holds a lease, for those who would have it too.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A run, as others are told of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Who started it: the user's name.
    pub owner: String,
    /// On which machine.
    pub host: String,
    /// Its process there.
    pub pid: u32,
    /// The run's own id, unlike that of every other.
    pub run: String,
    /// What it does, as it was typed.
    pub command: String,
    /// When it began, in seconds since 1970.
    pub since: u64,
}

impl Holder {
    /// How long ago it began, by this machine's clock.
    pub fn age(&self) -> Duration {
        Duration::from_secs(now().saturating_sub(self.since))
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {} (process {}, run {}) with `{}`, ", self.owner, self.host, self.pid, self.run, self.command)?;
        match self.age().as_secs() {
            0..=119 => write!(f, "for {} s", self.age().as_secs()),
            120..=7199 => write!(f, "for {} min", self.age().as_secs() / 60),
            long => write!(f, "for {} h", long / 3600),
        }
    }
}

/// Seconds since 1970, by this machine's clock.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

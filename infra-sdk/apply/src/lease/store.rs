//! Where leases are kept: any store that replaces a small record only if it is still the one that was read.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::holder::{Holder, now};

/// A lease as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The version of this form; a reader refuses a newer one.
    pub version: u32,
    /// How many runs have held it: each has the next number, so that a later holder is known from an earlier.
    pub generation: u64,
    /// Who holds it; nobody if it is free.
    pub holder: Option<Holder>,
    /// When it was last renewed, in seconds since 1970, by the holder's clock.
    pub renewed: u64,
    /// How long it lasts after that, in seconds.
    pub lasts: u64,
}

impl Lease {
    /// How long it lasts unless it is renewed, in seconds and by this machine's clock.
    pub fn left(&self) -> u64 {
        self.renewed.saturating_add(self.lasts).saturating_sub(now())
    }
}

/// The form that is written here.
pub(crate) const LEASE_VERSION: u32 = 1;

/// A lease that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The lease.
    pub lease: Lease,
    /// What the store knows this very content by.
    pub tag: String,
}

/// Why a lease cannot be read or written.
#[derive(Debug, Error)]
pub enum LeaseError {
    /// Another run holds it.
    #[error("another run is using {place}: {holder}; wait until it has ended")]
    Held {
        /// What the lease is on.
        place: String,
        /// Who holds it.
        holder: Box<Holder>,
    },
    /// The store cannot be asked.
    #[error("failed to {action} the lease on {place}: {source}")]
    Store {
        /// What was being done.
        action: &'static str,
        /// What the lease is on.
        place: String,
        /// Why.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// What is there is no lease that this engine knows.
    #[error("the lease on {place} cannot be read: {problem}")]
    Unreadable {
        /// What the lease is on.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl LeaseError {
    /// A store that fails.
    pub fn store(action: &'static str, place: &str, source: impl Into<Box<dyn StdError + Send + Sync>>) -> LeaseError {
        LeaseError::Store { action, place: place.to_owned(), source: source.into() }
    }
}

/// A store of one lease.
#[async_trait]
pub trait LeaseStore: Send + Sync {
    /// What the lease is on, for people.
    fn place(&self) -> String;

    /// The lease; none where there was never one.
    async fn read(&self) -> Result<Option<Seen>, LeaseError>;

    /// Writes a lease over what was read, or where there is none; returns its tag, or none where another was faster.
    async fn write(&self, lease: &Lease, over: Option<&str>) -> Result<Option<String>, LeaseError>;
}

/// Leases in memory: for tests, and for engines of one process. Clones are the same store.
#[derive(Clone, Debug, Default)]
pub struct MemoryLeases {
    leases: Arc<Mutex<BTreeMap<String, (u64, Lease)>>>,
    place: String,
}

impl MemoryLeases {
    /// The lease on another place of the same store.
    #[must_use]
    pub fn on(&self, place: impl Into<String>) -> MemoryLeases {
        MemoryLeases { leases: Arc::clone(&self.leases), place: place.into() }
    }
}

#[async_trait]
impl LeaseStore for MemoryLeases {
    fn place(&self) -> String {
        self.place.clone()
    }

    async fn read(&self) -> Result<Option<Seen>, LeaseError> {
        let leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(leases.get(&self.place).map(|(tag, lease)| Seen { lease: lease.clone(), tag: tag.to_string() }))
    }

    async fn write(&self, lease: &Lease, over: Option<&str>) -> Result<Option<String>, LeaseError> {
        let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        let there = leases.get(&self.place).map(|(tag, _)| *tag);
        if there.map(|tag| tag.to_string()).as_deref() != over {
            return Ok(None);
        }
        let tag = there.unwrap_or_default() + 1;
        leases.insert(self.place.clone(), (tag, lease.clone()));
        Ok(Some(tag.to_string()))
    }
}

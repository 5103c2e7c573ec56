//! What happened, record by record, on a disk before anything else happens.

mod desk;
mod file;
mod history;
pub mod line;
mod read;
mod repair;
mod rewrite;
pub mod salvage;
mod seal;
mod snapshot;

use std::collections::BTreeMap;
use std::ops::DerefMut;
use std::sync::Arc;

use async_trait::async_trait;
use infra_plan::{Record, State};

pub(crate) use desk::{Desk, Loss, Now, Part, Writing};
pub use file::{FileLog, Found};
pub use history::History;
pub use read::Header;
pub use repair::{Damage, Repaired};
use seal::Sealing;
pub use seal::{Seal, SealError};

use crate::lease::Hold;
use crate::store::StoreError;

/// Where records are kept. `append` returns when they are durable, not before.
///
/// What is given to a log is what is stored: the journal has sealed every secret in it.
#[async_trait]
pub trait Log: Send {
    /// Makes records durable, in order, after all earlier ones. After an error some of the first may be durable.
    async fn append(&mut self, records: &[Record]) -> Result<(), StoreError>;

    /// Whether so much was appended that a snapshot of the state would pay for itself when the journal is next opened;
    /// `ended` where a run has come to its end, and nothing much is appended after it.
    fn wants_snapshot(&self, _ended: bool) -> bool {
        false
    }

    /// Keeps the state after all records so far, to make opening cheap. Nothing depends on it, so that nobody is told
    /// where it fails: it is wanted again later.
    async fn snapshot(&mut self, _state: State) {}
}

/// Another stack's journal, with whatever keeps others out of it.
pub(crate) type Beside = Box<dyn DerefMut<Target = Journal> + Send>;

/// A state together with the log that it is the fold of.
pub struct Journal {
    state: State,
    log: Box<dyn Log>,
    /// Whether a record could not be made durable. A disk that failed once may say that it holds what it has lost, so
    /// nothing more is written to it in this run.
    broken: bool,
    hold: Hold,
    sealing: Sealing,
    /// The journals of other stacks, of which resources may be taken over.
    pub(crate) beside: BTreeMap<String, Beside>,
}

impl Journal {
    /// A journal from a log and the state that the log's records make.
    pub fn new(state: State, log: Box<dyn Log>) -> Journal {
        let (hold, sealing) = (Hold::forever(), Sealing { seal: None, kept: true });
        Journal { state, log, broken: false, hold, sealing, beside: BTreeMap::new() }
    }

    /// A journal in memory: for tests, and for programs that keep their state themselves.
    pub fn in_memory(state: State) -> Journal {
        struct Nowhere;
        #[async_trait]
        impl Log for Nowhere {
            async fn append(&mut self, _: &[Record]) -> Result<(), StoreError> {
                Ok(())
            }
        }
        Journal { sealing: Sealing { seal: None, kept: false }, ..Journal::new(state, Box::new(Nowhere)) }
    }

    /// The journal for as long as a lease lasts: after it nothing is recorded, and no cloud is called.
    #[must_use]
    pub fn held(mut self, hold: Hold) -> Journal {
        self.hold = hold;
        self
    }

    /// The same over another log, which is given the one that it is over now: for what seals, counts or fails.
    #[must_use]
    pub fn over(self, wrap: impl FnOnce(Box<dyn Log>) -> Box<dyn Log>) -> Journal {
        Journal { log: wrap(self.log), ..self }
    }

    /// For how long this run may record and call a cloud.
    pub fn hold(&self) -> &Hold {
        &self.hold
    }

    /// The state. After a record was refused it may have what the log has not.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Opens the state's secrets, and seals those of all further records.
    ///
    /// # Errors
    /// Where the key is another one than that of the journal. The state is as it was.
    pub fn unlock(&mut self, seal: Arc<dyn Seal>) -> Result<(), SealError> {
        let mut state = self.state.clone();
        seal.open_state(&mut state)?;
        self.state = state;
        self.sealing.seal = Some(seal);
        Ok(())
    }

    /// What seals the records' secrets, once the journal is unlocked.
    pub fn seal(&self) -> Option<&dyn Seal> {
        self.sealing.seal.as_deref()
    }

    /// A copy without what keeps its records: to look at what would be, while others have the journal.
    #[must_use]
    pub fn detached(&self) -> Journal {
        let sealing = Sealing { seal: self.sealing.seal.clone(), kept: false };
        Journal { sealing, ..Journal::in_memory(self.state.clone()) }
    }

    /// Lets resources of another stack be taken over from its journal. Both are locked for as long as they are open, and
    /// opening one never waits for the other: two runs that want each other's are told so, and do not wait for ever.
    pub fn put_beside(&mut self, stack: impl Into<String>, other: impl DerefMut<Target = Journal> + Send + 'static) {
        self.beside.insert(stack.into(), Box::new(other));
    }

    /// The states of the other stacks, by stack.
    pub fn others(&self) -> BTreeMap<String, &State> {
        self.beside.iter().map(|(stack, other)| (stack.clone(), other.state())).collect()
    }

    /// The state, when the journal is done with.
    pub fn into_state(self) -> State {
        self.state
    }

    /// Makes a record durable, then part of the state. After an error nothing may be done that the record was for, and
    /// every further record is refused.
    ///
    /// # Errors
    /// Where it could not be made durable, or an earlier one could not.
    pub async fn record(&mut self, record: Record) -> Result<(), StoreError> {
        self.record_all(vec![record]).await
    }

    /// Makes records durable at once, in order, then part of the state.
    ///
    /// # Errors
    /// As for [`record`](Journal::record); some of the first may be durable nevertheless.
    pub async fn record_all(&mut self, records: Vec<Record>) -> Result<(), StoreError> {
        self.desk().record_all(records).await
    }

    /// The journal for many who record at the same time.
    pub(crate) fn desk(&mut self) -> Desk<'_> {
        Desk::over(&mut self.state, self.log.as_mut(), &mut self.broken, &self.hold, &self.sealing)
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::Path;

    use infra_core::Address;

    use super::*;

    /// A disk that is full once, and says afterwards that all is well.
    struct FullOnce(bool);

    #[async_trait]
    impl Log for FullOnce {
        async fn append(&mut self, _: &[Record]) -> Result<(), StoreError> {
            match std::mem::replace(&mut self.0, true) {
                false => Err(StoreError::io("write", Path::new("journal"), io::ErrorKind::StorageFull.into())),
                true => Ok(()),
            }
        }
    }

    #[tokio::test]
    async fn after_one_record_was_refused_none_is_taken_any_more() {
        let mut journal = Journal::new(State::new("salt"), Box::new(FullOnce(false)));
        let record = || Record::Abandoned { address: Address::new("t:t/t", "a") };
        assert!(matches!(journal.record(record()).await, Err(StoreError::Io { .. })));
        assert!(matches!(journal.record(record()).await, Err(StoreError::Broken)));
    }
}

//! What happened, record by record, on a disk before anything else happens.

mod file;
mod history;
mod line;
mod repair;
mod rewrite;
mod seal;

use std::sync::Arc;

use infra_plan::{Record, State};

pub use file::{FileLog, Found};
pub use history::History;
pub use repair::{Damage, Repaired};
pub use seal::{Seal, SealError};

use crate::store::StoreError;

/// Where records are kept. `append` returns when they are durable, not before.
pub trait Log: Send {
    /// Makes records durable, in order, after all earlier ones.
    fn append(&mut self, records: &[Record]) -> Result<(), StoreError>;
}

/// A state together with the log that it is the fold of.
pub struct Journal {
    state: State,
    log: Box<dyn Log>,
    /// Whether a record could not be made durable. A disk that failed once may say that it holds what it has lost, so
    /// nothing more is written to it in this run.
    broken: bool,
    /// What seals the secrets in records; without it none may be in one.
    seal: Option<Arc<dyn Seal>>,
    /// Whether records are kept anywhere but in memory.
    kept: bool,
}

impl Journal {
    /// A journal from a log and the state that the log's records make.
    pub fn new(state: State, log: Box<dyn Log>) -> Journal {
        Journal { state, log, broken: false, seal: None, kept: true }
    }

    /// A journal in memory: for tests, and for programs that keep their state themselves.
    pub fn in_memory(state: State) -> Journal {
        struct Nowhere;
        impl Log for Nowhere {
            fn append(&mut self, _: &[Record]) -> Result<(), StoreError> {
                Ok(())
            }
        }
        Journal { kept: false, ..Journal::new(state, Box::new(Nowhere)) }
    }

    /// The state.
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
        self.seal = Some(seal);
        Ok(())
    }

    /// What seals the records' secrets, once the journal is unlocked.
    pub fn seal(&self) -> Option<&dyn Seal> {
        self.seal.as_deref()
    }

    /// The same without what keeps its records: to look at what would be. What others may not touch meanwhile is let go.
    #[must_use]
    pub fn detached(self) -> Journal {
        Journal { seal: self.seal, ..Journal::in_memory(self.state) }
    }

    /// The state, when the journal is done with.
    pub fn into_state(self) -> State {
        self.state
    }

    /// Makes a record durable, then part of the state. After an error nothing may be done that the record was for, and
    /// every further record is refused.
    pub fn record(&mut self, record: Record) -> Result<(), StoreError> {
        if self.broken {
            return Err(StoreError::Broken);
        }
        let (record, sealed) = self.open_and_sealed(record)?;
        if let Err(error) = self.log.append(std::slice::from_ref(&sealed)) {
            self.broken = true;
            return Err(error);
        }
        self.state.apply(record);
        Ok(())
    }

    /// A record as the state takes it, and as the log does.
    fn open_and_sealed(&self, mut record: Record) -> Result<(Record, Record), StoreError> {
        let unsealed = |SealError(problem)| StoreError::Unsealed { problem };
        match &self.seal {
            Some(seal) => {
                seal.open_record(&mut record).map_err(unsealed)?;
                Ok((record.clone(), seal::sealed(seal.as_ref(), record)?))
            }
            None if self.kept && seal::is_open(&record) => {
                Err(StoreError::Unsealed { problem: "the journal's key was not asked for".into() })
            }
            None => Ok((record.clone(), record)),
        }
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

    impl Log for FullOnce {
        fn append(&mut self, _: &[Record]) -> Result<(), StoreError> {
            match std::mem::replace(&mut self.0, true) {
                false => Err(StoreError::io("write", Path::new("journal"), io::ErrorKind::StorageFull.into())),
                true => Ok(()),
            }
        }
    }

    #[test]
    fn after_one_record_was_refused_none_is_taken_any_more() {
        let mut journal = Journal::new(State::new("salt"), Box::new(FullOnce(false)));
        let record = || Record::Abandoned { address: Address::new("t:t/t", "a") };
        assert!(matches!(journal.record(record()), Err(StoreError::Io { .. })));
        assert!(matches!(journal.record(record()), Err(StoreError::Broken)));
        assert_eq!(journal.state().serial, 0);
    }
}

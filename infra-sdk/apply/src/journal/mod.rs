//! What happened, record by record, on a disk before anything else happens.

mod file;
mod history;
mod line;
mod repair;

use std::collections::BTreeMap;

use infra_plan::{Record, State};

pub use file::{FileLog, Found};
pub use history::History;
pub use repair::{Damage, Repaired};

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
    /// The journals of other stacks, of which resources may be taken over.
    pub(crate) beside: BTreeMap<String, Journal>,
}

impl Journal {
    /// A journal from a log and the state that the log's records make.
    pub fn new(state: State, log: Box<dyn Log>) -> Journal {
        Journal { state, log, broken: false, beside: BTreeMap::new() }
    }

    /// A journal in memory: for tests, and for programs that keep their state themselves.
    pub fn in_memory(state: State) -> Journal {
        struct Nowhere;
        impl Log for Nowhere {
            fn append(&mut self, _: &[Record]) -> Result<(), StoreError> {
                Ok(())
            }
        }
        Journal::new(state, Box::new(Nowhere))
    }

    /// The state.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Lets resources of another stack be taken over from its journal. Both are locked for as long as they are open, and
    /// opening one never waits for the other: two runs that want each other's are told so, and do not wait for ever.
    pub fn put_beside(&mut self, stack: impl Into<String>, other: Journal) {
        self.beside.insert(stack.into(), other);
    }

    /// The states of the other stacks, by stack.
    pub fn others(&self) -> BTreeMap<String, &State> {
        self.beside.iter().map(|(stack, other)| (stack.clone(), &other.state)).collect()
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
        if let Err(error) = self.log.append(std::slice::from_ref(&record)) {
            self.broken = true;
            return Err(error);
        }
        self.state.apply(record);
        Ok(())
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

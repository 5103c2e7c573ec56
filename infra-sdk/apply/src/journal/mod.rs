//! What happened, record by record, on a disk before anything else happens.

mod file;
mod history;
mod line;
mod repair;

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
}

impl Journal {
    /// A journal from a log and the state that the log's records make.
    pub fn new(state: State, log: Box<dyn Log>) -> Journal {
        Journal { state, log }
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

    /// The state, when the journal is done with.
    pub fn into_state(self) -> State {
        self.state
    }

    /// Makes a record durable, then part of the state. After an error nothing may be done that the record was for.
    pub fn record(&mut self, record: Record) -> Result<(), StoreError> {
        self.log.append(std::slice::from_ref(&record))?;
        self.state.apply(record);
        Ok(())
    }
}

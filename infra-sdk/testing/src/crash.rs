//! The death of a run: where it dies, and what of it lasts.

use async_trait::async_trait;
use infra_apply::{Class, Log, ProviderError, StoreError};
use infra_plan::Record;

use crate::cloud::MockCloud;

/// Where the process of a run dies, as if by `SIGKILL`: numbers count from 0, and from the start of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// When it writes this record: the record and all later ones are lost.
    AtRecord(usize),
    /// When it makes this call, of whatever verb: the call does not arrive.
    BeforeCall(usize),
    /// When it has made this call: the call does what it should, and nobody hears the answer.
    AfterCall(usize),
}

/// How far a run has come, and whether it still lives.
#[derive(Clone, Debug, Default)]
pub(crate) struct Life {
    crash: Option<Crash>,
    calls: usize,
    records: usize,
    dead: bool,
}

impl Life {
    /// A run that dies where it is told to, if it is.
    pub(crate) fn until(crash: Option<Crash>) -> Life {
        Life { crash, ..Life::default() }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.dead
    }

    /// The next call is about to be made; returns its number.
    pub(crate) fn call(&mut self) -> Result<usize, ProviderError> {
        let number = self.calls;
        self.calls += 1;
        self.dead |= self.crash == Some(Crash::BeforeCall(number));
        self.alive().map(|()| number)
    }

    /// A call was answered.
    pub(crate) fn answer(&mut self, number: usize) -> Result<(), ProviderError> {
        self.dead |= self.crash == Some(Crash::AfterCall(number));
        self.alive()
    }

    fn alive(&self) -> Result<(), ProviderError> {
        // Not a class that is retried: a dead process does nothing more.
        if self.dead { Err(ProviderError::new(Class::Other, "Call", "the process is dead")) } else { Ok(()) }
    }

    /// A record is about to be written; says whether it will be.
    fn record(&mut self) -> bool {
        self.dead |= self.crash == Some(Crash::AtRecord(self.records));
        self.records += 1;
        !self.dead
    }
}

/// A log that keeps what a run wrote before it died.
pub(crate) struct MortalLog {
    pub(crate) cloud: MockCloud,
    pub(crate) kept: std::sync::mpsc::Sender<Record>,
}

#[async_trait]
impl Log for MortalLog {
    async fn append(&mut self, records: &[Record]) -> Result<(), StoreError> {
        let mut contents = self.cloud.contents();
        let gone = || StoreError::Io { action: "write", path: "journal".into(), source: std::io::Error::other("the process is dead") };
        for record in records {
            if !contents.life.record() || self.kept.send(record.clone()).is_err() {
                return Err(gone());
            }
        }
        Ok(())
    }
}

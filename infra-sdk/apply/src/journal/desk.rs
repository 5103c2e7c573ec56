//! A journal for many who record at the same time: what arrives while the log is busy becomes durable together.
//!
//! Whoever finds the log free writes everything that waits, its own record and those of others. So a disk or a bucket
//! is asked once for all of them, and an idle one at once.

use std::sync::{Mutex, MutexGuard, PoisonError};

use infra_plan::{Record, State};

use super::Log;
use super::seal::Sealing;
use crate::lease::Hold;
use crate::store::StoreError;

/// A journal that can be shared.
pub(crate) struct Desk<'a> {
    state: Mutex<&'a mut State>,
    log: tokio::sync::Mutex<&'a mut dyn Log>,
    queue: Mutex<Queue<'a>>,
    hold: Hold,
    sealing: &'a Sealing,
}

/// What waits for the log.
struct Queue<'a> {
    /// Each record as the state takes it, and as the log does.
    waiting: Vec<(Record, Record)>,
    /// How many records have arrived in all.
    arrived: u64,
    /// How many of them are durable.
    durable: u64,
    broken: &'a mut bool,
}

/// The state, as it is now.
pub(crate) struct Now<'d, 'a>(MutexGuard<'d, &'a mut State>);

impl Now<'_, '_> {
    /// The state.
    pub(crate) fn state(&self) -> &State {
        &self.0
    }
}

impl<'a> Desk<'a> {
    pub(super) fn over(state: &'a mut State, log: &'a mut dyn Log, broken: &'a mut bool, hold: &Hold, sealing: &'a Sealing) -> Desk<'a> {
        let queue = Queue { waiting: Vec::new(), arrived: 0, durable: 0, broken };
        Desk { state: Mutex::new(state), log: tokio::sync::Mutex::new(log), queue: Mutex::new(queue), hold: hold.clone(), sealing }
    }

    /// The state after all records that are durable.
    pub(crate) fn now(&self) -> Now<'_, 'a> {
        Now(self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// For how long this run may change something.
    pub(crate) fn hold(&self) -> Hold {
        self.hold.clone()
    }

    /// Whether this run may still change something.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        self.hold.check()
    }

    fn queue(&self) -> MutexGuard<'_, Queue<'a>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when the record is durable and part of the state. Records become durable in the order in which this was
    /// first polled.
    pub(crate) async fn record(&self, record: Record) -> Result<(), StoreError> {
        self.record_all(vec![record]).await
    }

    pub(crate) async fn record_all(&self, records: Vec<Record>) -> Result<(), StoreError> {
        self.hold.check()?;
        // Before anything waits, so that what cannot be sealed breaks nothing.
        let records = records.into_iter().map(|record| self.sealing.open_and_sealed(record)).collect::<Result<Vec<_>, _>>()?;
        let mine = {
            let mut queue = self.queue();
            if *queue.broken {
                return Err(StoreError::Broken);
            }
            queue.arrived += records.len() as u64;
            queue.waiting.extend(records);
            queue.arrived
        };
        let mut log = self.log.lock().await;
        let batch = {
            let mut queue = self.queue();
            // Another took it along.
            if queue.durable >= mine {
                return Ok(());
            }
            if *queue.broken {
                return Err(StoreError::Broken);
            }
            std::mem::take(&mut queue.waiting)
        };
        let doubt = Doubt(self);
        self.hold.check()?;
        let count = batch.len() as u64;
        let (open, sealed): (Vec<Record>, Vec<Record>) = batch.into_iter().unzip();
        log.append(&sealed).await?;
        {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            open.into_iter().for_each(|record| state.apply(record));
        }
        self.queue().durable += count;
        doubt.is_over();
        if log.wants_snapshot() {
            let state = self.now().state().clone();
            if let Some(state) = self.sealing.sealed_state(state) {
                log.snapshot(state).await;
            }
        }
        Ok(())
    }
}

/// A batch of which it is not known whether it is durable: if that is never learned, the journal takes nothing more.
struct Doubt<'d, 'a>(&'d Desk<'a>);

impl Doubt<'_, '_> {
    fn is_over(self) {
        std::mem::forget(self);
    }
}

impl Drop for Doubt<'_, '_> {
    fn drop(&mut self) {
        *self.0.queue().broken = true;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    use async_trait::async_trait;
    use futures::future::join_all;
    use infra_core::Address;

    use super::super::Journal;
    use super::*;

    /// A log that takes a second for each batch and notes them all.
    #[derive(Clone, Default)]
    struct Slow {
        batches: Arc<Mutex<Vec<Vec<Record>>>>,
        fails_at: Option<usize>,
    }

    #[async_trait]
    impl Log for Slow {
        async fn append(&mut self, records: &[Record]) -> Result<(), StoreError> {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let mut batches = self.batches.lock().unwrap();
            if self.fails_at == Some(batches.len()) {
                return Err(StoreError::io("write", Path::new("journal"), std::io::ErrorKind::StorageFull.into()));
            }
            batches.push(records.to_vec());
            Ok(())
        }
    }

    fn record(number: usize) -> Record {
        Record::Forgotten { address: Address::new("t:t/t", format!("r{number}")) }
    }

    #[tokio::test(start_paused = true)]
    async fn what_arrives_while_the_log_is_busy_is_written_at_once_and_in_order() {
        let log = Slow::default();
        let mut journal = Journal::new(State::new("salt"), Box::new(log.clone()));
        let desk = journal.desk();
        let answers = join_all((0..100).map(|number| desk.record(record(number)))).await;
        assert!(answers.iter().all(Result::is_ok));
        drop(desk);
        assert_eq!(journal.state().serial, 100);
        let batches = log.batches.lock().unwrap();
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [1, 99]);
        assert_eq!(batches.concat(), (0..100).map(record).collect::<Vec<_>>());
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_returns_only_when_it_is_durable_and_the_state_has_it() {
        let log = Slow::default();
        let mut journal = Journal::new(State::new("salt"), Box::new(log.clone()));
        let desk = journal.desk();
        let one = async {
            desk.record(record(0)).await.unwrap();
            (log.batches.lock().unwrap().len(), desk.now().state().serial)
        };
        let other = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            desk.record(record(1)).await.unwrap();
            (log.batches.lock().unwrap().len(), desk.now().state().serial)
        };
        assert_eq!(futures::future::join(one, other).await, ((1, 1), (2, 2)));
    }

    #[tokio::test(start_paused = true)]
    async fn when_a_batch_fails_all_in_it_and_all_after_it_are_refused_and_one_says_why() {
        let log = Slow { fails_at: Some(1), ..Slow::default() };
        let mut journal = Journal::new(State::new("salt"), Box::new(log));
        let desk = journal.desk();
        let answers = join_all((0..10).map(|number| desk.record(record(number)))).await;
        assert!(answers[0].is_ok());
        assert!(matches!(answers[1], Err(StoreError::Io { .. })), "{:?}", answers[1]);
        assert!(answers[2..].iter().all(|answer| matches!(answer, Err(StoreError::Broken))));
        drop(desk);
        assert!(matches!(journal.record(record(10)).await, Err(StoreError::Broken)));
        assert_eq!(journal.state().serial, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_in_the_middle_of_a_write_leaves_a_journal_that_takes_nothing_more() {
        let mut journal = Journal::new(State::new("salt"), Box::new(Slow::default()));
        let cut = tokio::time::timeout(Duration::from_millis(500), journal.record(record(0))).await;
        assert!(cut.is_err());
        assert!(matches!(journal.record(record(1)).await, Err(StoreError::Broken)));
    }
}

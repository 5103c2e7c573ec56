//! A journal for many who record at the same time: what arrives while the log is busy becomes durable together.
//!
//! Whoever must know that its record is durable finds the log free or waits for it, and writes everything that waits, its
//! own record and those of others. What nobody waits for is written with the next record that somebody does, or when a run
//! has nothing else to do. So a disk or a bucket is asked once for all of them, and an idle one at once.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use futures::future::BoxFuture;
use infra_core::Address;
use infra_plan::{Intent, Record, State};

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
    /// As the log takes them; the state has them already.
    waiting: Vec<Record>,
    /// How many records have arrived in all.
    arrived: u64,
    /// How many of them are durable.
    durable: u64,
    /// What may not have become durable when the log failed, in order.
    lost: Vec<(Part, Loss)>,
    broken: &'a mut bool,
}

/// What of a step is lost where the log failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// Its intent: so there was no call.
    Intent,
    /// What came of its call.
    Outcome,
    /// That the object is as it should be. What a create call made is recorded before that.
    Settlement,
}

/// The step of a resource that a record is of: the one that ends an object, or the one that makes or changes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part {
    pub(crate) address: Address,
    pub(crate) ends: bool,
}

/// The writing of what nobody waits for, as far as it has come.
#[derive(Default)]
pub(crate) struct Writing<'d>(Option<BoxFuture<'d, Result<(), StoreError>>>);

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
        let queue = Queue { waiting: Vec::new(), arrived: 0, durable: 0, lost: Vec::new(), broken };
        Desk { state: Mutex::new(state), log: tokio::sync::Mutex::new(log), queue: Mutex::new(queue), hold: hold.clone(), sealing }
    }

    /// The state after all records that were given, durable or not. What they were for may be done when they are durable.
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

    /// Returns when the record is durable, and all that were given before it are. Records become durable in the order in
    /// which they were given.
    pub(crate) async fn record(&self, record: Record) -> Result<(), StoreError> {
        self.record_all(vec![record]).await
    }

    pub(crate) async fn record_all(&self, records: Vec<Record>) -> Result<(), StoreError> {
        self.note_all(records)?;
        self.flush().await
    }

    /// Gives a record for which nobody needs to wait: it is durable before any record that is given after it.
    pub(crate) fn note(&self, record: Record) -> Result<(), StoreError> {
        self.note_all(vec![record])
    }

    fn note_all(&self, records: Vec<Record>) -> Result<(), StoreError> {
        self.hold.check()?;
        // Before anything waits, so that what cannot be sealed breaks nothing.
        let records = records.into_iter().map(|record| self.sealing.open_and_sealed(record)).collect::<Result<Vec<_>, _>>()?;
        let mut queue = self.queue();
        if *queue.broken {
            return Err(StoreError::Broken);
        }
        queue.arrived += records.len() as u64;
        // Both in one go, so that the state is the fold of the records in the order in which the log has them.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for (open, sealed) in records {
            state.apply(open);
            queue.waiting.push(sealed);
        }
        Ok(())
    }

    /// Returns when all that was given before is durable.
    pub(crate) async fn flush(&self) -> Result<(), StoreError> {
        let mine = self.queue().arrived;
        if self.queue().durable >= mine {
            return Ok(());
        }
        let mut log = self.log.lock().await;
        let (batch, snapshot) = {
            let mut queue = self.queue();
            // Another took it along.
            if queue.durable >= mine {
                return Ok(());
            }
            if *queue.broken {
                return Err(StoreError::Broken);
            }
            // Later the state may have what this batch has not.
            let snapshot = log.wants_snapshot(false).then(|| self.now().state().clone());
            (std::mem::take(&mut queue.waiting), snapshot)
        };
        let doubt = Doubt { desk: self, batch: &batch };
        self.hold.check()?;
        log.append(&batch).await?;
        doubt.end();
        let snapshot = {
            let mut queue = self.queue();
            queue.durable += batch.len() as u64;
            let is_latest = queue.durable == queue.arrived;
            snapshot.or_else(|| (is_latest && log.wants_snapshot(false)).then(|| self.now().state().clone()))
        };
        if let Some(state) = snapshot.and_then(|state| self.sealing.sealed_state(state)) {
            log.snapshot(state).await;
        }
        Ok(())
    }

    fn has_waiting(&self) -> bool {
        let queue = self.queue();
        !queue.waiting.is_empty() && !*queue.broken
    }

    /// Writes what nobody waits for, each time when it is polled and there is some. Never ends but by an error; `writing`
    /// is what it has begun, which whoever stops polling this must either poll again or take for lost.
    pub(crate) async fn write<'d>(&'d self, writing: &mut Writing<'d>) -> StoreError {
        poll_fn(|context| {
            loop {
                match &mut writing.0 {
                    None if self.has_waiting() => writing.0 = Some(Box::pin(self.flush())),
                    None => return Poll::Pending,
                    Some(write) => match write.as_mut().poll(context) {
                        Poll::Pending => return Poll::Pending,
                        Poll::Ready(written) => {
                            writing.0 = None;
                            if let Err(error) = written {
                                return Poll::Ready(error);
                            }
                        }
                    },
                }
            }
        })
        .await
    }

    /// Ends what was begun, and writes what is left. For the end of a run, when nobody gives records any more.
    pub(crate) async fn finish(&self, writing: Writing<'_>) -> Result<(), StoreError> {
        if let Some(write) = writing.0 {
            write.await?;
        }
        self.flush().await?;
        let mut log = self.log.lock().await;
        if log.wants_snapshot(true) {
            let state = self.now().state().clone();
            if let Some(state) = self.sealing.sealed_state(state) {
                log.snapshot(state).await;
            }
        }
        Ok(())
    }

    /// What may not be durable, where the log failed.
    pub(crate) fn losses(&self) -> BTreeMap<Part, Loss> {
        let queue = self.queue();
        let mut losses = BTreeMap::new();
        if *queue.broken {
            for (part, loss) in queue.lost.iter().cloned().chain(lost(&queue.waiting)) {
                // The first decides: without an intent there was no call that could have an outcome.
                losses.entry(part).or_insert(loss);
            }
        }
        losses
    }
}

/// What it means for steps that these records are lost.
fn lost(records: &[Record]) -> impl Iterator<Item = (Part, Loss)> {
    records.iter().filter_map(|record| {
        let (address, ends, loss) = match record {
            Record::Begun { address, intent } => (address, matches!(intent, Intent::Delete { .. }), Loss::Intent),
            Record::Made { address, .. } | Record::Abandoned { address } => (address, false, Loss::Outcome),
            Record::Settled { address, .. } => (address, false, Loss::Settlement),
            Record::Gone { address, .. } => (address, true, Loss::Outcome),
            _ => return None,
        };
        Some((Part { address: address.clone(), ends }, loss))
    })
}

/// A batch of which it is not known whether it is durable: if that is never learned, the journal takes nothing more.
struct Doubt<'d, 'a> {
    desk: &'d Desk<'a>,
    batch: &'d [Record],
}

impl Doubt<'_, '_> {
    fn end(self) {
        std::mem::forget(self);
    }
}

impl Drop for Doubt<'_, '_> {
    fn drop(&mut self) {
        let mut queue = self.desk.queue();
        queue.lost.extend(lost(self.batch));
        *queue.broken = true;
    }
}

impl Drop for Desk<'_> {
    fn drop(&mut self) {
        // The state has records that the log will never have.
        let mut queue = self.queue();
        *queue.broken |= !queue.waiting.is_empty();
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
    async fn a_record_returns_only_when_it_is_durable() {
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
        // The state has the second already when the first is durable.
        assert_eq!(futures::future::join(one, other).await, ((1, 2), (2, 2)));
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
    }

    fn begun(name: &str) -> Record {
        Record::Begun { address: Address::new("t:t/t", name), intent: Intent::Delete { id: name.to_owned() } }
    }

    fn gone(name: &str) -> Record {
        Record::Gone { address: Address::new("t:t/t", name), id: name.to_owned() }
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_waits_for_is_written_with_the_next_record_and_before_it() {
        let log = Slow::default();
        let mut journal = Journal::new(State::new("salt"), Box::new(log.clone()));
        let desk = journal.desk();
        desk.note(gone("a")).unwrap();
        assert_eq!((desk.now().state().serial, log.batches.lock().unwrap().len()), (1, 0));
        desk.record(begun("b")).await.unwrap();
        assert_eq!(*log.batches.lock().unwrap(), [[gone("a"), begun("b")]]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_waits_for_is_written_when_there_is_time_and_at_the_end() {
        let log = Slow::default();
        let mut journal = Journal::new(State::new("salt"), Box::new(log.clone()));
        let desk = journal.desk();
        let mut writing = Writing::default();
        let noting = async {
            desk.note(gone("a")).unwrap();
            tokio::time::sleep(Duration::from_secs(5)).await;
            desk.note(gone("b")).unwrap();
            desk.note(gone("c")).unwrap();
        };
        tokio::select! {
            biased;
            () = noting => {}
            error = desk.write(&mut writing) => panic!("{error}"),
        }
        assert_eq!(*log.batches.lock().unwrap(), [[gone("a")]]);
        desk.finish(writing).await.unwrap();
        assert_eq!(log.batches.lock().unwrap()[1..], [[gone("b"), gone("c")]]);
        assert!(desk.losses().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn where_a_batch_fails_it_is_known_whose_intent_is_lost_and_whose_outcome() {
        let mut journal = Journal::new(State::new("salt"), Box::new(Slow { fails_at: Some(1), ..Slow::default() }));
        let desk = journal.desk();
        desk.record(begun("a")).await.unwrap();
        desk.note(gone("a")).unwrap();
        desk.record(begun("b")).await.unwrap_err();
        let part = |name: &str| Part { address: Address::new("t:t/t", name), ends: true };
        assert_eq!(desk.losses(), BTreeMap::from([(part("a"), Loss::Outcome), (part("b"), Loss::Intent)]));
        assert!(matches!(desk.note(gone("c")), Err(StoreError::Broken)));
    }

    #[tokio::test]
    async fn a_journal_whose_state_has_what_its_log_has_not_takes_nothing_more() {
        let mut journal = Journal::new(State::new("salt"), Box::new(Slow::default()));
        journal.desk().note(gone("a")).unwrap();
        assert!(matches!(journal.record(gone("b")).await, Err(StoreError::Broken)));
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_in_the_middle_of_a_write_leaves_a_journal_that_takes_nothing_more() {
        let mut journal = Journal::new(State::new("salt"), Box::new(Slow::default()));
        let cut = tokio::time::timeout(Duration::from_millis(500), journal.record(record(0))).await;
        assert!(cut.is_err());
        assert!(matches!(journal.record(record(1)).await, Err(StoreError::Broken)));
    }
}

//! One operation of our engine on a journal on disk, from opening it to its last record: what a process of the command
//! does but for running the program in another one.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use infra_apply::{Engine, FileLog, Interrupt, Log, StoreError};
use infra_plan::{Plan, Record, State};
use serde::{Deserialize, Serialize};

use crate::nothing::Nothing;
use crate::shape::{STACK, Shape, graph};

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Operation {
    /// Plans, and changes nothing.
    Plan,
    /// Plans and performs.
    Apply,
    /// Records what is there.
    Refresh,
    /// Deletes all.
    Destroy,
}

/// What an operation took, in counts that are the same on every machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Steps of the plan.
    pub steps: u64,
    /// Calls that read.
    pub reads: u64,
    /// Calls that change.
    pub changes: u64,
    /// Records written.
    pub records: u64,
    /// Bytes of the journal.
    pub bytes: u64,
    /// Writes of the journal, each of them synced.
    pub syncs: u64,
}

/// Does it.
///
/// # Errors
/// What went wrong, in words.
pub fn operate(shape: Shape, size: usize, revision: u32, operation: Operation, journal: &Path) -> Result<Counts, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|error| error.to_string())?;
    let mut done = Err(String::new());
    // Counting them is no work of the engine's.
    allocation_counter::opt_out(|| done = runtime.block_on(run(shape, size, revision, operation, journal)));
    done
}

async fn run(shape: Shape, size: usize, revision: u32, operation: Operation, path: &Path) -> Result<Counts, String> {
    let words = |error: &dyn std::error::Error| error.to_string();
    let (journal, _) = FileLog::open(path, STACK, || "salt".to_owned()).map_err(|error| words(&error))?;
    let appends = Arc::new(AtomicU64::new(0));
    let mut journal = journal.over(|inner| Box::new(Counted { inner, appends: Arc::clone(&appends) }));
    let (registry, calls) = Nothing::registry(journal.state());
    let engine = Engine::new(registry);
    let before = journal.state().serial;
    let plan: Option<Plan> = match operation {
        Operation::Plan | Operation::Apply => {
            Some(engine.plan(&graph(shape, size, revision)?, &journal, &()).await.map_err(|error| words(&error))?)
        }
        Operation::Destroy => Some(engine.plan_destroy(STACK, &journal, &()).await.map_err(|error| words(&error))?),
        Operation::Refresh => {
            engine.refresh(&mut journal, &()).await.map_err(|error| words(&error))?;
            None
        }
    };
    if let Some(plan) = plan.as_ref().filter(|_| operation != Operation::Plan) {
        let outcome = engine.apply(plan, &mut journal, &Interrupt::new(), &()).await;
        if !outcome.is_complete() {
            return Err(format!("it did not go through: {outcome:?}"));
        }
    }
    Ok(Counts {
        steps: plan.map_or(0, |plan| plan.steps.len() as u64),
        reads: calls.read.load(Ordering::Relaxed),
        changes: calls.changed.load(Ordering::Relaxed),
        records: journal.state().serial - before,
        bytes: std::fs::metadata(path).map_or(0, |file| file.len()),
        syncs: appends.load(Ordering::Relaxed),
    })
}

/// A log that counts how often it is asked to make records durable.
struct Counted {
    inner: Box<dyn Log>,
    appends: Arc<AtomicU64>,
}

#[async_trait]
impl Log for Counted {
    async fn append(&mut self, records: &[Record]) -> Result<(), StoreError> {
        self.appends.fetch_add(1, Ordering::Relaxed);
        self.inner.append(records).await
    }

    fn wants_snapshot(&self, ended: bool) -> bool {
        self.inner.wants_snapshot(ended)
    }

    async fn snapshot(&mut self, state: State) {
        self.inner.snapshot(state).await;
    }
}

//! What a journal costs: bytes, syncs and seconds for stacks of several sizes, in a folder and in a bucket in memory.
//!
//! `cargo run -p infra-store --example figures --release`

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "it prints, and panics where something is wrong")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use infra_apply::{Engine, FileLog, Holder, Interrupt, Journal, Log, StoreError};
use infra_core::Stack;
use infra_plan::{Record, State};
use infra_store::object_store::ObjectStore;
use infra_store::object_store::memory::InMemory;
use infra_store::object_store::path::Path;
use infra_store::{Bucket, Opened};
use infra_testing::World;
use infra_tests::{Machine, Net};
use serde_json::json;

/// A log that counts how often the one behind it is asked.
struct Counted {
    inner: Box<dyn Log>,
    appends: Arc<AtomicU64>,
    time: Arc<AtomicU64>,
}

#[async_trait]
impl Log for Counted {
    async fn append(&mut self, records: &[Record]) -> Result<(), StoreError> {
        self.appends.fetch_add(1, Ordering::Relaxed);
        let began = Instant::now();
        let appended = self.inner.append(records).await;
        self.time.fetch_add(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        appended
    }
}

fn holder(run: &str) -> Holder {
    Holder { owner: "ann".into(), host: "box".into(), pid: 7, run: run.into(), command: "infra deploy web".into(), since: 0 }
}

/// A network and machines in it.
fn program(machines: usize) -> impl Fn(&Stack) {
    move |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        for number in 1..machines {
            Machine::new(format!("machine-{number}")).net(&net).size(1).script("#!/bin/sh\nexec worker").add(stack);
        }
    }
}

/// Deploys a stack of that size; returns the seconds that performing the plan took.
async fn deploy(world: &World, size: usize, parallel: usize, journal: &mut Journal) -> Duration {
    let graph = world.graph(&program(size), json!({}));
    let mut engine = Engine::new(world.cloud.registry(graph.schemas.values()));
    engine.parallel = parallel;
    let plan = engine.plan(&graph, journal, &()).await.unwrap();
    let began = Instant::now();
    let outcome = engine.apply(&plan, journal, &Interrupt::new(), &()).await;
    assert!(outcome.is_complete(), "{:?}", outcome.failed);
    began.elapsed()
}

async fn in_a_folder(size: usize, parallel: usize) {
    let folder = tempfile::tempdir_in(".").unwrap();
    let path = folder.path().join("journal");
    let (appends, time) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (journal, _) = FileLog::open(&path, "web/local", || "salt".into()).unwrap();
    let mut journal = journal.over(|inner| Box::new(Counted { inner, appends: Arc::clone(&appends), time: Arc::clone(&time) }));
    let took = deploy(&World::new(), size, parallel, &mut journal).await;
    let records = journal.state().serial;
    drop(journal);
    let bytes = std::fs::metadata(&path).unwrap().len();
    let began = Instant::now();
    let (state, _) = FileLog::peek(&path, "web/local").unwrap().unwrap();
    let opening = began.elapsed();
    let (appends, in_log) = (appends.load(Ordering::Relaxed), Duration::from_micros(time.load(Ordering::Relaxed)));
    let kept = serde_json::to_vec(&state).unwrap().len();
    println!(
        "folder  {size:>6} {parallel:>4} {records:>7} {appends:>7} {:>8.3} {bytes:>10} {:>7} {kept:>10} {:>8.3} {:>8.3} {:>8.4}",
        appends as f64 / size as f64,
        bytes / size as u64,
        took.as_secs_f64(),
        in_log.as_secs_f64(),
        opening.as_secs_f64()
    );
}

async fn in_a_bucket(size: usize, parallel: usize) {
    use futures::TryStreamExt as _;
    let store = Arc::new(InMemory::new());
    let bucket = Bucket::new(Arc::clone(&store) as Arc<dyn ObjectStore>, Path::from("web"), "memory:///web", "web/local");
    let Opened { mut journal, lease } = bucket.open(&holder("1"), || "salt".into()).await.unwrap();
    let took = deploy(&World::new(), size, parallel, &mut journal).await;
    lease.release().await.unwrap();
    let records = journal.state().serial;
    let kept = serde_json::to_vec(journal.state()).unwrap().len();
    let list = |folder: &str| store.list(Some(&Path::from(format!("web/{folder}")))).map_ok(|meta| meta.size).try_collect::<Vec<u64>>();
    let (log, snapshots) = (list("log").await.unwrap(), list("snapshot").await.unwrap());
    let bytes: u64 = log.iter().sum();
    let began = Instant::now();
    let state: State = bucket.peek().await.unwrap().unwrap();
    let opening = began.elapsed();
    assert_eq!(&state, journal.state());
    println!(
        "bucket  {size:>6} {parallel:>4} {records:>7} {:>7} {:>8.3} {bytes:>10} {:>7} {kept:>10} {:>8.3} {:>8} {:>8.4}  {} snapshots, {} bytes",
        log.len(),
        log.len() as f64 / size as f64,
        bytes / size as u64,
        took.as_secs_f64(),
        "",
        opening.as_secs_f64(),
        snapshots.len(),
        snapshots.iter().sum::<u64>()
    );
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    println!("where     size  par records   syncs   a-step      bytes  a-step      state    apply   in-log  opening");
    runtime.block_on(async {
        for size in [10, 100, 1000, 10_000] {
            in_a_folder(size, 10).await;
            in_a_folder(size, 200).await;
            in_a_bucket(size, 10).await;
            in_a_bucket(size, 200).await;
        }
    });
}

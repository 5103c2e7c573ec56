//! Journals in a bucket: what is written is read, whatever is damaged is named, and opening stays cheap.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::sync::Arc;

use infra_apply::{Holder, StoreError};
use infra_core::Address;
use infra_plan::{Intent, Record, State};
use infra_store::object_store::memory::InMemory;
use infra_store::object_store::path::Path;
use infra_store::object_store::{ObjectStore, ObjectStoreExt as _};
use infra_store::{Bucket, Opened};

fn holder(run: &str) -> Holder {
    Holder { owner: "ann".into(), host: "box".into(), pid: 7, run: run.into(), command: "infra deploy web".into(), since: 0 }
}

fn record(number: usize) -> Record {
    Record::Begun { address: Address::new("t:t/t", format!("r{number}")), intent: Intent::Delete { id: number.to_string() } }
}

fn bucket(store: &Arc<InMemory>) -> Bucket {
    Bucket::new(Arc::clone(store) as Arc<dyn ObjectStore>, Path::from("states/web/prod"), "memory:///states/web/prod", "web/prod")
}

async fn open(bucket: &Bucket, run: &str) -> Result<Opened, StoreError> {
    bucket.open(&holder(run), || "salt".into()).await
}

/// Writes that many records, one by one.
async fn write(bucket: &Bucket, run: &str, records: std::ops::Range<usize>) -> State {
    let Opened { mut journal, lease } = open(bucket, run).await.unwrap();
    for number in records {
        journal.record(record(number)).await.unwrap();
    }
    lease.release().await.unwrap();
    journal.into_state()
}

async fn names(store: &InMemory, folder: &str) -> Vec<String> {
    use futures::TryStreamExt as _;
    let path = Path::from(format!("states/web/prod/{folder}"));
    let mut names: Vec<String> =
        store.list(Some(&path)).map_ok(|meta| meta.location.filename().unwrap().to_owned()).try_collect().await.unwrap();
    names.sort();
    names
}

fn entry(number: u64) -> Path {
    Path::from(format!("states/web/prod/log/{number:020}"))
}

#[tokio::test]
async fn a_journal_reads_back_as_it_was_written_with_its_history() {
    let store = Arc::new(InMemory::new());
    let bucket = bucket(&store);
    assert_eq!(bucket.peek().await.unwrap(), None);
    assert_eq!(bucket.history().await.unwrap(), None);
    let state = write(&bucket, "1", 0..3).await;
    assert_eq!(bucket.peek().await.unwrap().as_ref(), Some(&state));
    let state = write(&bucket, "2", 3..5).await;
    assert_eq!((state.serial, bucket.peek().await.unwrap()), (5, Some(state)));
    let history = bucket.history().await.unwrap().unwrap();
    assert_eq!(history.records, (0..5).map(record).collect::<Vec<_>>());
    assert_eq!(history.state_at(4).unwrap().rows.len(), 4);
}

#[tokio::test]
async fn records_that_arrive_together_are_one_object() {
    let store = Arc::new(InMemory::new());
    let bucket = bucket(&store);
    let Opened { mut journal, lease } = open(&bucket, "1").await.unwrap();
    journal.record_all((0..100).map(record).collect()).await.unwrap();
    lease.release().await.unwrap();
    // The first says whose journal it is, the second who opened it.
    assert_eq!(names(&store, "log").await.len(), 3);
    assert_eq!(bucket.history().await.unwrap().unwrap().records.len(), 100);
}

#[tokio::test]
async fn whoever_opens_ends_the_writing_of_whoever_opened_before_even_if_no_lease_told_him() {
    let store = Arc::new(InMemory::new());
    let bucket = bucket(&store);
    let mut stale = open(&bucket, "1").await.unwrap();
    stale.journal.record(record(0)).await.unwrap();
    let seen = bucket.status().await.unwrap().unwrap();
    assert!(bucket.unlock(&seen).await.unwrap());
    let mut fresh = open(&bucket, "2").await.unwrap();
    assert!(stale.journal.hold().check().is_ok(), "the lease has not told it yet");
    let refused = stale.journal.record(record(1)).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Fenced { holder: Some(holder), .. } if holder.run == "2"), "{refused}");
    assert!(matches!(stale.journal.record(record(1)).await, Err(StoreError::Broken)));
    fresh.journal.record(record(2)).await.unwrap();
    let history = bucket.history().await.unwrap().unwrap();
    assert_eq!(history.records, [record(0), record(2)]);
}

#[tokio::test]
async fn a_long_journal_is_opened_from_a_snapshot_and_keeps_its_history() {
    let store = Arc::new(InMemory::new());
    let bucket = bucket(&store);
    let state = write(&bucket, "1", 0..1000).await;
    let snapshots = names(&store, "snapshot").await;
    assert!(!snapshots.is_empty() && snapshots.len() <= 2, "{snapshots:?}");
    let last: u64 = snapshots.last().unwrap().parse().unwrap();
    // Opening does not look at what is before the snapshot.
    let before = store.get(&entry(last - 1)).await.unwrap().bytes().await.unwrap();
    store.put(&entry(last - 1), "damaged".into()).await.unwrap();
    assert_eq!(bucket.peek().await.unwrap(), Some(state.clone()));
    assert!(matches!(bucket.history().await, Err(StoreError::Corrupt { .. })), "the history does");
    store.put(&entry(last - 1), before.into()).await.unwrap();
    assert_eq!(bucket.history().await.unwrap().unwrap().state_at(1000), Some(state.clone()));
    // A snapshot that is lost or damaged costs time and nothing else.
    for name in snapshots {
        store.put(&Path::from(format!("states/web/prod/snapshot/{name}")), "damaged".into()).await.unwrap();
        assert_eq!(bucket.peek().await.unwrap(), Some(state.clone()));
    }
}

#[tokio::test]
async fn wherever_a_byte_is_changed_or_cut_the_object_and_its_line_are_named_and_nothing_is_written() {
    let store = Arc::new(InMemory::new());
    let bucket = bucket(&store);
    write(&bucket, "1", 0..2).await;
    let all = names(&store, "log").await.len() as u64;
    for number in 0..all {
        let whole = store.get(&entry(number)).await.unwrap().bytes().await.unwrap().to_vec();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            store.put(&entry(number), changed.into()).await.unwrap();
            // The blank after a checksum says nothing.
            if whole[at] == b' ' && whole[..at].iter().rev().take_while(|byte| **byte != b'\n').count() == 8 {
                continue;
            }
            let Err(error) = open(&bucket, "2").await.map(drop) else { panic!("{number}: {at} is not noticed") };
            let (path, line) = match error {
                StoreError::Corrupt { path, line, .. } => (path, line),
                other => panic!("{number}: {at}: {other}"),
            };
            assert!(path.to_string_lossy().contains(&format!("{number:020}")) && line <= 3, "{number}: {at}: {}", path.display());
            if at % 7 == 0 && at > 0 {
                store.put(&entry(number), whole[..at].to_vec().into()).await.unwrap();
                assert!(matches!(open(&bucket, "2").await.map(drop), Err(StoreError::Corrupt { .. })), "{number} cut at {at}");
            }
        }
        store.put(&entry(number), whole.into()).await.unwrap();
    }
    assert_eq!(names(&store, "log").await.len() as u64, all);
    let middle = entry(1);
    let object = store.get(&middle).await.unwrap().bytes().await.unwrap();
    store.delete(&middle).await.unwrap();
    let error = open(&bucket, "2").await.map(drop).unwrap_err().to_string();
    assert!(error.contains("the object 00000000000000000001 before it is missing"), "{error}");
    store.put(&middle, object.into()).await.unwrap();
    assert!(open(&bucket, "2").await.is_ok());
}

#[tokio::test]
async fn a_journal_of_another_stack_is_refused() {
    let store = Arc::new(InMemory::new());
    write(&bucket(&store), "1", 0..1).await;
    let other = Bucket::new(store as Arc<dyn ObjectStore>, Path::from("states/web/prod"), "memory:///states/web/prod", "shop/prod");
    assert!(matches!(other.peek().await, Err(StoreError::Foreign { .. })));
    assert!(matches!(open(&other, "2").await.map(drop), Err(StoreError::Foreign { .. })));
}

#[tokio::test]
async fn a_journal_that_was_moved_is_whole_there_and_cannot_be_used_here_any_more() {
    let (here, there) = (Arc::new(InMemory::new()), Arc::new(InMemory::new()));
    let (here, there) = (bucket(&here), bucket(&there));
    let state = write(&here, "1", 0..5).await;
    let Opened { journal, lease } = open(&here, "2").await.unwrap();
    let history = here.history().await.unwrap().unwrap();
    there.fill(&holder("2"), &history).await.unwrap();
    here.leave("s3://states").await.unwrap();
    drop(journal);
    lease.release().await.unwrap();
    assert_eq!(there.peek().await.unwrap(), Some(state));
    assert_eq!(there.history().await.unwrap().unwrap(), history);
    assert!(there.fill(&holder("3"), &history).await.is_err(), "a state is not written over");
    for refused in [here.peek().await.map(drop), open(&here, "3").await.map(drop), here.history().await.map(drop)] {
        assert!(matches!(&refused, Err(StoreError::Elsewhere { to, .. }) if to == "s3://states"), "{refused:?}");
    }
}

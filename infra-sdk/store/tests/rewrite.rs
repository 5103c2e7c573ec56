//! A journal in a bucket that is written anew: all of it or nothing, whenever the run dies, and no late writer.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::ops::Range;
use std::sync::Arc;

use futures::TryStreamExt as _;
use infra_apply::{Holder, SealError, StoreError};
use infra_core::Address;
use infra_plan::{Intent, Record};
use infra_store::object_store::memory::InMemory;
use infra_store::object_store::path::Path;
use infra_store::object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _};
use infra_store::{Bucket, Opened};
use support::Dying;

fn holder(run: &str) -> Holder {
    Holder { owner: "ann".into(), host: "box".into(), pid: 7, run: run.into(), command: "infra deploy web".into(), since: 0 }
}

fn record(name: &str) -> Record {
    Record::Begun { address: Address::new("t:t/t", name), intent: Intent::Delete { id: name.into() } }
}

fn old(numbers: Range<usize>) -> Vec<Record> {
    numbers.map(|number| record(&format!("old-{number}"))).collect()
}

/// What is written instead of what is old.
fn changed(record: Record) -> std::result::Result<Record, SealError> {
    let text = serde_json::to_string(&record).unwrap().replace("old-", "new-");
    Ok(serde_json::from_str(&text).unwrap())
}

fn new(numbers: Range<usize>) -> Vec<Record> {
    old(numbers).into_iter().map(|record| changed(record).unwrap()).collect()
}

fn bucket(store: &Arc<dyn ObjectStore>) -> Bucket {
    Bucket::new(Arc::clone(store), Path::from("states/web/prod"), "memory:///states/web/prod", "web/prod")
}

async fn write(bucket: &Bucket, run: &str, records: Vec<Record>) {
    let Opened { mut journal, lease } = bucket.open(&holder(run), || "salt".into()).await.unwrap();
    for record in records {
        journal.record(record).await.unwrap();
    }
    lease.release().await.unwrap();
}

async fn everything(store: &dyn ObjectStore) -> String {
    let paths: Vec<Path> = store.list(None).map_ok(|meta| meta.location).try_collect().await.unwrap();
    let mut all = String::new();
    for path in paths {
        all.push_str(&String::from_utf8_lossy(&store.get(&path).await.unwrap().bytes().await.unwrap()));
    }
    all
}

#[tokio::test]
async fn a_rewritten_journal_has_its_numbers_its_history_and_nothing_of_what_was() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let bucket = bucket(&store);
    assert_eq!(bucket.rewrite(&holder("1"), changed, |_| Vec::new()).await.unwrap(), None);
    assert_eq!(everything(store.as_ref()).await, "", "where there is no journal none is made");
    // Long enough for snapshots.
    write(&bucket, "1", old(0..300)).await;
    let refused = bucket.rewrite(&holder("2"), |_| Err(SealError("no".into())), |_| Vec::new()).await;
    assert!(matches!(refused, Err(StoreError::Unsealed { .. })));
    assert_eq!(bucket.history().await.unwrap().unwrap().records, old(0..300));

    assert_eq!(bucket.rewrite(&holder("3"), changed, |_| vec![record("more")]).await.unwrap(), Some(301));
    let all = everything(store.as_ref()).await;
    assert!(!all.contains("old-") && all.contains("new-299"));
    let expected = [new(0..300), vec![record("more")]].concat();
    assert_eq!(bucket.history().await.unwrap().unwrap().records, expected);
    let state = bucket.peek().await.unwrap().unwrap();
    assert_eq!((state.serial, state.salt.as_str()), (301, "salt"));
    assert_eq!(bucket.history().await.unwrap().unwrap().state(), state);

    // It goes on as ever, and can be written anew again.
    write(&bucket, "4", old(0..2)).await;
    assert_eq!(bucket.rewrite(&holder("5"), changed, |_| Vec::new()).await.unwrap(), Some(303));
    assert_eq!(bucket.history().await.unwrap().unwrap().records, [expected, new(0..2)].concat());
    assert!(!everything(store.as_ref()).await.contains("old-"));
    let again: Vec<_> = store.list(Some(&Path::from("states/web/prod/rewritten"))).try_collect().await.unwrap();
    assert_eq!(again.len(), 1);

    // Without a snapshot it is read from where it was written anew.
    let snapshots: Vec<ObjectMeta> = store.list(Some(&Path::from("states/web/prod/snapshot"))).try_collect().await.unwrap();
    let state = bucket.peek().await.unwrap();
    for snapshot in snapshots {
        store.put(&snapshot.location, "damaged".into()).await.unwrap();
    }
    assert_eq!(bucket.peek().await.unwrap(), state);
    write(&bucket, "6", vec![record("after")]).await;
    assert_eq!(bucket.history().await.unwrap().unwrap().records.len(), 304);
}

#[tokio::test]
async fn who_had_the_journal_open_before_cannot_write_to_it_after() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let bucket = bucket(&store);
    let mut stale = bucket.open(&holder("1"), || "salt".into()).await.unwrap();
    stale.journal.record(record("old-0")).await.unwrap();
    let held = bucket.rewrite(&holder("2"), changed, |_| Vec::new()).await;
    assert!(matches!(held, Err(StoreError::Lease(_))), "{held:?}");
    let seen = bucket.status().await.unwrap().unwrap();
    assert!(bucket.unlock(&seen).await.unwrap());
    bucket.rewrite(&holder("2"), changed, |_| Vec::new()).await.unwrap();
    let refused = stale.journal.record(record("late")).await.unwrap_err();
    assert!(matches!(refused, StoreError::Fenced { .. }), "{refused}");
    assert_eq!(bucket.history().await.unwrap().unwrap().records, new(0..1));
}

#[tokio::test]
async fn what_is_missing_of_it_is_found_and_is_no_state() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let bucket = bucket(&store);
    write(&bucket, "1", old(0..3)).await;
    bucket.rewrite(&holder("2"), changed, |_| Vec::new()).await.unwrap();
    let rewritten: Vec<ObjectMeta> = store.list(Some(&Path::from("states/web/prod/rewritten"))).try_collect().await.unwrap();
    let bytes = store.get(&rewritten[0].location).await.unwrap().bytes().await.unwrap();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for cut in [lines[..3].concat(), bytes[..bytes.len() - 5].to_vec(), lines[1..].concat(), Vec::new()] {
        store.put(&rewritten[0].location, cut.into()).await.unwrap();
        assert!(matches!(bucket.history().await, Err(StoreError::Corrupt { .. })));
    }
}

#[tokio::test]
async fn whenever_the_run_dies_the_journal_is_the_old_or_the_new_one_and_the_next_run_clears_up() {
    let mut ends = [0, 0];
    for calls in 0.. {
        let inner: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        write(&bucket(&inner), "1", old(0..40)).await;
        let dying: Arc<dyn ObjectStore> = Arc::new(Dying::after(calls, &inner));
        let died = bucket(&dying).rewrite(&holder("2"), changed, |_| Vec::new()).await.is_err();

        let bucket = bucket(&inner);
        if let Some(seen) = bucket.status().await.unwrap() {
            bucket.unlock(&seen).await.unwrap();
        }
        let history = bucket.history().await.unwrap().unwrap();
        assert!(history.records == old(0..40) || history.records == new(0..40), "after {calls} calls");
        assert_eq!(bucket.peek().await.unwrap().unwrap(), history.state(), "after {calls} calls");
        ends[usize::from(history.records == new(0..40))] += 1;
        write(&bucket, "3", vec![record("old-40")]).await;
        assert_eq!(bucket.rewrite(&holder("4"), changed, |_| Vec::new()).await.unwrap(), Some(41));
        assert_eq!(bucket.history().await.unwrap().unwrap().records, new(0..41), "after {calls} calls");
        assert!(!everything(inner.as_ref()).await.contains("old-"), "after {calls} calls");
        if !died {
            break;
        }
    }
    assert!(ends[0] >= 4 && ends[1] > 5, "{ends:?}");
}

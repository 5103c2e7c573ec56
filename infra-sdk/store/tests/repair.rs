//! Repairs of a journal in a bucket: whatever is damaged, all that can be known is kept, whenever the repair dies.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::sync::Arc;

use futures::TryStreamExt as _;
use infra_apply::{Holder, Repaired, StoreError};
use infra_core::Address;
use infra_plan::{Intent, Record, State};
use infra_store::object_store::memory::InMemory;
use infra_store::object_store::path::Path;
use infra_store::object_store::{ObjectStore, ObjectStoreExt as _};
use infra_store::{Bucket, Opened};
use support::Dying;

fn holder(run: &str) -> Holder {
    Holder { owner: "ann".into(), host: "box".into(), pid: 7, run: run.into(), command: "infra deploy web".into(), since: 5 }
}

fn record(number: usize) -> Record {
    Record::Begun { address: Address::new("t:t/t", format!("r{number}")), intent: Intent::Delete { id: number.to_string() } }
}

fn recovered(state: &State) -> Record {
    Record::Recovered { state: Box::new(state.clone()) }
}

/// A bucket with a journal, and the state after each record.
struct Written {
    memory: Arc<InMemory>,
    store: Arc<dyn ObjectStore>,
    states: Vec<State>,
}

impl Written {
    fn over(memory: InMemory, states: Vec<State>) -> Written {
        let memory = Arc::new(memory);
        Written { store: Arc::clone(&memory) as Arc<dyn ObjectStore>, memory, states }
    }

    /// The same once more.
    fn copy(&self) -> Written {
        Written::over(self.memory.fork(), self.states.clone())
    }

    /// That many records, one an object after the first two, from one run.
    async fn new(records: usize) -> Written {
        Written::over(InMemory::new(), vec![State::new("salt")]).write("1", 0..records).await
    }

    async fn write(mut self, run: &str, records: std::ops::Range<usize>) -> Written {
        let Opened { mut journal, lease } = self.bucket().open(&holder(run), || "salt".into()).await.unwrap();
        for number in records {
            journal.record(record(number)).await.unwrap();
            self.states.push(journal.state().clone());
        }
        lease.release().await.unwrap();
        self
    }

    fn bucket(&self) -> Bucket {
        Bucket::new(Arc::clone(&self.store), Path::from("states/web/prod"), "memory:///states/web/prod", "web/prod")
    }

    /// The object with a record: the first are the header and the one that opened the journal.
    fn entry(record: usize) -> Path {
        Path::from(format!("states/web/prod/log/{:020}", record + 1))
    }

    async fn bytes(&self, path: &Path) -> Vec<u8> {
        self.store.get(path).await.unwrap().bytes().await.unwrap().to_vec()
    }

    /// Damages a record, counted from 1.
    async fn damage(&self, record: usize) {
        let text = String::from_utf8(self.bytes(&Written::entry(record)).await).unwrap();
        assert!(text.contains("t:t/t:r"));
        self.store.put(&Written::entry(record), text.replacen("t:t/t:r", "t:t/t:x", 1).into()).await.unwrap();
    }

    async fn names(&self, folder: &str) -> Vec<Path> {
        let listed = self.store.list(Some(&Path::from(format!("states/web/prod/{folder}"))));
        let mut paths: Vec<Path> = listed.map_ok(|meta| meta.location).try_collect().await.unwrap();
        paths.sort();
        paths
    }

    async fn repair(&self) -> Repaired {
        self.bucket().repair(&holder("repair"), |_| true).await.unwrap().unwrap()
    }

    async fn records(&self) -> Vec<Record> {
        self.bucket().history().await.unwrap().unwrap().records
    }

    async fn state(&self) -> State {
        self.bucket().peek().await.unwrap().unwrap()
    }

    /// After which record the newest snapshot is.
    async fn snapshot(&self) -> usize {
        let name = self.names("snapshot").await.last().unwrap().filename().unwrap().parse::<usize>().unwrap();
        name - 1
    }
}

#[tokio::test]
async fn a_repair_keeps_what_is_before_the_damage_and_sets_the_rest_aside() {
    let written = Written::new(4).await;
    let bucket = written.bucket();
    assert_eq!(written.repair().await, Repaired::default());
    written.damage(2).await;
    let damaged = written.bytes(&Written::entry(2)).await;
    let looked = bucket.repair(&holder("3"), |_| false).await.unwrap().unwrap();
    let [damage] = &looked.damages[..] else { panic!("{looked:?}") };
    assert_eq!((damage.line, damage.before, damage.known, &looked.aside), (2, 1, None, &None));
    assert!(damage.problem.contains("log/00000000000000000003"), "{}", damage.problem);
    let said: Vec<&Record> = damage.lost.iter().filter_map(|(_, record)| record.as_ref()).collect();
    assert_eq!(said[1..], [&record(2), &record(3)]);
    assert!(bucket.open(&holder("4"), || "other".into()).await.is_err(), "nothing happens before it is agreed to");
    let repaired = written.repair().await;
    assert_eq!((repaired.kept(), repaired.aside.unwrap().to_str().unwrap()), (vec![1..=1], "memory:///states/web/prod/damaged-5"));
    assert_eq!(written.bytes(&Path::from("states/web/prod/damaged-5/00000000000000000003")).await, damaged);
    let written = written.write("6", 9..10).await;
    assert_eq!(written.records().await, [record(0), record(9)]);
    assert_eq!(written.state().await.serial, 2);
    assert_eq!(written.repair().await, Repaired::default());
}

#[tokio::test]
async fn damage_before_a_snapshot_costs_history_and_neither_state_nor_what_came_after() {
    let whole = Written::new(700).await;
    let snapshot = whole.snapshot().await;
    let first = whole.names("snapshot").await[0].filename().unwrap().parse::<usize>().unwrap() - 1;
    assert!(first < snapshot && snapshot < 700, "{first} {snapshot}");
    for (damaged, point) in [(3, first), (first, first), (first + 1, snapshot)] {
        let written = whole.copy();
        written.damage(damaged).await;
        assert_eq!(written.state().await, written.states[700]);
        assert!(matches!(written.bucket().history().await, Err(StoreError::Corrupt { .. })));
        let repaired = written.repair().await;
        let [damage] = &repaired.damages[..] else { panic!("{repaired:?}") };
        assert_eq!((damage.before, damage.known), (damaged as u64 - 1, Some(point as u64)));
        let expected: Vec<Record> =
            (0..damaged - 1).map(record).chain([recovered(&written.states[point])]).chain((point..700).map(record)).collect();
        assert_eq!(written.records().await, expected);
        assert_eq!(written.state().await, written.states[700]);
        let history = written.bucket().history().await.unwrap().unwrap();
        assert_eq!(history.state_at(point as u64).as_ref(), Some(&written.states[point]));
        assert_eq!(history.state_at(damaged as u64 - 1).as_ref(), Some(&written.states[damaged - 1]));
        // Without a snapshot it opens as well, and goes on.
        for path in written.names("snapshot").await {
            written.store.delete(&path).await.unwrap();
        }
        assert_eq!(written.state().await, written.states[700]);
        let written = written.write("2", 700..702).await;
        assert_eq!((written.state().await.serial, written.repair().await), (702, Repaired::default()));
    }
}

#[tokio::test]
async fn objects_that_are_missing_emptied_or_cut_are_damage_like_any_other() {
    let whole = Written::new(400).await;
    let snapshot = whole.snapshot().await;
    for what in ["missing", "empty", "cut", "header", "end"] {
        let written = whole.copy();
        let path = match what {
            "header" => Path::from("states/web/prod/log/00000000000000000000"),
            "end" => Written::entry(400),
            _ => Written::entry(7),
        };
        match what {
            "missing" | "header" => written.store.delete(&path).await.unwrap(),
            "empty" => drop(written.store.put(&path, "".into()).await.unwrap()),
            _ => {
                // Between its two lines.
                let bytes = written.bytes(&path).await;
                let end = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
                written.store.put(&path, bytes[..end].to_vec().into()).await.unwrap();
            }
        }
        let repaired = written.repair().await;
        let (expected, state): (Vec<Record>, _) = match what {
            "header" => ([recovered(&written.states[snapshot])].into_iter().chain((snapshot..400).map(record)).collect(), 400),
            "end" => ((0..399).map(record).collect(), 399),
            _ => ((0..6).map(record).chain([recovered(&written.states[snapshot])]).chain((snapshot..400).map(record)).collect(), 400),
        };
        assert_eq!(written.records().await, expected, "{what}: {:?}", repaired.damages[0].problem);
        assert_eq!(written.state().await, written.states[state], "{what}");
        let problem = &repaired.damages[0].problem;
        let said = match what {
            "missing" | "header" => "the object is missing in ",
            "empty" => "the object is empty in ",
            _ => "the object has 0 of 1 records: it is not whole in ",
        };
        assert!(problem.starts_with(said) && problem.ends_with(path.filename().unwrap()), "{what}: {problem}");
    }
}

#[tokio::test]
async fn where_the_snapshots_are_damaged_too_the_records_before_the_damage_are_kept() {
    let written = Written::new(400).await;
    for path in written.names("snapshot").await {
        written.store.put(&path, "damaged".into()).await.unwrap();
    }
    assert_eq!(written.repair().await, Repaired::default(), "a sound journal needs no snapshot");
    written.damage(9).await;
    assert_eq!(written.repair().await.kept(), [1..=8]);
    assert_eq!((written.records().await, written.state().await), ((0..8).map(record).collect(), written.states[8].clone()));
}

#[tokio::test]
async fn a_journal_that_was_written_anew_is_repaired_like_any_other() {
    let written = Written::new(20).await;
    written.bucket().rewrite(&holder("key"), Ok, |_| Vec::new()).await.unwrap();
    let rewritten = written.names("rewritten").await.remove(0);
    let written = written.write("2", 20..22).await;
    let text = String::from_utf8(written.bytes(&rewritten).await).unwrap();
    written.store.put(&rewritten, text.replacen("t:t/t:r4", "t:t/t:x4", 1).into()).await.unwrap();
    assert!(matches!(written.bucket().history().await, Err(StoreError::Corrupt { .. })));
    assert_eq!(written.state().await, written.states[22]);
    let repaired = written.repair().await;
    assert_eq!((repaired.damages[0].before, repaired.damages[0].known), (4, Some(20)));
    let expected: Vec<Record> = (0..4).map(record).chain([recovered(&written.states[20]), record(20), record(21)]).collect();
    assert_eq!((written.records().await, written.state().await), (expected, written.states[22].clone()));
    // Without that snapshot, what comes after the damage cannot be known. Neither can it be where only the end is missing.
    for cut in [false, true] {
        let written = Written::new(20).await;
        written.bucket().rewrite(&holder("key"), Ok, |_| Vec::new()).await.unwrap();
        let rewritten = written.names("rewritten").await.remove(0);
        let written = written.write("2", 20..22).await;
        let text = match cut {
            true => text.split_inclusive('\n').take(5).collect(),
            false => text.replacen("t:t/t:r4", "t:t/t:x4", 1),
        };
        written.store.put(&rewritten, text.into()).await.unwrap();
        for path in written.names("snapshot").await {
            written.store.delete(&path).await.unwrap();
        }
        assert_eq!(written.repair().await.kept(), [1..=4]);
        assert_eq!((written.records().await, written.state().await), ((0..4).map(record).collect(), written.states[4].clone()));
    }
}

#[tokio::test]
async fn where_not_even_the_first_line_can_be_known_the_journal_begins_anew_and_all_of_it_is_set_aside() {
    let written = Written::new(3).await;
    let header = Path::from("states/web/prod/log/00000000000000000000");
    written.store.put(&header, "damaged".into()).await.unwrap();
    let all = written.names("log").await.len();
    assert_eq!(written.repair().await.kept(), []);
    assert_eq!(written.names("damaged-5").await.len(), all);
    assert_eq!(written.bucket().peek().await.unwrap(), None);
    assert_eq!(written.write("2", 0..1).await.state().await.serial, 1);
}

#[tokio::test]
async fn whoever_had_the_journal_open_before_a_repair_writes_nothing_more() {
    let written = Written::new(4).await;
    let Opened { mut journal, lease: _lease } = written.bucket().open(&holder("late"), || "salt".into()).await.unwrap();
    let seen = written.bucket().status().await.unwrap().unwrap();
    written.bucket().unlock(&seen).await.unwrap();
    written.damage(2).await;
    written.repair().await;
    assert!(journal.record(record(9)).await.is_err());
    assert_eq!(written.records().await, [record(0)]);
}

#[tokio::test]
async fn whenever_a_repair_dies_the_journal_is_the_damaged_or_the_repaired_one_and_the_next_one_ends_it() {
    let whole = Written::new(400).await;
    let snapshot = whole.snapshot().await;
    let early = snapshot - 3;
    for damaged in [[early, early], [397, 397], [early, 398]] {
        let mut ends = [0, 0];
        for calls in 0.. {
            let written = whole.copy();
            for damaged in damaged {
                let text = String::from_utf8(written.bytes(&Written::entry(damaged)).await).unwrap();
                written.store.put(&Written::entry(damaged), text.replacen("t:t/t:r", "t:t/t:x", 1).into()).await.unwrap();
            }
            let expected: Vec<Record> = match damaged {
                [first, end] if first == early => {
                    let after = snapshot..if end == early { 400 } else { end - 1 };
                    (0..early - 1).map(record).chain([recovered(&written.states[snapshot])]).chain(after.map(record)).collect()
                }
                [end, _] => (0..end - 1).map(record).collect(),
            };
            let dying: Arc<dyn ObjectStore> = Arc::new(Dying::after(calls, &written.store));
            let alive = Written { store: dying, ..written.copy() }.bucket().repair(&holder("dead"), |_| true).await.is_ok();
            if let Some(seen) = written.bucket().status().await.unwrap() {
                written.bucket().unlock(&seen).await.unwrap();
            }
            match written.bucket().history().await {
                Ok(history) => {
                    let history = history.unwrap();
                    assert_eq!(history.records, expected, "after {calls} calls");
                    assert_eq!(written.state().await, history.state(), "after {calls} calls");
                    ends[1] += 1;
                }
                Err(StoreError::Corrupt { .. }) => ends[0] += 1,
                Err(error) => panic!("after {calls} calls: {error}"),
            }
            written.repair().await;
            assert_eq!(written.records().await, expected, "after {calls} calls");
            assert_eq!(written.write("2", 0..1).await.repair().await, Repaired::default(), "after {calls} calls");
            if alive {
                break;
            }
        }
        assert!(ends[0] >= 4 && ends[1] >= 3, "{ends:?}");
    }
}

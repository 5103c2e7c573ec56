//! Wherever a journal is damaged, and its snapshot with it, whatever can be known is kept, whenever the repair dies.

mod chance;

use infra_core::Address;
use infra_plan::Intent;

use super::super::History;
use super::*;

const OF: &str = "web/local";

fn record(name: &str) -> Record {
    Record::Begun { address: Address::new("t:t/t", name), intent: Intent::Delete { id: name.into() } }
}

/// A journal, with a snapshot of what is known after one of its records.
struct Written {
    folder: tempfile::TempDir,
    path: PathBuf,
    bytes: Vec<u8>,
    /// The state after each record; the first is before all.
    states: Vec<State>,
}

impl Written {
    async fn new(names: &[&str]) -> Written {
        // In memory where there is such a place, as thousands of files are synced here.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let path = folder.path().join("journal");
        let (mut journal, _) = FileLog::open(&path, OF, || "salt".into()).unwrap();
        let mut states = vec![journal.state().clone()];
        for name in names {
            journal.record(record(name)).await.unwrap();
            states.push(journal.state().clone());
        }
        drop(journal);
        let bytes = fs::read(&path).unwrap();
        Written { folder, path, bytes, states }
    }

    /// The same with a snapshot after a record.
    fn with_snapshot(self, serial: usize) -> Written {
        self.again(serial);
        self
    }

    /// Where a line ends, counted from 1.
    fn end_of(&self, line: usize) -> usize {
        let mut ends = self.bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        ends.nth(line - 1).unwrap()
    }

    fn damage(&self, at: usize) -> Vec<u8> {
        let mut damaged = self.bytes.clone();
        damaged[at] ^= 1;
        fs::write(&self.path, &damaged).unwrap();
        damaged
    }

    /// Damages something within a record.
    fn damage_record(&self, serial: usize) {
        let mut bytes = fs::read(&self.path).unwrap();
        bytes[self.end_of(serial) + 20..self.end_of(serial) + 30].fill(b'?');
        fs::write(&self.path, &bytes).unwrap();
    }

    fn repair(&self) -> Repaired {
        FileLog::repair(&self.path, OF, |_| true).unwrap().unwrap()
    }

    fn state(&self) -> State {
        FileLog::open(&self.path, OF, || "other".into()).unwrap().0.into_state()
    }

    fn history(&self) -> History {
        FileLog::history(&self.path, OF).unwrap().unwrap()
    }

    /// Puts the journal back as it was written, and a snapshot beside it.
    fn again(&self, serial: usize) {
        fs::write(&self.path, &self.bytes).unwrap();
        let length = self.end_of(serial + 1);
        let last = Read::all(&self.bytes[..length], &self.path, OF, |_| {}).unwrap().last;
        let state = self.states[serial].clone();
        snapshot::write(&self.path, &Snapshot { of: OF.into(), length: length as u64, last, state }).unwrap();
    }
}

fn recovered(state: &State) -> Record {
    Record::Recovered { state: Box::new(state.clone()) }
}

#[tokio::test]
async fn a_sound_journal_is_left_as_it_is_and_a_torn_one_loses_its_tail_only() {
    let Written { folder, path, bytes, .. } = Written::new(&["a", "b", "c"]).await;
    assert_eq!(FileLog::repair(&folder.path().join("none"), OF, |_| true).unwrap(), None);
    assert_eq!(FileLog::repair(&path, OF, |_| true).unwrap(), Some(Repaired::default()));
    assert_eq!(fs::read(&path).unwrap(), bytes);
    fs::write(&path, [bytes.as_slice(), b"0123"].concat()).unwrap();
    assert_eq!(FileLog::repair(&path, OF, |_| false).unwrap().unwrap().torn, 4);
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[tokio::test]
async fn wherever_a_byte_is_damaged_all_that_the_checksums_show_is_kept_and_the_file_set_aside() {
    let written = Written::new(&["a", "b", "c"]).await;
    let line = |at: usize| written.bytes[..at].iter().filter(|byte| **byte == b'\n').count();
    for at in 0..written.bytes.len() {
        let damaged = written.damage(at);
        let Ok(looked) = FileLog::repair(&written.path, OF, |_| false) else { panic!("damaged at {at}") };
        let looked = looked.unwrap();
        assert_eq!(looked.aside, None);
        if looked.damages.is_empty() {
            // The blank after a checksum says nothing, and before a lost last end of a line is an unfinished record.
            assert!(damaged[at] == b'!' || (at == damaged.len() - 1 && looked.torn > 0), "damaged at {at}");
            continue;
        }
        assert_eq!(fs::read(&written.path).unwrap(), damaged, "nothing happens before it is agreed to");
        let repaired = written.repair();
        let aside = repaired.aside.unwrap();
        assert_eq!(fs::read(&aside).unwrap(), damaged, "damaged at {at}");
        let (mut journal, _) = FileLog::open(&written.path, OF, || "other".into()).unwrap();
        assert_eq!(journal.state().serial, repaired.last, "damaged at {at}");
        // A checksum is known again from the line that it is of, where the next line is there to prove it, and the end
        // between two lines from both.
        let in_line = at - (0..line(at)).map(|line| written.end_of(line + 1)).max().unwrap_or(0);
        let kept = match line(at) {
            0 if looked.damages[0].known.is_none() => 0,
            0 => 3,
            line if line < 3 && (in_line < 8 || written.bytes[at] == b'\n') => 3,
            line => line as u64 - 1,
        };
        assert_eq!(repaired.last, kept, "damaged at {at}: {looked:?}");
        if kept > 0 {
            assert_eq!(journal.state(), &written.states[usize::try_from(kept).unwrap()]);
        }
        journal.record(record("d")).await.unwrap();
        fs::remove_file(aside).unwrap();
    }
}

#[tokio::test]
async fn what_the_damaged_lines_say_can_be_read() {
    let written = Written::new(&["a", "b", "c"]).await;
    let text = String::from_utf8(written.bytes.clone()).unwrap().replacen("t:t/t:b", "t:t/t:x", 1);
    fs::write(&written.path, text).unwrap();
    let repaired = FileLog::repair(&written.path, OF, |_| false).unwrap().unwrap();
    let [damage] = &repaired.damages[..] else { panic!("{repaired:?}") };
    assert_eq!((damage.line, damage.before, damage.known), (3, 1, None));
    assert_eq!(repaired.kept(), [1..=1]);
    let lost: Vec<usize> = damage.lost.iter().filter(|(_, record)| record.is_some()).map(|(line, _)| *line).collect();
    assert_eq!(lost, [3, 4]);
    assert_eq!(damage.lost[1].1, Some(record("c")));
}

#[tokio::test]
async fn wherever_the_damage_is_before_what_a_snapshot_stands_for_the_state_and_all_after_it_are_kept() {
    let names = ["a", "b", "c", "d", "e", "f"];
    for snapshot in 1..=6 {
        let written = Written::new(&names).await.with_snapshot(snapshot);
        for at in 0..written.end_of(snapshot + 1) - 1 {
            let damaged = written.damage(at);
            let repaired = written.repair();
            assert_eq!(written.state(), written.states[6], "damaged at {at}, snapshot after {snapshot}");
            let history = written.history();
            assert_eq!(history.last(), 6);
            for (number, _) in history.numbered() {
                assert_eq!(history.state_at(number).as_ref(), written.states.get(usize::try_from(number).unwrap()), "{number} at {at}");
            }
            let line = written.bytes[..at].iter().filter(|byte| **byte == b'\n').count();
            let lost = repaired.damages.iter().find(|damage| damage.known != Some(damage.before));
            match lost {
                // The header, a checksum, or a blank.
                None => assert_eq!(history.records, names.map(record), "damaged at {at}"),
                Some(damage) => {
                    assert_eq!((damage.before + 1, damage.known), (line.max(1) as u64, Some(snapshot as u64)), "damaged at {at}");
                    let expected: Vec<Record> = (0..line.saturating_sub(1))
                        .map(|at| record(names[at]))
                        .chain([recovered(&written.states[snapshot])])
                        .chain(names[snapshot..].iter().map(|name| record(name)))
                        .collect();
                    assert_eq!(history.records, expected, "damaged at {at}");
                }
            }
            if let Some(aside) = repaired.aside {
                assert_eq!(fs::read(&aside).unwrap(), damaged);
                assert_eq!(FileLog::repair(&written.path, OF, |_| panic!("it is sound")).unwrap(), Some(Repaired::default()));
                // What it opens with now is its own.
                assert!(snapshot::read(&written.path, OF, "salt", &fs::read(&written.path).unwrap()).is_some());
                fs::remove_file(snapshot::beside(&aside)).unwrap();
                fs::remove_file(aside).unwrap();
            }
            written.again(snapshot);
        }
    }
}

#[tokio::test]
async fn a_damage_after_what_the_snapshot_stands_for_ends_the_journal_there_and_the_history_is_whole() {
    let written = Written::new(&["a", "b", "c", "d"]).await.with_snapshot(2);
    written.damage_record(4);
    let repaired = written.repair();
    assert_eq!((repaired.damages.len(), repaired.damages[0].known, repaired.kept()), (1, None, vec![1..=3]));
    assert_eq!(written.state(), written.states[3]);
    assert_eq!(written.history().records, ["a", "b", "c"].map(record));
}

#[tokio::test]
async fn damages_before_and_after_the_snapshot_leave_what_is_between() {
    let written = Written::new(&["a", "b", "c", "d", "e", "f"]).await.with_snapshot(3);
    written.damage_record(2);
    written.damage_record(5);
    let repaired = written.repair();
    let found: Vec<_> = repaired.damages.iter().map(|damage| (damage.line, damage.before, damage.known)).collect();
    assert_eq!(found, [(3, 1, Some(3)), (6, 4, None)]);
    assert_eq!(repaired.kept(), [1..=1, 4..=4]);
    assert_eq!(written.history().records, [record("a"), recovered(&written.states[3]), record("d")]);
    assert_eq!(written.state(), written.states[4]);
}

#[tokio::test]
async fn where_the_snapshot_is_damaged_too_the_records_before_the_damage_are_kept_and_both_files_set_aside() {
    let written = Written::new(&["a", "b", "c"]).await.with_snapshot(3);
    let beside = snapshot::beside(&written.path);
    let mut bytes = fs::read(&beside).unwrap();
    bytes[30] ^= 1;
    fs::write(&beside, &bytes).unwrap();
    assert_eq!(written.repair(), Repaired::default(), "a sound journal needs no snapshot");
    assert_eq!(written.state(), written.states[3]);
    written.damage_record(2);
    let repaired = written.repair();
    assert_eq!((repaired.kept(), written.state()), (vec![1..=1], written.states[1].clone()));
    assert_eq!(fs::read(snapshot::beside(&repaired.aside.unwrap())).unwrap(), bytes);
}

#[tokio::test]
async fn where_the_end_of_a_journal_is_lost_in_place_the_snapshot_still_says_the_state_and_a_torn_tail_is_dropped() {
    let written = Written::new(&["a", "b", "c"]).await.with_snapshot(3);
    for torn in [&b""[..], b"0123"] {
        let mut bytes = written.bytes.clone();
        let first = written.end_of(2);
        let end = bytes.len() - 1;
        bytes[first..end].fill(b'#');
        fs::write(&written.path, [bytes.as_slice(), torn].concat()).unwrap();
        let repaired = written.repair();
        assert_eq!((repaired.torn, repaired.kept()), (torn.len(), vec![1..=1]));
        assert_eq!(written.state(), written.states[3]);
        written.again(3);
    }
}

#[tokio::test]
async fn where_the_very_line_is_missing_that_the_snapshot_ends_with_the_next_one_shows_that_it_is_of_this_journal() {
    let written = Written::new(&["a", "b", "c", "d", "e"]).await.with_snapshot(3);
    fs::write(&written.path, [&written.bytes[..written.end_of(3)], &written.bytes[written.end_of(4)..]].concat()).unwrap();
    let repaired = written.repair();
    assert_eq!((repaired.damages[0].line, repaired.damages[0].known, repaired.kept()), (4, Some(3), vec![1..=2, 4..=5]));
    assert_eq!(written.state(), written.states[5]);
}

#[tokio::test]
async fn a_snapshot_of_a_journal_that_went_on_in_another_way_is_not_taken_for_its_state() {
    let written = Written::new(&["a", "b", "c", "d"]).await.with_snapshot(3);
    // The file was put back as it was after the first record, and other things were recorded since.
    fs::write(&written.path, &written.bytes[..written.end_of(2)]).unwrap();
    let (mut journal, _) = FileLog::open(&written.path, OF, || "other".into()).unwrap();
    for name in ["x", "y", "z"] {
        journal.record(record(name)).await.unwrap();
    }
    drop(journal);
    written.damage_record(1);
    let repaired = written.repair();
    assert_eq!((repaired.damages[0].known, repaired.last), (None, 0));
}

#[tokio::test]
async fn a_line_that_somebody_put_in_takes_nothing_with_it() {
    let written = Written::new(&["a", "b", "c"]).await;
    let at = written.end_of(2);
    fs::write(&written.path, [&written.bytes[..at], b"see the wiki\n\n", &written.bytes[at..]].concat()).unwrap();
    let repaired = written.repair();
    assert_eq!((repaired.damages.len(), repaired.damages[0].line, repaired.kept()), (1, 3, vec![1..=3]));
    assert_eq!(fs::read(&written.path).unwrap(), written.bytes);
}

#[tokio::test]
async fn a_repaired_journal_that_is_damaged_again_has_its_state_from_the_record_of_the_repair() {
    let written = Written::new(&["a", "b", "c", "d"]).await.with_snapshot(3);
    written.damage_record(2);
    written.repair();
    FileLog::forget_snapshot(&written.path).unwrap();
    written.damage_record(1);
    let repaired = written.repair();
    assert_eq!((repaired.damages[0].before, repaired.damages[0].known, repaired.kept()), (0, Some(3), vec![4..=4]));
    assert_eq!(written.state(), written.states[4]);
    assert_eq!(written.history().records, [recovered(&written.states[3]), record("d")]);
}

#[tokio::test]
async fn a_damaged_first_line_is_known_again_from_what_is_after_it_and_without_that_nothing_is_lost_for_good() {
    let written = Written::new(&["a", "b", "c"]).await;
    for (from, to) in [("\"format\":1", "\"format\":7"), ("web/local", "web/lokal")] {
        fs::write(&written.path, String::from_utf8(written.bytes.clone()).unwrap().replacen(from, to, 1)).unwrap();
        assert!(matches!(FileLog::open(&written.path, OF, || "new".into()), Err(StoreError::Corrupt { line: 1, .. })));
        assert_eq!(written.repair().kept(), [1..=3]);
        assert_eq!(fs::read(&written.path).unwrap(), written.bytes);
    }
    let damaged = String::from_utf8(written.bytes.clone()).unwrap().replacen("\"salt\":\"salt\"", "\"salt\":\"sugar", 1);
    fs::write(&written.path, &damaged).unwrap();
    let repaired = written.repair();
    assert_eq!(repaired.kept(), []);
    assert_eq!(fs::read_to_string(repaired.aside.unwrap()).unwrap(), damaged);
    assert_eq!(FileLog::open(&written.path, OF, || "new".into()).unwrap().0.state().serial, 0);
    // The snapshot has the salt.
    written.again(1);
    fs::write(&written.path, &damaged).unwrap();
    assert_eq!(written.repair().kept(), [1..=3]);
    assert_eq!(fs::read(&written.path).unwrap(), written.bytes);
}

#[tokio::test]
async fn a_line_of_a_newer_engine_is_no_damage() {
    let Written { path, mut bytes, folder: _folder, .. } = Written::new(&["a", "b", "c"]).await;
    let last = Read::all(&bytes, &path, OF, |_| {}).unwrap().last;
    line::write(last, &serde_json::json!({ "dreamt": { "address": "t:t/t:a" } }), &mut bytes).unwrap();
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(FileLog::repair(&path, OF, |_| true), Err(StoreError::Newer { line: 5, .. })));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[tokio::test]
async fn a_journal_in_use_is_not_repaired() {
    let Written { path, folder: _folder, .. } = Written::new(&["a"]).await;
    let running = FileLog::open(&path, OF, || "salt".into()).unwrap();
    assert!(matches!(FileLog::repair(&path, OF, |_| true), Err(StoreError::Locked { .. })));
    drop(running);
    assert!(matches!(FileLog::repair(&path, "other/local", |_| true), Err(StoreError::Foreign { .. })));
}

#[tokio::test]
async fn whenever_a_repair_dies_the_journal_is_the_damaged_or_the_repaired_one_and_the_next_one_ends_it() {
    for (damaged, snapshot) in [(2, Some(4)), (2, None), (5, Some(4))] {
        let mut ends = [0, 0];
        for steps in 0.. {
            let mut written = Written::new(&["a", "b", "c", "d", "e", "f"]).await;
            if let Some(serial) = snapshot {
                written = written.with_snapshot(serial);
            }
            written.damage_record(damaged);
            let before = fs::read(&written.path).unwrap();
            let expected = match snapshot {
                Some(snapshot) if snapshot >= damaged => &written.states[6],
                _ => &written.states[damaged - 1],
            };
            let mut left = steps;
            let died = repair(&written.path, OF, |_| true, &mut || {
                left -= 1;
                if left < 0 { Err(io::Error::other("killed")) } else { Ok(()) }
            });
            // Half of what was being written may be there.
            for entry in fs::read_dir(written.folder.path()).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|extension| extension == "new") {
                    let bytes = fs::read(&path).unwrap();
                    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
                }
            }
            let now = fs::read(&written.path).unwrap();
            ends[usize::from(now != before)] += 1;
            if now == before && snapshot == Some(4) && damaged == 2 {
                assert_eq!(&written.state(), &written.states[6], "the snapshot is still there after {steps} steps");
            }
            if now != before {
                assert_eq!(&written.state(), expected, "after {steps} steps");
            }
            written.repair();
            assert_eq!(&written.state(), expected, "after {steps} steps");
            assert_eq!(&written.history().state(), expected, "after {steps} steps");
            assert!(written.folder.path().join("journal.damaged-1").exists());
            if died.is_ok() {
                break;
            }
        }
        assert!(ends[0] >= 6 && ends[1] >= 2, "{ends:?}");
    }
}

//! Journals and snapshots that are spoiled by chance: nothing that is kept was not recorded.

use super::*;

/// A few numbers that look like chance, from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

#[tokio::test]
async fn whatever_happens_to_a_journal_and_its_snapshot_what_is_kept_is_what_was_recorded() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let written = Written::new(&names).await;
    let mut found = [0; 3];
    for seed in 0..1000 {
        let mut chance = Chance(seed);
        written.again(1 + chance.below(names.len()));
        for _ in 0..=chance.below(3) {
            let path = if chance.below(8) == 0 { snapshot::beside(&written.path) } else { written.path.clone() };
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, spoiled(bytes, &mut chance)).unwrap();
        }
        let repaired = match FileLog::repair(&written.path, OF, |_| true) {
            Ok(repaired) => repaired.unwrap(),
            Err(error) => panic!("{seed}: {error}"),
        };
        found[if repaired.damages.is_empty() { 0 } else { 1 + usize::from(repaired.damages.iter().any(|d| d.known.is_none())) }] += 1;
        let state = written.state();
        let serial = usize::try_from(state.serial).unwrap();
        if serial > 0 {
            assert_eq!(&state, &written.states[serial], "{seed}: {repaired:?}");
        }
        let history = written.history();
        for (number, record_there) in history.numbered() {
            let number = usize::try_from(number).unwrap();
            assert_eq!(history.state_at(number as u64).as_ref(), Some(&written.states[number]), "{seed}");
            assert!(matches!(record_there, Record::Recovered { .. }) || *record_there == record(names[number - 1]), "{seed}");
        }
        assert_eq!(history.state(), state, "{seed}");
        assert_eq!(FileLog::repair(&written.path, OF, |_| panic!("{seed} is sound")).unwrap().unwrap().damages, []);
        if let Some(aside) = repaired.aside {
            let beside = snapshot::beside(&aside);
            fs::remove_file(aside).and(fs::remove_file(beside)).unwrap();
        }
    }
    assert!(found.iter().all(|count| *count > 50), "{found:?}");
}

/// Bytes changed, cut off, zeroed or put in; lines taken out, doubled or moved.
fn spoiled(mut bytes: Vec<u8>, chance: &mut Chance) -> Vec<u8> {
    if bytes.is_empty() {
        return bytes;
    }
    let at = chance.below(bytes.len());
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let line = chance.below(lines.len());
    match chance.below(8) {
        0 => bytes[at] ^= 1 << chance.below(8),
        1 => {
            let end = (at + chance.below(200)).min(bytes.len());
            bytes[at..end].fill(0);
        }
        2 => bytes.truncate(at),
        3 => drop(bytes.splice(at..at, *b"\nmine")),
        4 => drop(bytes.drain(at..(at + 150).min(at.max(bytes.len())))),
        5 => return [&lines[..line], &lines[line + 1..]].concat().concat(),
        6 => return [&lines[..=line], &lines[line..]].concat().concat(),
        _ => {
            let other = chance.below(lines.len());
            lines.swap(line, other);
            return lines.concat();
        }
    }
    bytes
}

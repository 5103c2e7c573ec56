//! What can be kept of a damaged journal, and what follows the damage.

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use infra_plan::Record;
use serde::de::IgnoredAny;

use super::FileLog;
use super::file::{lock, read_all};
use super::line;
use super::read::{Read, is_torn_header};
use crate::store::StoreError;

/// Where a journal is damaged.
#[derive(Clone, Debug, PartialEq)]
pub struct Damage {
    /// The first damaged line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
    /// How many records are before it.
    pub kept: u64,
    /// What the damaged line and those after it say, where that can be read at all: the line, and its record. Their
    /// checksums say nothing, so that they are for reading only.
    pub after: Vec<(usize, Option<Record>)>,
}

/// What a repair found, and did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repaired {
    /// How many bytes of an unfinished record were dropped from the end.
    pub torn: usize,
    /// The damage.
    pub damage: Option<Damage>,
    /// Where the journal as it was is now, if something of it was damaged and is cut off.
    pub aside: Option<PathBuf>,
}

impl FileLog {
    /// Looks for damage in a journal, and repairs it: what an interrupted write left at the end is dropped; where a line
    /// is damaged, `agree` is asked with the damage, and if it agrees, the file is copied beside itself and then ends
    /// before that line. The journal is locked meanwhile. `None` if there is no journal.
    pub fn repair(path: &Path, of: &str, agree: impl FnOnce(&Damage) -> bool) -> Result<Option<Repaired>, StoreError> {
        let mut file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::io("open", path, source)),
        };
        lock(&file, path)?;
        let bytes = read_all(&mut file, path)?;
        if is_torn_header(&bytes, of) {
            // Opening it for a run writes over it: nothing was done before the first line was whole.
            return Ok(Some(Repaired { torn: bytes.len(), ..Repaired::default() }));
        }
        let (number, problem) = match Read::all(&bytes, path, of, |_| {}) {
            Ok(read) => {
                let torn = bytes.len() - read.length;
                if torn > 0 {
                    cut(&mut file, path, read.length)?;
                }
                return Ok(Some(Repaired { torn, ..Repaired::default() }));
            }
            Err(StoreError::Corrupt { line, problem, .. }) => (line, problem),
            Err(error) => return Err(error),
        };
        let length = length_before(&bytes, number);
        let (last, kept) = match number {
            1 => (0, 0),
            _ => Read::all(&bytes[..length], path, of, |_| {}).map(|read| (read.last, read.state.serial))?,
        };
        let lines: Vec<&[u8]> = bytes[length..].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        if lines.first().is_some_and(|first| line::read::<IgnoredAny>(last, first).is_ok()) {
            // It is as it was written: by an engine that knows more than this one.
            return Err(StoreError::Newer { path: path.to_owned(), line: number, problem });
        }
        let record = |line: &&[u8]| line.get(9..).and_then(|json| serde_json::from_slice(json).ok());
        let after = lines.iter().enumerate().map(|(at, line)| (number + at, record(line))).collect();
        let damage = Damage { line: number, problem, kept, after };
        if !agree(&damage) {
            return Ok(Some(Repaired { damage: Some(damage), ..Repaired::default() }));
        }
        let aside = copied_aside(path, &bytes)?;
        FileLog::forget_snapshot(path)?;
        cut(&mut file, path, length)?;
        Ok(Some(Repaired { torn: 0, damage: Some(damage), aside: Some(aside) }))
    }
}

/// How many bytes are before a line, counted from 1.
fn length_before(bytes: &[u8], line: usize) -> usize {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(ends).nth(line - 1).unwrap_or(bytes.len())
}

/// Ends a file there, durably.
fn cut(file: &mut File, path: &Path, length: usize) -> Result<(), StoreError> {
    let io = |source| StoreError::io("repair", path, source);
    file.set_len(length as u64).map_err(io)?;
    file.seek(SeekFrom::End(0)).map_err(io)?;
    file.sync_all().map_err(io)
}

/// Keeps a journal's bytes in a new file beside it, durably.
fn copied_aside(path: &Path, bytes: &[u8]) -> Result<PathBuf, StoreError> {
    for number in 1_u32.. {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".damaged-{number}"));
        let aside = PathBuf::from(name);
        let mut file = match OpenOptions::new().write(true).create_new(true).open(&aside) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
            Err(source) => return Err(StoreError::io("make a copy beside", path, source)),
        };
        let io = |source| StoreError::io("make a copy beside", path, source);
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io)?;
        if let Some(folder) = path.parent() {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
        }
        return Ok(aside);
    }
    Err(StoreError::io("make a copy beside", path, std::io::ErrorKind::AlreadyExists.into()))
}

#[cfg(test)]
mod tests {
    use infra_core::Address;
    use infra_plan::Intent;

    use super::*;

    const OF: &str = "web/local";

    fn record(name: &str) -> Record {
        Record::Begun { address: Address::new("t:t/t", name), intent: Intent::Delete { id: name.into() } }
    }

    /// A journal of three records, and its bytes.
    async fn written() -> (tempfile::TempDir, PathBuf, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (mut journal, _) = FileLog::open(&path, OF, || "salt".into()).unwrap();
        for name in ["a", "b", "c"] {
            journal.record(record(name)).await.unwrap();
        }
        drop(journal);
        let bytes = std::fs::read(&path).unwrap();
        (folder, path, bytes)
    }

    #[tokio::test]
    async fn a_sound_journal_is_left_as_it_is_and_a_torn_one_loses_its_tail_only() {
        let (folder, path, bytes) = written().await;
        assert_eq!(FileLog::repair(&folder.path().join("none"), OF, |_| true).unwrap(), None);
        assert_eq!(FileLog::repair(&path, OF, |_| true).unwrap(), Some(Repaired::default()));
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
        std::fs::write(&path, [bytes.as_slice(), b"0123"].concat()).unwrap();
        assert_eq!(FileLog::repair(&path, OF, |_| false).unwrap().unwrap().torn, 4);
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }

    #[tokio::test]
    async fn wherever_a_byte_is_damaged_the_records_before_it_are_kept_and_the_file_set_aside() {
        let (_folder, path, bytes) = written().await;
        let header = length_before(&bytes, 2);
        for at in header..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            std::fs::write(&path, &damaged).unwrap();
            let looked = FileLog::repair(&path, OF, |_| false).unwrap().unwrap();
            if looked.damage.is_none() {
                // The blank after a checksum says nothing, and before a lost last end of a line is an unfinished record.
                assert!(bytes[at] == b' ' || (at == bytes.len() - 1 && looked.torn > 0), "damaged at {at}");
                continue;
            }
            assert_eq!(std::fs::read(&path).unwrap(), damaged, "nothing happens before it is agreed to");
            let repaired = FileLog::repair(&path, OF, |_| true).unwrap().unwrap();
            let (damage, aside) = (repaired.damage.unwrap(), repaired.aside.unwrap());
            assert_eq!(std::fs::read(&aside).unwrap(), damaged, "damaged at {at}");
            let (mut journal, _) = FileLog::open(&path, OF, || "other".into()).unwrap();
            assert_eq!((journal.state().serial, journal.state().salt.as_str()), (damage.kept, "salt"));
            assert_eq!(damage.line as u64, damage.kept + 2);
            journal.record(record("d")).await.unwrap();
            std::fs::remove_file(aside).unwrap();
        }
    }

    #[tokio::test]
    async fn what_follows_the_damage_can_be_read() {
        let (_folder, path, bytes) = written().await;
        let text = String::from_utf8(bytes).unwrap().replacen("t:t/t:b", "t:t/t:x", 1);
        std::fs::write(&path, text).unwrap();
        let damage = FileLog::repair(&path, OF, |_| false).unwrap().unwrap().damage.unwrap();
        assert_eq!((damage.line, damage.kept), (3, 1));
        let after: Vec<usize> = damage.after.iter().filter(|(_, record)| record.is_some()).map(|(line, _)| *line).collect();
        assert_eq!(after, [3, 4]);
        assert_eq!(damage.after[1].1, Some(record("c")));
    }

    #[tokio::test]
    async fn a_damaged_first_line_leaves_nothing_to_keep_but_loses_nothing() {
        let (_folder, path, bytes) = written().await;
        let mut damaged = bytes.clone();
        damaged[0] = b'x';
        std::fs::write(&path, &damaged).unwrap();
        let repaired = FileLog::repair(&path, OF, |_| true).unwrap().unwrap();
        assert_eq!(std::fs::read(repaired.aside.unwrap()).unwrap(), damaged);
        assert_eq!(FileLog::open(&path, OF, || "new".into()).unwrap().0.state().serial, 0);
    }

    #[tokio::test]
    async fn a_line_of_a_newer_engine_is_no_damage() {
        let (_folder, path, mut bytes) = written().await;
        let last = Read::all(&bytes, &path, OF, |_| {}).unwrap().last;
        line::write(last, &serde_json::json!({ "dreamt": { "address": "t:t/t:a" } }), &mut bytes).unwrap();
        std::fs::write(&path, &bytes).unwrap();
        assert!(matches!(FileLog::repair(&path, OF, |_| true), Err(StoreError::Newer { line: 5, .. })));
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }

    #[tokio::test]
    async fn a_journal_in_use_is_not_repaired() {
        let (_folder, path, _) = written().await;
        let running = FileLog::open(&path, OF, || "salt".into()).unwrap();
        assert!(matches!(FileLog::repair(&path, OF, |_| true), Err(StoreError::Locked { .. })));
        drop(running);
        assert!(matches!(FileLog::repair(&path, "other/local", |_| true), Err(StoreError::Foreign { .. })));
    }
}

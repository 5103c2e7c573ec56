//! The state up to some line of a journal's file, in a file beside it, so that opening a journal reads what is new and not
//! all that ever happened.
//!
//! A snapshot is a convenience: one that is missing, torn, or not of this journal costs time and no record. It is never
//! synced, since its checksum tells whether it is whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use infra_plan::State;
use serde::{Deserialize, Serialize};

use super::line;

/// A journal up to a line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Snapshot {
    /// Whose state it is, as `stack/environment`.
    pub(super) of: String,
    /// How many bytes of the journal it stands for, up to the end of a line.
    pub(super) length: u64,
    /// The checksum of that line.
    pub(super) last: u32,
    /// The state after it, with its secrets sealed as in the journal.
    pub(super) state: State,
}

/// Where a journal's snapshot is.
pub(super) fn beside(journal: &Path) -> PathBuf {
    with_suffix(journal, ".snapshot")
}

/// The snapshot of a journal that begins with these bytes, and its own size in bytes; nothing where there is none that
/// fits.
pub(super) fn read(journal: &Path, of: &str, salt: &str, bytes: &[u8]) -> Option<(Snapshot, u64)> {
    alone(journal, of).filter(|(snapshot, _)| snapshot.state.salt == salt && ends_with(bytes, snapshot))
}

/// The snapshot beside a journal, whatever the journal is like now, and its own size in bytes; nothing where there is none
/// that can be read, or that is of this stack.
pub(super) fn alone(journal: &Path, of: &str) -> Option<(Snapshot, u64)> {
    let content = fs::read(beside(journal)).ok()?;
    let (_, snapshot) = line::read::<Snapshot>(0, content.strip_suffix(b"\n")?).ok()?;
    (snapshot.of == of).then_some((snapshot, content.len() as u64))
}

/// Whether the bytes that a snapshot stands for end with the line that it says, which depends on all lines before it.
fn ends_with(bytes: &[u8], snapshot: &Snapshot) -> bool {
    let Some(before) = usize::try_from(snapshot.length).ok().and_then(|length| bytes.get(..length)) else { return false };
    let Some(lines) = before.strip_suffix(b"\n") else { return false };
    let begin = lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    lines[begin..].starts_with(format!("{:08x} ", snapshot.last).as_bytes())
}

/// Puts a snapshot in the place of the last one; returns its size in bytes.
pub(super) fn write(journal: &Path, snapshot: &Snapshot) -> io::Result<u64> {
    let mut bytes = Vec::new();
    line::write(0, snapshot, &mut bytes)?;
    // Nobody else writes there, as the journal is locked; who reads sees the old one or the new one.
    let new = with_suffix(journal, ".snapshot.new");
    fs::write(&new, &bytes)?;
    fs::rename(&new, beside(journal))?;
    Ok(bytes.len() as u64)
}

/// Removes a journal's snapshot, as when what it says must be nowhere any more.
pub(super) fn remove(journal: &Path) -> io::Result<()> {
    for path in [beside(journal), with_suffix(journal, ".snapshot.new")] {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

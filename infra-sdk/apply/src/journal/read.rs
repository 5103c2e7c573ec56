//! What the bytes of a journal's file say.

use std::path::Path;

use infra_plan::{Record, STATE_VERSION, State};
use serde::{Deserialize, Serialize};

use super::line::{self, LineError};
use super::snapshot::{self, Snapshot};
use crate::store::StoreError;

/// The first line of a journal.
#[derive(Debug, Serialize, Deserialize)]
pub struct Header {
    /// The format of the journal.
    pub format: u32,
    /// Whose state it is, as `stack/environment`.
    pub of: String,
    /// What the digests of secrets are salted with.
    pub salt: String,
}

impl Header {
    /// The first line of a journal that is written now.
    pub(super) fn new(of: &str, salt: &str) -> Header {
        Header { format: STATE_VERSION, of: of.to_owned(), salt: salt.to_owned() }
    }
}

/// Whether a file has no more than the beginning of what its first line would be, or what a disk has where that was
/// never written. Anything else is not ours to write over.
pub(super) fn is_torn_header(bytes: &[u8], of: &str) -> bool {
    let mut whole = Vec::new();
    let header = Header { format: STATE_VERSION, of: of.to_owned(), salt: String::new() };
    if line::write(0, &header, &mut whole).is_err() {
        return bytes.is_empty();
    }
    let start = &whole[8..whole.len() - 3];
    let begins = bytes.iter().skip(8).zip(start).all(|(byte, expected)| byte == expected);
    let sum = bytes.iter().take(8).all(u8::is_ascii_hexdigit);
    !bytes.contains(&b'\n') && (bytes.iter().all(|byte| *byte == 0) || (sum && begins))
}

/// A journal's content.
pub(super) struct Read {
    pub(super) state: State,
    /// The state before the first record.
    pub(super) start: State,
    /// The last checksum.
    pub(super) last: u32,
    /// How many bytes are whole records.
    pub(super) length: usize,
}

impl Read {
    /// Reads all whole records; `hear` is given each before it becomes part of the state.
    pub(super) fn all(bytes: &[u8], path: &Path, of: &str, hear: impl FnMut(&Record)) -> Result<Read, StoreError> {
        Read::header(bytes, path, of)?.rest(bytes, path, hear)
    }

    /// Reads the state, as far as it can be from the snapshot beside the journal. Says too for how much of the journal
    /// that stands, and its size.
    pub(super) fn latest(bytes: &[u8], path: &Path, of: &str) -> Result<(Read, (u64, u64)), StoreError> {
        let begun = Read::header(bytes, path, of)?;
        let (read, kept) = match snapshot::read(path, of, &begun.start.salt, bytes) {
            Some((Snapshot { length, last, state, .. }, size)) => {
                (Read { state, last, length: usize::try_from(length).unwrap_or(begun.length), ..begun }, (length, size))
            }
            None => (begun, (0, 0)),
        };
        Ok((read.rest(bytes, path, |_| {})?, kept))
    }

    fn header(bytes: &[u8], path: &Path, of: &str) -> Result<Read, StoreError> {
        let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
            return Err(corrupt(path, 1, "the file ends within its first line".into()));
        };
        let (last, header) = line::read::<Header>(0, &bytes[..end]).map_err(|error| unread(path, 1, error))?;
        if header.format != STATE_VERSION {
            return Err(StoreError::Version { path: path.to_owned(), found: header.format, known: STATE_VERSION });
        }
        if header.of != of {
            return Err(StoreError::Foreign { path: path.to_owned(), of: header.of, wanted: of.to_owned() });
        }
        let start = State::new(header.salt);
        Ok(Read { state: start.clone(), start, last, length: end + 1 })
    }

    fn rest(mut self, bytes: &[u8], path: &Path, mut hear: impl FnMut(&Record)) -> Result<Read, StoreError> {
        while let Some(end) = bytes[self.length..].iter().position(|byte| *byte == b'\n').map(|at| self.length + at) {
            let line = &bytes[self.length..end];
            let (last, record) = match line::read::<Record>(self.last, line) {
                Ok(read) => read,
                // A disk that lost its power may have written the end of a record and not its middle. JSON has no such
                // byte, so that nobody's edit looks like it.
                Err(LineError::Checksum) if end + 1 == bytes.len() && line.contains(&0) => break,
                Err(error) => return Err(unread(path, 1 + bytes[..self.length].iter().filter(|byte| **byte == b'\n').count(), error)),
            };
            hear(&record);
            self.state.apply(record);
            self.last = last;
            self.length = end + 1;
        }
        Ok(self)
    }
}

fn unread(path: &Path, line: usize, error: LineError) -> StoreError {
    corrupt(path, line, error.said())
}

fn corrupt(path: &Path, line: usize, problem: String) -> StoreError {
    StoreError::Corrupt { path: path.to_owned(), line, problem }
}

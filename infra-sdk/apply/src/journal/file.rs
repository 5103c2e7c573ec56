//! A journal in a file on this machine: one line a record, each synced before the next step.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use infra_plan::{Record, STATE_VERSION, State};
use serde::{Deserialize, Serialize};

use super::history::History;
use super::line::{self, LineError};
use super::{Journal, Log};
use crate::lease::{Holder, folder};
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

/// The file behind a journal, locked for as long as it is open for writing.
pub struct FileLog {
    path: PathBuf,
    last: u32,
    /// None while a write is under way, and for ever after one whose end nobody waited for.
    tail: Option<Tail>,
}

/// A file and how far it is written.
struct Tail {
    file: File,
    /// The file's length up to the last whole record.
    length: u64,
}

/// What opening a journal found besides its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many bytes of an unfinished record were at the end, and dropped: the last run was interrupted.
    pub torn: usize,
}

impl FileLog {
    /// Opens a journal for a run, and makes it if there is none; `salt` is used only then. The file is locked.
    pub fn open(path: &Path, of: &str, salt: impl FnOnce() -> String) -> Result<(Journal, Found), StoreError> {
        FileLog::open_for(path, of, None, salt)
    }

    /// As [`open`](FileLog::open), and whoever finds the file locked is told by whom.
    pub fn open_for(path: &Path, of: &str, holder: Option<&Holder>, salt: impl FnOnce() -> String) -> Result<(Journal, Found), StoreError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| StoreError::io("make the folder of", path, source))?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|source| StoreError::io("open", path, source))?;
        lock(&file, path)?;
        folder::announce(path, holder);
        let bytes = read_all(&mut file, path)?;
        // Nothing is done before the first line is whole: where it is torn, there is nothing to remember.
        if is_torn_header(&bytes, of) {
            let header = Header { format: STATE_VERSION, of: of.to_owned(), salt: salt() };
            let mut line = Vec::new();
            let last = line::write(0, &header, &mut line).map_err(|error| StoreError::io("write", path, error.into()))?;
            let mut tail = Tail { file, length: 0 };
            tail.write(path, &line)?;
            sync_folder(path)?;
            let log = FileLog { path: path.to_owned(), last, tail: Some(tail) };
            return Ok((Journal::new(State::new(header.salt), Box::new(log)), Found { torn: bytes.len() }));
        }
        let read = Read::all(&bytes, path, of, |_| {})?;
        let length = read.length as u64;
        let found = Found { torn: bytes.len() - read.length };
        file.seek(SeekFrom::Start(length)).map_err(|source| StoreError::io("read", path, source))?;
        let log = FileLog { path: path.to_owned(), last: read.last, tail: Some(Tail { file, length }) };
        Ok((Journal::new(read.state, Box::new(log)), found))
    }

    /// Whether nobody has a journal open, or there is none.
    ///
    /// # Errors
    /// [`StoreError::Locked`] with whoever has it.
    pub fn holder(path: &Path) -> Result<(), StoreError> {
        match File::open(path) {
            Ok(file) => lock(&file, path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(StoreError::io("open", path, source)),
        }
    }

    /// Reads a journal's state without locking or changing anything; `None` if there is no journal.
    pub fn peek(path: &Path, of: &str) -> Result<Option<(State, Found)>, StoreError> {
        let Some(bytes) = content(path, of)? else { return Ok(None) };
        let read = Read::all(&bytes, path, of, |_| {})?;
        Ok(Some((read.state, Found { torn: bytes.len() - read.length })))
    }

    /// Every record of a journal, without locking or changing anything; `None` if there is no journal.
    pub fn history(path: &Path, of: &str) -> Result<Option<History>, StoreError> {
        let Some(bytes) = content(path, of)? else { return Ok(None) };
        let mut records = Vec::new();
        let read = Read::all(&bytes, path, of, |record| records.push(record.clone()))?;
        Ok(Some(History { start: read.start, records }))
    }
}

impl Tail {
    fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        // A torn tail, of a run before or of a write that failed, must not stand between two records.
        let io = |source| StoreError::io("write", path, source);
        self.file.set_len(self.length).map_err(io)?;
        self.file.seek(SeekFrom::Start(self.length)).map_err(io)?;
        self.file.write_all(bytes).map_err(io)?;
        self.file.sync_data().map_err(io)?;
        self.length += bytes.len() as u64;
        Ok(())
    }
}

/// Makes the file's own name durable.
fn sync_folder(path: &Path) -> Result<(), StoreError> {
    match path.parent().map(File::open) {
        Some(Ok(folder)) => folder.sync_all().map_err(|source| StoreError::io("sync the folder of", path, source)),
        _ => Ok(()),
    }
}

impl Drop for FileLog {
    fn drop(&mut self) {
        folder::withdraw(&self.path);
    }
}

#[async_trait]
impl Log for FileLog {
    async fn append(&mut self, records: &[Record]) -> Result<(), StoreError> {
        let (mut bytes, mut last) = (Vec::new(), self.last);
        for record in records {
            last = line::write(last, record, &mut bytes).map_err(|error| StoreError::io("write", &self.path, error.into()))?;
        }
        let (mut tail, path) = (self.tail.take().ok_or(StoreError::Broken)?, self.path.clone());
        let write = move || tail.write(&path, &bytes).map(|()| tail);
        // A disk may take long to sync: what else the run does goes on meanwhile.
        let written = match tokio::runtime::Handle::try_current() {
            Ok(runtime) => runtime.spawn_blocking(write).await.map_err(|_| StoreError::Broken)?,
            Err(_) => write(),
        };
        self.tail = Some(written?);
        self.last = last;
        Ok(())
    }
}

/// Takes a journal's lock, which ends with the file.
///
/// A process that this one starts has its files too until it becomes another program: a lock that was just given back
/// may be held for that moment, so that it is tried for a while.
pub(super) fn lock(file: &File, path: &Path) -> Result<(), StoreError> {
    for tries in 0..10 {
        match file.try_lock() {
            Ok(()) if is_at(file, path) => return Ok(()),
            // A rewriting has put another file in its place since it was opened.
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1 << tries)),
            Err(TryLockError::Error(source)) => return Err(StoreError::io("lock", path, source)),
        }
    }
    Err(StoreError::Locked { path: path.to_owned(), holder: folder::holder(path) })
}

/// Whether a file is still the one at its path.
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let place = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    file.metadata().ok().map(place) == std::fs::metadata(path).ok().map(place)
}

/// A journal's bytes; `None` where there is none yet.
fn content(path: &Path, of: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StoreError::io("open", path, source)),
    };
    let bytes = read_all(&mut file, path)?;
    Ok((!is_torn_header(&bytes, of)).then_some(bytes))
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

pub(super) fn read_all(file: &mut File, path: &Path) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|source| StoreError::io("read", path, source))?;
    Ok(bytes)
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
    pub(super) fn all(bytes: &[u8], path: &Path, of: &str, mut hear: impl FnMut(&Record)) -> Result<Read, StoreError> {
        let corrupt = |line: usize, problem: String| StoreError::Corrupt { path: path.to_owned(), line, problem };
        let mut read: Option<Read> = None;
        let mut start = 0;
        for number in 1.. {
            let Some(end) = bytes[start..].iter().position(|byte| *byte == b'\n').map(|at| start + at) else { break };
            let line = &bytes[start..end];
            let problem = |error| match error {
                LineError::Checksum => corrupt(number, "its checksum does not fit: it was changed, or lines before it are missing".into()),
                LineError::Content(error) => corrupt(number, format!("this version cannot read it: {error}")),
            };
            match &mut read {
                None => {
                    let (last, header) = line::read::<Header>(0, line).map_err(problem)?;
                    if header.format != STATE_VERSION {
                        return Err(StoreError::Version { path: path.to_owned(), found: header.format, known: STATE_VERSION });
                    }
                    if header.of != of {
                        return Err(StoreError::Foreign { path: path.to_owned(), of: header.of, wanted: of.to_owned() });
                    }
                    let start = State::new(header.salt);
                    read = Some(Read { state: start.clone(), start, last, length: end + 1 });
                }
                Some(read) => {
                    let line = match line::read::<Record>(read.last, line) {
                        // A disk that lost its power may have written the end of a record and not its middle. JSON has no
                        // such byte, so that nobody's edit looks like it.
                        Err(LineError::Checksum) if end + 1 == bytes.len() && line.contains(&0) => break,
                        line => line,
                    };
                    let (last, record) = line.map_err(problem)?;
                    hear(&record);
                    read.state.apply(record);
                    read.last = last;
                    read.length = end + 1;
                }
            }
            start = end + 1;
        }
        read.ok_or_else(|| corrupt(1, "the file ends within its first line".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_core::Address;
    use infra_plan::Intent;

    fn record(name: &str) -> Record {
        Record::Begun { address: Address::new("t:t/t", name), intent: Intent::Delete { id: name.into() } }
    }

    fn open(path: &Path) -> Result<(Journal, Found), StoreError> {
        FileLog::open(path, "web/local", || "salt".into())
    }

    async fn written(path: &Path) -> State {
        let (mut journal, _) = open(path).unwrap();
        journal.record(record("a")).await.unwrap();
        journal.record(record("b")).await.unwrap();
        journal.into_state()
    }

    #[tokio::test]
    async fn a_journal_reads_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/journal");
        let state = written(&path).await;
        let (mut journal, found) = open(&path).unwrap();
        assert_eq!((journal.state(), found), (&state, Found::default()));
        journal.record(record("c")).await.unwrap();
        assert_eq!(FileLog::peek(&path, "web/local").unwrap().unwrap().0, journal.into_state());
    }

    #[tokio::test]
    async fn cut_at_any_byte_the_whole_records_before_are_read_and_writing_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        written(&path).await;
        let whole = std::fs::read(&path).unwrap();
        let header = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for cut in header..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let (mut journal, found) = open(&path).unwrap();
            let lines = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(journal.state().serial as usize, lines - 1, "cut at {cut}");
            let kept = whole[..cut].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
            assert_eq!(found.torn, cut - kept);
            journal.record(record("c")).await.unwrap();
            let state = journal.into_state();
            assert_eq!(open(&path).unwrap().0.into_state(), state, "cut at {cut}");
        }
    }

    #[tokio::test]
    async fn cut_within_its_first_line_a_journal_begins_anew_and_another_file_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        written(&path).await;
        let whole = std::fs::read(&path).unwrap();
        let header = whole.iter().position(|byte| *byte == b'\n').unwrap();
        for cut in 0..=header {
            std::fs::write(&path, &whole[..cut]).unwrap();
            assert_eq!(FileLog::peek(&path, "web/local").unwrap(), None, "cut at {cut}");
            let (journal, found) = open(&path).unwrap();
            assert_eq!((journal.state().serial, found.torn), (0, cut));
            drop(journal);
            assert_eq!(open(&path).unwrap().1, Found::default());
        }
        std::fs::write(&path, "a letter").unwrap();
        assert!(open(&path).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a letter");
    }

    #[tokio::test]
    async fn a_last_record_of_which_the_disk_has_only_the_end_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        written(&path).await;
        let whole = std::fs::read(&path).unwrap();
        let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        let mut torn = whole.clone();
        torn[last..last + 12].fill(0);
        std::fs::write(&path, &torn).unwrap();
        let (journal, found) = open(&path).unwrap();
        assert_eq!((journal.state().serial, found.torn), (1, whole.len() - last));
    }

    #[tokio::test]
    async fn an_edited_journal_is_refused_with_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        written(&path).await;
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen("t:t/t:a", "t:t/t:x", 1)).unwrap();
        let error = open(&path).err().unwrap().to_string();
        assert!(error.contains("line 2"), "{error}");
        let without_a: Vec<&str> = text.lines().enumerate().filter(|(at, _)| *at != 1).map(|(_, line)| line).collect();
        std::fs::write(&path, without_a.join("\n") + "\n").unwrap();
        assert!(open(&path).err().unwrap().to_string().contains("line 2"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), without_a.join("\n") + "\n", "nothing was written over it");
    }

    #[tokio::test]
    async fn a_journal_of_another_stack_or_a_newer_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        written(&path).await;
        assert!(matches!(FileLog::peek(&path, "other/local"), Err(StoreError::Foreign { .. })));
        let mut line = Vec::new();
        line::write(0, &Header { format: 99, of: "web/local".into(), salt: String::new() }, &mut line).unwrap();
        std::fs::write(&path, line).unwrap();
        assert!(matches!(open(&path), Err(StoreError::Version { found: 99, .. })));
    }

    #[tokio::test]
    async fn a_history_has_every_record_and_the_state_after_each() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        assert_eq!(FileLog::history(&path, "web/local").unwrap(), None);
        let state = written(&path).await;
        let history = FileLog::history(&path, "web/local").unwrap().unwrap();
        assert_eq!(history.records, [record("a"), record("b")]);
        assert_eq!(history.state_at(2), Some(state));
        assert_eq!(history.state_at(1).unwrap().rows.len(), 1);
        assert_eq!(history.state_at(0), Some(State::new("salt")));
        assert_eq!(history.state_at(3), None);
    }

    #[test]
    fn a_second_run_at_the_same_time_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let first = open(&path).unwrap();
        assert!(matches!(open(&path), Err(StoreError::Locked { holder: None, .. })));
        drop(first);
        let holder = Holder { owner: "ann".into(), host: "box".into(), pid: 7, command: "infra deploy web".into(), ..Holder::default() };
        let second = FileLog::open_for(&path, "web/local", Some(&holder), || "salt".into()).unwrap();
        let refused = open(&path).err().unwrap();
        assert!(refused.to_string().contains("ann on box (process 7"), "{refused}");
        drop(second);
        assert!(open(&path).is_ok());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}

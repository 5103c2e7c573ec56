//! A journal in a file on this machine: one line a record, each synced before the next step.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Read as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use infra_plan::{Record, STATE_VERSION, State};

use super::history::History;
use super::line;
use super::read::{Header, Read, is_torn_header};
use super::snapshot::{self, Snapshot};
use super::{Journal, Log};
use crate::lease::{Holder, folder};
use crate::store::StoreError;

/// How many bytes of new records a run leaves without a new snapshot at its end.
const FEW: u64 = 64 * 1024;

/// How many bytes of new records make a snapshot in the middle of a run.
const MANY: u64 = 4 * 1024 * 1024;

/// The file behind a journal, locked for as long as it is open for writing.
pub struct FileLog {
    path: PathBuf,
    of: String,
    last: u32,
    /// None while a write is under way, and for ever after one whose end nobody waited for.
    tail: Option<Tail>,
    /// The file's length up to the last whole record.
    length: u64,
    /// How much of it the last snapshot stands for, and the size of that.
    snapshot: (u64, u64),
}

/// A file and how far it is written.
struct Tail {
    file: File,
    /// The file's length up to the last whole record.
    length: u64,
    /// Whether there may be something after that: of a run before, or of a write that failed.
    torn: bool,
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
            let mut tail = Tail { file, length: 0, torn: !bytes.is_empty() };
            tail.write(path, &line)?;
            sync_folder(path)?;
            let length = tail.length;
            let log = FileLog { path: path.to_owned(), of: of.to_owned(), last, tail: Some(tail), length, snapshot: (0, 0) };
            return Ok((Journal::new(State::new(header.salt), Box::new(log)), Found { torn: bytes.len() }));
        }
        let (read, snapshot) = Read::latest(&bytes, path, of)?;
        let length = read.length as u64;
        let found = Found { torn: bytes.len() - read.length };
        let tail = Tail { file, length, torn: found.torn > 0 };
        let log = FileLog { path: path.to_owned(), of: of.to_owned(), last: read.last, tail: Some(tail), length, snapshot };
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
        let (read, _) = Read::latest(&bytes, path, of)?;
        Ok(Some((read.state, Found { torn: bytes.len() - read.length })))
    }

    /// Removes the snapshot beside a journal, as when the journal gets another place: the next opening reads all of it.
    ///
    /// # Errors
    /// Where the file is there and cannot be removed.
    pub fn forget_snapshot(path: &Path) -> Result<(), StoreError> {
        snapshot::remove(path).map_err(|source| StoreError::io("remove the snapshot of", path, source))
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
        let io = |source| StoreError::io("write", path, source);
        if std::mem::replace(&mut self.torn, true) {
            // What is torn must not stand between two records.
            self.file.set_len(self.length).map_err(io)?;
        }
        self.file.write_all_at(bytes, self.length).map_err(io)?;
        self.file.sync_data().map_err(io)?;
        self.length += bytes.len() as u64;
        self.torn = false;
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
        let tail = beside(move || tail.write(&path, &bytes).map(|()| tail)).await??;
        self.length = tail.length;
        self.tail = Some(tail);
        self.last = last;
        Ok(())
    }

    fn wants_snapshot(&self, ended: bool) -> bool {
        // So that a record costs no more with a large stack than with a small one.
        let (new, size) = (self.length - self.snapshot.0, self.snapshot.1);
        if ended { new >= FEW.max(size / 8) } else { new >= MANY.max(2 * size) }
    }

    async fn snapshot(&mut self, state: State) {
        let snapshot = Snapshot { of: self.of.clone(), length: self.length, last: self.last, state };
        // After a failure too, so that not every record tries again.
        self.snapshot.0 = self.length;
        let path = self.path.clone();
        if let Ok(Ok(size)) = beside(move || snapshot::write(&path, &snapshot)).await {
            self.snapshot.1 = size;
        }
    }
}

/// Does what a disk may take long for while whatever else the run does goes on.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(work).await.map_err(|_| StoreError::Broken),
        Err(_) => Ok(work()),
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

pub(super) fn read_all(file: &mut File, path: &Path) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|source| StoreError::io("read", path, source))?;
    Ok(bytes)
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

    /// A log that keeps a snapshot after every record.
    async fn with_snapshots(path: &Path, names: &[&str]) -> State {
        let (journal, _) = open(path).unwrap();
        struct Eager(Box<dyn Log>);
        #[async_trait]
        impl Log for Eager {
            async fn append(&mut self, records: &[Record]) -> Result<(), StoreError> {
                self.0.append(records).await
            }
            fn wants_snapshot(&self, _: bool) -> bool {
                true
            }
            async fn snapshot(&mut self, state: State) {
                self.0.snapshot(state).await;
            }
        }
        let mut journal = journal.over(|log| Box::new(Eager(log)));
        for name in names {
            journal.record(record(name)).await.unwrap();
        }
        journal.into_state()
    }

    #[tokio::test]
    async fn a_journal_opens_from_its_snapshot_and_what_came_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        with_snapshots(&path, &["a", "b"]).await;
        let state = written(&path).await;
        let whole = std::fs::read(&path).unwrap();
        // What the snapshot stands for is not read: it could be anything that ends with the same line.
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let mut other = whole.clone();
        other[first + 9..first + 12].fill(b' ');
        std::fs::write(&path, &other).unwrap();
        assert_eq!(FileLog::peek(&path, "web/local").unwrap().unwrap().0, state);
        assert_eq!(open(&path).unwrap().0.into_state(), state);
        assert!(FileLog::history(&path, "web/local").is_err());
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(FileLog::history(&path, "web/local").unwrap().unwrap().state(), state);
        FileLog::forget_snapshot(&path).unwrap();
        assert_eq!(open(&path).unwrap().0.into_state(), state);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn a_snapshot_that_is_torn_or_of_another_journal_is_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let state = with_snapshots(&path, &["a", "b"]).await;
        let (beside, whole) = (snapshot::beside(&path), std::fs::read(&path).unwrap());
        let snapshot = std::fs::read(&beside).unwrap();
        for cut in 0..snapshot.len() {
            std::fs::write(&beside, &snapshot[..cut]).unwrap();
            assert_eq!(open(&path).unwrap().0.into_state(), state, "cut at {cut}");
        }
        std::fs::write(&beside, &snapshot).unwrap();
        // The journal was put back as it was before, and went on in another way.
        let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        std::fs::write(&path, &whole[..last]).unwrap();
        assert_eq!(open(&path).unwrap().0.state().serial, 1);
        let (mut journal, _) = open(&path).unwrap();
        journal.record(record("c")).await.unwrap();
        let state = journal.into_state();
        assert_eq!(open(&path).unwrap().0.into_state(), state);
        // Another journal of the same stack has its place.
        std::fs::remove_file(&path).unwrap();
        assert_eq!(FileLog::open(&path, "web/local", || "other".into()).unwrap().0.state().serial, 0);
    }
}

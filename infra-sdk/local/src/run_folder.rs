//! The folder of one project's local cloud: its locks, its server's record, program and log.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{LocalError, file};
use crate::record::Record;

/// One project's run folder. It need not be there yet.
#[derive(Debug, Clone)]
pub(crate) struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// The folder at `path`.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Makes the folder if need be, and gives its absolute path.
    pub(crate) fn make(&self) -> Result<PathBuf, LocalError> {
        fs::create_dir_all(&self.path).map_err(file("make", &self.path))?;
        fs::canonicalize(&self.path).map_err(file("find", &self.path))
    }

    /// Where the server's log is.
    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("server.log")
    }

    /// Where the log of the server before this one is.
    pub(crate) fn older_log(&self) -> PathBuf {
        self.path.join("server.log.1")
    }

    /// Lets one command at a time start, stop or reset: holds the lock until it is dropped.
    /// `on_wait` is called first if another command has it.
    pub(crate) fn command_lock(&self, on_wait: impl FnOnce()) -> Result<File, LocalError> {
        self.make()?;
        locked(&self.path.join("command.lock"), on_wait)
    }

    /// Whether a server lives. It holds this lock and the kernel takes it back when the server
    /// ends, so this cannot be mistaken as a process's number can.
    pub(crate) fn server_lives(&self) -> Result<bool, LocalError> {
        let path = self.path.join("server.lock");
        let lock = match File::open(&path) {
            Ok(lock) => lock,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(file("open", &path)(error)),
        };
        match lock.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(file("lock", &path)(error)),
        }
    }

    /// The record that the server left, if it is whole.
    pub(crate) fn record(&self) -> Result<Option<Record>, LocalError> {
        let path = self.record_path();
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Record::parse(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(file("read", &path)(error)),
        }
    }

    /// Removes the record of a server that is no more.
    pub(crate) fn forget_record(&self) -> Result<(), LocalError> {
        let path = self.record_path();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(file("remove", &path)(error)),
            _ => Ok(()),
        }
    }

    fn record_path(&self) -> PathBuf {
        self.path.join("server.json")
    }
}

/// Takes a lock for as long as the file it gives is kept, and waits for it if need be.
pub(crate) fn locked(path: &Path, on_wait: impl FnOnce()) -> Result<File, LocalError> {
    let lock = File::options().create(true).append(true).open(path).map_err(file("open", path))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            on_wait();
            lock.lock().map_err(file("lock", path))?;
        }
        Err(TryLockError::Error(error)) => return Err(file("lock", path)(error)),
    }
    Ok(lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_lives_as_long_as_its_lock_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::new(folder.path().join("run"));
        assert!(!run.server_lives().unwrap());
        let path = run.make().unwrap().join("server.lock");
        let held = locked(&path, || {}).unwrap();
        assert!(run.server_lives().unwrap());
        drop(held);
        assert!(!run.server_lives().unwrap());
    }

    #[test]
    fn a_second_command_waits_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::new(folder.path().to_path_buf());
        let held = run.command_lock(|| panic!("nobody else is there")).unwrap();
        let mut held = Some(held);
        run.command_lock(|| drop(held.take())).unwrap();
        assert!(held.is_none());
    }

    #[test]
    fn a_broken_record_is_no_record() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::new(folder.path().to_path_buf());
        assert_eq!(run.record().unwrap(), None);
        fs::write(run.record_path(), "{").unwrap();
        assert_eq!(run.record().unwrap(), None);
        run.forget_record().unwrap();
        run.forget_record().unwrap();
    }
}

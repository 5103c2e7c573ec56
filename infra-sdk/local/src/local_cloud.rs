//! One project's local cloud, as the commands see it.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use crate::environment::Environments;
use crate::process::{Signal, has_argument, signal};
use crate::record::Record;
use crate::run_folder::RunFolder;
use crate::{Endpoint, Event, LocalError, Status, TemporaryCloud, cache, log, spawn, wire};

/// How long a server may take to start; on a busy machine it has to compile its packages first.
const START: Duration = Duration::from_secs(60);
/// How long a server may take to end when it is asked, and again when it is killed.
const END: Duration = Duration::from_secs(5);
/// How often it is looked whether something has come about.
const LOOK: Duration = Duration::from_millis(10);

/// A local cloud in a folder of its own. Making one of these does nothing yet.
#[derive(Debug, Clone)]
pub struct LocalCloud {
    run: RunFolder,
    cache: Option<PathBuf>,
    owner: Option<u32>,
}

impl LocalCloud {
    /// The local cloud whose lock, log and record are in `run_folder`, as `.infra/local` in a
    /// project. One folder is one cloud.
    #[must_use]
    pub fn in_folder(run_folder: impl Into<PathBuf>) -> Self {
        Self { run: RunFolder::new(run_folder.into()), cache: None, owner: None }
    }

    /// Keeps what it installs in `cache` instead of the user's cache folder.
    #[must_use]
    pub fn cached_in(mut self, cache: impl Into<PathBuf>) -> Self {
        self.cache = Some(cache.into());
        self
    }

    /// A running local cloud in a folder that is removed with it, for a test. The server ends
    /// when the value is dropped, and when this process ends in any other way.
    pub fn temporary() -> Result<TemporaryCloud, LocalError> {
        TemporaryCloud::start()
    }

    /// Ties the server's life to this process's.
    pub(crate) fn owned(mut self) -> Self {
        self.owner = Some(std::process::id());
        self
    }

    /// What there is right now. Asks the server itself, so a record left behind, or another
    /// program on its port, is not taken for it.
    pub fn status(&self) -> Result<Status, LocalError> {
        let lives = self.run.server_lives()?;
        let Some(record) = self.run.record()? else {
            return Ok(match lives {
                true => Status::Starting,
                false if self.environments()?.any() => Status::Stopped,
                false => Status::NotInstalled,
            });
        };
        if !lives {
            return Ok(Status::Crashed { started_unix: record.started_unix });
        }
        Ok(match wire::who(record.port) {
            Some(found) if found == record => {
                Status::Running { endpoint: Endpoint::of(&record), pid: record.pid, port: record.port, started_unix: record.started_unix }
            }
            _ => Status::Unresponsive { pid: record.pid },
        })
    }

    /// Starts the server if it does not run, installing its packages first if need be, and gives
    /// where it is. Of several starts at once, one starts it and the others find it running.
    pub fn start(&self, on_event: &mut dyn FnMut(Event)) -> Result<Endpoint, LocalError> {
        let _lock = self.run.command_lock(|| on_event(Event::WaitingForAnother))?;
        let (endpoint, reused) = match self.status()? {
            Status::Running { endpoint, .. } => (endpoint, true),
            Status::Unresponsive { pid } => return Err(LocalError::Unresponsive { pid }),
            // A command that was killed left it starting.
            Status::Starting => {
                on_event(Event::Starting);
                (self.ready(None)?, true)
            }
            Status::Crashed { started_unix } => {
                on_event(Event::Crashed { started_unix });
                (self.start_anew(on_event)?, false)
            }
            Status::NotInstalled | Status::Stopped => (self.start_anew(on_event)?, false),
        };
        on_event(Event::Ready { endpoint: endpoint.clone(), reused });
        Ok(endpoint)
    }

    /// Ends the server, which loses everything deployed there. Tells whether there was one.
    pub fn stop(&self) -> Result<bool, LocalError> {
        let _lock = self.run.command_lock(|| {})?;
        if !self.run.server_lives()? {
            self.run.forget_record()?;
            return Ok(false);
        }
        let found = wait_for(START, || self.run.record().transpose())?;
        let Some(Record { pid, .. }) = found else {
            return Err(LocalError::NotStopped { pid: None });
        };
        if !has_argument(pid, &spawn::program_in(&self.run.make()?)) {
            // It may have ended just now, and then the number means nothing any more.
            return match self.run.server_lives()? {
                true => Err(LocalError::NotOurs { pid }),
                false => self.run.forget_record().map(|()| true),
            };
        }
        for kind in [Signal::TERM, Signal::KILL] {
            signal(pid, kind);
            if wait_for(END, || self.gone())?.is_some() {
                self.run.forget_record()?;
                return Ok(true);
            }
        }
        Err(LocalError::NotStopped { pid: Some(pid) })
    }

    /// Empties the running cloud, and gives where it is: at the same URL, with a new memory.
    pub fn reset(&self) -> Result<Endpoint, LocalError> {
        let _lock = self.run.command_lock(|| {})?;
        match self.status()? {
            Status::Running { port, .. } => wire::reset(port)?,
            Status::Unresponsive { pid } => return Err(LocalError::Unresponsive { pid }),
            _ => return Err(LocalError::NotRunning),
        }
        match self.status()? {
            Status::Running { endpoint, .. } => Ok(endpoint),
            _ => Err(LocalError::NotRunning),
        }
    }

    /// Where the server's log is: a line for every call, and what moto says when it breaks. It
    /// starts anew with every server; the one before is beside it, with `.1` at its end.
    #[must_use]
    pub fn log_path(&self) -> PathBuf {
        self.run.log()
    }

    /// The last `lines` lines of the server's log; none of them if there is no log.
    pub fn log_tail(&self, lines: usize) -> Result<String, LocalError> {
        let path = self.log_path();
        match log::tail(&path, lines) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(crate::error::file("read", &path)(error)),
            read => Ok(read.unwrap_or_default()),
        }
    }

    /// Starts a server where none is.
    fn start_anew(&self, on_event: &mut dyn FnMut(Event)) -> Result<Endpoint, LocalError> {
        let python = self.environments()?.ensure(on_event)?;
        // From here on a record is the new server's.
        self.run.forget_record()?;
        on_event(Event::Starting);
        let mut child = spawn::server(&python, &self.run, self.owner)?;
        let ready = self.ready(Some(&mut child));
        if ready.is_err() {
            // It is this process's own child and not waited for yet, so the number is still its.
            let _ = child.kill();
        }
        // Whoever starts servers for long must not collect ended ones: this one is waited for.
        thread::spawn(move || child.wait());
        ready
    }

    /// Waits for the server to answer; `child` is it, if this process has started it.
    fn ready(&self, mut child: Option<&mut Child>) -> Result<Endpoint, LocalError> {
        let answered = wait_for(START, || {
            if let Some(child) = &mut child
                && let Ok(Some(_)) = child.try_wait()
            {
                return Some(Err(self.not_started()));
            }
            let record = self.run.record().transpose()?;
            record.map(|record| (wire::who(record.port).as_ref() == Some(&record)).then(|| Endpoint::of(&record))).transpose()
        })?;
        answered.ok_or_else(|| self.not_started())
    }

    /// The server ended, or is too slow: what its log says.
    fn not_started(&self) -> LocalError {
        LocalError::NotStarted { log: self.log_path(), tail: self.log_tail(15).unwrap_or_default() }
    }

    /// Something as soon as the server has ended.
    fn gone(&self) -> Option<Result<(), LocalError>> {
        match self.run.server_lives() {
            Ok(true) => None,
            Ok(false) => Some(Ok(())),
            Err(error) => Some(Err(error)),
        }
    }

    fn environments(&self) -> Result<Environments, LocalError> {
        let cache: PathBuf = match &self.cache {
            Some(cache) => cache.clone(),
            None => cache::folder()?,
        };
        Ok(Environments::in_cache(Path::new(&cache)))
    }
}

/// Looks until there is something, for at most `patience`.
fn wait_for<T>(patience: Duration, mut look: impl FnMut() -> Option<Result<T, LocalError>>) -> Result<Option<T>, LocalError> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = look() {
            return found.map(Some);
        }
        if Instant::now() > deadline {
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::pretend;

    #[test]
    fn a_server_that_ends_at_once_is_told_with_its_log() {
        let folder = tempfile::tempdir().unwrap();
        pretend(folder.path(), "echo ImportError: no moto >&2; exit 3");
        let cloud = LocalCloud::in_folder(folder.path().join("run")).cached_in(folder.path());
        let error = cloud.start(&mut |_| {}).unwrap_err();
        assert!(matches!(&error, LocalError::NotStarted { tail, .. } if tail == "ImportError: no moto"), "{error}");
        assert_eq!(cloud.status().unwrap(), Status::Stopped);
    }

    #[test]
    fn a_server_knows_nothing_of_the_user_s_account() {
        let folder = tempfile::tempdir().unwrap();
        pretend(folder.path(), "env; exit 3");
        let cloud = LocalCloud::in_folder(folder.path().join("run")).cached_in(folder.path());
        cloud.start(&mut |_| {}).unwrap_err();
        let said = cloud.log_tail(1000).unwrap();
        let of_aws: Vec<&str> = said.lines().filter(|line| line.starts_with("AWS_")).collect();
        assert_eq!(of_aws.len(), 3, "{of_aws:?}");
        assert!(of_aws.contains(&"AWS_CONFIG_FILE=/dev/null"));
        assert!(said.contains("MOTO_IAM_LOAD_MANAGED_POLICIES=true"));
    }

    #[test]
    fn what_is_not_there_cannot_be_reset() {
        let folder = tempfile::tempdir().unwrap();
        let cloud = LocalCloud::in_folder(folder.path().join("run")).cached_in(folder.path());
        assert!(matches!(cloud.reset(), Err(LocalError::NotRunning)));
        assert_eq!(cloud.status().unwrap(), Status::NotInstalled);
    }
}

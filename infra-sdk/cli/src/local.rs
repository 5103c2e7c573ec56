//! The local cloud, as far as deployments concern it: started where it does not run, and told from the one before.

use std::fs;
use std::path::{Path, PathBuf};

use infra_local::{Endpoint, Event, LocalCloud, Status};

use crate::called::called;
use crate::error::{Error, file};
use crate::folder;
use crate::progress::Busy;
use crate::show::say;

/// The project's local cloud.
pub(crate) fn cloud(project: &Path) -> LocalCloud {
    LocalCloud::in_folder(folder::infra(project).join("local"))
}

/// Starts the local cloud if it does not run, saying so.
pub(crate) fn start(project: &Path) -> Result<Endpoint, Error> {
    folder::made(project)?;
    let mut busy: Option<Busy> = None;
    let endpoint = cloud(project).start(&mut |event| match event {
        Event::WaitingForAnother => busy = Some(Busy::new("waiting for another command that uses the local cloud".into())),
        Event::Crashed { .. } => {
            say(&format!("The local cloud had ended by itself, and what was deployed there is gone; `{}` says more", called("local log")))
        }
        Event::FindingPython => busy = Some(Busy::new("looking for Python".into())),
        Event::Installing { version, .. } => {
            drop(busy.take());
            say(&format!("Installing the local cloud into a Python {version} of its own, once on this machine"));
            busy = Some(Busy::new("installing the local cloud".into()));
        }
        Event::Fetching { package, done, of } => {
            if let Some(busy) = &busy {
                busy.now(format!("installing the local cloud: {package} ({} of {of})", done + 1));
            }
        }
        Event::Starting => {
            drop(busy.take());
            busy = Some(Busy::new("starting the local cloud".into()));
        }
        Event::Ready { endpoint, reused } => {
            drop(busy.take());
            if !reused {
                say(&format!("Started the local cloud at {}; it stays until `{}`", endpoint.url, called("local stop")));
            }
        }
    })?;
    Ok(endpoint)
}

/// Where the local cloud is, if it runs.
pub(crate) fn running(project: &Path) -> Result<Option<Endpoint>, Error> {
    Ok(match cloud(project).status()? {
        Status::Running { endpoint, .. } => Some(endpoint),
        _ => None,
    })
}

/// The file beside a stack's journal that names the memory which it is about.
pub(crate) struct Memory(PathBuf);

impl Memory {
    /// The one in a stack's folder of state.
    pub(crate) fn in_folder(folder: &Path) -> Memory {
        Memory(folder.join("memory"))
    }

    /// Whether the journal is about this memory.
    pub(crate) fn is(&self, memory: &str) -> Result<bool, Error> {
        Ok(self.name()?.as_deref() == Some(memory))
    }

    /// The memory that the journal is about, if it is about one.
    pub(crate) fn name(&self) -> Result<Option<String>, Error> {
        match fs::read_to_string(&self.0) {
            Ok(recorded) => Ok(Some(recorded.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(file("read", &self.0)(error)),
        }
    }

    /// From now on the journal is about this memory.
    pub(crate) fn set(&self, memory: &str) -> Result<(), Error> {
        folder::write(&self.0, format!("{memory}\n").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_is_about_the_memory_that_was_named_last() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::in_folder(folder.path());
        assert!(!memory.is("a").unwrap());
        memory.set("a").unwrap();
        assert!(memory.is("a").unwrap() && !memory.is("b").unwrap());
    }
}

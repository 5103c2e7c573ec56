//! Where a stack's state is, and whether it is about the cloud that there is.

use std::fs;
use std::path::{Path, PathBuf};

use infra_apply::{Damage, FileLog, History, Journal, JournalFound, Repaired, SealError, StoreError};
use infra_plan::{Record, State};

use crate::error::{Error, file};
use crate::folder;
use crate::local::Memory;
use crate::show::note;

/// The state of one stack in one environment.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The project.
    project: PathBuf,
    /// `.infra/<stack>/<environment>`.
    folder: PathBuf,
    /// `<stack>/<environment>`.
    of: String,
}

impl Place {
    /// The place of a stack's state in a project.
    pub(crate) fn new(project: &Path, stack: &str, environment: &str) -> Place {
        let folder = folder::infra(project).join(stack).join(environment);
        Place { project: project.to_owned(), folder, of: format!("{stack}/{environment}") }
    }

    /// The places of all stacks of a project that have a state in an environment, by stack.
    pub(crate) fn others(project: &Path, environment: &str) -> Result<Vec<(String, Place)>, Error> {
        let folder = folder::infra(project);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(file("read", &folder)(error)),
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| folder.join(name).join(environment).join("journal").exists()).collect();
        names.sort();
        Ok(names.into_iter().map(|name| (name.clone(), Place::new(project, &name, environment))).collect())
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whose state it is, as `stack/environment`.
    pub(crate) fn of(&self) -> &str {
        &self.of
    }

    fn path(&self) -> PathBuf {
        self.folder.join("journal")
    }

    /// Opens the journal for a run, with its lock. `memory` names the local cloud: a journal that is about another one
    /// is set aside, as nothing of what it says exists any more.
    pub(crate) fn open(&self, memory: Option<&str>) -> Result<Journal, Error> {
        folder::made(&self.project)?;
        let salt = || uuid::Uuid::new_v4().to_string();
        let path = self.path();
        let Some(memory) = memory else {
            let (journal, found) = FileLog::open(&path, &self.of, salt)?;
            tell(&found);
            return Ok(journal);
        };
        let record = Memory::in_folder(&self.folder);
        if record.is(memory)? {
            let (journal, found) = FileLog::open(&path, &self.of, salt)?;
            tell(&found);
            return Ok(journal);
        }
        // Opened first, whatever is in it, so that no other run loses the file that it is writing.
        let old = match FileLog::open(&path, &self.of, salt) {
            Err(error @ StoreError::Locked { .. }) => return Err(error.into()),
            Ok((journal, _)) if journal.state().serial == 0 => Some(journal),
            Ok(_) | Err(_) => None,
        };
        match old {
            Some(_) => self.forget_lookups()?,
            None => self.set_aside()?,
        }
        record.set(memory)?;
        match old {
            Some(journal) => Ok(journal),
            None => Ok(FileLog::open(&path, &self.of, salt)?.0),
        }
    }

    /// What is remembered, without a lock or a change; `None` where nothing was ever deployed. A journal that is about
    /// another local cloud says nothing.
    pub(crate) fn peek(&self, memory: Option<&str>) -> Result<Option<State>, Error> {
        if let Some(memory) = memory
            && !Memory::in_folder(&self.folder).is(memory)?
        {
            return Ok(None);
        }
        self.recorded()
    }

    /// What is remembered, of whichever cloud.
    pub(crate) fn recorded(&self) -> Result<Option<State>, Error> {
        Ok(FileLog::peek(&self.path(), &self.of)?.map(|(state, _)| state))
    }

    /// Every record, without a lock or a change; `None` where nothing was ever recorded.
    pub(crate) fn history(&self) -> Result<Option<History>, Error> {
        Ok(FileLog::history(&self.path(), &self.of)?)
    }

    /// Writes every record anew; `None` where there is no journal. See [`FileLog::rewrite`].
    pub(crate) fn rewrite(
        &self,
        change: impl FnMut(Record) -> Result<Record, SealError>,
        more: impl FnOnce(&[Record]) -> Vec<Record>,
    ) -> Result<Option<u64>, Error> {
        Ok(FileLog::rewrite(&self.path(), &self.of, change, more)?)
    }

    /// Looks for damage, and repairs it as far as `agree` allows; `None` where there is no journal.
    pub(crate) fn repair(&self, agree: impl FnOnce(&Damage) -> bool) -> Result<Option<Repaired>, Error> {
        Ok(FileLog::repair(&self.path(), &self.of, agree)?)
    }

    /// Whether the journal is about this memory of the local cloud.
    pub(crate) fn is_about(&self, memory: &str) -> Result<bool, Error> {
        Memory::in_folder(&self.folder).is(memory)
    }

    /// Puts away what is about a local cloud that is gone: the journal under another name, and its lookups.
    pub(crate) fn set_aside(&self) -> Result<(), Error> {
        self.forget_lookups()?;
        let path = self.path();
        if !path.exists() {
            return Ok(());
        }
        let aside = (1..).map(|number| self.folder.join(format!("journal.gone-{number}"))).find(|aside| !aside.exists());
        let aside = aside.unwrap_or_else(|| self.folder.join("journal.gone"));
        fs::rename(&path, &aside).map_err(file("set aside", &path))?;
        let shown = aside.strip_prefix(&self.project).unwrap_or(&aside);
        note(&format!(
            "the local cloud is a new one: what was deployed in the old one is gone, and its journal is now {}",
            shown.display()
        ));
        Ok(())
    }

    /// Removes the answers that the local cloud gave.
    fn forget_lookups(&self) -> Result<(), Error> {
        let lookups = self.folder.join("lookups.lock");
        match fs::remove_file(&lookups) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(file("remove", &lookups)(error)),
            _ => Ok(()),
        }
    }
}

fn tell(found: &JournalFound) {
    if found.torn > 0 {
        note("the last run was cut off while it wrote to the journal: the unfinished record was dropped");
    }
}

#[cfg(test)]
mod tests {
    use infra_core::Address;
    use infra_plan::Intent;

    use super::*;

    fn place() -> (tempfile::TempDir, Place) {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path(), "web", "local");
        (folder, place)
    }

    fn record() -> Record {
        Record::Begun { address: Address::new("t:t/t", "a"), intent: Intent::Delete { id: "a".into() } }
    }

    #[test]
    fn the_journal_of_another_local_cloud_is_set_aside_and_nothing_of_it_is_planned_against() {
        let (folder, place) = place();
        place.open(Some("first")).unwrap().record(record()).unwrap();
        assert_eq!(place.open(Some("first")).unwrap().state().serial, 1);
        assert_eq!(place.peek(Some("second")).unwrap(), None);
        assert_eq!(place.peek(Some("first")).unwrap().unwrap().serial, 1);

        assert_eq!(place.open(Some("second")).unwrap().state().serial, 0);
        let lookups = place.folder().join("lookups.lock");
        fs::write(&lookups, "{}").unwrap();
        place.open(Some("second")).unwrap().record(record()).unwrap();
        assert!(lookups.exists());
        assert_eq!(place.open(Some("third")).unwrap().state().serial, 0);
        assert!(!lookups.exists(), "the answers of a cloud go with it");
        for aside in ["journal.gone-1", "journal.gone-2"] {
            assert!(folder.path().join(".infra/web/local").join(aside).exists(), "{aside}");
        }
    }

    #[test]
    fn a_journal_in_use_is_not_set_aside() {
        let (folder, place) = place();
        let mut journal = place.open(Some("first")).unwrap();
        journal.record(record()).unwrap();
        assert!(matches!(place.open(Some("second")), Err(Error::Store(StoreError::Locked { .. }))));
        assert!(folder.path().join(".infra/web/local/journal").exists());
    }

    #[test]
    fn the_folder_keeps_itself_out_of_git() {
        let (folder, place) = place();
        drop(place.open(None).unwrap());
        assert_eq!(fs::read_to_string(folder.path().join(".infra/.gitignore")).unwrap(), "*\n");
    }
}

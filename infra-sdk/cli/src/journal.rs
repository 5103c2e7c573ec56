//! Where a stack's state is, and whether it is about the cloud that there is.

use std::fs;
use std::path::{Path, PathBuf};

use infra_apply::lease::Seen;
use infra_apply::{FileLog, History, Holder, JournalFound, Repaired, SealError, StoreError};
use infra_plan::{Record, State};
use infra_store::{Bucket, Location, Opened};

use crate::environment::Environment;
use crate::error::{Error, file};
use crate::folder;
use crate::held::Held;
use crate::holder::holder;
use crate::local::{self, Memory};
use crate::remote;
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
    /// The journal's file, where it is one.
    file: PathBuf,
    /// The bucket that it is in, where it is not.
    remote: Option<(Location, Environment)>,
}

impl Place {
    /// The place of a stack's state in a project.
    pub(crate) fn new(project: &Path, stack: &str, environment: &str) -> Place {
        let folder = folder::infra(project).join(stack).join(environment);
        let file = folder.join("journal");
        Place { project: project.to_owned(), folder, of: format!("{stack}/{environment}"), file, remote: None }
    }

    /// The same stack's state in another place.
    pub(crate) fn at(&self, location: &Location, environment: &Environment) -> Place {
        let mut place = self.clone();
        match location.folder() {
            Some(folder) => {
                place.file = folder.join(&self.of).join("journal");
                place.remote = None;
            }
            None => place.remote = Some((location.clone(), environment.clone())),
        }
        place
    }

    /// The places of all stacks that have a state where this one is, in an environment, by stack.
    pub(crate) async fn others(&self, environment: &str) -> Result<Vec<(String, Place)>, Error> {
        if let Some((location, settings)) = &self.remote {
            let endpoint = if settings.is_local() { local::running(&self.project)?.map(|endpoint| endpoint.url) } else { None };
            let names = remote::stacks(location, settings, endpoint.as_deref()).await?;
            let place = |name: String| (name.clone(), Place::new(&self.project, &name, environment).at(location, settings));
            return Ok(names.into_iter().map(place).collect());
        }
        let root = self.file.ancestors().nth(3).unwrap_or(&self.folder);
        let entries = match fs::read_dir(root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(file("read", root)(error)),
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let journal = |name: &str| root.join(name).join(environment).join("journal");
        let mut names: Vec<String> = names.filter(|name| journal(name).exists()).collect();
        names.sort();
        let place = |name: String| {
            let place = Place { file: journal(&name), ..Place::new(&self.project, &name, environment) };
            (name, place)
        };
        Ok(names.into_iter().map(place).collect())
    }

    /// The folder for what belongs to the stack on this machine.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whose state it is, as `stack/environment`.
    pub(crate) fn of(&self) -> &str {
        &self.of
    }

    fn path(&self) -> PathBuf {
        self.file.clone()
    }

    /// The journal's bucket; none where there is a file instead, or it is about a local cloud that never was.
    async fn bucket(&self, memory: Option<&str>) -> Result<Option<Bucket>, Error> {
        let Some((location, environment)) = &self.remote else { return Ok(None) };
        if !environment.is_local() {
            return Ok(Some(remote::bucket(location, environment, &self.of, &self.of, None).await?));
        }
        // Each memory of the local cloud has a journal of its own: what is in an older one says nothing of it.
        let recorded = Memory::in_folder(&self.folder).name()?;
        let Some(memory) = memory.map(str::to_owned).or(recorded) else { return Ok(None) };
        let endpoint = local::running(&self.project)?.map(|endpoint| endpoint.url);
        if location.is_s3() && location.options.endpoint.is_none() && endpoint.is_none() {
            return Ok(None);
        }
        let name = format!("{}-{memory}", self.of);
        Ok(Some(remote::bucket(location, environment, &self.of, &name, endpoint.as_deref()).await?))
    }

    /// Opens the journal for a run, with its lock. `memory` names the local cloud: a journal that is about another one
    /// is set aside, as nothing of what it says exists any more.
    pub(crate) async fn open(&self, memory: Option<&str>) -> Result<Held, Error> {
        folder::made(&self.project)?;
        let (holder, salt) = (holder(), || uuid::Uuid::new_v4().to_string());
        if self.remote.is_some() {
            let record = Memory::in_folder(&self.folder);
            if let Some(memory) = memory
                && !record.is(memory)?
            {
                self.forget_lookups()?;
                record.set(memory)?;
            }
            let bucket = self.bucket(memory).await?.ok_or_else(|| self.unreachable())?;
            let Opened { journal, lease } = bucket.open(&holder, salt).await?;
            return Ok(Held::leased(journal, lease));
        }
        self.refuse_moved()?;
        self.open_file(memory, &holder, salt).map(Held::locked)
    }

    fn open_file(&self, memory: Option<&str>, holder: &Holder, salt: impl Fn() -> String) -> Result<infra_apply::Journal, Error> {
        let path = self.path();
        let open = || FileLog::open_for(&path, &self.of, Some(holder), &salt);
        let Some(memory) = memory else {
            let (journal, found) = open()?;
            tell(&found);
            return Ok(journal);
        };
        let record = Memory::in_folder(&self.folder);
        if record.is(memory)? {
            let (journal, found) = open()?;
            tell(&found);
            return Ok(journal);
        }
        // Opened first, whatever is in it, so that no other run loses the file that it is writing.
        let old = match open() {
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
            None => Ok(open()?.0),
        }
    }

    fn unreachable(&self) -> Error {
        Error::Refused {
            problem: "the state is in the local cloud, which does not run".into(),
            help: format!("start it with `{}`", crate::called::called("local start")),
        }
    }

    /// What is remembered, without a lock or a change; `None` where nothing was ever deployed. A journal that is about
    /// another local cloud says nothing.
    pub(crate) async fn peek(&self, memory: Option<&str>) -> Result<Option<State>, Error> {
        if let Some(memory) = memory
            && !Memory::in_folder(&self.folder).is(memory)?
        {
            return Ok(None);
        }
        self.recorded().await
    }

    /// What is remembered, of whichever cloud.
    pub(crate) async fn recorded(&self) -> Result<Option<State>, Error> {
        if self.remote.is_some() {
            let Some(bucket) = self.bucket(None).await? else { return Ok(None) };
            return Ok(bucket.peek().await?);
        }
        self.refuse_moved()?;
        Ok(FileLog::peek(&self.path(), &self.of)?.map(|(state, _)| state))
    }

    /// Every record, without a lock or a change; `None` where nothing was ever recorded.
    pub(crate) async fn history(&self) -> Result<Option<History>, Error> {
        if self.remote.is_some() {
            let Some(bucket) = self.bucket(None).await? else { return Ok(None) };
            return Ok(bucket.history().await?);
        }
        self.refuse_moved()?;
        Ok(FileLog::history(&self.path(), &self.of)?)
    }

    /// Writes every record anew; `None` where there is no journal. See [`FileLog::rewrite`] and [`Bucket::rewrite`].
    pub(crate) async fn rewrite(
        &self,
        change: impl FnMut(Record) -> Result<Record, SealError>,
        more: impl FnOnce(&[Record]) -> Vec<Record>,
    ) -> Result<Option<u64>, Error> {
        if self.remote.is_some() {
            let Some(bucket) = self.bucket(None).await? else { return Ok(None) };
            return Ok(bucket.rewrite(&holder(), change, more).await?);
        }
        self.refuse_moved()?;
        Ok(FileLog::rewrite(&self.path(), &self.of, change, more)?)
    }

    /// Looks for damage, and repairs it as far as `agree` allows; `None` where there is no journal.
    pub(crate) async fn repair(&self, agree: impl FnOnce(&Repaired) -> bool) -> Result<Option<Repaired>, Error> {
        if self.remote.is_some() {
            let Some(bucket) = self.bucket(None).await? else { return Ok(None) };
            return Ok(bucket.repair(&holder(), agree).await?);
        }
        self.refuse_moved()?;
        Ok(FileLog::repair(&self.path(), &self.of, agree)?)
    }

    /// Fills an empty place with a history.
    pub(crate) async fn fill(&self, history: &History) -> Result<(), Error> {
        if self.remote.is_some() {
            let bucket = self.bucket(None).await?.ok_or_else(|| self.unreachable())?;
            return Ok(bucket.fill(&holder(), history).await?);
        }
        let (mut journal, _) = FileLog::open_for(&self.path(), &self.of, Some(&holder()), || history.start.salt.clone())?;
        if *journal.state() != history.start {
            let problem = format!("there is a state already in {}", crate::show::path(&self.path()));
            return Err(Error::Refused { problem, help: "name another place".into() });
        }
        journal.record_all(history.records.clone()).await?;
        // It may have been here before, and moved away.
        match fs::remove_file(self.marker()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(file("remove", &self.marker())(error)),
            _ => Ok(()),
        }
    }

    /// Says that the journal is elsewhere from now on, and keeps what is here under another name. For whoever has it open.
    pub(crate) async fn leave(&self, to: &str) -> Result<(), Error> {
        if self.remote.is_some() {
            let bucket = self.bucket(None).await?.ok_or_else(|| self.unreachable())?;
            return Ok(bucket.leave(to).await?);
        }
        folder::write(&self.marker(), format!("{to}\n").as_bytes())?;
        self.aside("moved").map(drop)
    }

    /// Where it is, for people.
    pub(crate) fn shown(&self) -> String {
        match &self.remote {
            Some((location, _)) => format!("{}/{}", location.shown(), self.of),
            None => crate::show::path(&self.path()),
        }
    }

    /// Who has it; none where it is a file, or nobody ever had it.
    pub(crate) async fn lease(&self) -> Result<Option<Seen>, Error> {
        match self.bucket(None).await? {
            Some(bucket) => Ok(bucket.status().await?),
            None => Ok(None),
        }
    }

    /// Who has its file open, where it is a file; `Some(None)` where that is not said.
    pub(crate) fn file_holder(&self) -> Result<Option<Option<Box<Holder>>>, Error> {
        match FileLog::holder(&self.path()) {
            Err(StoreError::Locked { holder, .. }) => Ok(Some(holder)),
            Ok(()) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes the lease away from whoever had it when it was seen; says whether it was.
    pub(crate) async fn unlock(&self, seen: &Seen) -> Result<bool, Error> {
        match self.bucket(None).await? {
            Some(bucket) => Ok(bucket.unlock(seen).await?),
            None => Ok(false),
        }
    }

    /// Whether it is in a bucket, where a lease keeps others out.
    pub(crate) fn is_leased(&self) -> bool {
        self.remote.is_some()
    }

    /// What says that the file was moved.
    fn marker(&self) -> PathBuf {
        self.file.with_extension("moved")
    }

    fn refuse_moved(&self) -> Result<(), Error> {
        match fs::read_to_string(self.marker()) {
            Ok(to) => Err(StoreError::Elsewhere { place: crate::show::path(&self.path()), to: to.trim().to_owned() }.into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(file("read", &self.marker())(error)),
        }
    }

    /// Gives the journal's file another name, which it returns.
    fn aside(&self, why: &str) -> Result<PathBuf, Error> {
        let path = self.path();
        let aside = (1..).map(|number| path.with_extension(format!("{why}-{number}"))).find(|aside| !aside.exists());
        let aside = aside.unwrap_or_else(|| path.with_extension(why));
        FileLog::forget_snapshot(&path)?;
        fs::rename(&path, &aside).map_err(file("set aside", &path))?;
        Ok(aside)
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
        let aside = self.aside("gone")?;
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

    #[tokio::test]
    async fn the_journal_of_another_local_cloud_is_set_aside_and_nothing_of_it_is_planned_against() {
        let (folder, place) = place();
        place.open(Some("first")).await.unwrap().record(record()).await.unwrap();
        assert_eq!(place.open(Some("first")).await.unwrap().state().serial, 1);
        assert_eq!(place.peek(Some("second")).await.unwrap(), None);
        assert_eq!(place.peek(Some("first")).await.unwrap().unwrap().serial, 1);

        assert_eq!(place.open(Some("second")).await.unwrap().state().serial, 0);
        let lookups = place.folder().join("lookups.lock");
        fs::write(&lookups, "{}").unwrap();
        place.open(Some("second")).await.unwrap().record(record()).await.unwrap();
        assert!(lookups.exists());
        assert_eq!(place.open(Some("third")).await.unwrap().state().serial, 0);
        assert!(!lookups.exists(), "the answers of a cloud go with it");
        for aside in ["journal.gone-1", "journal.gone-2"] {
            assert!(folder.path().join(".infra/web/local").join(aside).exists(), "{aside}");
        }
    }

    #[tokio::test]
    async fn a_journal_in_use_is_not_set_aside() {
        let (folder, place) = place();
        let mut journal = place.open(Some("first")).await.unwrap();
        journal.record(record()).await.unwrap();
        assert!(matches!(place.open(Some("second")).await.map(drop), Err(Error::Store(StoreError::Locked { .. }))));
        assert!(folder.path().join(".infra/web/local/journal").exists());
    }

    #[tokio::test]
    async fn the_folder_keeps_itself_out_of_git() {
        let (folder, place) = place();
        drop(place.open(None).await.unwrap());
        assert_eq!(fs::read_to_string(folder.path().join(".infra/.gitignore")).unwrap(), "*\n");
    }
}

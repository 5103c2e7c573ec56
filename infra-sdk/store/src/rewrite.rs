//! A journal in a bucket written anew, record by record, as when its key is another one from now on.
//!
//! The new records are one object, in the form of a journal's file. It counts from the moment on at which the log's next
//! object names it, so that a run which dies before has changed nothing, and one which dies after has changed all. Then
//! the old objects are emptied. They keep their names, which keep late writers out.

use futures::{StreamExt as _, TryStreamExt as _};
use infra_apply::lease::Hold;
use infra_apply::{Holder, JournalHeader, SealError, StoreError, line};
use infra_plan::{Record, STATE_VERSION, State};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};

use crate::bucket::Bucket;
use crate::load::{HeaderError, LoadError, Loaded, header, remote};
use crate::log::create;
use crate::names::{Names, number_anew};
use crate::object::{self, Anew, By, Lines, read_anew};
use crate::snapshot;

/// How many objects are emptied at a time.
const AT_A_TIME: usize = 32;

impl Bucket {
    /// Writes every record anew as `change` gives it, with `more` after them; returns how many there are, or none if there
    /// is no journal. Nobody else has the journal meanwhile. Records keep their numbers, and what they were before is in
    /// no object any more. Where this fails at the very end, the journal is the new one and some of the old is left: doing
    /// it again clears that away too.
    ///
    /// # Errors
    /// Where another run has it, a record cannot be written anew, or the store fails.
    pub async fn rewrite(
        &self,
        holder: &Holder,
        change: impl FnMut(Record) -> Result<Record, SealError>,
        more: impl FnOnce(&[Record]) -> Vec<Record>,
    ) -> Result<Option<u64>, StoreError> {
        if self.peek().await?.is_none() {
            return Ok(None);
        }
        let lease = self.lease(holder).await?;
        let rewritten = self.rewrite_held(holder, &lease.hold(), change, more).await;
        let released = lease.release().await;
        let records = rewritten?;
        released?;
        Ok(Some(records))
    }

    async fn rewrite_held(
        &self,
        holder: &Holder,
        hold: &Hold,
        change: impl FnMut(Record) -> Result<Record, SealError>,
        more: impl FnOnce(&[Record]) -> Vec<Record>,
    ) -> Result<u64, StoreError> {
        // Whoever opened it before writes nothing more from here on.
        let (_, mut log) = self.log(holder, String::new()).await?;
        let Some(Loaded { start, records, number, .. }) = self.whole().await? else { return Err(log.fenced().await) };
        if number + 1 != log.next() {
            return Err(log.fenced().await);
        }
        let records = records.into_iter().map(change).collect::<Result<Vec<_>, _>>();
        let mut records = records.map_err(|SealError(problem)| StoreError::Unsealed { problem })?;
        records.extend(more(&records));

        let failed = remote("write", &self.names);
        let (bytes, last) = whole(&self.of, &start.salt, &records).map_err(|error| StoreError::Remote {
            action: "write",
            place: self.shown().to_owned(),
            source: error.into(),
        })?;
        let anew = Anew { name: Names::anew(log.next(), &holder.run), last };
        create(self.store.as_ref(), &self.names.rewritten().join(anew.name.as_str()), bytes).await.map_err(failed)?;
        hold.check()?;
        let by = By { run: holder.run.clone(), holder: Some(holder.clone()) };
        if !log.put_anew(&by, &anew).await? {
            return Err(log.fenced().await);
        }

        let mut state = State::new(start.salt);
        let count = records.len() as u64;
        records.into_iter().for_each(|record| state.apply(record));
        let (at, snapshot) = log.snapshot_of(state);
        let failed = remote("clear away what was replaced in", &self.names);
        snapshot::replace(&self.store, &self.names, at, &snapshot).await.map_err(&failed)?;
        self.clear(at, &anew, holder).await.map_err(failed)?;
        Ok(count)
    }

    /// Empties the objects before a number, and removes what else was written anew and is not `anew`.
    async fn clear(&self, before: u64, anew: &Anew, holder: &Holder) -> object_store::Result<()> {
        let by = By { run: holder.run.clone(), holder: None };
        let wrong = |error: serde_json::Error| object_store::Error::Generic { store: "journal", source: error.into() };
        let (empty, _) = object::write(0, &by, &[]).map_err(wrong)?;
        // The first one has no record: it says whose journal it is.
        let emptied = futures::stream::iter(1..before).map(|number| {
            let (path, empty) = (self.names.entry(number), empty.clone());
            async move { self.store.put(&path, empty.into()).await }
        });
        emptied.buffer_unordered(AT_A_TIME).try_for_each(|_| async { Ok(()) }).await?;
        for path in listed(self.store.as_ref(), &self.names).await? {
            if path.filename() != Some(anew.name.as_str()) {
                self.store.delete(&path).await?;
            }
        }
        Ok(())
    }
}

/// A journal as one object.
pub(crate) fn whole(of: &str, salt: &str, records: &[Record]) -> Result<(Vec<u8>, u32), serde_json::Error> {
    let mut bytes = Vec::new();
    let header = JournalHeader { format: STATE_VERSION, of: of.to_owned(), salt: salt.to_owned() };
    let mut last = line::write(0, &header, &mut bytes)?;
    for record in records {
        last = line::write(last, record, &mut bytes)?;
    }
    Ok((bytes, last))
}

/// What was written anew, oldest first: also what a run that died had not finished.
async fn listed(store: &dyn ObjectStore, names: &Names) -> object_store::Result<Vec<Path>> {
    let mut paths: Vec<Path> = store.list(Some(&names.rewritten())).map_ok(|meta| meta.location).try_collect().await?;
    paths.sort();
    Ok(paths)
}

/// The journal up to the newest object from which on it is another one; none where it was never written anew.
pub(crate) async fn newest(store: &dyn ObjectStore, names: &Names, of: &str, whole: bool) -> Result<Option<Loaded>, LoadError> {
    let failed = |error| LoadError::Store(remote("read", names)(error));
    for path in listed(store, names).await.map_err(failed)?.iter().rev() {
        let Some((name, number)) = path.filename().and_then(|name| Some((name, number_anew(name)?))) else { continue };
        let bytes = match store.get(&names.entry(number)).await {
            Ok(found) => found.bytes().await.map_err(failed)?,
            Err(object_store::Error::NotFound { .. }) => continue,
            Err(error) => return Err(failed(error)),
        };
        if let Some((anew, last)) = read_anew(&bytes).filter(|(anew, _)| anew.name == name) {
            return load(store, names, of, (&anew, number, last), whole).await.map(Some);
        }
    }
    Ok(None)
}

/// The journal up to the object with a number and a checksum, which says that it is written anew.
pub(crate) async fn load(
    store: &dyn ObjectStore,
    names: &Names,
    of: &str,
    (anew, number, last): (&Anew, u64, u32),
    whole: bool,
) -> Result<Loaded, LoadError> {
    let failed = |error| LoadError::Store(remote("read", names)(error));
    let path = names.rewritten().join(anew.name.as_str());
    let bytes = store.get(&path).await.map_err(failed)?.bytes().await.map_err(failed)?;
    let shown = names.show(&path);
    let corrupt = |line: usize, problem: String| LoadError::Store(StoreError::Corrupt { path: shown.clone().into(), line, problem });
    let (start, mut sum) = header(&bytes, of, &shown).map_err(|error| match error {
        HeaderError::Store(error) => LoadError::Store(error),
        HeaderError::Broken(line, problem) => corrupt(line, problem),
    })?;
    let (mut state, mut records) = (start.clone(), Vec::new());
    for (at, line) in Lines::of(&bytes).skip(1) {
        let line = line.ok_or_else(|| corrupt(at, "it ends within the line: the object is not whole".to_owned()))?;
        let (next, record) = line::read::<Record>(sum, line).map_err(|error| corrupt(at, error.said()))?;
        sum = next;
        if whole {
            records.push(record.clone());
        }
        state.apply(record);
    }
    if sum != anew.last {
        return Err(corrupt(1, "it is not the one that the log names: lines at its end are missing".to_owned()));
    }
    Ok(Loaded { state, start, records, number, last, objects: 1, bytes: bytes.len() as u64, snapshot: 0 })
}

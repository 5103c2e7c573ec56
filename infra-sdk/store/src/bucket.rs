//! A journal in a bucket: looked at by anybody, opened by one run at a time.

use std::sync::Arc;

use infra_apply::lease::{Acquired, LeaseStore, Seen, Terms, acquire, release_by_force, status};
use infra_apply::{History, Holder, Journal, JournalHeader, StoreError, line};
use infra_plan::{STATE_VERSION, State};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use serde::{Deserialize, Serialize};

use crate::lease::ObjectLease;
use crate::load::{Loaded, load, remote};
use crate::log::{BucketLog, create};
use crate::names::Names;
use crate::object::By;

/// How often an opening begins again where another writer gets in between. With a lease that is at most one late write
/// of each run that lost it.
const TRIES: usize = 8;

/// The journal of one stack in one environment, in an object store. Clones are the same journal.
#[derive(Clone)]
pub struct Bucket {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) names: Names,
    pub(crate) of: String,
    lease: Arc<dyn LeaseStore>,
    terms: Terms,
}

/// A journal that is open for a run, and the lease that it is open for.
pub struct Opened {
    /// The journal. It takes nothing more when the lease has ended.
    pub journal: Journal,
    /// The lease; give it back when the journal is done with.
    pub lease: Acquired,
}

/// What is left where a journal was.
#[derive(Serialize, Deserialize)]
struct Moved {
    to: String,
}

impl Bucket {
    /// The journal `of` a stack, as `stack/environment`, in the folder `root` of a store which people know as `shown`.
    /// Its lease is an object beside it.
    pub fn new(store: Arc<dyn ObjectStore>, root: Path, shown: impl Into<String>, of: impl Into<String>) -> Bucket {
        let names = Names::new(root, shown.into());
        let lease = ObjectLease::new(Arc::clone(&store), names.lease(), names.shown().to_owned());
        Bucket { store, names, of: of.into(), lease: Arc::new(lease), terms: Terms::default() }
    }

    /// The same with its lease elsewhere.
    #[must_use]
    pub fn leased_by(mut self, lease: Arc<dyn LeaseStore>) -> Bucket {
        self.lease = lease;
        self
    }

    /// The same with a lease of other terms.
    #[must_use]
    pub fn with_terms(mut self, terms: Terms) -> Bucket {
        self.terms = terms;
        self
    }

    /// Where it is, for people.
    pub fn shown(&self) -> &str {
        self.names.shown()
    }

    /// Opens it for a run, and makes it if there is none; `salt` is used only then. Nobody else opens it as long as the
    /// lease lasts, and nobody who opened it before writes to it any more.
    ///
    /// # Errors
    /// Where another run has it, it is damaged or was moved, or the store fails.
    pub async fn open(&self, holder: &Holder, salt: impl FnOnce() -> String) -> Result<Opened, StoreError> {
        let lease = acquire(Arc::clone(&self.lease), holder.clone(), self.terms).await?;
        match self.log(holder, salt()).await {
            Ok((state, log)) => {
                let journal = Journal::new(state, Box::new(log)).held(lease.hold());
                Ok(Opened { journal, lease })
            }
            Err(error) => {
                // Whoever comes next need not wait for its end.
                let _ = lease.release().await;
                Err(error)
            }
        }
    }

    /// The state and the log after it, which is this run's from now on.
    pub(crate) async fn log(&self, holder: &Holder, salt: String) -> Result<(State, BucketLog), StoreError> {
        self.refuse_moved().await?;
        let by = By { run: holder.run.clone(), holder: Some(holder.clone()) };
        for _ in 0..TRIES {
            let Some(loaded) = self.load().await? else {
                self.begin(&salt).await?;
                continue;
            };
            let mut log = BucketLog::after(&loaded, Arc::clone(&self.store), self.names.clone(), self.of.clone(), holder.run.clone());
            // Whoever still thinks that this number is his finds it taken, even if his lease ended unnoticed.
            if log.put(&by, &[]).await? {
                return Ok((loaded.state, log));
            }
        }
        Err(StoreError::Fenced { place: self.shown().to_owned(), holder: None })
    }

    /// Writes the first object. If another was faster, there is one all the same.
    async fn begin(&self, salt: &str) -> Result<(), StoreError> {
        let header = JournalHeader { format: STATE_VERSION, of: self.of.clone(), salt: salt.to_owned() };
        let mut bytes = Vec::new();
        let wrong = |error: serde_json::Error| StoreError::Remote { action: "begin", place: self.shown().to_owned(), source: error.into() };
        line::write(0, &header, &mut bytes).map_err(wrong)?;
        create(self.store.as_ref(), &self.names.entry(0), bytes).await.map_err(remote("begin", &self.names))?;
        Ok(())
    }

    async fn load(&self) -> Result<Option<Loaded>, StoreError> {
        load(self.store.as_ref(), &self.names, &self.of, false).await.map_err(|error| error.told(&self.names))
    }

    /// Its state, without a lease or a change; none if there is no journal.
    ///
    /// # Errors
    /// Where it is damaged or was moved, or the store fails.
    pub async fn peek(&self) -> Result<Option<State>, StoreError> {
        self.refuse_moved().await?;
        Ok(self.load().await?.map(|loaded| loaded.state))
    }

    /// Every record, without a lease or a change; none if there is no journal.
    ///
    /// # Errors
    /// As for [`peek`](Bucket::peek).
    pub async fn history(&self) -> Result<Option<History>, StoreError> {
        self.refuse_moved().await?;
        Ok(self.whole().await?.map(|loaded| History { start: loaded.start, records: loaded.records }))
    }

    /// It with all its records.
    pub(crate) async fn whole(&self) -> Result<Option<Loaded>, StoreError> {
        load(self.store.as_ref(), &self.names, &self.of, true).await.map_err(|error| error.told(&self.names))
    }

    /// Who has the lease, and since when; none if nobody ever had.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn status(&self) -> Result<Option<Seen>, StoreError> {
        Ok(status(self.lease.as_ref()).await?)
    }

    /// Takes the lease from its holder, if it is still the one that was seen; says whether it was.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn unlock(&self, seen: &Seen) -> Result<bool, StoreError> {
        Ok(release_by_force(self.lease.as_ref(), seen).await?)
    }

    /// Fills it with a history, if there is nothing yet. The lease is taken meanwhile.
    ///
    /// # Errors
    /// As for [`open`](Bucket::open); [`StoreError::Remote`] where there are records already.
    pub async fn fill(&self, holder: &Holder, history: &History) -> Result<(), StoreError> {
        let Opened { mut journal, lease } = self.open(holder, || history.start.salt.clone()).await?;
        let written = match journal.state() == &history.start {
            true => journal.record_all(history.records.clone()).await,
            false => {
                Err(StoreError::Remote { action: "copy to", place: self.shown().to_owned(), source: "there is a state already".into() })
            }
        };
        lease.release().await?;
        written
    }

    /// Says that the journal is elsewhere from now on: nobody opens or reads it here any more. For whoever has it open.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn leave(&self, to: &str) -> Result<(), StoreError> {
        let moved = serde_json::to_vec(&Moved { to: to.to_owned() }).map_err(|error| StoreError::Remote {
            action: "leave",
            place: self.shown().to_owned(),
            source: error.into(),
        })?;
        self.store.put(&self.names.moved(), moved.into()).await.map(drop).map_err(remote("leave", &self.names))
    }

    pub(crate) async fn refuse_moved(&self) -> Result<(), StoreError> {
        let failed = remote("open", &self.names);
        let bytes = match self.store.get(&self.names.moved()).await {
            Ok(found) => found.bytes().await.map_err(failed)?,
            Err(object_store::Error::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(failed(error)),
        };
        let to = serde_json::from_slice(&bytes).map_or_else(|_| "another place".to_owned(), |moved: Moved| moved.to);
        Err(StoreError::Elsewhere { place: self.shown().to_owned(), to })
    }

    /// Takes the lease for a repair, or for writing it anew.
    pub(crate) async fn lease(&self, holder: &Holder) -> Result<Acquired, StoreError> {
        Ok(acquire(Arc::clone(&self.lease), holder.clone(), self.terms).await?)
    }
}

//! The log behind an open journal in a bucket: one conditional create for whatever arrived together.

use std::sync::Arc;

use async_trait::async_trait;
use infra_apply::{Log, StoreError};
use infra_plan::{Record, State};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutOptions};

use crate::load::{Loaded, remote};
use crate::names::Names;
use crate::object::{self, Anew, By};
use crate::snapshot::{self, Snapshot};

/// How many objects an opening may have to read beside a snapshot, before there is a newer one.
const OBJECTS: u64 = 256;

/// How many are enough for a snapshot where they are larger than the last one.
const FEW: u64 = 16;

/// The end of a journal in a bucket.
pub(crate) struct BucketLog {
    store: Arc<dyn ObjectStore>,
    names: Names,
    of: String,
    run: String,
    /// The number of the last object.
    number: u64,
    last: u32,
    /// How many objects there are since the last snapshot, and their bytes.
    objects: u64,
    bytes: u64,
    /// The size of the last snapshot.
    snapshot: u64,
}

impl BucketLog {
    /// The log after what was read, for a run.
    pub(crate) fn after(loaded: &Loaded, store: Arc<dyn ObjectStore>, names: Names, of: String, run: String) -> BucketLog {
        let Loaded { number, last, objects, bytes, snapshot, .. } = *loaded;
        BucketLog { store, names, of, run, number, last, objects, bytes, snapshot }
    }

    /// The log before the object with a number, whatever is in those before it: for a journal that begins anew there.
    pub(crate) fn before(next: u64, store: Arc<dyn ObjectStore>, names: Names, of: String, run: String) -> BucketLog {
        BucketLog { store, names, of, run, number: next.saturating_sub(1), last: 0, objects: 0, bytes: 0, snapshot: 0 }
    }

    /// Writes the next object. Says whether it was: if not, another writer was faster.
    pub(crate) async fn put(&mut self, by: &By, records: &[Record]) -> Result<bool, StoreError> {
        let place = || self.names.shown().to_owned();
        let wrong = |error: serde_json::Error| StoreError::Remote { action: "write", place: place(), source: error.into() };
        let (bytes, last) = object::write(self.last, by, records).map_err(wrong)?;
        let size = bytes.len() as u64;
        let path = self.names.entry(self.number + 1);
        if !create(self.store.as_ref(), &path, bytes).await.map_err(remote("write", &self.names))? {
            return Ok(false);
        }
        self.number += 1;
        self.last = last;
        self.objects += 1;
        self.bytes += size;
        Ok(true)
    }

    /// The number of the next object.
    pub(crate) fn next(&self) -> u64 {
        self.number + 1
    }

    /// Writes the object from which on the journal is the one written anew. Says whether it was.
    pub(crate) async fn put_anew(&mut self, by: &By, anew: &Anew) -> Result<bool, StoreError> {
        let wrong =
            |error: serde_json::Error| StoreError::Remote { action: "write", place: self.names.shown().to_owned(), source: error.into() };
        let (bytes, last) = object::write_anew(by, anew).map_err(wrong)?;
        let path = self.names.entry(self.next());
        if !create(self.store.as_ref(), &path, bytes).await.map_err(remote("write", &self.names))? {
            return Ok(false);
        }
        self.number += 1;
        self.last = last;
        Ok(true)
    }

    /// The state after all that is written, with the last object's number.
    pub(crate) fn snapshot_of(&self, state: State) -> (u64, Snapshot) {
        (self.number, Snapshot { of: self.of.clone(), last: self.last, state })
    }

    /// Who wrote the object that is in the way, as far as it says.
    pub(crate) async fn fenced(&self) -> StoreError {
        let object = match self.store.get(&self.names.entry(self.number + 1)).await {
            Ok(found) => found.bytes().await.ok(),
            Err(_) => None,
        };
        let by = object.and_then(|bytes| object::read(self.last, &bytes).ok()).map(|object| object.by);
        StoreError::Fenced { place: self.names.shown().to_owned(), holder: by.and_then(|by| by.holder).map(Box::new) }
    }
}

#[async_trait]
impl Log for BucketLog {
    async fn append(&mut self, records: &[Record]) -> Result<(), StoreError> {
        let by = By { run: self.run.clone(), holder: None };
        match self.put(&by, records).await? {
            true => Ok(()),
            false => Err(self.fenced().await),
        }
    }

    fn wants_snapshot(&self, _ended: bool) -> bool {
        // Never more bytes of snapshots than of records, so that what a record costs does not grow with the stack.
        self.objects >= OBJECTS && self.bytes >= self.snapshot || self.objects >= FEW && self.bytes >= 4 * self.snapshot.max(64 * 1024)
    }

    async fn snapshot(&mut self, state: State) {
        let snapshot = Snapshot { of: self.of.clone(), last: self.last, state };
        if let Ok(size) = snapshot::write(&self.store, &self.names, self.number, &snapshot).await {
            self.snapshot = size;
        }
        // After a failure too, so that not every record tries again.
        self.objects = 0;
        self.bytes = 0;
    }
}

/// Makes an object where there is none; says whether it is there now with these bytes.
///
/// A write that is sent again, as its answer got lost, finds its own object: no two runs write the same bytes.
pub(crate) async fn create(store: &dyn ObjectStore, path: &Path, bytes: Vec<u8>) -> object_store::Result<bool> {
    let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
    match store.put_opts(path, bytes.clone().into(), options).await {
        Ok(_) => Ok(true),
        Err(object_store::Error::AlreadyExists { .. }) => Ok(store.get(path).await?.bytes().await? == bytes),
        Err(error) => Err(error),
    }
}

//! A lease in an object that is replaced only if it is still the one that was read.

use std::sync::Arc;

use async_trait::async_trait;
use infra_apply::lease::{Lease, LeaseError, LeaseStore, Seen};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, UpdateVersion};

/// The lease on a journal, in the journal's own store.
pub struct ObjectLease {
    store: Arc<dyn ObjectStore>,
    path: Path,
    place: String,
}

/// What separates an object's etag from its version in a tag.
const BETWEEN: char = '\n';

impl ObjectLease {
    /// The lease in that object, on what people call `place`.
    pub fn new(store: Arc<dyn ObjectStore>, path: Path, place: String) -> ObjectLease {
        ObjectLease { store, path, place }
    }
}

fn tag(etag: Option<String>, version: Option<String>) -> String {
    format!("{}{BETWEEN}{}", etag.unwrap_or_default(), version.unwrap_or_default())
}

fn version(tag: &str) -> UpdateVersion {
    let (etag, version) = tag.split_once(BETWEEN).unwrap_or((tag, ""));
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    UpdateVersion { e_tag: some(etag), version: some(version) }
}

#[async_trait]
impl LeaseStore for ObjectLease {
    fn place(&self) -> String {
        self.place.clone()
    }

    async fn read(&self) -> Result<Option<Seen>, LeaseError> {
        let failed = |source: object_store::Error| LeaseError::store("read", &self.place, source);
        let found = match self.store.get(&self.path).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let tag = tag(found.meta.e_tag.clone(), found.meta.version.clone());
        let bytes = found.bytes().await.map_err(failed)?;
        let lease: Lease = serde_json::from_slice(&bytes)
            .map_err(|error| LeaseError::Unreadable { place: self.place.clone(), problem: error.to_string() })?;
        Ok(Some(Seen { lease, tag }))
    }

    async fn write(&self, lease: &Lease, over: Option<&str>) -> Result<Option<String>, LeaseError> {
        let bytes = serde_json::to_vec(lease).map_err(|error| LeaseError::store("write", &self.place, error))?;
        let mode = over.map_or(PutMode::Create, |tag| PutMode::Update(version(tag)));
        let options = PutOptions { mode, ..PutOptions::default() };
        match self.store.put_opts(&self.path, bytes.into(), options).await {
            Ok(put) => Ok(Some(tag(put.e_tag, put.version))),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(None),
            Err(error) => Err(LeaseError::store("write", &self.place, error)),
        }
    }
}

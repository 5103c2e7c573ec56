//! The state after some object, so that opening a journal reads few objects however long it is.
//!
//! A snapshot is a convenience: what is wrong with one costs time and no record.

use std::sync::Arc;

use futures::TryStreamExt as _;
use infra_apply::line;
use infra_plan::State;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use serde::{Deserialize, Serialize};

use crate::names::{Names, number};

/// How many snapshots are kept: one more than is needed, in case the last is damaged.
const KEPT: usize = 2;

/// A journal up to an object.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    /// Whose state it is.
    pub(crate) of: String,
    /// The last checksum of the object.
    pub(crate) last: u32,
    /// The state after its records.
    pub(crate) state: State,
}

/// The newest snapshot that can be read, with its object's number and its size.
pub(crate) async fn newest(store: &dyn ObjectStore, names: &Names, of: &str) -> object_store::Result<Option<(u64, Snapshot, u64)>> {
    for path in listed(store, names).await?.into_iter().rev() {
        let bytes = match store.get(&path).await {
            Ok(found) => found.bytes().await?,
            // Another run has just made a newer one, and removed it.
            Err(object_store::Error::NotFound { .. }) => continue,
            Err(error) => return Err(error),
        };
        let line = bytes.strip_suffix(b"\n").unwrap_or_default();
        if let (Some(at), Ok((_, snapshot))) = (number(&path), line::read::<Snapshot>(0, line))
            && snapshot.of == of
        {
            return Ok(Some((at, snapshot, bytes.len() as u64)));
        }
    }
    Ok(None)
}

/// Writes the snapshot after an object, and removes older ones; returns its size.
pub(crate) async fn write(store: &Arc<dyn ObjectStore>, names: &Names, at: u64, snapshot: &Snapshot) -> object_store::Result<u64> {
    let size = put(store, names, at, snapshot).await?;
    let all = listed(store.as_ref(), names).await?;
    for path in all.iter().take(all.len().saturating_sub(KEPT)) {
        store.delete(path).await?;
    }
    Ok(size)
}

/// Writes the only snapshot that there is from then on.
pub(crate) async fn replace(store: &Arc<dyn ObjectStore>, names: &Names, at: u64, snapshot: &Snapshot) -> object_store::Result<()> {
    put(store, names, at, snapshot).await?;
    for path in listed(store.as_ref(), names).await?.iter().filter(|path| **path != names.snapshot(at)) {
        store.delete(path).await?;
    }
    Ok(())
}

async fn put(store: &Arc<dyn ObjectStore>, names: &Names, at: u64, snapshot: &Snapshot) -> object_store::Result<u64> {
    let mut bytes = Vec::new();
    let wrong = |error: serde_json::Error| object_store::Error::Generic { store: "snapshot", source: error.into() };
    line::write(0, snapshot, &mut bytes).map_err(wrong)?;
    let size = bytes.len() as u64;
    store.put(&names.snapshot(at), bytes.into()).await?;
    Ok(size)
}

/// The snapshots, oldest first.
pub(crate) async fn listed(store: &dyn ObjectStore, names: &Names) -> object_store::Result<Vec<Path>> {
    let mut paths: Vec<Path> = store.list(Some(&names.snapshots())).map_ok(|meta| meta.location).try_collect().await?;
    paths.sort();
    Ok(paths)
}

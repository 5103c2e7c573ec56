//! Journals kept in object stores: S3, Google Cloud Storage, Azure Blob, memory.
//!
//! A [`Bucket`] is a journal cut into objects: each holds the records that became durable together, under the next
//! number. An object is made only where there is none of that number, so that of two writers at most one succeeds, and
//! the other learns it before it does anything else. A lease beside them keeps them from meeting at all.
//!
//! For a folder of this machine there is [`FileLog`](infra_apply::FileLog) instead: the local files of an object store
//! are not synced to the disk when a write returns, which is all that a journal is for.

mod bucket;
mod lease;
mod load;
mod location;
mod log;
mod names;
mod object;
mod remains;
mod repair;
mod rewrite;
mod snapshot;

pub use bucket::{Bucket, Opened};
pub use lease::ObjectLease;
pub use location::{Location, LocationError, Options};
pub use object_store;
pub use object_store::ObjectStore;

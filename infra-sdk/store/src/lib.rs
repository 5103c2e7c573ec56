//! Journals kept in object stores: S3, Google Cloud Storage, Azure Blob, a folder, memory.

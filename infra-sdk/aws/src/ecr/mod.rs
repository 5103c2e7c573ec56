//! The registry for container images.

#[cfg(feature = "ecr")]
mod images;
mod repository;

#[cfg(feature = "ecr")]
pub use images::{Images, Manifest, Tag};
pub use repository::{Encryption, EncryptionType, Mutability, Repository, RepositoryInputs, RepositoryName, RepositoryOutputs};

crate::resources!("ecr", aws_sdk_ecr::Client: Repository);

//! The registry for container images.

mod repository;

pub use repository::{Encryption, EncryptionType, Mutability, Repository, RepositoryInputs, RepositoryName, RepositoryOutputs};

crate::resources!("ecr", aws_sdk_ecr::Client: Repository);

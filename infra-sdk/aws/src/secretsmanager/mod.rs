//! Secrets Manager: secrets, their values, and how they change by themselves.

mod rotation;
mod secret;
mod secret_version;
#[cfg(feature = "secretsmanager")]
mod tags;

pub use rotation::{Rotation, RotationId, RotationInputs};
pub use secret::{ReplicaRegion, Secret, SecretArn, SecretInputs, SecretOutputs};
pub use secret_version::{SecretVersion, SecretVersionId, SecretVersionInputs, SecretVersionOutputs};

crate::resources!("secretsmanager", aws_sdk_secretsmanager::Client: Rotation, Secret, SecretVersion);

//! Identity and access management.

mod instance_profile;
mod role;

pub use instance_profile::{InstanceProfile, InstanceProfileInputs, InstanceProfileName};
pub use role::{Role, RoleInputs, RoleName};

crate::resources!("iam", aws_sdk_iam::Client:);

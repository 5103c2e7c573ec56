//! Identity and access management.

mod instance_profile;
mod managed_policy;
mod policy;
mod role;
mod role_policy;
mod role_policy_attachment;
#[cfg(feature = "iam")]
mod tags;

pub use instance_profile::{InstanceProfile, InstanceProfileArn, InstanceProfileInputs, InstanceProfileName, InstanceProfileOutputs};
pub use managed_policy::{ManagedPolicy, ManagedPolicyArn, ManagedPolicyInputs, ManagedPolicyOutputs};
pub use policy::{PolicyBuilder, PolicyDocument, Principal, StatementBuilder};
pub use role::{Role, RoleArn, RoleInputs, RoleName, RoleOutputs};
pub use role_policy::{RolePolicy, RolePolicyId, RolePolicyInputs};
pub use role_policy_attachment::{RolePolicyAttachment, RolePolicyAttachmentId, RolePolicyAttachmentInputs};

crate::resources!("iam", aws_sdk_iam::Client: InstanceProfile, ManagedPolicy, Role, RolePolicy, RolePolicyAttachment);

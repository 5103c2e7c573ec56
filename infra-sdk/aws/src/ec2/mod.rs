//! EC2 and VPC.

mod instance;
mod key_pair;
mod launch_template;
mod security_group;
mod subnet;
#[cfg(feature = "ec2")]
mod tags;
mod vpc;

pub use instance::{Instance, InstanceId, InstanceInputs};
pub use key_pair::{KeyPair, KeyPairInputs, KeyPairName};
pub use launch_template::{LaunchTemplate, LaunchTemplateId, LaunchTemplateInputs};
pub use security_group::{SecurityGroup, SecurityGroupId, SecurityGroupInputs};
pub use subnet::{Subnet, SubnetId, SubnetInputs, SubnetOutputs};
pub use vpc::{Tenancy, Vpc, VpcId, VpcInputs, VpcOutputs};

crate::resources!("ec2", aws_sdk_ec2::Client: Subnet, Vpc);

//! EC2 and VPC.

mod subnet;
#[cfg(feature = "ec2")]
mod tags;
mod vpc;

pub use subnet::{Subnet, SubnetId, SubnetInputs, SubnetOutputs};
pub use vpc::{Tenancy, Vpc, VpcId, VpcInputs, VpcOutputs};

crate::resources!("ec2", aws_sdk_ec2::Client: Subnet, Vpc);

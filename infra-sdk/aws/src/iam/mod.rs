//! Identity and access management.

crate::resources!("iam", aws_sdk_iam::Client:);

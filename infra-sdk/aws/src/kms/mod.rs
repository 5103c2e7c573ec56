//! KMS: the keys that guard other keys.

mod guard;

use aws_sdk_kms::Client;

pub use guard::{Encrypted, GuardKey, region_of};

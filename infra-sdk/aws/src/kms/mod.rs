//! Key Management Service: keys that never leave it, and names for them.

mod alias;
#[cfg(feature = "kms")]
mod guard;
mod key;
#[cfg(feature = "kms")]
mod tags;

pub use alias::{Alias, AliasInputs, AliasName, AliasOutputs};
#[cfg(feature = "kms")]
pub use guard::{Encrypted, GuardKey, region_of};
pub use key::{Key, KeyArn, KeyId, KeyInputs, KeyOrigin, KeyOutputs, KeySpec, KeyUsage};

crate::resources!("kms", aws_sdk_kms::Client: Alias, Key);

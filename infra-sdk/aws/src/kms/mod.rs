//! Key Management Service: keys that never leave it, and names for them.

mod alias;
mod key;
#[cfg(feature = "kms")]
mod tags;

pub use alias::{Alias, AliasInputs, AliasName, AliasOutputs};
pub use key::{Key, KeyArn, KeyId, KeyInputs, KeyOrigin, KeyOutputs, KeySpec, KeyUsage};

crate::resources!("kms", aws_sdk_kms::Client: Alias, Key);

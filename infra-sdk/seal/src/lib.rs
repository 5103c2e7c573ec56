//! Keys for what is kept: values sealed with authenticated encryption, keys guarded by a passphrase, a key file or a key
//! service.
//!
//! A journal has a random key of its own, [`DataKey`], and every secret in its records is sealed with it. The journal holds
//! that key too, wrapped: only a [`KeyGuard`] can open it, and what the guard needs for that, an age identity, a passphrase
//! or a key in AWS KMS, is kept elsewhere. So a state alone gives nothing away.

mod age_guard;
mod data_key;
mod error;
mod guard;
mod identity;
mod keeper;
mod passphrase;
mod service_guard;

pub use age_guard::AgeGuard;
pub use data_key::{DataKey, KEY_LENGTH};
pub use error::{GuardError, NameError};
pub use guard::{GuardName, KeyGuard, Wrapped};
pub use identity::Identities;
pub use keeper::Keeper;
pub use passphrase::{Ask, PassphraseGuard};
pub use service_guard::{Context, KeyService, KeyServiceError, ServiceGuard, Trouble};
/// What holds a key in clear, and overwrites it when it is dropped.
pub use zeroize::Zeroizing;

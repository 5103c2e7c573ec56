//! Random values that a stack keeps: passwords and names.
//!
//! A value is made by the operating system's generator when its resource is created, and stays the same until an input
//! changes: `keepers` are for that. It is nowhere but in the state, where a password is sealed.

#[cfg(feature = "live")]
mod draw;
#[cfg(feature = "live")]
mod live;
mod password;
mod string;

#[cfg(feature = "live")]
pub use live::register;
pub use password::{RandomPassword, RandomPasswordId, RandomPasswordInputs, RandomPasswordOutputs};
pub use string::{RandomString, RandomStringId, RandomStringInputs, RandomStringOutputs};

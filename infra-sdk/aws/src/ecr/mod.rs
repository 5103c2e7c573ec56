//! The registry for container images.

#[cfg(feature = "ecr")]
mod images;

#[cfg(feature = "ecr")]
pub use images::{Images, Manifest, Tag};

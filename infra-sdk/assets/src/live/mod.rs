//! The engine's side: packs, builds and pushes, and answers what programs ask about assets.

mod build;
mod builder;
mod context;
mod digest;
mod distribution;
mod error;
mod layout;
#[cfg(test)]
mod layout_fixture;
mod login;
mod pack;
mod registry;
mod resource;
mod run;
mod store;
mod walk;
mod workshop;

pub use error::AssetError;
pub use registry::{Credentials, Ecr, ImageName, PushedManifest};
pub use resource::Images;
pub use workshop::Workshop;

use std::sync::Arc;

use infra_apply::Registry;

use crate::ContainerImage;

/// Adds the types of this crate to an engine's registry, which knows the stack's folder.
pub fn register(registry: &mut Registry, images: &Images) {
    registry.serve::<ContainerImage>(images);
    registry.insert(Arc::new(run::Careful::new(registry.folder.clone())));
}

//! What a stack ships: folders as archives, images as layers; and what it runs once.
//!
//! A program says what is to be shipped and stays pure: what is in a folder is a question to the engine, which answers it
//! anew in every run with a digest. So a plan knows whether the content changed, and nothing is sent that has not.
//!
//! ```
//! use infra_assets::{Archive, Build};
//! use infra_core::{LocalFile, Stack, Stop};
//!
//! fn code(stack: &Stack) -> Result<LocalFile, Stop> {
//!     let packages = Build::new("pip").args(["install", "-r", "requirements.txt", "-t", Build::OUT]).input("requirements.txt");
//!     Archive::dir("lambda").exclude("tests/").with(packages).add(stack)
//! }
//! ```

#![allow(clippy::should_implement_trait, reason = "a builder ends with `add`, as those of resources do")]

mod archive;
mod build;
mod file;
mod image;
mod imagine;
#[cfg(feature = "live")]
pub mod live;
mod run;

pub use archive::Archive;
pub use build::Build;
pub use file::{AssetFile, AssetFiles, NamedFile};
pub use image::{ContainerImage, ContainerImageId, ContainerImageInputs, ContainerImageOutputs, Image, ImageForm, ImageSource};
pub use imagine::imagined;
pub use run::{CommandLine, Run, RunId, RunInputs, RunOutputs};

/// The guide of assets, so that its examples are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/assets.md")]
struct Guide;

/// What the kinds of questions about assets begin with.
pub const ASSET: &str = "asset:";

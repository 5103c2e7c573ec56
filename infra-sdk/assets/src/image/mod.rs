//! Container images: what they are made of, and where they are pushed.

mod resource;
mod source;

pub use resource::{ContainerImage, ContainerImageId, ContainerImageInputs, ContainerImageOutputs};
pub use source::{Image, ImageForm, ImageSource};

//! Graphs as pictures: boxes in columns, each right of all that it needs.

mod layers;
mod svg;

pub use svg::{Sketch, Tint, svg};

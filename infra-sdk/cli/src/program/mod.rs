//! The stack's program: built, run, and asked what it declares.

mod answer;
mod build;
mod converse;

pub(crate) use answer::{Known, Outputs, graph};
pub(crate) use build::build;
pub(crate) use converse::converse;

//! Scenarios of the engine on a simulated cloud, each a sentence.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod basics;
mod canary;
mod crash;
mod dangling;
mod dataflow;
mod drift;
mod failure;
mod options;
mod order;
mod promises;
mod random_values;
mod recovery;
mod rendering;
mod replacement;
mod secrets;
mod surgery;
mod transforms;

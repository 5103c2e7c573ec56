//! Scenarios of the engine on a simulated cloud, each a sentence.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod basics;
mod crash;
mod dangling;
mod dataflow;
mod doubt;
mod drift;
mod failure;
mod faults;
mod options;
mod order;
mod promises;
mod recovery;
mod rendering;
mod replacement;
mod resume;
mod secrets;
mod stopping;
mod surgery;
mod throttling;
mod transforms;

//! Whole stacks over the wire, on a local cloud that somebody else wrote.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod airaware;
mod builds;
mod calls;
mod census;
mod counts;
mod hydra_batch;
mod hydra_mlflow;
mod hydra_remote_state;
mod layout;
#[path = "../../infra-sdk/assets/tests/support/mod.rs"]
#[allow(dead_code, reason = "the tests of images ask more of a registry")]
mod registry;
mod settings;
mod station;

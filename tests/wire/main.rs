//! Whole stacks over the wire, on a local cloud that somebody else wrote.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod airaware;
mod calls;
mod census;
mod counts;
mod hydra_batch;
mod hydra_mlflow;
mod hydra_remote_state;
mod layout;
mod settings;
mod station;

//! Scenarios of the engine on a simulated cloud, each a sentence.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod actions;
mod basics;
mod between;
mod canary;
mod completion;
mod costs;
mod crash;
mod dangling;
mod dataflow;
mod deferred;
mod deferred_order;
mod doubt;
mod drift;
mod failure;
mod faults;
mod identity_import;
mod identity_moves;
mod identity_renames;
mod identity_source;
mod identity_stacks;
mod leftover;
mod looks;
mod markdown;
mod odd;
mod options;
mod order;
mod plan_json;
mod programs;
mod promises;
mod random_values;
mod recovery;
mod references;
mod refreshing;
mod rendering;
mod replacement;
mod resume;
mod saved_plans;
mod scenarios;
mod secrets;
mod stopping;
mod surgery;
mod targets;
mod throttling;
mod transforms;

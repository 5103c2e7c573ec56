//! Infrastructure as ordinary Rust programs: what a stack depends on.
//!
//! A stack is a function that declares resources:
//!
//! ```
//! use infra_sdk::aws::ec2::Vpc;
//! use infra_sdk::prelude::*;
//!
//! fn network(stack: &Stack) {
//!     let vpc = Vpc::new("main").cidr_block("10.0.0.0/16").add(stack);
//!     stack.export("vpc_id", vpc.id());
//! }
//! ```
//!
//! Its `main.rs` is `fn main() -> ExitCode { infra_sdk::main(network) }`, and `cargo xtask deploy` does the rest.

mod run;

pub use infra_assets as assets;
pub use infra_aws as aws;
pub use infra_core as core;
pub use infra_core::{ops, output};
pub use infra_random_values as random;
pub use run::main;

/// What almost every stack uses.
pub mod prelude {
    pub use infra_assets::{Archive, AssetFile, AssetFiles, Build, ContainerImage, Image, Run};
    pub use infra_core::{Command, Declared, Input, Moment, Output, Secret, Stack, Stop, Tags, ops, output};
    pub use std::process::ExitCode;
}

//! The `infra` command as a library: what its binary, its tests and engines with resources of their own are made of.
//!
//! [`run`] is the whole command. An engine that serves more than AWS is a binary of its own, in five lines:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     infra_cli::run_with(std::env::args_os(), |registry, sdk| {
//!         // registry.serve::<MyResource>(&my_client(sdk));
//!         let _ = (registry, sdk);
//!     })
//! }
//! ```

mod arguments;
pub mod assets;
mod called;
mod cloud;
mod commands;
mod consent;
mod environment;
mod error;
mod exit;
mod folder;
mod foresight;
mod held;
mod holder;
mod interrupt;
mod journal;
mod key_service;
mod keys;
mod local;
mod nearest;
mod passphrase;
mod perform;
mod pins;
mod places;
mod program;
mod progress;
mod remote;
mod report;
mod review;
mod saved;
mod scaling;
mod session;
mod settings;
mod show;
mod stacks;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory as _, Parser as _};
use infra_apply::Registry;
use infra_aws::sdk::SdkConfig;

use crate::arguments::Arguments;
use crate::exit::Exit;

/// What adds handlers and answerers to an engine's registry, beside those of AWS.
type Providers<'a> = &'a Arc<dyn Fn(&mut Registry, &SdkConfig) + Send + Sync>;

/// Runs the command with the given arguments, of which the first is the program's own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    run_with(arguments, |_, _| {})
}

/// As [`run`], with resources and lookups of one's own: added once for the environment's place, and once for each other
/// region and account that something of the stack is in.
pub fn run_with(
    arguments: impl IntoIterator<Item = OsString>,
    providers: impl Fn(&mut Registry, &SdkConfig) + Send + Sync + 'static,
) -> ExitCode {
    let providers: Arc<dyn Fn(&mut Registry, &SdkConfig) + Send + Sync> = Arc::new(providers);
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Where even this cannot be printed, there is nobody to tell.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done }.into();
        }
    };
    let json = arguments.command.json();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(commands::run(arguments.command, &providers));
            // A name that is being looked up for a call that was given up must not hold up the end.
            runtime.shutdown_background();
            outcome
        }
        Err(source) => Err(error::Error::Runtime { source }),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => {
            report::error(&error, json);
            error.exit().into()
        }
    }
}

/// The command line, as clap has it: for its reference.
pub fn command() -> clap::Command {
    Arguments::command()
}

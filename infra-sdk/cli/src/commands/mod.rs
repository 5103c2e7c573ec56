//! The commands, one file each.

mod deploy;
mod destroy;
mod graph;
mod iam;
mod import;
mod local;
mod lock;
mod outputs;
mod plan;
mod refresh;
mod state;
mod unlock;

use clap::Subcommand;

use crate::Providers;
use crate::error::Error;
use crate::exit::Exit;

/// What to do. Each command's file describes it, for its own help and for the list of commands.
#[derive(Subcommand)]
pub(crate) enum Command {
    Deploy(deploy::Deploy),
    Plan(plan::Plan),
    Destroy(destroy::Destroy),
    Refresh(refresh::Refresh),
    Import(import::Import),
    Outputs(outputs::Outputs),
    Graph(graph::Graph),
    Iam(iam::Iam),
    State(state::State),
    Lock(lock::Lock),
    Unlock(unlock::Unlock),
    Local(local::Local),
}

impl Command {
    /// Whether standard output is for machines.
    pub(crate) fn json(&self) -> bool {
        match self {
            Command::Deploy(command) => command.stack.json,
            Command::Plan(command) => command.stack.json,
            Command::Destroy(command) => command.stack.json,
            Command::Refresh(command) => command.stack.json,
            Command::Import(command) => command.stack.json,
            Command::Outputs(command) => command.stack.json,
            Command::Graph(command) => command.stack.json,
            Command::Iam(command) => command.stack.json,
            Command::State(command) => command.json(),
            Command::Lock(command) => command.json(),
            Command::Unlock(command) => command.stack.json,
            Command::Local(command) => command.json(),
        }
    }
}

/// Runs a command.
pub(crate) async fn run(command: Command, providers: Providers<'_>) -> Result<Exit, Error> {
    match command {
        Command::Deploy(command) => command.run(providers).await,
        Command::Plan(command) => command.run(providers).await,
        Command::Destroy(command) => command.run(providers).await,
        Command::Refresh(command) => command.run(providers).await,
        Command::Import(command) => command.run(providers).await,
        Command::Outputs(command) => command.run(providers).await,
        Command::Graph(command) => command.run(providers).await,
        Command::Iam(command) => command.run(providers).await,
        Command::State(command) => command.run(providers).await,
        Command::Lock(command) => command.run(providers).await,
        Command::Unlock(command) => command.run(providers).await,
        Command::Local(command) => command.run(),
    }
}

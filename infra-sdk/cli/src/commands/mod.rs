//! The commands, one file each.

mod deploy;
mod destroy;
mod graph;
mod local;
mod outputs;
mod plan;
mod refresh;
mod state;

use clap::Subcommand;

use crate::Providers;
use crate::error::Error;
use crate::exit::Exit;

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Makes the cloud as the stack's program declares it.
    Deploy(deploy::Deploy),
    /// Shows what a deployment would change, and changes nothing.
    Plan(plan::Plan),
    /// Deletes everything that was deployed.
    Destroy(destroy::Destroy),
    /// Records what the cloud has now, and changes nothing there.
    Refresh(refresh::Refresh),
    /// Prints the outputs of a deployed stack.
    Outputs(outputs::Outputs),
    /// Draws what the stack's program declares, and what depends on what.
    Graph(graph::Graph),
    /// Shows what is remembered of a deployed stack.
    State(state::State),
    /// Starts, stops and looks after the local cloud.
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
            Command::Outputs(command) => command.stack.json,
            Command::Graph(command) => command.stack.json,
            Command::State(command) => command.json(),
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
        Command::Outputs(command) => command.run(providers),
        Command::Graph(command) => command.run(providers).await,
        Command::State(command) => command.run(providers),
        Command::Local(command) => command.run(),
    }
}

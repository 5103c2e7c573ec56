//! `infra state`, a file a command.

mod export;
mod history;
mod import;
mod list;
mod migrate;
mod mv;
mod repair;
mod rm;
mod rotate_key;
mod row;
mod settle;
mod show;
mod undo;
mod words;

use clap::{Args, Subcommand};

use crate::Providers;
use crate::arguments::StackArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::session::Session;

/// Shows what is remembered of a deployed stack, and changes it by hand.
///
/// The state is what the engine knows from its own journal; the cloud is neither asked nor changed. Every change by hand
/// is a record of the journal, and `infra state undo` takes it back.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra state list web
  infra state show web aws:ec2/vpc:main
  infra state mv web aws:ec2/vpc:main network/main
  infra state undo web")]
pub(crate) struct State {
    /// What to do.
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Lists the resources and their ids.
    #[command(after_help = "\
Examples:
  infra state list web
  infra state list web --env production --json")]
    List {
        #[command(flatten)]
        stack: StackArguments,
    },
    /// Shows all that is remembered of one resource, or of each.
    #[command(after_help = "\
Examples:
  infra state show web
  infra state show web aws:ec2/vpc:main
  infra state show web main --json
  infra state show web --at 12")]
    Show {
        #[command(flatten)]
        stack: StackArguments,

        /// The resource's address, as `infra state list` has it; its name is enough where no other has the same.
        address: Option<String>,

        /// Shows the state as it was after that many records, which `infra state history` counts.
        #[arg(long, value_name = "N")]
        at: Option<u64>,
    },
    #[command(visible_alias = "rename")]
    Mv(mv::Mv),
    Rm(rm::Rm),
    Settle(settle::Settle),
    History(history::History),
    Export(export::Export),
    Import(import::Import),
    Undo(undo::Undo),
    Repair(repair::Repair),
    RotateKey(rotate_key::RotateKey),
    Migrate(migrate::Migrate),
}

impl State {
    /// Whether standard output is for machines.
    pub(crate) fn json(&self) -> bool {
        match &self.what {
            What::List { stack } | What::Show { stack, .. } => stack.json,
            What::Mv(command) => command.stack.json,
            What::Rm(command) => command.stack.json,
            What::Settle(command) => command.stack.json,
            What::History(command) => command.stack.json,
            What::Export(command) => command.stack.json,
            What::Import(command) => command.stack.json,
            What::Undo(command) => command.stack.json,
            What::Repair(command) => command.stack.json,
            What::RotateKey(command) => command.stack.json,
            What::Migrate(command) => command.stack.json,
        }
    }

    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        match self.what {
            What::List { stack } => list::list(&Session::open(&stack, providers)?.state().await?, stack.json)?,
            What::Show { stack, address, at } => {
                let session = Session::open(&stack, providers)?;
                show::show(&history::state_at(&session, at).await?, address.as_deref(), stack.json)?;
            }
            What::Mv(command) => command.run(providers).await?,
            What::Rm(command) => return command.run(providers).await,
            What::Settle(command) => command.run(providers).await?,
            What::History(command) => command.run(providers).await?,
            What::Export(command) => command.run(providers).await?,
            What::Import(command) => command.run(providers).await?,
            What::Undo(command) => return command.run(providers).await,
            What::Repair(command) => return command.run(providers).await,
            What::RotateKey(command) => command.run(providers).await?,
            What::Migrate(command) => return command.run(providers).await,
        }
        Ok(Exit::Done)
    }
}

//! `infra state export`, and what it writes.

use clap::Args;
use infra_plan::{STATE_VERSION, State};
use serde::{Deserialize, Serialize};

use super::history::state_at;
use crate::Providers;
use crate::arguments::StackArguments;
use crate::error::Error;
use crate::session::Session;
use crate::show::json_document;

/// Writes the state to standard output, as JSON that `infra state import` reads.
///
/// Secrets are in it sealed, as they are in the state, and with them the key that opens them, which only its guard opens.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra state export web > web.json
  infra state export web --env production --at 12 > before.json")]
pub(super) struct Export {
    #[command(flatten)]
    pub(super) stack: StackArguments,

    /// Writes the state as it was after that many records, which `infra state history` counts.
    #[arg(long, value_name = "N")]
    at: Option<u64>,
}

/// A state on its own.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Exported {
    /// The version of the state's form.
    pub(super) version: u32,
    /// Whose state it is.
    pub(super) stack: String,
    /// In which environment.
    pub(super) environment: String,
    /// The state.
    pub(super) state: State,
}

impl Export {
    /// Runs the command.
    pub(super) async fn run(self, providers: Providers<'_>) -> Result<(), Error> {
        let session = Session::open(&self.stack, providers)?;
        let mut state = state_at(&session, self.at).await?;
        if state.key.is_none() {
            // What was written before the journal had a key, and was sealed later, needs it too.
            state.key = session.state().await?.key;
        }
        json_document(&Exported {
            version: STATE_VERSION,
            stack: session.stack.clone(),
            environment: session.environment.name.clone(),
            state,
        })
    }
}

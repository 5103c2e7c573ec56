//! `infra state migrate`.

use clap::Args;
use infra_store::Location;
use serde_json::json;

use super::words::count;
use crate::Providers;
use crate::arguments::StackArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::session::Session;
use crate::show::{json_line, print, say};

/// Moves the state to another place, with its whole history.
///
/// The new place must be empty. It is filled, read back and compared before the old one is left; from then on the old one
/// refuses to be used and says where the state is. The old journal is kept there under another name, or as it was.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra state migrate web --env production --to s3://states/team
  infra state migrate web --env production --to s3://states/team?lock_table=locks
  infra state migrate web --env production --state s3://states/team --to file:///var/states")]
pub(super) struct Migrate {
    #[command(flatten)]
    pub(super) stack: StackArguments,

    /// Where the state is to be: s3://bucket/folder, gs://…, az://… or file:///folder.
    #[arg(long, value_name = "URL")]
    to: String,
}

impl Migrate {
    /// Runs the command.
    pub(super) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let to = Location::parse(&self.to).map_err(|error| Error::usage(format!("`--to`: {error}"), "see `--help`"))?;
        let session = Session::open(&self.stack, providers)?;
        let target = session.place.at(&to, &session.environment);
        // Nobody else writes here meanwhile.
        let journal = session.journal_by_hand().await?;
        let history = session.history().await?;
        target.fill(&history).await?;
        let copied = target.history().await?;
        if copied.as_ref() != Some(&history) || target.recorded().await?.as_ref() != Some(journal.state()) {
            return Err(Error::Refused {
                problem: format!("what was read back from {} is not what was written there", target.shown()),
                help: "nothing was changed here: name another place".into(),
            });
        }
        session.place.leave(&self.to).await?;
        let records = history.records.len();
        if self.stack.json {
            json_line("migrated", json!({ "from": session.place.shown(), "to": target.shown(), "records": records }))?;
            return Ok(Exit::Done);
        }
        print(&format!("Moved {} from {} to {}.\n", count(records, "record"), session.place.shown(), target.shown()))?;
        say(&format!("Say so in the stack's infra.toml: `state = \"{}\"` in [env.{}].", self.to, session.environment.name));
        Ok(Exit::Done)
    }
}

//! `infra state undo`.

use clap::Args;
use infra_plan::Record;
use serde_json::json;

use super::words::words;
use crate::Providers;
use crate::arguments::StackArguments;
use crate::consent;
use crate::error::Error;
use crate::exit::Exit;
use crate::session::Session;
use crate::show::{json_line, print, say};

/// Takes back the last change by hand: a `state mv`, `state rm`, `state settle` or `state import`.
///
/// Again, it takes back the one before, as long as nothing else was recorded in between: a deployment since would be
/// forgotten too, so that it is refused then.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra state undo web
  infra state undo web --env production --yes")]
pub(super) struct Undo {
    #[command(flatten)]
    pub(super) stack: StackArguments,

    /// Does not ask before it takes back.
    #[arg(long, short)]
    yes: bool,
}

impl Undo {
    /// Runs the command.
    pub(super) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        consent::check(self.yes, self.stack.json, "pass `--yes` to agree beforehand; the command `state history` shows what was recorded")?;
        let session = Session::open(&self.stack, providers)?;
        // With the lock, the history is the whole of it until the undoing is in it too.
        let mut journal = session.journal_by_hand().await?;
        let history = session.history().await?;
        let found = history.last_surgery().and_then(|(number, record)| Some((number, record, history.state_at(number.checked_sub(1)?)?)));
        let Some((number, record, before)) = found else {
            return Err(Error::Refused {
                problem: "there is no change by hand to take back: what was recorded last is something else, and would be lost".into(),
                help: format!(
                    "`{}` lists what was recorded; `state export --at` writes the state as it was",
                    session.command("state history")
                ),
            });
        };
        let line = words(record, &before).line();
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if !self.yes && !consent::ask(&format!("Take back record {number}: {line}?"))? {
            say("Nothing was changed.");
            return Ok(Exit::Failed);
        }
        let last = history.last();
        journal.record(Record::Restored { state: Box::new(before), undoes: Some(number) }).await?;
        if self.stack.json {
            json_line("undone", json!({ "undone": number, "record": journal.state().serial }))?;
            return Ok(Exit::Done);
        }
        print(&format!("Took back record {number}: {line}.\n"))?;
        say(&format!("The state before that can still be seen: `{} --at {last}`.", session.command("state show")));
        Ok(Exit::Done)
    }
}

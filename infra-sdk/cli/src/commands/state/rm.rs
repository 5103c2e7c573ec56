//! `infra state rm`.

use clap::Args;
use infra_plan::{Intent, Record, Row};
use serde_json::json;

use super::row::find;
use crate::Providers;
use crate::arguments::StackArguments;
use crate::consent;
use crate::error::Error;
use crate::exit::Exit;
use crate::session::Session;
use crate::show::{json_line, print, say};

/// Forgets a resource, which stays in the cloud.
///
/// Nothing here changes or deletes the object any more. If the program still declares the resource, the next deployment
/// makes another one.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra state rm web aws:ec2/vpc:main
  infra state rm web main --env production --yes")]
pub(super) struct Rm {
    #[command(flatten)]
    pub(super) stack: StackArguments,

    /// The resource's address, or its name where no other has the same.
    address: String,

    /// Does not ask before it forgets.
    #[arg(long, short)]
    yes: bool,
}

impl Rm {
    /// Runs the command.
    pub(super) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        consent::check(
            self.yes,
            self.stack.json,
            "pass `--yes` to agree beforehand; the command `state show` shows what would be forgotten",
        )?;
        let session = Session::open(&self.stack, providers)?;
        let mut journal = session.journal_by_hand().await?;
        let (address, row) = find(journal.state(), &self.address)?;
        let (address, ids) = (address.clone(), ids(row));
        let doubt = matches!(row.intent, Some(Intent::Create { .. }));
        if !ids.is_empty() {
            say(&format!("{address} is {}, and stays in the cloud: nothing here will change or delete it.", ids.join(" and ")));
        }
        if doubt {
            say(&format!(
                "A create of {address} was interrupted: what it may have made carries the tag `infra:resource` with that address."
            ));
        }
        if !self.yes && !consent::ask(&format!("Forget {address}?"))? {
            say("Nothing was changed.");
            return Ok(Exit::Failed);
        }
        journal.record(Record::Forgotten { address: address.clone() }).await?;
        if self.stack.json {
            json_line("forgotten", json!({ "address": address, "ids": ids, "in_doubt": doubt, "record": journal.state().serial }))?;
            return Ok(Exit::Done);
        }
        print(&format!("Forgot {address}.\n"))?;
        say(&format!("`{}` takes this back.", session.command("state undo")));
        Ok(Exit::Done)
    }
}

/// The ids of all objects of a row, the present one first.
fn ids(row: &Row) -> Vec<String> {
    row.object.iter().chain(&row.old).map(|object| object.id.clone()).collect()
}

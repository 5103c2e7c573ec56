//! `infra state settle`.

use clap::Args;
use infra_plan::{Record, SettleError};
use serde_json::json;

use super::row::find;
use crate::Providers;
use crate::arguments::StackArguments;
use crate::error::Error;
use crate::session::Session;
use crate::show::{json_line, print, say};

/// Says what became of a create that was interrupted, where the cloud cannot tell.
///
/// A deployment finds that out by itself; only where it is not allowed to look, or its engine does not know the type, the
/// create stays in doubt, and what needs the resource waits. Look for the object in the cloud: its tags `infra:resource` and
/// `infra:token` say whose it is, where its type has tags.
#[derive(Args)]
#[command(
    group(clap::ArgGroup::new("what").required(true).args(["made", "not_made"])),
    after_help = "\
Examples:
  infra state settle web aws:ec2/vpc:main --made vpc-0123456789abcdef0
  infra state settle web aws:ec2/vpc:main --not-made"
)]
pub(super) struct Settle {
    #[command(flatten)]
    pub(super) stack: StackArguments,

    /// The resource's address, or its name where no other has the same.
    address: String,

    /// It made the object with this physical id: the stack takes it over, and the next deployment finishes it.
    #[arg(long, value_name = "ID")]
    made: Option<String>,

    /// It made nothing: the next deployment makes it.
    #[arg(long)]
    not_made: bool,
}

impl Settle {
    /// Runs the command.
    pub(super) async fn run(self, providers: Providers<'_>) -> Result<(), Error> {
        let session = Session::open(&self.stack, providers)?;
        let mut journal = session.journal_by_hand().await?;
        let (address, _) = find(journal.state(), &self.address)?;
        let address = address.clone();
        journal.state().check_settle(&address, self.made.as_deref()).map_err(|error| refused(&error, &session))?;
        journal.record(Record::Decided { address: address.clone(), made: self.made.clone() }).await?;
        if self.stack.json {
            return json_line("settled", json!({ "address": address, "made": self.made, "record": journal.state().serial }));
        }
        match &self.made {
            Some(id) => print(&format!("{address} is {id}: the next deployment finishes it.\n"))?,
            None => print(&format!("{address} was not made: the next deployment makes it.\n"))?,
        }
        say(&format!("`{}` takes this back.", session.command("state undo")));
        Ok(())
    }
}

fn refused(error: &SettleError, session: &Session<'_>) -> Error {
    let help = match error {
        SettleError::Known { .. } => "look for the object whose tag `infra:token` is that of the interrupted create".to_owned(),
        _ => format!("`{}` shows what is in doubt", session.command("state list")),
    };
    Error::Refused { problem: error.to_string(), help }
}

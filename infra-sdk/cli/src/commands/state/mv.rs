//! `infra state mv`.

use clap::Args;
use infra_core::{Address, check_name};
use infra_plan::Record;
use serde_json::json;

use super::row::{find, id};
use crate::Providers;
use crate::arguments::StackArguments;
use crate::error::Error;
use crate::session::Session;
use crate::show::{json_line, print, say};

/// Gives a resource another name, without touching it in the cloud.
///
/// For a program in which a resource was renamed, or moved into another scope: without it the next deployment would make
/// a new object and delete the old one. What refers to the resource refers to its new name. In the cloud the object keeps
/// its tags, and so the old name in `infra:resource`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra state mv web aws:ec2/vpc:main aws:ec2/vpc:network/main
  infra state rename web main core --env production")]
pub(super) struct Mv {
    #[command(flatten)]
    pub(super) stack: StackArguments,

    /// The resource's address, or its name where no other has the same.
    from: String,

    /// Its new address, or its new name with the scopes.
    to: String,
}

impl Mv {
    /// Runs the command.
    pub(super) async fn run(self, providers: Providers<'_>) -> Result<(), Error> {
        let session = Session::open(&self.stack, providers)?;
        let mut journal = session.journal_by_hand().await?;
        let (from, row) = find(journal.state(), &self.from)?;
        let (from, id) = (from.clone(), id(row).map(str::to_owned));
        let to = target(&self.to, &from)?;
        journal.state().check_move(&from, &to).map_err(|error| Error::Refused {
            problem: error.to_string(),
            help: format!("`{}` lists the addresses", session.command("state list")),
        })?;
        journal.record(Record::Moved { from: from.clone(), to: to.clone() }).await?;
        if self.stack.json {
            return json_line("moved", json!({ "from": from, "to": to, "id": id, "record": journal.state().serial }));
        }
        print(&format!("Moved {from} to {to}.\n"))?;
        say(&format!(
            "The program must declare it by that name: see `{}`. `{}` takes this back.",
            session.command("plan"),
            session.command("state undo")
        ));
        Ok(())
    }
}

/// The new address: as it is written, or a name of the old one's type.
fn target(text: &str, from: &Address) -> Result<Address, Error> {
    let refused = |problem: String| Error::Refused { problem, help: format!("write it like `{from}`, or its name alone") };
    let address = match text.contains(':') {
        true => text.parse::<Address>().map_err(refused)?,
        false => Address::new(from.kind().clone(), text),
    };
    for part in address.name().split('/') {
        check_name(part).map_err(|problem| refused(format!("`{text}` is no address: {problem}")))?;
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_address_is_a_whole_one_or_a_name_of_the_same_type() {
        let from = Address::new("aws:ec2/vpc", "main");
        assert_eq!(target("net/core", &from).unwrap().to_string(), "aws:ec2/vpc:net/core");
        assert_eq!(target("aws:ec2/subnet:a", &from).unwrap().to_string(), "aws:ec2/subnet:a");
        for wrong in ["", "a//b", "vpc:a", "aws:ec2/vpc:a b", "aws:ec2/vpc:"] {
            assert!(target(wrong, &from).is_err(), "{wrong}");
        }
    }
}

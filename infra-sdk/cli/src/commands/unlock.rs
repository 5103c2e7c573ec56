//! `infra unlock`.

use clap::Args;
use serde_json::json;

use crate::Providers;
use crate::arguments::StackArguments;
use crate::consent;
use crate::error::Error;
use crate::exit::Exit;
use crate::session::Session;
use crate::show::{json_line, print, say};

/// Takes the lease on a stack away from a run.
///
/// A lease ends by itself a minute after its run has died, so that this is for those who cannot wait. Says whose it is,
/// and asks. A run that lives after all stops at its next record: nothing it would do after that is begun.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra unlock web --env production
  infra unlock web --env production --yes")]
pub(crate) struct Unlock {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    /// Does not ask before it takes the lease away.
    #[arg(long, short)]
    yes: bool,
}

impl Unlock {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        consent::check(self.yes, self.stack.json, "pass `--yes` to agree beforehand; `lock status` says whose it is")?;
        let session = Session::open(&self.stack, providers)?;
        let place = session.place.shown();
        if !session.place.is_leased() {
            return match session.place.file_holder()? {
                None => self.free(&place),
                Some(holder) => {
                    let who = holder.map_or_else(|| "another process".to_owned(), |holder| holder.to_string());
                    Err(Error::Refused {
                        problem: format!("{place} is locked by {who}, and the lock of a file ends with its process alone"),
                        help: "wait until it has ended, or end that process".into(),
                    })
                }
            };
        }
        let seen = session.place.lease().await?;
        let Some((seen, holder)) = seen.and_then(|seen| Some((seen.clone(), seen.lease.holder?))) else { return self.free(&place) };
        say(&format!("{place} is used by {holder}."));
        if !self.yes && !consent::ask("Take it away from that run?")? {
            say("Nothing was changed.");
            return Ok(Exit::Failed);
        }
        if !session.place.unlock(&seen).await? {
            return Err(Error::Refused {
                problem: format!("{place} has changed hands meanwhile"),
                help: format!("`{}` says who has it now", session.command("lock status")),
            });
        }
        match self.stack.json {
            true => json_line("unlocked", json!({ "holder": holder, "generation": seen.lease.generation }))?,
            false => print(&format!("Took the lease on {place} away from that run.\n"))?,
        }
        Ok(Exit::Done)
    }

    fn free(&self, place: &str) -> Result<Exit, Error> {
        match self.stack.json {
            true => json_line("unlocked", json!({ "holder": null }))?,
            false => print(&format!("Nobody is changing {place}: there is nothing to take away.\n"))?,
        }
        Ok(Exit::Done)
    }
}

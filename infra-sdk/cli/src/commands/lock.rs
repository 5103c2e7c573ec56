//! `infra lock`.

use clap::{Args, Subcommand};
use infra_apply::Holder;
use infra_apply::lease::Lease;
use serde_json::{Value as Json, json};

use crate::Providers;
use crate::arguments::StackArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::session::Session;
use crate::show::{JSON_VERSION, json_document, print};

/// Says which run may change a stack now.
///
/// Whoever deploys, destroys, refreshes or changes the state by hand has the state to itself: in a bucket by a lease, which
/// it renews and which ends by itself a minute after the run has died; in a folder by a lock that the system takes back.
/// `infra plan` and whatever only looks need neither.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra lock status web
  infra lock status web --env production --json")]
pub(crate) struct Lock {
    /// What to do.
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Says who has the state of a stack, and since when.
    #[command(after_help = "\
Examples:
  infra lock status web --env production")]
    Status {
        #[command(flatten)]
        stack: StackArguments,
    },
}

impl Lock {
    /// Whether standard output is for machines.
    pub(crate) fn json(&self) -> bool {
        let What::Status { stack } = &self.what;
        stack.json
    }

    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let What::Status { stack } = self.what;
        let session = Session::open(&stack, providers)?;
        let (taken, holder, lease) = match session.place.is_leased() {
            false => match session.place.file_holder()? {
                Some(holder) => (true, holder.map(|holder| *holder), None),
                None => (false, None, None),
            },
            true => {
                let lease = session.place.lease().await?.map(|seen| seen.lease);
                let holder = lease.as_ref().and_then(|lease| lease.holder.clone());
                (holder.is_some(), holder, lease)
            }
        };
        if stack.json {
            json_document(&document(taken, holder.as_ref(), lease.as_ref()))?;
            return Ok(Exit::Done);
        }
        let place = session.place.shown();
        print(&match (taken, holder) {
            (false, _) => format!("Nobody is changing {place}.\n"),
            (true, Some(holder)) => format!("{place} is used by {holder}{}.\n", lease.map(|lease| ending(&lease)).unwrap_or_default()),
            (true, None) => format!("{place} is used by a process that does not say who it is.\n"),
        })?;
        Ok(Exit::Done)
    }
}

fn ending(lease: &Lease) -> String {
    match lease.left() {
        0 => "; its lease has ended, and the next run takes it over".to_owned(),
        left => format!("; its lease lasts {left} s more, unless it is renewed"),
    }
}

fn document(taken: bool, holder: Option<&Holder>, lease: Option<&Lease>) -> Json {
    json!({
        "v": JSON_VERSION,
        "taken": taken,
        "holder": holder,
        "generation": lease.map(|lease| lease.generation),
        "seconds_left": lease.filter(|_| taken).map(Lease::left),
    })
}

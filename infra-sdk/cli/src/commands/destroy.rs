//! `infra destroy`.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;

use crate::Providers;
use crate::arguments::{ChangeArguments, StackArguments};
use crate::error::Error;
use crate::exit::Exit;
use crate::perform::{Run, check_consent};
use crate::progress::Progress;
use crate::session::Session;
use crate::show::say;

/// Deletes everything that was deployed.
///
/// What is deleted is what the state knows, so that the program is not needed: neither built nor run.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra destroy hello
  infra destroy web --env staging --yes")]
pub(crate) struct Destroy {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    #[command(flatten)]
    pub(crate) change: ChangeArguments,
}

impl Destroy {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        check_consent(&self.change, self.stack.json)?;
        let session = Session::open(&self.stack, providers)?;
        if session.local_cloud_is_down()? {
            session.place.set_aside()?;
            say("The local cloud does not run, and what is deployed there ends with it: nothing is left to destroy.");
            return Ok(Exit::Done);
        }
        let cloud = session.cloud().await?;
        let mut journal = session.journal(cloud)?;
        session.unlock_to_destroy(&mut journal).await?;
        let engine = cloud.engine(Some(self.change.parallel));
        let progress = Arc::new(Progress::new(self.stack.json, cloud.names()));
        engine.recover(&mut journal, &session.stack, progress.as_ref()).await?;
        let plan = engine.plan_destroy(&session.stack, &journal, progress.as_ref()).await;
        progress.end();
        let title = format!("{} in {}", session.stack, session.environment.name);
        let run = Run {
            engine: &engine,
            progress: &progress,
            change: &self.change,
            json: self.stack.json,
            question: format!("Destroy all of {title}?"),
            done: format!("Destroyed {title}"),
            undone: format!("The destruction of {title}"),
            unchanged: format!("Nothing to destroy: nothing of {} is in {}.", session.stack, session.environment.name),
            again: session.command("destroy"),
        };
        run.perform(&plan?, &BTreeMap::new(), &mut journal).await
    }
}

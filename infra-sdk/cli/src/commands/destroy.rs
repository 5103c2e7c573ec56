//! `infra destroy`.

use std::sync::Arc;

use clap::Args;

use crate::Providers;
use crate::arguments::{ChangeArguments, StackArguments, TargetArguments};
use crate::error::{Error, list};
use crate::exit::Exit;
use crate::perform::{Run, check_consent};
use crate::progress::Progress;
use crate::session::{Session, with};
use crate::show::say;

/// Deletes everything that was deployed.
///
/// What is deleted is what the state knows, so that the program is not needed: neither built nor run. With `--target` or
/// `--exclude` the rest stays, and the stack's outputs with it until the next deployment.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra destroy hello
  infra destroy web --target 'blue/**'
  infra destroy web --env staging --yes")]
pub(crate) struct Destroy {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    #[command(flatten)]
    pub(crate) targets: TargetArguments,

    /// Destroys it even where another stack is known to use its outputs.
    #[arg(long)]
    pub(crate) ignore_references: bool,

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
        if let Some((stack, outputs)) = session.referrers().await?.into_iter().next().filter(|_| !self.ignore_references) {
            let outputs = list(&outputs);
            let problem = format!("stack `{stack}` in {} uses {outputs} of stack `{}`", session.environment.name, session.stack);
            let help = format!("destroy `{stack}` first, or deploy it without them; `--ignore-references` destroys this one all the same");
            return Err(Error::Refused { problem, help });
        }
        let cloud = session.cloud().await?;
        let mut journal = session.journal(cloud).await?;
        session.unlock_to_destroy(&mut journal).await?;
        let engine = cloud.engine(Some(self.change.parallel));
        let progress = Arc::new(Progress::new(self.stack.json, cloud.names()));
        let selection = self.targets.selection();
        engine.recover_destroy_within(&session.stack, &mut journal, &selection, progress.as_ref()).await?;
        let plan = engine.plan_destroy_within(&session.stack, &journal, &selection, progress.as_ref()).await;
        progress.end();
        let title = format!("{} in {}", session.stack, session.environment.name);
        let run = Run {
            engine: &engine,
            progress: &progress,
            change: &self.change,
            json: self.stack.json,
            question: format!("Destroy {} {title}?", if selection.is_everything() { "all of" } else { "this part of" }),
            done: format!("Destroyed {}{title}", if selection.is_everything() { "" } else { "a part of " }),
            undone: format!("The destruction of {title}"),
            unchanged: format!("Nothing to destroy: nothing of {} is in {}.", session.stack, session.environment.name),
            again: with(session.command("destroy"), &self.targets.words()),
            settle: session.command("state settle"),
            findings: Vec::new(),
        };
        run.perform(&plan?, &mut journal).await
    }
}

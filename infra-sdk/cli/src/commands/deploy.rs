//! `infra deploy`.

use std::sync::Arc;

use clap::Args;

use crate::Providers;
use crate::arguments::{ChangeArguments, ProgramArguments, StackArguments};
use crate::error::Error;
use crate::exit::Exit;
use crate::perform::{Run, check_consent};
use crate::progress::Progress;
use crate::session::Session;

/// Makes the cloud as the stack's program declares it.
///
/// Builds the program, runs it, looks at what the cloud has, shows what would change, asks, and changes it: as much at a
/// time as `--parallel` allows, in the order of what depends on what. What fails stops only what needs it; running the
/// command again goes on where it stopped. In the environment `local` the local cloud is started if it does not run.
#[derive(Args)]
#[command(
    after_help = "\
Examples:
  infra deploy hello
  infra deploy web --env production
  infra deploy web --config workers=7 --config database.size=200
  infra deploy web --env staging --yes --json > events.jsonl",
    after_long_help = "\
Examples:
  infra deploy hello
  infra deploy web --env production
  infra deploy web --config workers=7 --config database.size=200
  infra deploy web --env staging --yes --json > events.jsonl

With --json, standard output has one object a line, each with \"v\":1 and \"event\": reading, read,
planned, started, waiting, retrying, noticed, finished, failed, skipped, interrupted, ended, error.

The first Ctrl-C starts nothing more and finishes what is under way; the second stops at once, and
the next deployment settles what was left in doubt."
)]
pub(crate) struct Deploy {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    #[command(flatten)]
    pub(crate) program: ProgramArguments,

    #[command(flatten)]
    pub(crate) change: ChangeArguments,
}

impl Deploy {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        check_consent(&self.change, self.stack.json)?;
        let session = Session::open(&self.stack, providers)?;
        let program = session.program()?;
        let cloud = session.cloud().await?;
        let mut journal = session.journal(cloud)?;
        let graph = session.graph(&program, &self.program).await?;
        session.unlock(&mut journal, Some(&graph)).await?;
        let engine = cloud.engine(Some(self.change.parallel));
        let progress = Arc::new(Progress::new(self.stack.json, cloud.names()));
        engine.recover(&mut journal, &session.stack, progress.as_ref()).await?;
        let plan = engine.plan(&graph, &journal, progress.as_ref()).await;
        progress.end();
        let run = Run {
            engine: &engine,
            progress: &progress,
            change: &self.change,
            json: self.stack.json,
            question: format!("Deploy {}?", session.title()),
            done: format!("Deployed {}", session.title()),
            undone: format!("The deployment of {}", session.title()),
            unchanged: format!("Nothing to change: {} in {} is as its program declares it.", session.stack, session.environment.name),
            again: session.command_with("deploy", &self.program),
        };
        run.perform(&plan?, &graph.exports, &mut journal).await
    }
}

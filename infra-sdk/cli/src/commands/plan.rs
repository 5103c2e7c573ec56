//! `infra plan`.

use clap::Args;
use infra_apply::Journal;
use infra_plan::State;

use crate::Providers;
use crate::arguments::{ProgramArguments, StackArguments};
use crate::error::Error;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::session::Session;
use crate::show::{self, Paint, json_document, note, print, say, width_of_stdout};

/// Shows what a deployment would change, and changes nothing.
///
/// The plan compares what the program declares with what the cloud has now, so that it also shows what somebody changed
/// behind the stack's back. With `--json` it is one document; secrets are hidden in it too.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra plan web
  infra plan web --env production --exit-code
  infra plan web --config workers=7 --json")]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    #[command(flatten)]
    pub(crate) program: ProgramArguments,

    /// Exits with 2 if a deployment would change something, and with 0 if not.
    #[arg(long)]
    pub(crate) exit_code: bool,
}

impl Plan {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let session = Session::open(&self.stack, providers)?;
        let program = session.program()?;
        let cloud = session.cloud().await?;
        let graph = session.graph(&program, &self.program).await?;
        let state = session.place.peek(cloud.memory.as_deref())?;
        let state = session.opened(state.unwrap_or_else(|| State::default())).await?;
        let doubtful = state.rows.values().filter(|row| row.intent.is_some()).count();
        if doubtful > 0 {
            let calls = if doubtful == 1 { "call" } else { "calls" };
            note(&format!("the last run left {doubtful} {calls} in doubt: a deployment settles them first, which may change this plan"));
        }
        // Standard output is for the plan alone.
        let progress = Progress::new(false, cloud.names());
        let plan = cloud.engine(None).plan(&graph, &Journal::in_memory(state), &progress).await;
        progress.end();
        let plan = plan?;
        if self.stack.json {
            json_document(&plan.redacted())?;
        } else if plan.has_changes() {
            print(&show::plan(&plan, width_of_stdout(), Paint::stdout()))?;
            say(&format!("\nDeploy it with `{}`.", session.command_with("deploy", &self.program)));
        } else {
            print(&format!("Nothing to change: {} in {} is as its program declares it.\n", session.stack, session.environment.name))?;
        }
        Ok(if self.exit_code && plan.has_changes() { Exit::Changes } else { Exit::Done })
    }
}

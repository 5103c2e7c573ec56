//! `infra plan`.

use std::path::PathBuf;

use clap::Args;
use infra_apply::{Journal, settled};
use infra_plan::SavedPlan;

use crate::Providers;
use crate::arguments::{ProgramArguments, SelectionArguments, StackArguments};
use crate::commands::deploy::missed;
use crate::error::Error;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::saved;
use crate::session::{Session, quoted, with};
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
  infra plan web --target 'web/*' --exclude web/database
  infra plan web --env production --out web.plan
  infra plan web --config workers=7 --json")]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    #[command(flatten)]
    pub(crate) program: ProgramArguments,

    #[command(flatten)]
    pub(crate) selection: SelectionArguments,

    /// Writes the plan to this file, for `infra deploy --plan`: nothing else is done then. Secrets are not in it.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

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
        // A saved plan is bound to a journal, which is made if there is none.
        let state = match self.out {
            Some(_) => session.journal(cloud)?.into_state(),
            None => session.place.peek(cloud.memory.as_deref())?.unwrap_or_default(),
        };
        let state = session.opened(state).await?;
        let doubtful = state.rows.values().filter(|row| row.intent.is_some()).count();
        if doubtful > 0 && self.out.is_some() {
            return Err(Error::Refused {
                problem: "the last run left calls in doubt, and what settles them changes the plan".into(),
                help: format!("settle them first, with `{}`", session.command("refresh")),
            });
        }
        if doubtful > 0 {
            let calls = if doubtful == 1 { "call" } else { "calls" };
            note(&format!("the last run left {doubtful} {calls} in doubt: a deployment settles them first, which may change this plan"));
        }
        // Standard output is for the plan alone.
        let progress = Progress::new(false, cloud.names());
        let (engine, journal, selection) = (cloud.engine(None), Journal::in_memory(state), self.selection.selection());
        let settled = settled(async |known| {
            let graph = session.graph(&program, &self.program, known).await?;
            let plan = engine.plan_within(&graph, &journal, &selection, &progress).await?;
            Ok::<_, Error>((graph, plan))
        });
        let settled = settled.await;
        progress.end();
        let (graph, mut plan) = settled?;
        if let Some(path) = &self.out {
            let setting = session.setting(cloud);
            saved::write(path, &SavedPlan::new(&plan, &graph, journal.state(), &selection, setting))?;
        }
        plan.notes.extend(missed(&plan, &session.referrers()?));
        if self.stack.json {
            json_document(&plan.redacted())?;
        } else if plan.has_changes() {
            print(&show::plan(&plan, width_of_stdout(), Paint::stdout()))?;
            let command = with(session.command_with("deploy", &self.program), &self.selection.words());
            let command = match &self.out {
                Some(path) => format!("{} --plan {}", session.command_with("deploy", &self.program), quoted(&path.display().to_string())),
                None => command,
            };
            say(&format!("\nDeploy it with `{command}`."));
        } else {
            print(&format!("Nothing to change: {} in {} is as its program declares it.\n", session.stack, session.environment.name))?;
        }
        Ok(if self.exit_code && plan.has_changes() { Exit::Changes } else { Exit::Done })
    }
}

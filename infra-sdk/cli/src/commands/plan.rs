//! `infra plan`.

use std::path::PathBuf;

use clap::Args;
use infra_apply::{Journal, Known, settled};
use infra_core::{Finding, Graph};
use infra_plan::SavedPlan;
use serde::Serialize;

use crate::Providers;
use crate::arguments::{PolicyArguments, ProgramArguments, SelectionArguments, StackArguments};
use crate::cloud::Cloud;
use crate::commands::deploy::missed;
use crate::error::Error;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::review;
use crate::saved;
use crate::session::{Session, quoted, with};
use crate::show::{self, Paint, json_document, note, print, room, say, width_of_stdout};

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
  infra plan web --config workers=7 --json
  infra plan web --env production --markdown > comment.md")]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    #[command(flatten)]
    pub(crate) program: ProgramArguments,

    /// Lets something be deleted and an equal one be made under another name, which is refused otherwise: it is nearly
    /// always a rename, for which the program has `.moved_from(…)`.
    #[arg(long)]
    pub(crate) allow_recreate: bool,

    #[command(flatten)]
    pub(crate) selection: SelectionArguments,

    #[command(flatten)]
    pub(crate) policy: PolicyArguments,

    /// Writes the plan to this file, for `infra deploy --plan`: nothing else is done then. Secrets are not in it, and a plan that
    /// a policy denies is not written.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Writes the plan as Markdown, for a comment on a pull request: a table, with the differences folded below it. It is cut
    /// where GitHub would not take more, and says so.
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,

    /// Exits with 2 if a deployment would change something, and with 0 if not.
    #[arg(long)]
    pub(crate) exit_code: bool,
}

impl Plan {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let session = Session::open(&self.stack, providers)?;
        let policies = review::policies(&session, &self.policy)?;
        let program = session.program()?;
        let cloud = session.cloud().await?;
        let first = session.graph(&program, &self.program, &Known::new()).await?;
        let mut journal = match self.out {
            Some(_) => bound(&session, cloud, &first).await?,
            None => {
                let state = session.place.peek(cloud.memory.as_deref()).await?.unwrap_or_default();
                Journal::in_memory(session.opened(state).await?)
            }
        };
        let doubtful = journal.state().rows.values().filter(|row| row.intent.is_some()).count();
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
        let mut engine = cloud.engine(None);
        engine.allow_recreate = self.allow_recreate;
        let selection = self.selection.selection();
        session.put_neighbours_beside(&first, &mut journal, cloud, false).await?;
        let settled = loop {
            let settled = settled(async |known| {
                let graph = session.graph(&program, &self.program, known).await?;
                let plan = engine.plan_within(&graph, &journal, &selection, &progress).await?;
                Ok::<_, Error>((graph, plan))
            });
            let settled = settled.await;
            match &settled {
                // What was deferred may name other stacks than the program did at first.
                Ok((graph, _)) if session.put_neighbours_beside(graph, &mut journal, cloud, false).await? => {}
                // It may be the first that has secrets, too: a deployment will need a key, so the plan is made after that.
                Ok((graph, _)) if self.out.is_some() && journal.seal().is_none() && session.needs_key(&journal, Some(graph)).await? => {
                    journal = bound(&session, cloud, graph).await?;
                    session.put_neighbours_beside(graph, &mut journal, cloud, false).await?;
                }
                _ => break settled,
            }
        };
        progress.end();
        let (graph, mut plan) = settled?;
        let findings = review::review(&session, &program, &policies, (&graph, &plan, journal.state()))?;
        let denied = findings.iter().any(Finding::is_denied);
        if let Some(path) = self.out.as_ref().filter(|_| !denied) {
            let setting = session.setting(cloud);
            saved::write(path, SavedPlan::new(&plan, &graph, journal.state(), &selection, setting), &journal)?;
        }
        plan.notes.extend(missed(&plan, &session.referrers().await?));
        if self.stack.json {
            json_document(&Judged { plan: &plan.redacted(), findings: &findings })?;
        } else if self.markdown {
            print(&show::markdown(&plan, &session.command_with("plan", &self.program, &engine)))?;
        } else if plan.has_changes() {
            print(&show::plan(&plan, width_of_stdout(), Paint::stdout()))?;
            let command = with(session.command_with("deploy", &self.program, &engine), &self.selection.words());
            let command = match &self.out {
                Some(path) => {
                    format!("{} --plan {}", session.command_with("deploy", &self.program, &engine), quoted(&path.display().to_string()))
                }
                None => command,
            };
            if !denied {
                say(&format!("\nDeploy it with `{command}`."));
            }
        } else {
            print(&format!("Nothing to change: {} in {} is as its program declares it.\n", session.stack, session.environment.name))?;
        }
        anstream::eprint!("{}", show::findings(&findings, room(), Paint::On));
        if denied {
            return Ok(Exit::Denied);
        }
        Ok(if self.exit_code && plan.has_changes() { Exit::Changes } else { Exit::Done })
    }
}

/// A plan for machines, with what policies have against it.
#[derive(Serialize)]
struct Judged<'a> {
    #[serde(flatten)]
    plan: &'a infra_plan::Plan,
    findings: &'a [Finding],
}

/// What a saved plan is bound to: the journal, which is made if there is none, with the key that a deployment will need. It
/// is opened only for what must be written to it, and not held while the plan is made.
async fn bound(session: &Session<'_>, cloud: &Cloud, graph: &Graph) -> Result<Journal, Error> {
    if let Some(state) = session.place.peek(cloud.memory.as_deref()).await? {
        let mut journal = Journal::in_memory(state);
        session.put_neighbours_beside(graph, &mut journal, cloud, false).await?;
        if journal.state().key.is_some() || !session.needs_key(&journal, Some(graph)).await? {
            session.unlock(&mut journal, Some(graph)).await?;
            return Ok(journal);
        }
    }
    let mut journal = session.journal(cloud).await?;
    session.put_neighbours_beside(graph, &mut journal, cloud, false).await?;
    session.unlock(&mut journal, Some(graph)).await?;
    Ok(journal.detached())
}

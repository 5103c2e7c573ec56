//! `infra deploy`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use infra_apply::{Known, settled};

use crate::Providers;
use crate::arguments::{ChangeArguments, PolicyArguments, ProgramArguments, SelectionArguments, StackArguments};
use crate::error::Error;
use crate::exit::Exit;
use crate::perform::{Run, check_consent};
use crate::progress::Progress;
use crate::review;
use crate::saved;
use crate::session::{Session, with};
use crate::show::say;

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
  infra deploy web --target 'web/*' --with-needs
  infra deploy web --replace worker-3
  infra deploy web --env production --plan web.plan
  infra deploy web --env staging --yes --json > events.jsonl",
    after_long_help = "\
Examples:
  infra deploy hello
  infra deploy web --env production
  infra deploy web --config workers=7 --config database.size=200
  infra deploy web --target 'web/*' --with-needs
  infra deploy web --replace worker-3
  infra deploy web --env production --plan web.plan
  infra deploy web --env staging --yes --json > events.jsonl

With --target only what is named changes. What it needs is used as it is; where that does not exist
yet, the error names the option that takes it along. Everything else keeps its place in the state,
and is not even read. With --exclude everything changes but what is named, and what cannot change
without it. The plan says what is left out, and why.

With --plan only what the saved plan says is done. A state that has moved on, another program or
configuration, another environment, and any action that is not in the plan are refused.

With --json, standard output has one object a line, each with \"v\":1 and \"event\": reading, read,
planned, reviewed, started, waiting, retrying, throttled, noticed, finished, failed, skipped,
in_doubt, interrupted, ended, error.

The first Ctrl-C or SIGTERM starts nothing more and gives what is under way 8 seconds to finish; the
second stops at once. The next deployment settles what was left in doubt."
)]
pub(crate) struct Deploy {
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

    /// Performs a plan that `infra plan --out` has written, and nothing that is not in it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["targets", "excludes", "with_needs", "with_dependants", "replace"])]
    pub(crate) plan: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) change: ChangeArguments,

    #[command(flatten)]
    pub(crate) policy: PolicyArguments,
}

/// Which outputs that go are used by other stacks.
pub(crate) fn missed(plan: &infra_plan::Plan, referrers: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let gone: Vec<&str> = plan.exports.iter().filter(|export| export.new.is_none()).map(|export| export.name.as_str()).collect();
    let note = |stack: &String, output: &String| {
        let missed = gone.contains(&output.as_str());
        missed.then(|| format!("output `{output}` goes, and stack `{stack}` refers to it: its next deployment will fail until it does not"))
    };
    referrers.iter().flat_map(|(stack, outputs)| outputs.iter().filter_map(move |output| note(stack, output))).collect()
}

impl Deploy {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        check_consent(&self.change, self.stack.json)?;
        let mut saved = self.plan.as_deref().map(saved::read).transpose()?;
        let session = Session::open(&self.stack, providers)?;
        let policies = review::policies(&session, &self.policy)?;
        let program = session.program()?;
        let cloud = session.cloud().await?;
        let mut journal = session.journal(cloud).await?;
        let graph = session.graph(&program, &self.program, &Known::new()).await?;
        session.put_neighbours_beside(&graph, &mut journal, cloud, true).await?;
        session.unlock(&mut journal, Some(&graph)).await?;
        let mut engine = cloud.engine(Some(self.change.parallel));
        engine.allow_recreate = self.allow_recreate;
        let mut selection = saved.as_ref().map_or_else(|| self.selection.selection(), |saved| saved.selection.clone());
        let referrers = session.referrers().await?;
        let mut recovered = false;
        loop {
            let progress = Arc::new(Progress::new(self.stack.json, cloud.names()));
            if !std::mem::replace(&mut recovered, true) {
                engine.recover_within(&graph, &mut journal, &selection, progress.as_ref()).await?;
                if let Some(saved) = &mut saved {
                    saved.check_state(&session.stack, &session.setting(cloud), journal.state()).map_err(Error::Program)?;
                    saved::open(saved, &journal)?;
                }
            }
            let settled = settled(async |known| {
                let graph = session.graph(&program, &self.program, known).await?;
                let plan = engine.plan_within(&graph, &journal, &selection, progress.as_ref()).await?;
                Ok::<_, Error>((graph, plan))
            });
            let settled = settled.await;
            progress.end();
            let (graph, mut plan) = settled?;
            // What was deferred may name other stacks than the program did at first.
            let more = session.put_neighbours_beside(&graph, &mut journal, cloud, true).await?;
            // It may be the first that has secrets, too: their key is a record, after which the plan is another.
            let serial = journal.state().serial;
            session.unlock(&mut journal, Some(&graph)).await?;
            if more || journal.state().serial != serial {
                continue;
            }
            if let Some(saved) = &saved {
                saved.check_plan(&plan, &graph, journal.state()).map_err(Error::Program)?;
            }
            plan.notes.extend(missed(&plan, &referrers));
            let findings = review::review(&session, &program, &policies, (&graph, &plan, journal.state()))?;
            let run = Run {
                engine: &engine,
                progress: &progress,
                change: &self.change,
                json: self.stack.json,
                question: format!("Deploy {}?", session.title()),
                done: format!("Deployed {}", session.title()),
                undone: format!("The deployment of {}", session.title()),
                unchanged: format!("Nothing to change: {} in {} is as its program declares it.", session.stack, session.environment.name),
                again: with(session.command_with("deploy", &self.program, &engine), &self.selection.words()),
                settle: session.command("state settle"),
                findings,
            };
            let exit = run.perform(&plan, &mut journal).await?;
            // What waited for values that are known now is deployed too, as long as anything comes of it.
            if exit != Exit::Done || !plan.is_waiting() || !plan.has_changes() {
                return Ok(exit);
            }
            if saved.is_some() {
                say("What was deferred is not in the saved plan: make another one for it.");
                return Ok(exit);
            }
            // What was to be replaced has been: asked again, it would be replaced for ever.
            selection.replace.clear();
            say("What was deferred can be planned now.");
        }
    }
}

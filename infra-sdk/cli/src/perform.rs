//! From a plan to its end: shown, agreed to, performed, summed up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use infra_apply::{Engine, Interrupt, Journal, Outcome};
use infra_core::Finding;
use infra_plan::Plan;
use serde_json::json;

use crate::arguments::ChangeArguments;
use crate::consent;
use crate::error::Error;
use crate::exit::Exit;
use crate::interrupt::Ears;
use crate::progress::Progress;
use crate::report;
use crate::show::{self, Paint, Summary, json_line, print, room, say, summary, width_of_stdout};

/// A run and the words for it.
pub(crate) struct Run<'a> {
    /// The engine.
    pub(crate) engine: &'a Engine,
    /// Who shows what happens.
    pub(crate) progress: &'a Arc<Progress>,
    /// What the user agreed to beforehand.
    pub(crate) change: &'a ChangeArguments,
    /// Whether standard output is for machines.
    pub(crate) json: bool,
    /// `Deploy these changes?`
    pub(crate) question: String,
    /// `Deployed web to local`
    pub(crate) done: String,
    /// `The deployment of web to local`
    pub(crate) undone: String,
    /// `Nothing to change: …`
    pub(crate) unchanged: String,
    /// The command that goes on after a failure.
    pub(crate) again: String,
    /// What policies have against the plan.
    pub(crate) findings: Vec<Finding>,
}

/// Refuses a command that would have to ask where there is nobody to answer.
pub(crate) fn check_consent(change: &ChangeArguments, json: bool) -> Result<(), Error> {
    consent::check(change.yes, json, "pass `--yes` to agree beforehand; the command `plan` shows what would change")
}

impl Run<'_> {
    /// Shows the plan, asks, performs it and says how it ended.
    pub(crate) async fn perform(&self, plan: &Plan, journal: &mut Journal) -> Result<Exit, Error> {
        self.show(plan)?;
        self.report()?;
        if self.findings.iter().any(Finding::is_denied) {
            return Ok(Exit::Denied);
        }
        if plan.has_changes() && !self.change.yes && !consent::ask(&self.question)? {
            say("Nothing was changed.");
            return Ok(Exit::Failed);
        }
        let total = plan.steps.iter().filter(|step| step.action.is_change()).count();
        let interrupt = Interrupt::new();
        let ears = Ears::listen(&interrupt, self.progress);
        let began = Instant::now();
        if total > 0 {
            self.progress.begin(total);
        }
        let outcome = self.engine.apply(plan, journal, &interrupt, self.progress.as_ref()).await;
        self.progress.end();
        drop(ears);
        let summary = Summary {
            done: self.done.clone(),
            undone: self.undone.clone(),
            counts: plan.counts(),
            outcome: &outcome,
            total,
            finished: self.progress.finished(),
            skipped: &self.progress.skipped(),
            took: began.elapsed(),
            again: self.again.clone(),
            interrupted: interrupt.is_requested(),
            width: room(),
        };
        self.tell(plan, &summary)?;
        Ok(match (outcome.is_complete(), summary.interrupted) {
            (true, _) => Exit::Done,
            (false, true) => Exit::Interrupted,
            (false, false) => Exit::Failed,
        })
    }

    fn show(&self, plan: &Plan) -> Result<(), Error> {
        if self.json {
            return json_line("planned", json!({ "plan": plan.redacted() }));
        }
        match plan.has_changes() {
            true => print(&show::plan(plan, width_of_stdout(), Paint::stdout())),
            false => Ok(()),
        }
    }

    /// Says what policies have against the plan.
    fn report(&self) -> Result<(), Error> {
        if self.json {
            return match self.findings.is_empty() {
                true => Ok(()),
                false => json_line("reviewed", json!({ "findings": self.findings })),
            };
        }
        anstream::eprint!("{}", show::findings(&self.findings, room(), Paint::On));
        Ok(())
    }

    fn tell(&self, plan: &Plan, of: &Summary<'_>) -> Result<(), Error> {
        let outcome = of.outcome;
        if self.json {
            return json_line("ended", ended(of));
        }
        for (_, problem) in &outcome.failed {
            report::diagnostic(problem);
        }
        if let Some(error) = &outcome.store {
            report::problem(&error.to_string(), "nothing was begun that the journal does not know of: correct this, and go on");
        }
        if !outcome.is_complete() {
            anstream::eprint!("\n{}", summary(of, Paint::On));
            return Ok(());
        }
        if !plan.has_changes() {
            return self.unchanged(outcome);
        }
        print(&format!("\n{}", summary(of, Paint::stdout())))
    }

    /// Nothing was to be done: says so, and shows the outputs all the same.
    fn unchanged(&self, outcome: &Outcome) -> Result<(), Error> {
        let mut text = format!("{}\n", self.unchanged);
        if !outcome.exports.is_empty() {
            let (title, table) = (
                Paint::stdout().with(show::style::STRONG, "Outputs"),
                show::outputs(&outcome.exports, 2, width_of_stdout(), Paint::stdout()),
            );
            text.push_str(&format!("\n{title}\n{table}"));
        }
        print(&text)
    }
}

fn ended(of: &Summary<'_>) -> serde_json::Value {
    let exports: BTreeMap<_, _> = of.outcome.exports.iter().map(|(name, value)| (name, value.redacted())).collect();
    json!({
        "complete": of.outcome.is_complete(),
        "interrupted": of.interrupted,
        "planned": of.counts,
        "total": of.total,
        "finished": of.finished,
        "failed": of.outcome.failed.len(),
        "skipped": of.skipped.len(),
        "problem": of.outcome.store.as_ref().map(ToString::to_string),
        "took": (of.took.as_secs_f64() * 1000.0).round() / 1000.0,
        "outputs": exports,
    })
}

//! `infra simulate`.

use clap::Args;
use infra_autoscale::report::Report;
use serde_json::json;

use crate::Providers;
use crate::arguments::{ProgramArguments, StackArguments};
use crate::error::Error;
use crate::exit::Exit;
use crate::foresight::{FleetArguments, Written, fleet, in_words};
use crate::progress::Busy;
use crate::session::Session;
use crate::show::{json_document, print};

/// Says what a group's auto scaling will do under a load.
///
/// The group, its policies and its alarms are taken from what the stack's program declares, and run under AWS's documented
/// semantics, minute by minute, over all that nobody knows beforehand. Nothing is deployed, and no cloud is called but for
/// lookups that have no pinned answer. With a limit, the command fails where any scenario exceeds it, and says why.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra simulate web --host 0+30/40000 --load 0,30000/10m,150000/8m,hold/30m
  infra simulate web --host one_host.csv --load friday.csv --cpu-below 50 --html report.html
  infra simulate web --host host.json --load friday.csv --over none --csv minutes.csv")]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    #[command(flatten)]
    pub(crate) program: ProgramArguments,

    #[command(flatten)]
    fleet: FleetArguments,

    #[command(flatten)]
    written: Written,
}

impl Simulate {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let session = Session::open(&self.stack, providers)?;
        let (_, simulation) = fleet(&session, &self.program, &self.fleet).await?;
        let outcome = {
            let _busy = Busy::new("simulating".into());
            simulation.run()?
        };
        let broken = self.fleet.verdict(&outcome);
        let limits = self.fleet.limits();
        let report = Report::of(format!("{} under the load", simulation.fleet.name), &outcome)?;
        let report = match &broken {
            // The chart is of the worst scenario, and the cause of the first.
            Some(broken) => {
                let ((count, of), what) = (broken.count, &broken.what);
                let first =
                    format!("does not hold: {what}, in {count} of {of} scenarios\nthe first: {}\n{}", broken.scenario, broken.cause);
                report.judged(false, first)
            }
            None if limits.is_empty() => report,
            None => report.judged(true, format!("holds in every scenario: {limits}")),
        };
        self.written.write(&report)?;
        if self.stack.json {
            let runs: Vec<_> = outcome.runs.iter().map(|(scenario, summary)| json!({ "scenario": scenario, "summary": summary })).collect();
            let broken = broken.as_ref().map(|broken| {
                let remedies = &broken.remedies;
                json!({ "what": broken.what, "scenarios": broken.count.0, "first": broken.scenario, "cause": broken.cause, "remedies": remedies })
            });
            json_document(&json!({ "v": crate::show::JSON_VERSION, "fleet": simulation.fleet.name, "broken": broken, "runs": runs }))?;
        } else {
            print(&format!("{}: {outcome}", simulation.fleet.name))?;
            if let Some(broken) = &broken {
                print(&in_words(broken))?;
            }
        }
        Ok(if broken.is_some() { Exit::Failed } else { Exit::Done })
    }
}

//! `infra tune`.

use clap::Args;
use infra_autoscale::report::Report;
use infra_autoscale::search::{Search, Space, scenarios_needed};
use serde_json::json;

use crate::Providers;
use crate::arguments::{ProgramArguments, StackArguments};
use crate::error::Error;
use crate::exit::Exit;
use crate::foresight::{FleetArguments, Written, fleet, lever};
use crate::progress::Busy;
use crate::session::Session;
use crate::show::{json_document, print};

/// Finds the cheapest settings of a group's auto scaling that hold under a load.
///
/// What the group's own resources can be set to is searched: sizes, thresholds, increments, pauses, periods, monitoring,
/// steps and targets. The answer is the cheapest setting that holds in every scenario, how near it is to failing, and the
/// Rust to paste into the stack. The same arguments give the same answer, on any machine.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra tune web --host 0+30/40000 --load 0,30000/10m,150000/8m,hold/30m --cpu-below 50
  infra tune web --host host.json --load friday.csv --cpu-below 50 --set threshold=11..45
  infra tune web --host host.json --load friday.csv --cpu-below 50 --risk 0.05 --html web.html")]
pub(crate) struct Tune {
    #[command(flatten)]
    pub(crate) stack: StackArguments,

    #[command(flatten)]
    pub(crate) program: ProgramArguments,

    #[command(flatten)]
    fleet: FleetArguments,

    /// Tries only these values of a lever: one, several with commas between them, or FROM..TO in steps of one. `keep` leaves
    /// it as it is declared. May be repeated.
    #[arg(long = "set", value_name = "LEVER=VALUES")]
    set: Vec<String>,

    /// Draws as many scenarios as are needed for at most this share of all that may come to break the choice, but for a
    /// chance of one in a million, instead of going through all combinations of a few values.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    risk: Option<f64>,

    /// How many runs with full semantics the search may take, more or less.
    #[arg(long, value_name = "N", default_value_t = 4_000_000)]
    budget: usize,

    #[command(flatten)]
    written: Written,
}

fn share(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|share| (0.001..1.0).contains(share)).ok_or_else(|| "a share is from 0.001 up to 1".to_owned())
}

impl Tune {
    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let limits = self.fleet.limits();
        if limits.is_empty() {
            return Err(Error::usage("nothing says what must hold", "give `--cpu-below`, `--latency-below` or `--lost-below`"));
        }
        let session = Session::open(&self.stack, providers)?;
        let (found, simulation) = fleet(&session, &self.program, &self.fleet).await?;
        let mut space = Space::of(&simulation.fleet);
        for text in &self.set {
            space = lever(&simulation.fleet, space, text)?;
        }
        let levers = space.axes.len();
        let mut search = Search::of(simulation.clone(), limits).space(space).budget(self.budget);
        if let Some(risk) = self.risk {
            let count = scenarios_needed(risk, 1e-6, levers);
            search = search.scenarios(self.fleet.unknowns()?.drawn(count, 1));
        }
        let tuning = {
            let busy = Busy::new("searching".into());
            // The search takes all processors; what is told of it is drawn by the busy line's own thread.
            search.watched(move |now| busy.now(format!("{}: {} of {}", now.doing, now.done, now.of))).run()?
        };
        let rust = tuning.rust(&found);
        let outcome = simulation.with_fleet(tuning.fleet()).run_over(&tuning.scenarios)?;
        let words = if tuning.chosen.holds { format!("holds in every scenario: {limits}") } else { format!("nothing holds: {limits}") };
        let report = Report::of(format!("{} tuned", found.fleet.name), &outcome)?;
        self.written.write(&report.judged(tuning.chosen.holds, words).tuned(tuning.clone(), rust.clone()))?;
        if self.stack.json {
            json_document(&json!({ "v": crate::show::JSON_VERSION, "fleet": found.fleet.name, "rust": rust, "tuning": tuning }))?;
        } else {
            let paste = if rust.is_empty() {
                "What is declared is the best already.\n".to_owned()
            } else {
                format!("Paste into the stack:\n\n{rust}")
            };
            print(&format!("{}: {tuning}\n{paste}", found.fleet.name))?;
        }
        Ok(if tuning.chosen.holds { Exit::Done } else { Exit::Failed })
    }
}

//! `infra metrics`.

mod fit;
mod pull;

use clap::{Args, Subcommand};

use crate::Providers;
use crate::error::Error;
use crate::exit::Exit;

/// Learns from measurements what a host can do.
///
/// Fine metrics expire: CloudWatch keeps minutes for 15 days. Pull them after a load test, keep the CSV, and fit the host.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra metrics pull web --env production --last 3h > one_host.csv
  infra metrics fit one_host.csv --json > host.json")]
pub(crate) struct Metrics {
    /// What to do.
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Fit(fit::Fit),
    Pull(pull::Pull),
}

impl Metrics {
    /// Whether standard output is for machines.
    pub(crate) fn json(&self) -> bool {
        match &self.what {
            What::Fit(command) => command.json,
            What::Pull(command) => command.stack.json,
        }
    }

    /// Runs the command.
    pub(crate) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        match self.what {
            What::Fit(command) => command.run(),
            What::Pull(command) => command.run(providers).await,
        }
    }
}

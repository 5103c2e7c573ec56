//! `infra metrics fit`.

use std::path::PathBuf;

use clap::Args;
use infra_autoscale::{Capacity, Stored};

use crate::error::Error;
use crate::exit::Exit;
use crate::show::{json_document, print};

/// Fits a host to measurements.
///
/// They are a CSV with a row a minute and columns `timestamp`, `rpm` and `cpu`, and where there are, `hosts` and `p95`.
/// Minutes after a change of hosts are left out, processor load is shifted to its requests, and the line is fitted robustly
/// below the knee, with an interval. `--json` writes the host for `--host` of the other commands.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra metrics fit one_host.csv
  infra metrics fit one_host.csv --json > host.json")]
pub(crate) struct Fit {
    /// The measurements.
    #[arg(value_name = "FILE")]
    csv: PathBuf,

    /// What a host costs an hour.
    #[arg(long, value_name = "PRICE")]
    price: Option<f64>,

    /// Writes JSON to standard output, and nothing else there.
    #[arg(long)]
    pub(crate) json: bool,
}

impl Fit {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Exit, Error> {
        let mut fit = Capacity::fit_csv(&self.csv)?;
        if let Some(price) = self.price {
            fit.capacity.price = price;
        }
        match self.json {
            true => json_document(&Stored::of(&fit.capacity))?,
            false => print(&fit.to_string())?,
        }
        Ok(Exit::Done)
    }
}

//! Compares the contracts of AWS resources with AWS's own resource schemas: what they have of a type, and where the two
//! say different things without a reason given.

mod catalog;
mod check;
mod coverage;
mod disagreement;
mod error;
mod fetch;
mod path;
mod report;
mod rules;
mod shape;
mod types;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;

use crate::catalog::Catalog;
use crate::check::Findings;
use crate::error::Error;

/// Compares the contracts of AWS resources with AWS's own resource schemas.
///
/// Of each type it counts the top-level properties that can be set and are not deprecated. Where most of a contract lies
/// in one object (LaunchTemplateData), the properties of that object count instead of it; an object counts as covered
/// when at least half of what it holds is. It fails if a contract and AWS disagree and no `unlike_cloud = "…"` beside the
/// field says why, or if such an explanation explains nothing.
#[derive(Parser)]
#[command(name = "schema-check", after_help = "Example: cargo xtask schema-check --type Subnet --missing")]
struct Arguments {
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    /// Only this type: a handle (Subnet), a kind (aws:ec2/subnet) or AWS's name (AWS::EC2::Subnet).
    #[arg(long = "type", value_name = "NAME")]
    only: Option<String>,
    /// Prints each missing property on a line, with what it is, and those missing inside of covered objects too.
    #[arg(long)]
    missing: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok((text, agree)) => {
            // A reader that has seen enough is no failure of the comparison.
            let _ = std::io::stdout().write_all(text.as_bytes());
            if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "failed to compare the contracts: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The report, and whether all agree.
fn run(arguments: &Arguments) -> Result<(String, bool), Error> {
    let mut catalog = Catalog::open(&fetch::package()?)?;
    let mut findings = check::all(&infra_aws::schemas(), |name| catalog.schema(name))?;
    if let Some(only) = &arguments.only {
        findings.retain(|findings| named(findings, only));
        if findings.is_empty() {
            return Err(Error::NoContract(only.clone()));
        }
    }
    let agree = findings.iter().all(|findings| findings.wrong.is_empty());
    let text = if arguments.json { format!("{:#}\n", report::json(&findings)) } else { report::text(&findings, arguments.missing) };
    Ok((text, agree))
}

fn named(findings: &Findings, name: &str) -> bool {
    findings.handle == name || findings.kind == name || findings.cloud.as_deref() == Some(name)
}

//! Compares the contracts of AWS resources with AWS's own resource schemas: what they have of a type, and where the two
//! say different things without a reason given. It also drafts the file of a new resource.

mod catalog;
mod check;
mod coverage;
mod disagreement;
mod error;
mod fetch;
mod path;
mod report;
mod rules;
mod scaffold;
mod shape;
mod types;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::catalog::Catalog;
use crate::check::Findings;
use crate::error::Error;
use crate::scaffold::Scaffold;

/// Compares the contracts of AWS resources with AWS's own resource schemas.
///
/// Of each type it counts the top-level properties that can be set and are not deprecated. Where most of a contract lies
/// in one object (LaunchTemplateData), the properties of that object count instead of it; an object counts as covered
/// when at least half of what it holds is. It fails if a contract and AWS disagree and no `unlike_cloud = "…"` beside the
/// field says why, or if such an explanation explains nothing.
#[derive(Parser)]
#[command(name = "schema-check", after_help = "Example: cargo xtask schema-check --type Subnet --missing")]
struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,
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

#[derive(Subcommand)]
enum Task {
    /// Prints the first draft of a resource file, for `cargo xtask new-resource`.
    Scaffold(Draft),
}

#[derive(Args)]
struct Draft {
    /// AWS's type, as in AWS::EC2::Subnet.
    cloud: String,
    /// The Rust type, as in Subnet.
    #[arg(long)]
    handle: String,
    /// The service's folder and feature, as in ec2.
    #[arg(long)]
    service: String,
    /// The service's crate, as in aws_sdk_ec2.
    #[arg(long)]
    client: String,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok((text, agree)) => {
            // A reader that has seen enough is no failure of the comparison.
            let _ = std::io::stdout().write_all(text.as_bytes());
            if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The report, and whether all agree.
fn run(arguments: &Arguments) -> Result<(String, bool), Error> {
    let mut catalog = Catalog::open(&fetch::package()?)?;
    if let Some(Task::Scaffold(Draft { cloud, handle, service, client })) = &arguments.task {
        let schema = catalog.schema(cloud)?.ok_or_else(|| Error::NoType(cloud.clone()))?;
        return Ok((Scaffold { handle, service, client, cloud, schema: &schema }.render(), true));
    }
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

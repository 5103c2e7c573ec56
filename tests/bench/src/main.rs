//! The command of the benchmarks: `cargo xtask bench <NAME>`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use infra_bench::operate::{Operation, operate};
use infra_bench::peer::Peer;
use infra_bench::peer::alchemy::Alchemy;
use infra_bench::peer::terraform::Terraform;
use infra_bench::shape::Shape;
use infra_bench::suite::{calls, instructions, journal, limits, peers, person, planning, schedule};
use infra_bench::table::Table;

/// Benchmarks: the engine against others, against bounds, and against itself.
#[derive(Parser)]
#[command(bin_name = "cargo xtask bench")]
struct Arguments {
    /// Prints a line of JSON a row, instead of a table.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// Our engine beside Terraform and Alchemy: the same graphs, in one run.
    Peers {
        /// How the resources hang together; all shapes by default.
        #[arg(long, value_delimiter = ',')]
        shapes: Vec<Shape>,
        /// How many resources.
        #[arg(long, value_delimiter = ',', default_values_t = [100, 1000])]
        sizes: Vec<usize>,
        /// The most resources that Terraform is given: its time grows with the square of them.
        #[arg(long, default_value_t = 200)]
        terraform: usize,
        /// The most resources that Alchemy is given.
        #[arg(long, default_value_t = 1000)]
        alchemy: usize,
        /// A folder in whose `node_modules` Alchemy is; without it npm installs it for this run.
        #[arg(long)]
        alchemy_in: Option<PathBuf>,
    },
    /// Time and memory of planning, in this process.
    Planning {
        /// How the resources hang together; all shapes by default.
        #[arg(long, value_delimiter = ',')]
        shapes: Vec<Shape>,
        /// How many resources.
        #[arg(long, value_delimiter = ',', default_values_t = [1000, 10_000, 100_000])]
        sizes: Vec<usize>,
        /// How often; graphs of fewer than 10,000 are planned more often.
        #[arg(long, default_value_t = 5)]
        tries: u32,
    },
    /// Instructions of each deed, and how they grow when the graph doubles. Needs valgrind.
    Instructions {
        /// How the resources hang together; all shapes by default.
        #[arg(long, value_delimiter = ',')]
        shapes: Vec<Shape>,
        /// How many resources the smaller graph has.
        #[arg(long, default_value_t = 1000)]
        size: usize,
        /// How many times as much twice as many may take, before it is an error.
        #[arg(long, default_value_t = 2.2)]
        most: f64,
    },
    /// Records, bytes and syncs of the journal a step, and its size.
    Journal {
        /// How the resources hang together.
        #[arg(long, default_value = "flat")]
        shape: Shape,
        /// How many resources.
        #[arg(long, value_delimiter = ',', default_values_t = [10, 100, 1000, 10_000])]
        sizes: Vec<usize>,
        /// The folder on whose disk it is.
        #[arg(long, default_value_os_t = std::env::temp_dir())]
        folder: PathBuf,
    },
    /// What deployments take in virtual time, beside the least they could take.
    Schedule {
        /// How many resources the random graphs have.
        #[arg(long, value_delimiter = ',', default_values_t = [30, 100, 300])]
        sizes: Vec<usize>,
        /// How many random graphs of each size.
        #[arg(long, default_value_t = 5)]
        seeds: u64,
        /// How many steps at a time.
        #[arg(long, default_value_t = 10)]
        parallel: usize,
    },
    /// Calls of the cloud, by what they are for.
    Calls {
        /// How many machines the larger stack has.
        #[arg(long, default_value_t = 1000)]
        machines: usize,
    },
    /// How well services that take only so many calls a second are used, in virtual time.
    Limits {
        /// How many steps at a time.
        #[arg(long, default_value_t = 50)]
        parallel: usize,
    },
    /// What a person waits for.
    Person {
        /// The command, built.
        #[arg(long)]
        infra: Option<PathBuf>,
        /// Also runs cargo on a stack, after an edit and without one.
        #[arg(long)]
        cargo: bool,
    },
    /// One operation of our engine on a journal: what the comparisons run in a process of its own.
    Operate {
        /// How the resources hang together.
        #[arg(long)]
        shape: Shape,
        /// How many resources.
        #[arg(long)]
        size: usize,
        /// Which text they have.
        #[arg(long, default_value_t = 1)]
        revision: u32,
        /// What is done.
        #[arg(long)]
        operation: Operation,
        /// The file of the journal.
        #[arg(long)]
        journal: PathBuf,
    },
}

fn main() -> ExitCode {
    let Arguments { json, bench } = Arguments::parse();
    match run(bench) {
        Ok(Some(table)) => {
            print!("{}", if json { table.json() } else { table.text() });
            ExitCode::SUCCESS
        }
        Ok(None) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(bench: Bench) -> Result<Option<Table>, String> {
    let all = |shapes: Vec<Shape>| if shapes.is_empty() { Shape::ALL.to_vec() } else { shapes };
    let table = match bench {
        Bench::Peers { shapes, sizes, terraform, alchemy, alchemy_in } => {
            peers::run(&others(terraform, alchemy, alchemy_in.as_deref()), &all(shapes), &sizes)?
        }
        Bench::Planning { shapes, sizes, tries } => planning::run(&all(shapes), &sizes, tries)?,
        Bench::Instructions { shapes, size, most } => instructions::run(&all(shapes), size, most)?,
        Bench::Journal { shape, sizes, folder } => journal::run(&folder, shape, &sizes)?,
        Bench::Schedule { sizes, seeds, parallel } => schedule::run(&sizes, seeds, parallel)?,
        Bench::Calls { machines } => calls::run(machines)?,
        Bench::Limits { parallel } => limits::run(parallel)?,
        Bench::Person { infra, cargo } => person::run(infra.as_deref(), cargo)?,
        Bench::Operate { shape, size, revision, operation, journal } => {
            operate(shape, size, revision, operation, &journal)?;
            return Ok(None);
        }
    };
    Ok(Some(table))
}

/// The engines that are there to be compared with, each with the most resources that it is given.
fn others(terraform: usize, alchemy: usize, alchemy_in: Option<&std::path::Path>) -> Vec<(Box<dyn Peer>, usize)> {
    let mut peers: Vec<(Box<dyn Peer>, usize)> = Vec::new();
    if terraform > 0 {
        match Terraform::find() {
            Some(peer) => peers.push((Box::new(peer), terraform)),
            None => eprintln!("there is no `terraform` in the path: it is left out"),
        }
    }
    if alchemy > 0 {
        match Alchemy::find(alchemy_in) {
            Ok(peer) => peers.push((Box::new(peer), alchemy)),
            Err(problem) => eprintln!("Alchemy is left out: {problem}"),
        }
    }
    peers
}

//! The project's own tasks: one file each, with nothing to compile but the standard library.

mod bench;
mod cargo;
mod forward;
mod new_resource;
mod schema_check;
mod test;
mod tidy;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <TASK> [ARGUMENTS]

Forwarded to infra, which is built first if need be (`cargo xtask deploy --help` tells more):
  deploy      makes the cloud as a stack's program declares it
  plan        shows what a deployment would change
  destroy     deletes everything that was deployed
  refresh     records what the cloud has now
  outputs     prints the outputs of a deployed stack
  graph       draws what a stack declares
  state       shows what is remembered of a deployed stack
  local       starts, stops and looks after the local cloud

For those who work on the project:
  test          runs all tests and checks
  tidy          checks what can be checked by reading
  bench         measures: the engine against others, its schedule, its calls (`cargo xtask bench --help`)
  schema-check  compares the resources with AWS's own schemas
  new-resource  drafts the file of a resource

Examples:
  cargo xtask deploy hello
  cargo xtask outputs hello
  cargo xtask test";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let task = arguments.first().and_then(|task| task.to_str()).unwrap_or_default();
    match task {
        "deploy" | "plan" | "destroy" | "refresh" | "outputs" | "graph" | "state" | "lock" | "unlock" | "local" => forward::run(&arguments),
        "test" => own(task, test::run, &arguments),
        "tidy" => own(task, tidy::run, &arguments),
        "bench" => own(task, bench::run, &arguments),
        "schema-check" => own(task, schema_check::run, &arguments),
        "new-resource" => own(task, new_resource::run, &arguments),
        "help" | "--help" | "-h" => say(USAGE, ExitCode::SUCCESS),
        "" => say(USAGE, ExitCode::from(64)),
        unknown => say(&format!("error: there is no task `{unknown}`\n\n{USAGE}"), ExitCode::from(64)),
    }
}

/// Runs one of the project's own tasks, which says whether all is well.
fn own(task: &str, run: fn(&[OsString]) -> io::Result<bool>, arguments: &[OsString]) -> ExitCode {
    match run(arguments.get(1..).unwrap_or_default()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => say(&format!("error: failed to run {task}: {error}"), ExitCode::FAILURE),
    }
}

fn say(text: &str, code: ExitCode) -> ExitCode {
    use std::io::Write as _;
    // Where standard error is gone, the exit code still tells.
    let _ = writeln!(std::io::stderr(), "{text}");
    code
}

//! The project's own tasks: one file each, with nothing to compile but the standard library.

mod forward;

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

Examples:
  cargo xtask deploy hello
  cargo xtask outputs hello";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let task = arguments.first().and_then(|task| task.to_str()).unwrap_or_default();
    match task {
        "deploy" | "plan" | "destroy" | "refresh" | "outputs" | "graph" | "state" | "local" => forward::run(&arguments),
        "help" | "--help" | "-h" => say(USAGE, ExitCode::SUCCESS),
        "" => say(USAGE, ExitCode::from(64)),
        unknown => say(&format!("error: there is no task `{unknown}`\n\n{USAGE}"), ExitCode::from(64)),
    }
}

fn say(text: &str, code: ExitCode) -> ExitCode {
    use std::io::Write as _;
    // Where standard error is gone, the exit code still tells.
    let _ = writeln!(std::io::stderr(), "{text}");
    code
}

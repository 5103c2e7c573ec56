//! `infra local`.

use std::time::{Duration, SystemTime};

use clap::{Args, Subcommand};
use infra_local::{Endpoint, Status};
use serde_json::{Value as Json, json};

use crate::called::called;
use crate::error::Error;
use crate::exit::Exit;
use crate::folder;
use crate::local;
use crate::show::{JSON_VERSION, duration, json_document, print, say};

/// Starts, stops and looks after the local cloud.
///
/// The local cloud is an AWS on this machine that needs no account: moto, run by a Python of its own. It stays up between
/// commands, and `infra deploy` starts it where it does not run. What is deployed there is in its memory only.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra local start
  infra local status --json
  infra local reset")]
pub(crate) struct Local {
    /// What to do.
    #[command(subcommand)]
    what: What,

    /// Writes JSON to standard output, and nothing else there.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Starts it, and installs it first where this machine has not got it yet.
    #[command(after_help = "\
Examples:
  infra local start
  AWS_ENDPOINT_URL=$(infra local start) aws ec2 describe-vpcs")]
    Start,
    /// Tells whether it runs, where, and since when.
    #[command(after_help = "\
Examples:
  infra local status
  infra local status --json")]
    Status,
    /// Empties it: everything that is deployed there is gone at once.
    #[command(after_help = "\
Examples:
  infra local reset")]
    Reset,
    /// Ends it, and with it everything that is deployed there.
    #[command(after_help = "\
Examples:
  infra local stop")]
    Stop,
    /// Prints the end of its log: a line for every call.
    #[command(after_help = "\
Examples:
  infra local log
  infra local log --lines 200")]
    Log {
        /// How many lines.
        #[arg(long, short = 'n', value_name = "N", default_value_t = 50)]
        lines: usize,
    },
}

impl Local {
    /// Whether standard output is for machines.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// Runs the command.
    pub(crate) fn run(self) -> Result<Exit, Error> {
        let project = folder::project(&folder::current()?);
        let cloud = local::cloud(&project);
        match self.what {
            What::Start => {
                let endpoint = local::start(&project)?;
                self.tell(document(&endpoint), &endpoint.url)?;
            }
            What::Status => {
                let status = cloud.status()?;
                let (document, text) = described(&status);
                self.tell(document, &text)?;
            }
            What::Reset => {
                let endpoint = cloud.reset()?;
                self.tell(document(&endpoint), &format!("The local cloud at {} is empty.", endpoint.url))?;
            }
            What::Stop => {
                let text = if cloud.stop()? {
                    "The local cloud has ended, and all that was deployed there with it."
                } else {
                    "The local cloud was not running."
                };
                self.tell(json!({ "v": JSON_VERSION, "running": false }), text)?;
            }
            What::Log { lines } => {
                let (path, tail) = (cloud.log_path(), cloud.log_tail(lines)?);
                match self.json {
                    true => json_document(&json!({ "v": JSON_VERSION, "path": path, "lines": tail.lines().collect::<Vec<_>>() }))?,
                    false if tail.is_empty() => {
                        say(&format!("There is no log at {}: the local cloud has not been started yet.", path.display()))
                    }
                    false => print(&format!("{tail}\n"))?,
                }
            }
        }
        Ok(Exit::Done)
    }

    fn tell(&self, document: Json, text: &str) -> Result<(), Error> {
        if self.json { json_document(&document) } else { print(&format!("{text}\n")) }
    }
}

fn document(endpoint: &Endpoint) -> Json {
    json!({ "v": JSON_VERSION, "running": true, "url": endpoint.url, "account": endpoint.account })
}

fn described(status: &Status) -> (Json, String) {
    let stopped = |state: &str| json!({ "v": JSON_VERSION, "running": false, "state": state });
    match status {
        Status::NotInstalled => {
            (stopped("not installed"), format!("The local cloud is not installed; `{}` installs it.", called("local start")))
        }
        Status::Stopped => (stopped("stopped"), format!("The local cloud does not run; `{}` starts it.", called("local start"))),
        Status::Crashed { started_unix } => {
            let text = format!(
                "The local cloud ended by itself; it was started {} ago. `{}` says more.",
                since(*started_unix),
                called("local log")
            );
            (stopped("crashed"), text)
        }
        Status::Starting => (stopped("starting"), "The local cloud is being started.".into()),
        Status::Unresponsive { pid } => {
            (stopped("unresponsive"), format!("The local cloud (process {pid}) does not answer; `{}` ends it.", called("local stop")))
        }
        Status::Running { endpoint, pid, started_unix, .. } => {
            let mut json = document(endpoint);
            json["pid"] = json!(pid);
            json["started_unix"] = json!(started_unix);
            let text = format!("The local cloud runs at {} (process {pid}), started {} ago.", endpoint.url, since(*started_unix));
            (json, text)
        }
    }
}

/// How long ago a time was, given in seconds since 1970.
fn since(unix: u64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    duration(now.saturating_sub(Duration::from_secs(unix)))
}

//! `infra state import`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use infra_core::Kind;
use infra_plan::{Record, STATE_VERSION, State};
use serde::Deserialize;
use serde_json::json;

use super::export::Exported;
use super::words::count;
use crate::Providers;
use crate::arguments::StackArguments;
use crate::cloud::Cloud;
use crate::error::{Error, file, list};
use crate::session::Session;
use crate::show::{json_line, path, print, say};

/// Takes over a state that `infra state export` wrote.
///
/// It must be of the same stack and environment. What the present state has and the imported one has not stays in the
/// cloud, and nothing here will change or delete it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra state import web web.json --env production
  infra state import web before.json --env production --replace")]
pub(super) struct Import {
    #[command(flatten)]
    pub(super) stack: StackArguments,

    /// The exported state.
    file: PathBuf,

    /// Puts it in the place of a state that is not empty.
    #[arg(long)]
    replace: bool,
}

/// What every version has.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl Import {
    /// Runs the command.
    pub(super) async fn run(self, providers: Providers<'_>) -> Result<(), Error> {
        let session = Session::open(&self.stack, providers)?;
        let imported = read(&self.file, &session.stack, &session.environment.name)?;
        let kinds = Cloud::kinds(&session.environment, providers).await?;
        let foreign: BTreeSet<&Kind> = imported.rows.keys().map(infra_core::Address::kind).filter(|kind| !kinds.contains(*kind)).collect();
        if !foreign.is_empty() {
            let foreign: Vec<String> = foreign.into_iter().map(ToString::to_string).collect();
            return Err(Error::Refused {
                problem: format!("{} has types that this infra does not know: {}", path(&self.file), list(&foreign)),
                help: "import it with the engine that serves them: nothing of it could be planned or destroyed here".into(),
            });
        }
        let opened = session.opened(imported.clone()).await?;
        let mut journal = session.journal_for_import().await?;
        let present = journal.state().clone();
        if !self.replace && !(present.rows.is_empty() && present.exports.is_empty()) {
            return Err(Error::Refused {
                problem: format!(
                    "{} in {} has a state already, with {}",
                    session.stack,
                    session.environment.name,
                    count(present.rows.len(), "resource")
                ),
                help: "pass `--replace` to put the imported one in its place; `infra state undo` takes that back".into(),
            });
        }
        let left: Vec<String> =
            present.rows.keys().filter(|address| !imported.rows.contains_key(address)).map(ToString::to_string).collect();
        let (key, resources) = (imported.key.clone(), imported.rows.len());
        if imported.has_sealed() {
            match (key, &present.key) {
                // The key of another journal of the same stack serves this one as well.
                (Some(key), None) => {
                    let seal = session.open_key(&key).await?;
                    journal.record(Record::Keyed { key }).await?;
                    journal.unlock(seal)?;
                }
                _ => session.unlock_always(&mut journal).await?,
            }
        }
        let state = journal.state().replaced_by(opened);
        journal.record(Record::Restored { state: Box::new(state), undoes: None }).await?;
        if self.stack.json {
            return json_line("imported", json!({ "resources": resources, "left": left, "record": journal.state().serial }));
        }
        print(&format!("Imported {} into {} in {}.\n", count(resources, "resource"), session.stack, session.environment.name))?;
        if !left.is_empty() {
            say(&format!("Not looked after any more, and still in the cloud: {}.", list(&left)));
        }
        say(&format!("`{}` takes this back.", session.command("state undo")));
        Ok(())
    }
}

/// The state in a file, if it is one of this stack and environment that can be deployed and destroyed.
fn read(from: &Path, stack: &str, environment: &str) -> Result<State, Error> {
    let text = fs::read_to_string(from).map_err(file("read", from))?;
    let refused = |problem: String, help: &str| Error::Refused { problem: format!("{} {problem}", path(from)), help: help.into() };
    let unreadable =
        |error: serde_json::Error| refused(format!("is no exported state: {error}"), "export one with `infra state export STACK > FILE`");
    let version = serde_json::from_str::<Version>(&text).map_err(unreadable)?.version;
    if version != STATE_VERSION {
        let problem = format!("has version {version} of the state, and this infra reads version {STATE_VERSION}");
        return Err(refused(problem, "import it with the version of infra that exported it"));
    }
    let exported: Exported = serde_json::from_str(&text).map_err(unreadable)?;
    if (exported.stack.as_str(), exported.environment.as_str()) != (stack, environment) {
        let problem = format!("is the state of {} in {}, not of {stack} in {environment}", exported.stack, exported.environment);
        return Err(refused(problem, "name that stack, and its environment with `--env`"));
    }
    let circle: Vec<String> = exported.state.circle().iter().map(ToString::to_string).collect();
    if !circle.is_empty() {
        let problem = format!("has resources that need each other in a circle, among {}", list(&circle));
        return Err(refused(problem, "correct their `dependencies`: nothing in a circle can be made or deleted first"));
    }
    Ok(exported.state)
}

//! `infra state history`, and the state as it was.

use clap::Args;
use infra_plan::State;
use serde_json::{Value as Json, json};

use super::words::{count, words};
use crate::Providers;
use crate::arguments::StackArguments;
use crate::error::Error;
use crate::session::Session;
use crate::show::{JSON_VERSION, json_document, print};

/// Lists what was recorded, a line a record, newest last.
///
/// The numbers are those that `infra state show --at` and `infra state export --at` take.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra state history web
  infra state history web --env production --json")]
pub(super) struct History {
    #[command(flatten)]
    pub(super) stack: StackArguments,
}

impl History {
    /// Runs the command.
    pub(super) async fn run(self, providers: Providers<'_>) -> Result<(), Error> {
        let history = Session::open(&self.stack, providers)?.history().await?;
        let mut state = history.start.clone();
        let width = history.last().to_string().len();
        let (mut lines, mut documents) = (String::new(), Vec::<Json>::new());
        for (number, record) in history.numbered() {
            let words = words(record, &state);
            match self.stack.json {
                true => documents.push(words.document("number", number)),
                false => lines.push_str(&format!("{number:>width$}  {}\n", words.line())),
            }
            state.apply(record.clone());
        }
        match self.stack.json {
            true => json_document(&json!({ "v": JSON_VERSION, "records": documents })),
            false => print(&lines),
        }
    }
}

/// The state after that many records; the present one without a number.
pub(super) async fn state_at(session: &Session<'_>, number: Option<u64>) -> Result<State, Error> {
    let Some(number) = number else { return session.state().await };
    let history = session.history().await?;
    history.state_at(number).ok_or_else(|| Error::Missing {
        problem: match history.last() {
            last if number <= last => format!("record {number} is lost: the journal was damaged there"),
            last => format!("the history has {}, and not {number}", count(usize::try_from(last).unwrap_or(usize::MAX), "record")),
        },
        help: format!("`{}` lists them", session.command("state history")),
    })
}

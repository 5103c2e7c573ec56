//! `infra state repair`.

use clap::Args;
use infra_apply::{Damage, Repaired};
use infra_plan::State;
use serde_json::{Value as Json, json};

use super::words::{count, words};
use crate::Providers;
use crate::arguments::StackArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::session::Session;
use crate::show::{JSON_VERSION, json_document, path, print, say};

/// Looks for damage in the journal, and keeps what is before it.
///
/// An unfinished record at the end, of a run that was cut off, is dropped. Where a line was changed or lost, the command
/// says what it and those after it still say; with `--yes` the records before it are kept, and the damaged file is set
/// aside beside the journal, so that nothing of it is lost.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra state repair web
  infra state repair web --env production --yes")]
pub(super) struct Repair {
    #[command(flatten)]
    pub(super) stack: StackArguments,

    /// Keeps the records before the damage, and sets the damaged file aside.
    #[arg(long, short)]
    yes: bool,
}

impl Repair {
    /// Runs the command.
    pub(super) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let session = Session::open(&self.stack, providers)?;
        let repaired = session.place.repair(|_| self.yes).await?.ok_or_else(|| session.not_deployed())?;
        match self.stack.json {
            true => json_document(&document(&repaired))?,
            false => self.tell(&session, &repaired)?,
        }
        Ok(if repaired.damage.is_some() && repaired.aside.is_none() { Exit::Failed } else { Exit::Done })
    }

    fn tell(&self, session: &Session<'_>, repaired: &Repaired) -> Result<(), Error> {
        let Some(damage) = &repaired.damage else {
            return print(match repaired.torn {
                0 => "The journal is sound.\n",
                _ => "Dropped an unfinished record from the end of the journal, which is sound now.\n",
            });
        };
        print(&report(damage))?;
        match &repaired.aside {
            Some(aside) => {
                print(&format!("\nKept {} and set the damaged journal aside as {}.\n", count_kept(damage), path(aside)))?;
                say(&format!(
                    "What those lines made may be in the cloud and is not looked after: it carries the tag `infra:stack`. See `{}`.",
                    session.command("refresh")
                ));
            }
            None => say(&format!(
                "\nRestore the file from a backup, or keep {} with `{} --yes`, which sets the damaged file aside.",
                count_kept(damage),
                session.command("state repair")
            )),
        }
        Ok(())
    }
}

fn count_kept(damage: &Damage) -> String {
    count(usize::try_from(damage.kept).unwrap_or(usize::MAX), "record")
}

/// The damage and what follows it, a line each.
fn report(damage: &Damage) -> String {
    let mut text = format!("The journal is damaged at line {}: {}.\n", damage.line, damage.problem);
    text.push_str(&format!("{} before it can be kept. From there on it says, as far as it can be read:\n", count_kept(damage)));
    for (line, record) in &damage.after {
        let said = record.as_ref().map_or_else(|| "cannot be read".to_owned(), |record| words(record, &State::default()).line());
        text.push_str(&format!("  line {line}: {said}\n"));
    }
    text
}

fn document(repaired: &Repaired) -> Json {
    let after = |(line, record): &(usize, Option<infra_plan::Record>)| match record {
        Some(record) => words(record, &State::default()).document("line", *line as u64),
        None => json!({ "line": line }),
    };
    let damage = repaired.damage.as_ref().map(|damage| {
        let after: Vec<Json> = damage.after.iter().map(after).collect();
        json!({ "line": damage.line, "problem": damage.problem, "kept": damage.kept, "after": after })
    });
    json!({ "v": JSON_VERSION, "torn": repaired.torn, "damage": damage, "aside": repaired.aside })
}

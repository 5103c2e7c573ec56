//! `infra state repair`.

use std::ops::RangeInclusive;

use clap::Args;
use infra_apply::{Damage, Repaired};
use infra_plan::{Record, State};
use serde_json::{Value as Json, json};

use super::words::words;
use crate::Providers;
use crate::arguments::StackArguments;
use crate::consent;
use crate::error::Error;
use crate::exit::Exit;
use crate::session::Session;
use crate::show::{JSON_VERSION, json_document, path, print, say};

/// Looks for damage in the journal, and keeps all that can be known.
///
/// An unfinished record at the end, of a run that was cut off, is dropped. Where a line was changed or lost, the command
/// says what can be kept, what is lost, and what the lost lines say as far as they can be read. Then it asks, or takes
/// `--yes` for an answer.
///
/// Kept are the records before the damage. Where a snapshot beside the journal says the state after some later record, that
/// state and all records after it are kept too: of what is between only the history is lost, and `infra state history` says
/// which records that are. The journal as it was is set aside beside the repaired one.
#[derive(Args)]
#[command(after_help = "\
Examples:
  infra state repair web
  infra state repair web --env production --yes")]
pub(super) struct Repair {
    #[command(flatten)]
    pub(super) stack: StackArguments,

    /// Does not ask before it repairs.
    #[arg(long, short)]
    yes: bool,
}

impl Repair {
    /// Runs the command.
    pub(super) async fn run(self, providers: Providers<'_>) -> Result<Exit, Error> {
        let session = Session::open(&self.stack, providers)?;
        let mut repaired = session.place.repair(|_| self.yes).await?.ok_or_else(|| session.not_deployed())?;
        let asks = !repaired.damages.is_empty() && !self.yes && !self.stack.json && consent::is_possible();
        if asks {
            // Nothing is locked while somebody thinks; what is agreed to is what was shown.
            print(&report(&repaired))?;
            if consent::ask("Keep that, and set the damaged journal aside?")? {
                let shown = repaired;
                repaired = session.place.repair(|found| *found == shown).await?.ok_or_else(|| session.not_deployed())?;
            }
        }
        match self.stack.json {
            true => json_document(&document(&repaired))?,
            false => self.tell(&session, &repaired, asks)?,
        }
        Ok(if !repaired.damages.is_empty() && repaired.aside.is_none() { Exit::Failed } else { Exit::Done })
    }

    fn tell(&self, session: &Session<'_>, repaired: &Repaired, asked: bool) -> Result<(), Error> {
        if repaired.damages.is_empty() {
            return print(match repaired.torn {
                0 => "The journal is sound.\n",
                _ => "Dropped an unfinished record from the end of the journal, which is sound now.\n",
            });
        }
        if !asked {
            print(&report(repaired))?;
        }
        let Some(aside) = &repaired.aside else {
            match asked {
                true => say("Nothing was changed."),
                false => say(&format!(
                    "\nRestore the journal from a backup, or keep that with `{} --yes`, which sets the damaged one aside.",
                    session.command("state repair")
                )),
            }
            return Ok(());
        };
        print(&format!("\nRepaired the journal, and set the damaged one aside as {}.\n", path(aside)))?;
        if repaired.damages.iter().any(|damage| damage.known.is_none()) {
            say(&format!(
                "What the lost lines made may be in the cloud and is not looked after: it carries the tag `infra:stack`. See `{}`.",
                session.command("refresh")
            ));
        } else if repaired.damages.iter().any(|damage| damage.known != Some(damage.before)) {
            say(&format!("`{}` says which records are missing.", session.command("state history")));
        }
        Ok(())
    }
}

/// The damages with what is lost by each, and what is kept.
fn report(repaired: &Repaired) -> String {
    let mut text = String::new();
    for damage in &repaired.damages {
        text.push_str(&format!("The journal is damaged at line {}: {}.\n", damage.line, damage.problem));
        text.push_str(&match damage.known {
            Some(known) if known == damage.before => "Nothing is lost by that: the lines beside it show what it was.\n".to_owned(),
            Some(known) => {
                format!("The history of {} is lost, and no more: the state after that is known.\n", numbers(&(damage.before + 1..=known)))
            }
            None => lost(damage),
        });
    }
    text.push_str(&format!("To be kept: {}.\n", kept(repaired)));
    text
}

/// What the lines say that are lost for good.
fn lost(damage: &Damage) -> String {
    let mut text = "What was recorded from there on is lost. It says, as far as it can be read:\n".to_owned();
    for (line, record) in &damage.lost {
        let said = record.as_ref().map_or_else(|| "cannot be read".to_owned(), |record| words(record, &State::default()).line());
        text.push_str(&format!("  line {line}: {said}\n"));
    }
    text
}

/// What is kept, in order.
fn kept(repaired: &Repaired) -> String {
    let known = repaired.damages.iter().filter(|damage| damage.known != Some(damage.before)).filter_map(|damage| damage.known);
    let known = known.map(|number| (number, format!("the state after record {number}")));
    let records = repaired.kept().into_iter().map(|kept| (*kept.start(), numbers(&kept)));
    let mut all: Vec<(u64, String)> = known.chain(records).collect();
    all.sort();
    let mut all: Vec<String> = all.into_iter().map(|(_, what)| what).collect();
    match (all.pop(), all.is_empty()) {
        (None, _) => "nothing".to_owned(),
        (Some(last), true) => last,
        (Some(last), false) => format!("{} and {last}", all.join(", ")),
    }
}

fn numbers(numbers: &RangeInclusive<u64>) -> String {
    match (numbers.start(), numbers.end()) {
        (first, last) if first == last => format!("record {first}"),
        (first, last) => format!("records {first} to {last}"),
    }
}

fn document(repaired: &Repaired) -> Json {
    let lost = |(line, record): &(usize, Option<Record>)| match record {
        Some(record) => words(record, &State::default()).document("line", *line as u64),
        None => json!({ "line": line }),
    };
    let damage = |damage: &Damage| {
        let lost: Vec<Json> = damage.lost.iter().map(lost).collect();
        json!({ "line": damage.line, "problem": damage.problem, "before": damage.before, "known": damage.known, "lost": lost })
    };
    let damages: Vec<Json> = repaired.damages.iter().map(damage).collect();
    let kept: Vec<Json> = match damages.is_empty() {
        true => Vec::new(),
        false => repaired.kept().iter().map(|numbers| json!({ "first": numbers.start(), "last": numbers.end() })).collect(),
    };
    json!({ "v": JSON_VERSION, "torn": repaired.torn, "damages": damages, "kept": kept, "aside": repaired.aside })
}

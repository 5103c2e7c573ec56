//! That no secret is told: in the state, the journal's records, plans, events and errors.

use std::{fmt, io};

use infra_plan::{Plan, RenderOptions, render};
use infra_testing::World;

use crate::declare::CANARY;

/// Looks for secrets in what is written to it, piece by piece; a secret has nothing in it that would be written apart.
#[derive(Default)]
struct Ear {
    told: bool,
}

impl Ear {
    fn hear(&mut self, text: &str) {
        self.told |= text.len() >= SHORTEST && is_told(text);
    }
}

impl fmt::Write for Ear {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.hear(text);
        Ok(())
    }
}

impl io::Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() >= SHORTEST {
            self.hear(&String::from_utf8_lossy(bytes));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The length of the shortest secrets, which are the canary and the key of the first vault, `vault-1.key`.
const SHORTEST: usize = CANARY.len();

/// Whether a secret that a program gives is in a text, or the key that a vault tells who made it.
fn is_told(text: &str) -> bool {
    let key = |before: &str| before.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with("vault-");
    text.contains(CANARY) || text.match_indices(".key").any(|(at, _)| key(&text[..at]))
}

fn debugged(what: &str, thing: &impl fmt::Debug) -> Result<(), String> {
    let mut ear = Ear::default();
    let written = fmt::write(&mut ear, format_args!("{thing:?}"));
    if ear.told || written.is_err() { Err(format!("{what} tells a secret: {thing:?}")) } else { Ok(()) }
}

pub(crate) fn stored(what: &str, thing: &impl serde::Serialize) -> Result<(), String> {
    let mut ear = Ear::default();
    serde_json::to_writer(&mut ear, thing).map_err(|error| format!("{what} cannot be stored: {error}"))?;
    if ear.told { Err(format!("{what} tells a secret: {}", serde_json::to_string(thing).unwrap_or_default())) } else { Ok(()) }
}

/// What the last run of a world left behind tells no secret.
pub(crate) fn silent(world: &World) -> Result<(), String> {
    stored("the state", &world.state)?;
    stored("another stack's state", &world.neighbours)?;
    stored("the journal", &world.trace.records)?;
    debugged("an event", &world.trace.events)?;
    debugged("an error", &world.trace.problems)
}

/// A plan can be drawn and stored, and tells no secret.
pub(crate) fn silent_plan(plan: &Plan) -> Result<(), String> {
    let drawn = render(plan, &RenderOptions { width: 80, colour: false });
    if is_told(&drawn) {
        return Err(format!("a plan tells a secret: {drawn}"));
    }
    stored("a plan", &plan.redacted())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_heard_wherever_it_stands() {
        assert!(stored("it", &["a".to_owned(), format!("x {CANARY}-1 y")]).is_err());
        assert!(debugged("it", &Some(CANARY)).is_err());
        assert!(is_told("its key is vault-12.key.2") && !is_told("r4.key") && !is_told("vault-x.key"));
        assert!(stored("it", &["canary"]).is_ok() && debugged("it", &"vault.key").is_ok());
    }
}

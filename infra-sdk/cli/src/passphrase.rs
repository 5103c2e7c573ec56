//! A journal's passphrase: from the environment, or asked at the terminal without showing it.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::sync::Arc;

use infra_seal::{Ask, Zeroizing};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::show::say;

/// Who knows a journal's passphrase. `INFRA_PASSPHRASE` says it, and `INFRA_NEW_PASSPHRASE` a new one where both are needed.
pub(crate) fn ask() -> Ask {
    Arc::new(|of, new| {
        let said = |name: &str| std::env::var(name).ok().filter(|said| !said.is_empty()).map(Zeroizing::new);
        let said = if new { said("INFRA_NEW_PASSPHRASE").or_else(|| said("INFRA_PASSPHRASE")) } else { said("INFRA_PASSPHRASE") };
        said.or_else(|| at_the_terminal(of, new))
    })
}

fn at_the_terminal(of: &str, new: bool) -> Option<Zeroizing<String>> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return None;
    }
    if !new {
        return line(&format!("Passphrase of {of}: "));
    }
    loop {
        let first = line(&format!("New passphrase of {of}: ")).filter(|said| !said.is_empty())?;
        let second = line("The same again: ")?;
        if *first == *second {
            return Some(first);
        }
        say("These are two different ones.");
    }
}

fn line(question: &str) -> Option<Zeroizing<String>> {
    let mut out = anstream::stderr().lock();
    write!(out, "{question}").and_then(|()| out.flush()).ok()?;
    let hidden = Hidden::begin()?;
    let mut line = Zeroizing::new(String::with_capacity(256));
    let read = std::io::stdin().lock().read_line(&mut line);
    drop(hidden);
    let _ = writeln!(out);
    read.ok()?;
    let length = line.trim_end_matches(['\n', '\r']).len();
    line.truncate(length);
    Some(line)
}

/// A terminal that does not show what is typed, until this is dropped.
struct Hidden(Termios);

impl Hidden {
    fn begin() -> Option<Hidden> {
        let before = tcgetattr(std::io::stdin()).ok()?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(std::io::stdin(), OptionalActions::Flush, &silent).ok()?;
        Some(Hidden(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, &self.0);
    }
}

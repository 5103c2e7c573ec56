//! Whether somebody agrees to a change: asked beforehand, or at the terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use crate::error::Error;
use crate::show::{Paint, say, style};

/// Refuses a command that would have to ask where there is nobody to answer.
pub(crate) fn check(yes: bool, json: bool, help: &str) -> Result<(), Error> {
    if yes {
        return Ok(());
    }
    if json {
        return Err(Error::usage("with `--json` nobody is asked before something is changed", "pass `--yes` to agree beforehand"));
    }
    if !is_possible() {
        return Err(Error::usage("this asks before it changes anything, and there is no terminal to ask at", help));
    }
    Ok(())
}

/// Whether there is a terminal to ask at.
pub(crate) fn is_possible() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks at the terminal; anything but a yes is a no.
pub(crate) fn ask(question: &str) -> Result<bool, Error> {
    let failed = |source| Error::Output { source };
    let mut out = anstream::stderr().lock();
    write!(out, "\n{} [y/N] ", Paint::On.with(style::STRONG, question)).and_then(|()| out.flush()).map_err(failed)?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(failed)?;
    if !answer.ends_with('\n') {
        say("");
    }
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

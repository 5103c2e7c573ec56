//! How things are put on the screen.

pub(crate) mod drawing;
mod duration;
mod findings;
mod json;
mod outputs;
mod paint;
mod plan;
mod summary;
mod wrap;

pub(crate) use duration::duration;
pub(crate) use findings::findings;
pub(crate) use json::{JSON_VERSION, json_document, json_line};
pub(crate) use outputs::{outputs, plain};
pub(crate) use paint::{Paint, fit, style, width_of_stderr, width_of_stdout};
pub(crate) use plan::{markdown, plan};
pub(crate) use summary::{Skipped, Summary, summary};
pub(crate) use wrap::{path, room, wrap};

use crate::error::Error;

/// Writes to standard output, with colours where it is a terminal.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    use std::io::Write as _;
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|source| Error::Output { source })
}

/// Says something to the person at the terminal.
pub(crate) fn say(text: &str) {
    anstream::eprintln!("{}", wrap(text, room(), ""));
}

/// Says something that is worth knowing and stops nothing.
pub(crate) fn note(text: &str) {
    anstream::eprintln!("{}", wrap(&format!("{} {text}", Paint::On.with(style::NOTE, "note:")), room(), "  "));
}

//! What standard output carries for machines: one JSON object a line, each with the version of its form.

use std::io::Write as _;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::error::Error;

/// The version of everything that `--json` writes. It changes when a reader of the old form would misread the new one;
/// more fields and more events are no such change.
pub(crate) const JSON_VERSION: u32 = 1;

/// Writes one event: `{"v":1,"event":"…",…}` with the fields of an object.
pub(crate) fn json_line(event: &str, fields: Json) -> Result<(), Error> {
    let mut line = Map::new();
    line.insert("v".into(), JSON_VERSION.into());
    line.insert("event".into(), event.into());
    if let Json::Object(fields) = fields {
        line.extend(fields);
    }
    write(&Json::Object(line).to_string())
}

/// Writes one whole document, for people too: indented.
pub(crate) fn json_document(document: &impl Serialize) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(document).map_err(|error| Error::Output { source: error.into() })?;
    write(&text)
}

fn write(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|source| Error::Output { source })
}

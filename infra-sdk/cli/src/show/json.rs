//! What standard output carries for machines: one JSON object a line, each with the version of its form.

use std::io::Write as _;

use serde::Serialize;
use serde_json::Value as Json;

use crate::error::Error;

/// The version of everything that `--json` writes. It changes when a reader of the old form would misread the new one;
/// more fields and more events are no such change.
pub(crate) const JSON_VERSION: u32 = 1;

/// Writes one event: `{"v":1,"event":"…",…}` with the fields of an object.
pub(crate) fn json_line(event: &str, fields: Json) -> Result<(), Error> {
    write(&line(event, &fields))
}

/// Writes one whole document, for people too: indented.
pub(crate) fn json_document(document: &impl Serialize) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(document).map_err(|error| Error::Output { source: error.into() })?;
    write(&text)
}

/// The line, with what it is at its beginning, where people look.
fn line(event: &str, fields: &Json) -> String {
    let fields = fields.to_string();
    let rest = fields.strip_prefix('{').unwrap_or("}");
    let comma = if rest == "}" { "" } else { "," };
    format!("{{\"v\":{JSON_VERSION},\"event\":\"{event}\"{comma}{rest}")
}

fn write(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|source| Error::Output { source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_line_is_one_object_that_begins_with_what_it_is() {
        assert_eq!(line("read", &json!({ "objects": 3 })), r#"{"v":1,"event":"read","objects":3}"#);
        assert_eq!(line("interrupted", &json!({})), r#"{"v":1,"event":"interrupted"}"#);
    }
}

//! The outputs of a stack.

use std::collections::BTreeMap;

use infra_core::Value;

use super::{Paint, style};

/// A table of outputs, `indent` columns from the left, with secrets hidden. A list or table that does not fit in `width`
/// columns has a line for each of its parts.
pub(crate) fn outputs(values: &BTreeMap<String, Value>, indent: usize, width: usize, paint: Paint) -> String {
    let longest = values.keys().map(|name| name.chars().count()).max().unwrap_or_default();
    let room = width.saturating_sub(indent + longest + 3);
    let line = |(name, value): (&String, &Value)| {
        let gap = longest - name.chars().count();
        let mut shown = plain(value);
        if shown.chars().count() > room && matches!(value, Value::List(_) | Value::Object(_)) {
            let tall = serde_json::to_string_pretty(&value.redacted()).unwrap_or(shown);
            shown = tall.replace('\n', &format!("\n{:indent$}", ""));
        }
        format!("{:indent$}{}{:gap$} = {shown}\n", "", paint.with(style::STRONG, name), "")
    };
    values.iter().map(line).collect()
}

/// A value as it is used elsewhere: text as it is, everything else as JSON, secrets hidden.
pub(crate) fn plain(value: &Value) -> String {
    match value.redacted() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_stand_in_a_table_and_secrets_are_hidden() {
        let values = BTreeMap::from([
            ("url".to_owned(), Value::from("http://example.com")),
            ("password".to_owned(), Value::Secret(Box::new(Value::from("hunter2")))),
            ("ports".to_owned(), Value::from(serde_json::json!([80, 443]))),
        ]);
        insta::assert_snapshot!(outputs(&values, 2, 30, Paint::Off), @r"
          password = (secret)
          ports    = [80,443]
          url      = http://example.com
        ");
        let ports = BTreeMap::from([("ports".to_owned(), values["ports"].clone())]);
        insta::assert_snapshot!(outputs(&ports, 2, 12, Paint::Off), @r"
          ports = [
            80,
            443
          ]
        ");
    }
}

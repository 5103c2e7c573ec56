//! The outputs of a stack.

use std::collections::BTreeMap;

use infra_core::Value;

use super::{Paint, style};

/// A table of outputs, `indent` columns from the left, with secrets hidden.
pub(crate) fn outputs(values: &BTreeMap<String, Value>, indent: usize, paint: Paint) -> String {
    let longest = values.keys().map(|name| name.chars().count()).max().unwrap_or_default();
    let line = |(name, value): (&String, &Value)| {
        let gap = longest - name.chars().count();
        format!("{:indent$}{}{:gap$} = {}\n", "", paint.with(style::STRONG, name), "", plain(value))
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
        insta::assert_snapshot!(outputs(&values, 2, Paint::Off), @r"
          password = (secret)
          ports    = [80,443]
          url      = http://example.com
        ");
    }
}

//! A value or expression on one line, or as a paragraph.

use infra_core::{Expr, Value};
use serde_json::Value as Json;

/// Splits an object into a row a field, so that tags and settings stand below each other; everything else is one row.
pub(super) fn rows(name: &str, input: &Expr, into: &mut Vec<(String, Expr)>) {
    match crate::diff::object(input) {
        Some(fields) if !fields.is_empty() && !is_document(input) => {
            for (key, value) in &fields {
                rows(&format!("{name}.{key}"), value, into);
            }
        }
        _ => into.push((name.to_owned(), input.clone())),
    }
}

/// Whether an object is a document of another language (its keys are not ours): shown whole.
fn is_document(input: &Expr) -> bool {
    crate::diff::object(input).is_some_and(|fields| fields.contains_key("Statement"))
}

/// On one line.
pub(super) fn inline(expr: &Expr) -> String {
    match expr {
        Expr::Lit(value) => known(value),
        Expr::Attr(attr) => format!("(known after apply: {attr})"),
        Expr::Secret(_) => "(secret)".to_owned(),
        Expr::Object(fields) => {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key}: {}", inside(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        other => format!("{} (known after apply)", inside(other)),
    }
}

/// Within something else, where the remark would be too much.
fn inside(expr: &Expr) -> String {
    match expr {
        Expr::Lit(value) => known(value),
        Expr::List(items) => format!("[{}]", items.iter().map(inside).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

fn known(value: &Value) -> String {
    match value {
        Value::Secret(_) | Value::Digest(_) => "(secret)".to_owned(),
        Value::Object(fields) => {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key}: {}", known(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::List(items) => format!("[{}]", items.iter().map(known).collect::<Vec<_>>().join(", ")),
        plain => plain.redacted().to_string(),
    }
}

/// As lines, where it has several: long text, and documents.
pub(super) fn paragraph(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(Value::String(text)) if text.trim_end().contains('\n') => Some(text.clone()),
        Expr::Format(parts) => {
            let text: String = parts
                .iter()
                .map(|part| match part {
                    Expr::Lit(Value::String(text)) => text.clone(),
                    Expr::Lit(value) => known(value),
                    other => format!("${{{other}}}"),
                })
                .collect();
            text.trim_end().contains('\n').then_some(text)
        }
        document if is_document(document) => self::document(document),
        _ => None,
    }
}

/// As lines to compare: long text, and JSON documents with a line a key.
pub(super) fn document(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(value @ (Value::Object(_) | Value::List(_))) if !value.has_secret() => {
            serde_json::to_string_pretty(&value.redacted()).ok()
        }
        Expr::Lit(Value::String(text)) if looks_like_json(text) => {
            serde_json::from_str::<Json>(text).ok().and_then(|json| serde_json::to_string_pretty(&json).ok())
        }
        Expr::Object(_) | Expr::List(_) if is_document(expr) => serde_json::to_string_pretty(&readable(expr)).ok(),
        other => paragraph_of_text(other),
    }
}

fn paragraph_of_text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(Value::String(_)) | Expr::Format(_) => paragraph(expr),
        _ => None,
    }
}

fn looks_like_json(text: &str) -> bool {
    let text = text.trim_start();
    text.len() > 40 && (text.starts_with('{') || text.starts_with('['))
}

/// A document whose unknown parts are text.
fn readable(expr: &Expr) -> Json {
    match expr {
        Expr::Lit(value) => value.redacted(),
        Expr::Object(fields) => Json::Object(fields.iter().map(|(key, value)| (key.clone(), readable(value))).collect()),
        Expr::List(items) => Json::Array(items.iter().map(readable).collect()),
        other => Json::String(inline(other)),
    }
}

/// At most `room` characters, with its middle left out.
pub(super) fn shortened(text: &str, room: usize) -> String {
    let count = text.chars().count();
    if count <= room {
        return text.to_owned();
    }
    let (head, tail) = (room.saturating_sub(1) * 2 / 3, room.saturating_sub(1) - room.saturating_sub(1) * 2 / 3);
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{start}…{end}")
}

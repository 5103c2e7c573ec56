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
        Value::Secret(_) | Value::Digest(_) | Value::Sealed(_) => "(secret)".to_owned(),
        Value::Object(fields) => {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key}: {}", known(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::List(items) => format!("[{}]", items.iter().map(known).collect::<Vec<_>>().join(", ")),
        plain => plain.redacted().to_string(),
    }
}

/// A text with its unknown parts by name.
fn template(parts: &[Expr]) -> String {
    let part = |part: &Expr| match part {
        Expr::Lit(Value::String(text)) => text.clone(),
        Expr::Lit(value) => known(value),
        other => format!("${{{other}}}"),
    };
    parts.iter().map(part).collect()
}

/// As lines, where it has several: long text, and documents.
pub(super) fn paragraph(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(Value::String(text)) if text.trim_end().contains('\n') => Some(text.clone()),
        Expr::Format(parts) => {
            let text = template(parts);
            text.trim_end().contains('\n').then_some(text)
        }
        document if is_document(document) => self::document(document),
        _ => None,
    }
}

/// A list of objects as a line an object; one that does not fit into `room` has a line a field.
pub(super) fn items(expr: &Expr, room: usize) -> Option<String> {
    let items = list(expr).filter(|items| items.iter().any(|item| crate::diff::object(item).is_some()))?;
    let mut lines = Vec::new();
    items.iter().for_each(|item| item_lines(item, 0, room, &mut lines));
    Some(lines.join("\n"))
}

fn list(expr: &Expr) -> Option<Vec<Expr>> {
    match expr {
        Expr::Lit(Value::List(items)) => Some(items.iter().cloned().map(Expr::Lit).collect()),
        Expr::List(items) => Some(items.clone()),
        _ => None,
    }
}

fn item_lines(item: &Expr, depth: usize, room: usize, into: &mut Vec<String>) {
    let flat = format!("{:depth$}- {}", "", fields(item));
    match crate::diff::object(item) {
        Some(object) if flat.chars().count() > room => {
            let first = into.len();
            object.iter().for_each(|(key, value)| field_lines(key, value, depth + 2, room, into));
            if let Some(line) = into.get_mut(first) {
                line.replace_range(depth..depth + 1, "-");
            }
        }
        _ => into.push(flat),
    }
}

fn field_lines(key: &str, value: &Expr, depth: usize, room: usize, into: &mut Vec<String>) {
    let flat = format!("{:depth$}{key}: {}", "", inside(value));
    if flat.chars().count() > room {
        let head = format!("{:depth$}{key}:", "");
        if let Some(object) = crate::diff::object(value).filter(|object| !object.is_empty()) {
            into.push(head);
            return object.iter().for_each(|(key, value)| field_lines(key, value, depth + 2, room, into));
        }
        if let Some(items) = list(value).filter(|items| !items.is_empty()) {
            into.push(head);
            return items.iter().for_each(|item| item_lines(item, depth + 2, room, into));
        }
    }
    into.push(flat);
}

/// An object's fields on one line, without braces.
fn fields(expr: &Expr) -> String {
    match crate::diff::object(expr) {
        Some(object) => object.iter().map(|(key, value)| format!("{key}: {}", inside(value))).collect::<Vec<_>>().join(", "),
        None => inside(expr),
    }
}

/// As lines to compare: long text, and JSON documents with a line a key.
pub(super) fn document(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(value @ (Value::Object(_) | Value::List(_))) if !value.has_secret() => Some(layout(&value.redacted())),
        Expr::Lit(Value::String(text)) if looks_like_json(text) => serde_json::from_str::<Json>(text).ok().map(|json| layout(&json)),
        Expr::Object(_) | Expr::List(_) if is_document(expr) => Some(layout(&readable(expr))),
        other => paragraph_of_text(other),
    }
}

/// Both sides of a change as lines to compare, where that is how they are best compared: one of them has several lines, and
/// the other is a text too.
pub(super) fn documents(old: Option<&Expr>, new: Option<&Expr>) -> (Option<String>, Option<String>) {
    let text = |expr: Option<&Expr>| match expr {
        Some(Expr::Lit(Value::String(text))) => Some(text.clone()),
        _ => None,
    };
    match (old.and_then(document), new.and_then(document)) {
        (Some(before), None) => (Some(before), text(new)),
        (None, Some(after)) => (text(old), Some(after)),
        both => both,
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

/// JSON with as much on a line as fits in 64 columns.
fn layout(json: &Json) -> String {
    let mut text = String::new();
    lay_out(json, 0, &mut text);
    text
}

fn lay_out(json: &Json, depth: usize, into: &mut String) {
    const FITS: usize = 64;
    let flat = match json {
        Json::Array(items) => format!("[{}]", items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        Json::Object(fields) if fields.len() < 2 => json.to_string(),
        Json::Object(_) => String::new(),
        scalar => scalar.to_string(),
    };
    let broken = matches!(json, Json::Array(items) if items.iter().any(Json::is_object)) || flat.is_empty() || flat.len() > FITS;
    let break_line = |into: &mut String, depth: usize| {
        into.push('\n');
        into.push_str(&"  ".repeat(depth));
    };
    match json {
        Json::Array(items) if broken && !items.is_empty() => {
            into.push('[');
            for (at, item) in items.iter().enumerate() {
                into.push_str(if at == 0 { "" } else { "," });
                break_line(into, depth + 1);
                lay_out(item, depth + 1, into);
            }
            break_line(into, depth);
            into.push(']');
        }
        Json::Object(fields) if broken && !fields.is_empty() => {
            into.push('{');
            for (at, (key, value)) in fields.iter().enumerate() {
                into.push_str(if at == 0 { "" } else { "," });
                break_line(into, depth + 1);
                into.push_str(&format!("{}: ", Json::String(key.clone())));
                lay_out(value, depth + 1, into);
            }
            break_line(into, depth);
            into.push('}');
        }
        _ => into.push_str(&flat),
    }
}

/// A document whose unknown parts are text.
fn readable(expr: &Expr) -> Json {
    match expr {
        Expr::Lit(value) => value.redacted(),
        Expr::Object(fields) => Json::Object(fields.iter().map(|(key, value)| (key.clone(), readable(value))).collect()),
        Expr::List(items) => Json::Array(items.iter().map(readable).collect()),
        Expr::Format(parts) => Json::String(format!("{} (known after apply)", template(parts))),
        other => Json::String(inline(other)),
    }
}

/// A list of several that does not fit on a line, as a line an item.
pub(super) fn tall(expr: &Expr, room: usize) -> Option<String> {
    if inline(expr).chars().count() <= room {
        return None;
    }
    let items: Vec<String> = match expr {
        Expr::Lit(Value::List(items)) => items.iter().map(known).collect(),
        Expr::List(items) => items.iter().map(inline).collect(),
        _ => return None,
    };
    (items.len() > 1).then(|| items.iter().map(|item| format!("- {item}")).collect::<Vec<_>>().join("\n"))
}

/// Two texts in at most `room` characters each, with what is equal at their start left out as far as need be, so that the
/// first difference shows.
pub(super) fn around(old: &str, new: &str, room: usize) -> (String, String) {
    let equal = old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count();
    let longest = old.chars().count().max(new.chars().count());
    // A little of what is equal stays, to be recognised by.
    let skip = if longest <= room { 0 } else { equal.saturating_sub(room / 4).min(longest + 1 - room) };
    let cut = |text: &str| {
        let rest: String = text.chars().skip(skip).collect();
        if skip == 0 { head(&rest, room) } else { format!("…{}", head(&rest, room - 1)) }
    };
    (cut(old), cut(new))
}

/// At most `room` characters from the start.
fn head(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
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

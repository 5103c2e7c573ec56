//! `infra state list`.

use infra_core::Address;
use infra_plan::{Row, State};
use serde_json::{Value as Json, json};

use super::row::{condition, id};
use crate::error::Error;
use crate::show::{JSON_VERSION, Paint, json_document, print, say, style};

/// Prints the resources of a state, a line each.
pub(super) fn list(state: &State, as_json: bool) -> Result<(), Error> {
    if as_json {
        let resource = |(address, row): (&Address, &Row)| json!({ "address": address, "id": id(row), "condition": condition(row) });
        let resources: Vec<Json> = state.rows.iter().map(resource).collect();
        return json_document(&json!({ "v": JSON_VERSION, "resources": resources }));
    }
    if state.rows.is_empty() {
        say("Nothing is deployed.");
    }
    let longest = state.rows.keys().map(|address| address.to_string().chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (address, row) in &state.rows {
        let condition = condition(row).map(|condition| format!("  {}", Paint::On.with(style::NOTE, &condition))).unwrap_or_default();
        let line = format!("{:<longest$}  {}{condition}", address.to_string(), id(row).unwrap_or("-"));
        text.push_str(&line);
        text.push('\n');
    }
    print(&text)
}

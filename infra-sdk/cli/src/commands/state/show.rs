//! `infra state show`.

use infra_core::Address;
use infra_plan::{Object, Row, State};
use serde_json::{Value as Json, json};

use super::row::{condition, find};
use crate::error::Error;
use crate::show::{JSON_VERSION, Paint, json_document, print, style, width_of_stdout};

/// Prints all that a state has of one resource, or of each.
pub(super) fn show(state: &State, wanted: Option<&str>, as_json: bool) -> Result<(), Error> {
    let rows: Vec<(&Address, &Row)> = match wanted {
        Some(wanted) => vec![find(state, wanted)?],
        None => state.rows.iter().collect(),
    };
    if as_json {
        let resources: Vec<Json> = rows.iter().map(|(address, row)| document(address, row)).collect();
        return json_document(&json!({ "v": JSON_VERSION, "resources": resources }));
    }
    let blocks: Vec<String> = rows.iter().map(|(address, row)| block(address, row)).collect();
    print(&blocks.join("\n"))
}

/// A row without its secrets.
fn document(address: &Address, row: &Row) -> Json {
    json!({
        "address": address,
        "condition": condition(row),
        "object": row.object.as_ref().map(object),
        "replaced": row.old.iter().map(object).collect::<Vec<_>>(),
    })
}

fn object(object: &Object) -> Json {
    let redacted = |values: &std::collections::BTreeMap<String, infra_core::Value>| -> Json {
        Json::Object(values.iter().map(|(name, value)| (name.clone(), value.redacted())).collect())
    };
    json!({
        "id": object.id,
        "declared": object.declared.to_string(),
        "needs": object.dependencies,
        "inputs": redacted(&object.inputs),
        "outputs": redacted(&object.outputs),
    })
}

fn block(address: &Address, row: &Row) -> String {
    let mut text = format!("{}\n", Paint::On.with(style::STRONG, &address.to_string()));
    let mut line = |name: &str, value: &str| text.push_str(&format!("  {name:<9} {value}\n"));
    if let Some(condition) = condition(row) {
        line("condition", &condition);
    }
    let Some(object) = &row.object else { return text };
    line("id", &object.id);
    line("declared", &object.declared.to_string());
    for need in &object.dependencies {
        line("needs", &need.to_string());
    }
    for old in &row.old {
        line("replaced", &old.id);
    }
    for (title, values) in [("inputs", &object.inputs), ("outputs", &object.outputs)] {
        if !values.is_empty() {
            text.push_str(&format!("  {title}\n{}", crate::show::outputs(values, 4, width_of_stdout(), Paint::Off)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::state;
    use super::*;

    #[test]
    fn a_secret_is_hidden_in_every_form() {
        let state = state();
        let (address, row) = find(&state, "public/a").unwrap();
        for text in [block(address, row), document(address, row).to_string()] {
            assert!(text.contains("(secret)") && !text.contains("digest"), "{text}");
        }
    }
}

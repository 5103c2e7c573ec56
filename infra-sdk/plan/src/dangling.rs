//! References that a program does not mention any more and that therefore stay in the cloud, to what this plan deletes.

use std::collections::BTreeMap;

use infra_core::{Address, Expr, Field, Graph, Type, Value};

use crate::diff::object;
use crate::observed::{Observed, Sight};
use crate::plan::{Action, Step};
use crate::state::State;

/// What the reader should know: which input of which object refers to what goes, although the program is silent on it.
pub(crate) fn notes(graph: &Graph, steps: &[Step], state: &State, observed: &Observed) -> Vec<String> {
    let mut gone: BTreeMap<&str, &Address> = BTreeMap::new();
    for step in steps {
        if let Action::Delete { id, .. } | Action::Sweep { id, .. } = &step.action {
            gone.insert(id, &step.address);
        }
    }
    let mut notes = Vec::new();
    for node in graph.nodes.iter().filter(|_| !gone.is_empty()) {
        let (Some(current), Some(schema)) = (state.object(&node.address), graph.schemas.get(node.address.kind())) else { continue };
        if gone.get(current.id.as_str()) == Some(&&node.address) {
            continue;
        }
        let have = match observed.objects.get(&node.address) {
            Some(Sight::Present { inputs, .. }) => inputs,
            Some(Sight::Gone) => continue,
            None => &current.inputs,
        };
        let mut found = Vec::new();
        block(&schema.inputs, have, &node.inputs, "", &mut found);
        for (path, id) in found {
            let Some(target) = gone.get(id.as_str()) else { continue };
            notes.push(format!(
                "`{path}` of {} refers to {id} of {target}, which goes: the program does not mention it any more, so it stays as it is; \
                 point it elsewhere, or the cloud may refuse the delete",
                node.address
            ));
        }
    }
    notes
}

/// The ids in fields of which the program says nothing, each with its path.
fn block(fields: &[Field], have: &BTreeMap<String, Value>, want: &BTreeMap<String, Expr>, path: &str, found: &mut Vec<(String, String)>) {
    for field in fields {
        let Some(have) = have.get(&field.name) else { continue };
        let path = if path.is_empty() { field.name.clone() } else { format!("{path}.{}", field.name) };
        match (want.get(&field.name).filter(|want| !matches!(want, Expr::Lit(Value::Null))), &field.ty, have) {
            (None, ty, have) => ids(ty, have, &path, found),
            (Some(want), Type::Block(fields), Value::Object(have)) => {
                if let Some(want) = object(want) {
                    block(fields, have, &want, &path, found);
                }
            }
            // A list or a map that is mentioned is as the program says, all of it.
            (Some(_), ..) => {}
        }
    }
}

fn ids(ty: &Type, have: &Value, path: &str, found: &mut Vec<(String, String)>) {
    match (ty, have) {
        (Type::Id(_), Value::String(id)) => found.push((path.to_owned(), id.clone())),
        (Type::List(item) | Type::Set(item), Value::List(items)) => {
            items.iter().for_each(|have| ids(item, have, &format!("{path}[]"), found));
        }
        (Type::Map(item), Value::Object(fields)) => {
            fields.iter().for_each(|(key, have)| ids(item, have, &format!("{path}.{key}"), found));
        }
        (Type::Block(fields), Value::Object(have)) => block(fields, have, &BTreeMap::new(), path, found),
        _ => {}
    }
}

//! The committed configuration of a stack, with a test's changes on top.

use std::path::Path;

use serde_json::Value as Json;

/// What the local environment of a stack is configured with, changed.
pub(crate) fn config(stack: &str, changes: &Json) -> Json {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stacks").join(stack).join("infra.toml");
    let file: Json = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut config = file["config"].clone();
    merge(&mut config, &file["env"]["local"]["config"]);
    merge(&mut config, changes);
    config
}

fn merge(into: &mut Json, from: &Json) {
    match (into, from) {
        (_, Json::Null) => {}
        (Json::Object(into), Json::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Json::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

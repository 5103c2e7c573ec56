//! Outputs for objects that do not exist, from their schema.

use std::collections::BTreeMap;

use infra_core::{Schema, Type, Value};

/// An id for the `number`th object: the last word of the kind, as in `subnet-7`.
pub(crate) fn id(kind: &str, number: u64) -> String {
    let word = kind.rsplit('/').next().unwrap_or(kind);
    format!("{word}-{number}")
}

/// An object's outputs: echoes of its inputs, and for the rest the object's id with the output's name.
pub(crate) fn outputs(schema: &Schema, id: &str, inputs: &BTreeMap<String, Value>, revision: u64) -> BTreeMap<String, Value> {
    let output = |output: &infra_core::OutputField| {
        let echoed = output.echo.as_ref().and_then(|input| inputs.get(input)).cloned();
        let value = echoed.unwrap_or_else(|| value(&output.ty, &format!("{id}.{}", output.name), if output.stable { 1 } else { revision }));
        (output.name.clone(), value)
    };
    schema.outputs.iter().map(output).collect()
}

fn value(ty: &Type, text: &str, revision: u64) -> Value {
    match ty {
        Type::Bool => Value::Bool(false),
        Type::Int | Type::Float => Value::Number(revision.into()),
        Type::String | Type::Id(_) => Value::from(if revision > 1 { format!("{text}.{revision}") } else { text.to_owned() }.as_str()),
        Type::Choice(words) => Value::from(words.first().map_or("", String::as_str)),
        Type::List(_) | Type::Set(_) => Value::List(Vec::new()),
        Type::Map(_) | Type::Json => Value::Object(BTreeMap::new()),
        Type::Block(fields) => Value::Object(fields.iter().map(|field| (field.name.clone(), value(&field.ty, text, revision))).collect()),
    }
}

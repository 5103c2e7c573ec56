//! What the cloud never tells back, from the record: values that it keeps to itself, and which values are secret.

use std::collections::BTreeMap;

use infra_core::{Field, Schema, Type, Value};

use crate::state::Object;

/// `seen`, with every field that is write-only as it was `recorded`, however deep it stands, and with everything marked
/// that was recorded as secret. Items of lists belong together by their place; those of sets have none, so nothing can
/// be remembered inside them, and a set with one secret is secret as a whole.
pub fn remembered(fields: &[Field], seen: &BTreeMap<String, Value>, recorded: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let mut whole = seen.clone();
    for field in fields {
        let record = recorded.get(&field.name);
        if field.write_only {
            match record {
                Some(record) => whole.insert(field.name.clone(), record.clone()),
                None => whole.remove(&field.name),
            };
        } else if let (Some(value), Some(record)) = (whole.get_mut(&field.name), record) {
            *value = veiled(inside(&field.ty, value, record), record);
        }
    }
    whole
}

/// Outputs as seen, with what was recorded as secret marked, and what echoes an input that was.
pub fn told(schema: Option<&Schema>, seen: &BTreeMap<String, Value>, recorded: &Object) -> BTreeMap<String, Value> {
    let marked = seen.iter().map(|(name, value)| {
        let record = recorded.outputs.get(name).unwrap_or(&Value::Null);
        (name.clone(), veiled(value.clone(), record))
    });
    let marked = marked.collect();
    match schema {
        Some(schema) => echoed(schema, marked, |input| recorded.inputs.get(input).is_some_and(Value::has_secret)),
        None => marked,
    }
}

/// Outputs with those marked that echo an input that `is_secret`.
pub fn echoed(schema: &Schema, mut outputs: BTreeMap<String, Value>, is_secret: impl Fn(&str) -> bool) -> BTreeMap<String, Value> {
    for output in schema.outputs.iter().filter(|output| output.echo.as_deref().is_some_and(&is_secret)) {
        if let Some(value) = outputs.get_mut(&output.name).filter(|value| !value.has_secret() && !value.is_null()) {
            *value = Value::Secret(Box::new(std::mem::replace(value, Value::Null)));
        }
    }
    outputs
}

/// What is sure of the `recorded` inputs after a change to `intended` of which nobody knows whether it happened: all but
/// what the cloud never tells and the change was to make another.
pub fn unsure(fields: &[Field], recorded: &BTreeMap<String, Value>, intended: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let mut sure = recorded.clone();
    for field in fields.iter().filter(|field| recorded.get(&field.name) != intended.get(&field.name)) {
        if field.write_only {
            sure.remove(&field.name);
        } else if let Some(value) = sure.get_mut(&field.name) {
            forget_told(&field.ty, value);
        }
    }
    sure
}

fn forget_told(ty: &Type, value: &mut Value) {
    match (ty, value) {
        (Type::Block(fields), Value::Object(object)) => {
            for field in fields {
                if field.write_only {
                    object.remove(&field.name);
                } else if let Some(value) = object.get_mut(&field.name) {
                    forget_told(&field.ty, value);
                }
            }
        }
        (Type::List(item) | Type::Set(item), Value::List(items)) => items.iter_mut().for_each(|value| forget_told(item, value)),
        (Type::Map(item), Value::Object(object)) => object.values_mut().for_each(|value| forget_told(item, value)),
        _ => {}
    }
}

/// A value with the marks of the record.
fn veiled(seen: Value, recorded: &Value) -> Value {
    match (seen, recorded) {
        (seen, recorded) if !recorded.has_secret() || seen.has_secret() => seen,
        (Value::Object(seen), Value::Object(recorded)) => {
            let none = Value::Null;
            Value::Object(seen.into_iter().map(|(key, seen)| (key.clone(), veiled(seen, recorded.get(&key).unwrap_or(&none)))).collect())
        }
        (Value::List(seen), Value::List(recorded))
            if seen.len() == recorded.len() && !recorded.iter().any(|item| item.as_object().is_some()) =>
        {
            Value::List(seen.into_iter().zip(recorded).map(|(seen, recorded)| veiled(seen, recorded)).collect())
        }
        (seen, _) => Value::Secret(Box::new(seen)),
    }
}

fn inside(ty: &Type, seen: &Value, recorded: &Value) -> Value {
    match (ty, seen, recorded) {
        (Type::Block(fields), Value::Object(seen), Value::Object(recorded)) => Value::Object(remembered(fields, seen, recorded)),
        (Type::List(item), Value::List(seen), Value::List(recorded)) => {
            let pairs = seen.iter().enumerate();
            Value::List(
                pairs.map(|(at, seen)| recorded.get(at).map_or_else(|| seen.clone(), |record| inside(item, seen, record))).collect(),
            )
        }
        (Type::Map(item), Value::Object(seen), Value::Object(recorded)) => {
            let pairs = seen.iter().map(|(key, seen)| {
                let value = recorded.get(key).map_or_else(|| seen.clone(), |record| inside(item, seen, record));
                (key.clone(), value)
            });
            Value::Object(pairs.collect())
        }
        _ => seen.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use serde_json::json;

    fn field(name: &str, ty: Type, write_only: bool) -> Field {
        Field { write_only, ..sample::field(name, ty) }
    }

    fn object(json: serde_json::Value) -> BTreeMap<String, Value> {
        Value::from(json).as_object().unwrap().clone()
    }

    #[test]
    fn what_was_given_as_a_secret_is_one_when_the_cloud_tells_it() {
        let fields = [field("script", Type::String, false), field("tags", Type::Map(Box::new(Type::String)), false)];
        let seen = object(json!({"script": "key=hunter2", "tags": {"a": "hunter3", "b": "plain"}}));
        let digest = |text: &str| Value::Digest(Value::from(text).digest("s"));
        let tags = BTreeMap::from([("a".to_owned(), digest("hunter3")), ("b".to_owned(), Value::from("plain"))]);
        let recorded = BTreeMap::from([("script".to_owned(), digest("x")), ("tags".to_owned(), Value::Object(tags))]);
        let whole = format!("{:?}", remembered(&fields, &seen, &recorded));
        assert!(!whole.contains("hunter") && whole.contains("plain"), "{whole}");
    }

    #[test]
    fn a_secret_inside_an_item_of_a_list_is_remembered_and_the_rest_is_as_seen() {
        let action = Type::Block(vec![field("url", Type::String, false), field("secret", Type::String, true)]);
        let fields = [field("actions", Type::List(Box::new(action)), false), field("seed", Type::String, true)];
        let seen = object(json!({"actions": [{"url": "new"}, {"url": "more"}], "seed": "told anyway"}));
        let recorded = object(json!({"actions": [{"url": "old", "secret": "s"}]}));
        let whole = remembered(&fields, &seen, &recorded);
        assert_eq!(whole, object(json!({"actions": [{"url": "new", "secret": "s"}, {"url": "more"}]})));
    }
}

//! What the cloud never tells back, from the record.

use std::collections::BTreeMap;

use infra_core::{Field, Type, Value};

/// `seen`, with every field that is write-only as it was `recorded`, however deep it stands. Items of lists belong
/// together by their place; those of sets have none, so nothing can be remembered inside them.
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
            *value = inside(&field.ty, value, record);
        }
    }
    whole
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
    use serde_json::json;

    fn field(name: &str, ty: Type, write_only: bool) -> Field {
        Field {
            name: name.into(),
            ty,
            required: false,
            replace: false,
            secret: false,
            write_only,
            filled: false,
            physical_name: None,
            cloud: None,
            doc: String::new(),
        }
    }

    fn object(json: serde_json::Value) -> BTreeMap<String, Value> {
        Value::from(json).as_object().unwrap().clone()
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

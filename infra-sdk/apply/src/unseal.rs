//! What is kept, as a handler can take it: where only a digest is, of a secret that the cloud never tells, what is known
//! instead.

use std::collections::BTreeMap;

use infra_core::{Field, Type, Value};

/// The `kept` inputs with each digest replaced: by the value in `clear` that it is the digest of, or else by nothing, or,
/// where the type insists on something, by what says the least. So a handler sees a secret that stays as equal, and one
/// that changes as different.
pub(crate) fn unsealed(
    fields: &[Field],
    kept: &BTreeMap<String, Value>,
    clear: &BTreeMap<String, Value>,
    salt: &str,
) -> BTreeMap<String, Value> {
    let value = |(name, kept): (&String, &Value)| {
        let field = fields.iter().find(|field| field.name == *name);
        let value = match field {
            Some(field) => unsealed_value(&field.ty, field.required, kept, clear.get(name), salt),
            None => kept.clone(),
        };
        (name.clone(), value)
    };
    // After a change that was interrupted, or of what was imported, nobody may know what the cloud has and never tells.
    let unknown = fields.iter().filter(|field| field.required && !kept.contains_key(&field.name));
    let unknown = unknown.map(|field| (field.name.clone(), least(&field.ty)));
    kept.iter().map(value).chain(unknown).collect()
}

fn unsealed_value(ty: &Type, required: bool, kept: &Value, clear: Option<&Value>, salt: &str) -> Value {
    let clear = match clear {
        Some(Value::Secret(inner)) => Some(&**inner),
        other => other,
    };
    match (ty, kept) {
        (_, Value::Digest(digest)) => match clear {
            Some(clear) if clear.digest(salt) == *digest => Value::Secret(Box::new(clear.clone())),
            _ if required => least(ty),
            _ => Value::Null,
        },
        (Type::Block(fields), Value::Object(kept)) => {
            let none = BTreeMap::new();
            Value::Object(unsealed(fields, kept, clear.and_then(Value::as_object).unwrap_or(&none), salt))
        }
        (Type::Map(item), Value::Object(kept)) => {
            let clear = clear.and_then(Value::as_object);
            let value = |(key, kept): (&String, &Value)| {
                (key.clone(), unsealed_value(item, true, kept, clear.and_then(|clear| clear.get(key)), salt))
            };
            Value::Object(kept.iter().map(value).collect())
        }
        (Type::List(item) | Type::Set(item), Value::List(kept)) => {
            let at = |index: usize| match clear {
                Some(Value::List(items)) => items.get(index),
                _ => None,
            };
            Value::List(kept.iter().enumerate().map(|(index, kept)| unsealed_value(item, true, kept, at(index), salt)).collect())
        }
        _ => kept.clone(),
    }
}

/// The emptiest value of a type.
fn least(ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::Bool(false),
        Type::Int | Type::Float => Value::Number(0.into()),
        Type::String | Type::Id(_) => Value::from(""),
        Type::Choice(words) => Value::from(words.first().map_or("", String::as_str)),
        Type::List(_) | Type::Set(_) => Value::List(Vec::new()),
        Type::Map(_) | Type::Json => Value::Object(BTreeMap::new()),
        Type::Block(fields) => {
            Value::Object(fields.iter().filter(|field| field.required).map(|field| (field.name.clone(), least(&field.ty))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, ty: Type, required: bool) -> Field {
        Field {
            name: name.into(),
            ty,
            required,
            replace: false,
            secret: true,
            write_only: true,
            filled: false,
            local: false,
            physical_name: None,
            cloud: None,
            unlike_cloud: None,
            spelling: None,
            doc: String::new(),
        }
    }

    #[test]
    fn a_secret_that_stays_is_known_again_and_another_is_as_little_as_its_type_allows() {
        let words = Type::List(Box::new(Type::String));
        let fields = [
            field("same", Type::String, true),
            field("other", Type::String, true),
            field("open", Type::Int, false),
            field("all", words, true),
        ];
        let secret = |text: &str| Value::Secret(Box::new(Value::from(text)));
        let digest = |text: &str| secret(text).digested("salt");
        let kept = BTreeMap::from([
            ("same".to_owned(), digest("a")),
            ("other".to_owned(), digest("a")),
            ("open".to_owned(), digest("a")),
            ("all".to_owned(), Value::List(vec![digest("a"), digest("b")])),
        ]);
        let clear = BTreeMap::from([
            ("same".to_owned(), secret("a")),
            ("other".to_owned(), secret("b")),
            ("all".to_owned(), Value::List(vec![secret("a"), secret("c")])),
        ]);
        let unsealed = unsealed(&fields, &kept, &clear, "salt");
        assert_eq!(unsealed["same"], secret("a"));
        assert_eq!(unsealed["other"], Value::from(""));
        assert_eq!(unsealed["open"], Value::Null);
        assert_eq!(unsealed["all"], Value::List(vec![secret("a"), Value::from("")]));
    }
}

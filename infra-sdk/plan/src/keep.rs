//! What is kept of what is asked: all of it, but of a secret that the cloud never tells only enough to see it change.

use std::collections::BTreeMap;

use infra_core::{Expr, Field, Type, Value};

/// The known inputs, without nulls.
pub(crate) fn known(inputs: &BTreeMap<String, Expr>) -> BTreeMap<String, Value> {
    let known = inputs.iter().filter_map(|(name, input)| Some((name.clone(), input.value()?.without_nulls())));
    known.filter(|(_, value)| !value.is_null()).collect()
}

/// Known inputs as a record has them: without nulls, and with a digest under `salt` in place of each secret in a
/// write-only field, however deep it stands. Nothing ever needs such a secret again but the program, which has it.
pub fn recordable(fields: &[Field], inputs: &BTreeMap<String, Expr>, salt: &str) -> BTreeMap<String, Value> {
    block(fields, known(inputs), salt)
}

/// Whether a record has these known inputs already, as [`recordable`] makes them.
pub(crate) fn is_recorded(fields: &[Field], inputs: &BTreeMap<String, Expr>, recorded: &BTreeMap<String, Value>, salt: &str) -> bool {
    // Most inputs are recorded as they are, and a plan of what is unchanged needs no copy to see that.
    let in_part = |field: &Field| field.write_only || field.local || is_kept_in_part(&field.ty);
    let plain = |name: &String| fields.iter().find(|field| field.name == *name).is_none_or(|field| !in_part(field));
    let same = |(name, input): (&String, &Expr)| matches!(input, Expr::Lit(value) if plain(name) && recorded.get(name) == Some(value));
    (inputs.len() == recorded.len() && inputs.iter().all(same)) || *recorded == recordable(fields, inputs, salt)
}

fn block(fields: &[Field], values: BTreeMap<String, Value>, salt: &str) -> BTreeMap<String, Value> {
    let of = |name: &str| fields.iter().find(|field| field.name == name);
    let lasting = values.into_iter().filter(|(name, _)| !of(name).is_some_and(|field| field.local));
    let kept = lasting.map(|(name, value)| match of(&name) {
        Some(field) if field.write_only => (name, inside(&field.ty, value.digested(salt), salt)),
        Some(field) => (name, inside(&field.ty, value, salt)),
        None => (name, value),
    });
    kept.collect()
}

fn inside(ty: &Type, value: Value, salt: &str) -> Value {
    if !is_kept_in_part(ty) {
        return value;
    }
    match (ty, value) {
        (Type::Block(fields), Value::Object(values)) => Value::Object(block(fields, values, salt)),
        (Type::List(item) | Type::Set(item), Value::List(items)) => {
            Value::List(items.into_iter().map(|value| inside(item, value, salt)).collect())
        }
        (Type::Map(item), Value::Object(values)) => {
            Value::Object(values.into_iter().map(|(key, value)| (key, inside(item, value, salt))).collect())
        }
        // One secret with something in it that must not be kept.
        (_, secret @ Value::Secret(_)) => secret.digested(salt),
        (_, plain) => plain,
    }
}

fn is_kept_in_part(ty: &Type) -> bool {
    match ty {
        Type::Block(fields) => fields.iter().any(|field| field.write_only || field.local || is_kept_in_part(&field.ty)),
        Type::List(item) | Type::Set(item) | Type::Map(item) => is_kept_in_part(item),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn field(name: &str, ty: Type, write_only: bool) -> Field {
        Field { write_only, ..sample::field(name, ty) }
    }

    #[test]
    fn a_secret_is_kept_but_where_the_cloud_never_tells_it() {
        let action = Type::Block(vec![field("url", Type::String, false), field("token", Type::String, true)]);
        let fields = [
            field("password", Type::String, false),
            field("seed", Type::String, true),
            field("plain", Type::String, true),
            field("actions", Type::List(Box::new(action.clone())), false),
            field("whole", action, false),
        ];
        let secret = || Value::Secret(Box::new(Value::from("hunter2")));
        let object = |url: Value| Value::Object(BTreeMap::from([("url".to_owned(), url), ("token".to_owned(), secret())]));
        let inputs = BTreeMap::from([
            ("password".to_owned(), Expr::Lit(secret())),
            ("seed".to_owned(), Expr::Lit(secret())),
            ("plain".to_owned(), Expr::lit("open")),
            ("actions".to_owned(), Expr::Lit(Value::List(vec![object(secret())]))),
            ("whole".to_owned(), Expr::Lit(Value::Secret(Box::new(object(Value::from("u")))))),
        ]);
        let kept = recordable(&fields, &inputs, "salt");
        assert_eq!(kept["password"], secret());
        assert_eq!(kept["seed"], secret().digested("salt"));
        assert_eq!(kept["plain"], Value::from("open"));
        let Value::List(actions) = &kept["actions"] else { panic!("{kept:?}") };
        let action = actions[0].as_object().unwrap();
        assert_eq!((&action["url"], &action["token"]), (&secret(), &secret().digested("salt")));
        assert!(matches!(kept["whole"], Value::Digest(_)));
    }
}

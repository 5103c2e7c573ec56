//! Which inputs stay as the object has them, whatever the program says.

use std::collections::{BTreeMap, BTreeSet};

use infra_core::{Expr, Field, Value};

/// Puts what the object `has` in place of what is wanted of the `ignored` inputs, so that they never differ and an update
/// sends what is there. What the object does not have is not asked of it; only what the type insists on is wanted as
/// before. `salt` is that of the state's digests.
///
/// Of a secret that the cloud never tells there is only a digest. Where the program's value is that very one, it is sent; where
/// not, the input is left out, or stays a digest if the type insists on it, which can stay and cannot be sent.
pub fn kept(fields: &[Field], ignored: &BTreeSet<String>, has: &BTreeMap<String, Value>, want: &mut BTreeMap<String, Expr>, salt: &str) {
    for field in fields.iter().filter(|field| ignored.contains(&field.name)) {
        let there = has.get(&field.name).filter(|value| !value.is_null());
        let same = |there: &Value| want.get(&field.name).and_then(Expr::value).is_some_and(|want| want.is_same(there, salt));
        match there {
            Some(there) if has_digest(there) && same(there) => {}
            Some(there) if field.required || !has_digest(there) => drop(want.insert(field.name.clone(), Expr::Lit(there.clone()))),
            None if field.required => {}
            _ => drop(want.remove(&field.name)),
        }
    }
}

/// An input of which nobody knows more than a digest: it can stay, and cannot be sent.
pub(crate) fn untold(want: &BTreeMap<String, Expr>) -> Option<&str> {
    let is_untold = |input: &Expr| matches!(input, Expr::Lit(value) if has_digest(value));
    want.iter().find(|(_, input)| is_untold(input)).map(|(name, _)| name.as_str())
}

fn has_digest(value: &Value) -> bool {
    match value {
        Value::Digest(_) => true,
        Value::List(items) => items.iter().any(has_digest),
        Value::Object(fields) => fields.values().any(has_digest),
        Value::Secret(inner) => has_digest(inner),
        _ => false,
    }
}

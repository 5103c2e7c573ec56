//! A known value: JSON with more cases, for what is secret, for how that is kept, and for what must not be kept.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Number, Value as Json};
use sha2::{Digest as _, Sha256};

/// A known value of an input, an output or a literal.
///
/// Serialized as plain JSON, except that a secret is `{"$secret": …}`, a sealed one `{"$sealed": "…"}` and a digest
/// `{"$digest": "…"}`; a key of an object that begins with `$` is written with the `$` doubled.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Nothing; inside an input it means "not managed".
    Null,
    /// True or false.
    Bool(bool),
    /// An integer or a float; 80 and 80.0 are the same.
    Number(Number),
    /// Text.
    String(String),
    /// Values in order.
    List(Vec<Value>),
    /// Values by name.
    Object(BTreeMap<String, Value>),
    /// A value that is never rendered.
    Secret(Box<Value>),
    /// What is kept of a value that must not be kept: enough to see that it changed.
    Digest(String),
    /// A secret or a digest as a journal keeps it: encrypted, for whoever has the journal's key.
    Sealed(String),
}

impl Value {
    /// The value as plain JSON with secrets in clear: for a provider's call, never for a record or a screen.
    pub fn reveal(&self) -> Json {
        match self {
            Value::Null => Json::Null,
            Value::Bool(bool) => Json::Bool(*bool),
            Value::Number(number) => Json::Number(number.clone()),
            Value::String(text) => Json::String(text.clone()),
            Value::List(items) => Json::Array(items.iter().map(Value::reveal).collect()),
            Value::Object(fields) => Json::Object(fields.iter().map(|(key, value)| (key.clone(), value.reveal())).collect()),
            Value::Secret(inner) => inner.reveal(),
            Value::Digest(_) | Value::Sealed(_) => Json::Null,
        }
    }

    /// The value as plain JSON with `(secret)` where a secret stands: for people and machines that read plans.
    pub fn redacted(&self) -> Json {
        match self {
            Value::Secret(_) | Value::Digest(_) | Value::Sealed(_) => Json::String("(secret)".into()),
            Value::List(items) => Json::Array(items.iter().map(Value::redacted).collect()),
            Value::Object(fields) => Json::Object(fields.iter().map(|(key, value)| (key.clone(), value.redacted())).collect()),
            plain => plain.reveal(),
        }
    }

    /// The value with every secret replaced by its digest under `salt`: what is kept of what must not be kept, and what
    /// two values have in common of which one is kept so.
    #[must_use]
    pub fn digested(&self, salt: &str) -> Value {
        match self {
            Value::Secret(inner) => Value::Digest(inner.digest(salt)),
            Value::List(items) => Value::List(items.iter().map(|item| item.digested(salt)).collect()),
            Value::Object(fields) => Value::Object(fields.iter().map(|(key, value)| (key.clone(), value.digested(salt))).collect()),
            plain => plain.clone(),
        }
    }

    /// A salted digest, in hexadecimal, of the value in clear.
    pub fn digest(&self, salt: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(salt.as_bytes());
        hash.update([0]);
        hash.update(self.reveal().to_string().as_bytes());
        let digit = |four: u8| char::from_digit(u32::from(four), 16).unwrap_or_default();
        hash.finalize().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }

    /// Whether a secret stands anywhere in the value.
    pub fn has_secret(&self) -> bool {
        match self {
            Value::Secret(_) | Value::Digest(_) | Value::Sealed(_) => true,
            Value::List(items) => items.iter().any(Value::has_secret),
            Value::Object(fields) => fields.values().any(Value::has_secret),
            _ => false,
        }
    }

    /// Whether anything in the value is sealed, so that only a key opens it.
    pub fn has_sealed(&self) -> bool {
        match self {
            Value::Sealed(_) => true,
            Value::Secret(inner) => inner.has_sealed(),
            Value::List(items) => items.iter().any(Value::has_sealed),
            Value::Object(fields) => fields.values().any(Value::has_sealed),
            _ => false,
        }
    }

    /// The text, if it is text (a secret's too).
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            Value::Secret(inner) => inner.as_str(),
            _ => None,
        }
    }

    /// The fields, if it is an object.
    pub fn as_object(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Value::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// Whether the two are the same; of what is kept as a digest under `salt`, whether they have the same one.
    pub fn is_same(&self, other: &Value, salt: &str) -> bool {
        self == other || ((self.has_secret() || other.has_secret()) && self.digested(salt) == other.digested(salt))
    }

    /// Calls `see` with every secret, digest and sealed value in it, and not with what is inside of one.
    ///
    /// # Errors
    /// The first that `see` gives.
    pub fn each_secret<E>(&mut self, see: &mut dyn FnMut(&mut Value) -> Result<(), E>) -> Result<(), E> {
        match self {
            Value::Secret(_) | Value::Digest(_) | Value::Sealed(_) => see(self),
            Value::List(items) => items.iter_mut().try_for_each(|item| item.each_secret(see)),
            Value::Object(fields) => fields.values_mut().try_for_each(|field| field.each_secret(see)),
            _ => Ok(()),
        }
    }

    /// Whether it is [`Value::Null`].
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The value without the nulls inside objects: "not managed" and absent are the same.
    pub fn without_nulls(self) -> Value {
        match self {
            Value::List(items) => Value::List(items.into_iter().map(Value::without_nulls).collect()),
            Value::Object(fields) => Value::Object(
                fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key, value.without_nulls())).collect(),
            ),
            Value::Secret(inner) => Value::Secret(Box::new(inner.without_nulls())),
            plain => plain,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.redacted())
    }
}

impl From<Json> for Value {
    fn from(json: Json) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Bool(bool) => Value::Bool(bool),
            Json::Number(number) => Value::Number(number),
            Json::String(text) => Value::String(text),
            Json::Array(items) => Value::List(items.into_iter().map(Value::from).collect()),
            Json::Object(fields) => Value::Object(fields.into_iter().map(|(key, value)| (key, Value::from(value))).collect()),
        }
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Value {
        Value::Bool(bool)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.to_owned())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Straight to the serializer: a journal writes and reads little else.
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(bool) => serializer.serialize_bool(*bool),
            Value::Number(number) => number.serialize(serializer),
            Value::String(text) => serializer.serialize_str(text),
            Value::List(items) => serializer.collect_seq(items),
            Value::Object(fields) => serializer.collect_map(fields.iter().map(|(key, value)| match key.starts_with('$') {
                true => (Cow::Owned(format!("${key}")), value),
                false => (Cow::Borrowed(key.as_str()), value),
            })),
            Value::Secret(inner) => serializer.collect_map([(SECRET, inner)]),
            Value::Digest(digest) => serializer.collect_map([(DIGEST, digest)]),
            Value::Sealed(sealed) => serializer.collect_map([(SEALED, sealed)]),
        }
    }
}

/// The key beside which a secret stands.
const SECRET: &str = "$secret";
/// The key beside which a digest stands.
const DIGEST: &str = "$digest";
/// The key beside which a sealed value stands.
const SEALED: &str = "$sealed";

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(Wire)
    }
}

/// Reads what is written for a value.
struct Wire;

impl<'de> Visitor<'de> for Wire {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(Wire)
    }

    fn visit_bool<E>(self, bool: bool) -> Result<Value, E> {
        Ok(Value::Bool(bool))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut fields: BTreeMap<String, Value> = BTreeMap::new();
        while let Some((key, value)) = entries.next_entry()? {
            fields.insert(key, value);
        }
        if !fields.keys().any(|key| key.starts_with('$')) {
            return Ok(Value::Object(fields));
        }
        let alone = fields.len() == 1;
        let mut object = BTreeMap::new();
        for (key, value) in fields {
            match key.strip_prefix('$') {
                Some(rest) if rest.starts_with('$') => object.insert(rest.to_owned(), value),
                Some(_) if alone && key == SECRET => return Ok(Value::Secret(Box::new(value))),
                Some(_) if alone && key == DIGEST => match value {
                    Value::String(digest) => return Ok(Value::Digest(digest)),
                    _ => return Err(A::Error::custom("`$digest` is not text")),
                },
                Some(_) if alone && key == SEALED => match value {
                    Value::String(sealed) => return Ok(Value::Sealed(sealed)),
                    _ => return Err(A::Error::custom("`$sealed` is not text")),
                },
                Some(_) => return Err(A::Error::custom(format!("`{key}` is no mark that this version knows"))),
                None => object.insert(key, value),
            };
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn secret(text: &str) -> Value {
        Value::Secret(Box::new(Value::from(text)))
    }

    #[test]
    fn marks_and_dollar_keys_survive_the_wire() {
        let value = Value::Object(BTreeMap::from([
            ("password".into(), secret("hunter2")),
            ("$secret".into(), Value::from("a key of that name")),
            ("$ref".into(), Value::List(vec![Value::Null, Value::Digest("ab".into()), Value::Sealed("cd".into())])),
        ]));
        let text = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_float_survives_the_wire_to_its_last_digit() {
        for number in (1..2000).map(|n| 1.0 / f64::from(n) * 1e-7) {
            let value = Value::from(json!(number));
            let text = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value, "{text}");
        }
    }

    #[test]
    fn an_unknown_mark_is_refused_and_not_taken_for_data() {
        let error = serde_json::from_value::<Value>(json!({"$future": 1})).unwrap_err();
        assert!(error.to_string().contains("$future"), "{error}");
    }

    #[test]
    fn neither_debug_nor_the_redacted_form_shows_a_secret() {
        let value = Value::List(vec![secret("hunter2")]);
        assert!(!format!("{value:?}").contains("hunter2"));
        assert!(!value.redacted().to_string().contains("hunter2"));
        assert!(!serde_json::to_string(&value.digested("salt")).unwrap().contains("hunter2"));
    }

    #[test]
    fn a_digest_depends_on_the_value_and_on_the_salt() {
        assert_eq!(Value::from("a").digest("s"), Value::from("a").digest("s"));
        assert_ne!(Value::from("a").digest("s"), Value::from("b").digest("s"));
        assert_ne!(Value::from("a").digest("s"), Value::from("a").digest("t"));
    }
}

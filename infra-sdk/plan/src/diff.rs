//! What differs between what is there and what is wanted, field by field, by the fields' types.
//!
//! `have` is what the cloud has, `want` an evaluated expression whose unknown parts stand in place. What `want` does
//! not mention is not managed and never differs.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use infra_core::{Expr, Field, Type, Value};
use serde::{Deserialize, Serialize};

/// One difference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The place, as in `ingress[2].from_port` or `tags.Name`; an item of a set has no index: `ingress[]`.
    pub path: String,
    /// What is there; nothing where it is new.
    pub old: Option<Value>,
    /// What is wanted; nothing where it goes.
    pub new: Option<Expr>,
    /// Whether a field that it is in cannot be changed in place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replaces: bool,
}

impl Change {
    /// The input it is in: the path up to its first `.` or `[`.
    pub fn root(&self) -> &str {
        self.path.split(['.', '[']).next().unwrap_or_default()
    }
}

/// The differences of a resource's inputs. `salt` is that of the state's digests.
pub fn differences(fields: &[Field], have: &BTreeMap<String, Value>, want: &BTreeMap<String, Expr>, salt: &str) -> Vec<Change> {
    let mut found = Found { salt, changes: Vec::new() };
    found.block(fields, have, want, "");
    found.changes
}

struct Found<'a> {
    salt: &'a str,
    changes: Vec<Change>,
}

impl Found<'_> {
    fn push(&mut self, path: &str, old: Option<&Value>, new: Option<&Expr>) {
        let mut change = Change { path: path.to_owned(), old: old.cloned(), new: new.cloned(), replaces: false };
        if new.is_some_and(Expr::has_secret) {
            // What is there may be an earlier secret, or most of this one.
            change.old = change.old.take().map(hidden);
        }
        self.changes.push(change);
    }

    fn block(&mut self, fields: &[Field], have: &BTreeMap<String, Value>, want: &BTreeMap<String, Expr>, path: &str) {
        for field in fields.iter().filter(|field| !field.local) {
            let Some(want) = want.get(&field.name).filter(|want| !is_null(want)) else { continue };
            let path = if path.is_empty() { field.name.clone() } else { format!("{path}.{}", field.name) };
            let before = self.changes.len();
            self.value(&field.ty, have.get(&field.name), want, &path);
            if field.filled && matches!(field.ty, Type::Map(_)) {
                // What the cloud filled in beside the named keys is not there to be removed.
                let mut at = 0..self.changes.len();
                self.changes.retain(|change| at.next().is_some_and(|at| at < before) || change.new.is_some());
            }
            if field.secret {
                self.changes[before..].iter_mut().for_each(hide);
            }
            if field.replace {
                self.changes[before..].iter_mut().for_each(|change| change.replaces = true);
            }
        }
    }

    fn value(&mut self, ty: &Type, have: Option<&Value>, want: &Expr, path: &str) {
        let Some(have) = have.filter(|have| !have.is_null()) else {
            // An empty list or map and an absent one are the same to every cloud.
            if !is_empty(want) {
                self.push(path, None, Some(want));
            }
            return;
        };
        match (ty, have, want) {
            (_, Value::Digest(digest), Expr::Lit(value)) if value.digest(self.salt) == *digest => {}
            // Part by part, as far as both sides have parts: of a secret in one of them there may be a digest only.
            _ if self.inside(ty, have, want, path) => {}
            (_, _, Expr::Lit(value)) if have.has_secret() || value.has_secret() => {
                if have.reveal() != value.reveal() {
                    self.push(path, Some(have), Some(want));
                }
            }
            (Type::Json, _, Expr::Lit(value)) if same_document(&have.reveal(), &value.reveal()) => {}
            (_, _, Expr::Lit(value)) if same_scalar(have, value) => {}
            _ => self.push(path, Some(have), Some(want)),
        }
    }

    /// Compares the parts of a value with those that are wanted; says whether both sides have any.
    fn inside(&mut self, ty: &Type, have: &Value, want: &Expr, path: &str) -> bool {
        let before = self.changes.len();
        match (ty, have, object(want), list(want)) {
            (Type::Block(fields), Value::Object(have), Some(want), _) => self.block(fields, have, &want, path),
            (Type::Map(item), Value::Object(have), Some(want), _) => self.map(item, have, &want, path),
            (Type::List(item), Value::List(have), _, Some(want)) => self.list(item, have, &want, path),
            (Type::Set(item), Value::List(have), _, Some(want)) => self.set(item, have, &want, path),
            _ => return false,
        }
        if want.has_secret() {
            // What goes from among secrets may be an earlier one.
            let gone = self.changes[before..].iter_mut().filter(|change| change.new.is_none());
            gone.for_each(|change| change.old = change.old.take().map(hidden));
        }
        true
    }

    fn map(&mut self, item: &Type, have: &BTreeMap<String, Value>, want: &BTreeMap<String, Expr>, path: &str) {
        for (key, want) in want {
            self.value(item, have.get(key), want, &format!("{path}.{key}"));
        }
        for (key, have) in have.iter().filter(|(key, _)| !want.contains_key(*key)) {
            self.push(&format!("{path}.{key}"), Some(have), None);
        }
    }

    fn list(&mut self, item: &Type, have: &[Value], want: &[Expr], path: &str) {
        for index in 0..have.len().max(want.len()) {
            let path = format!("{path}[{index}]");
            match (have.get(index), want.get(index)) {
                (have, Some(want)) => self.value(item, have, want, &path),
                (have, None) => self.push(&path, have, None),
            }
        }
    }

    /// Items that match nothing on the other side; order means nothing.
    fn set(&mut self, item: &Type, have: &[Value], want: &[Expr], path: &str) {
        let path = format!("{path}[]");
        let mut left: Vec<&Value> = have.iter().collect();
        let mut missing = Vec::new();
        // An item that says little could take the place of one that says more, so the latter chooses first.
        let mut want: Vec<&Expr> = want.iter().collect();
        want.sort_by_key(|want| Reverse(object(want).map_or(0, |fields| fields.len())));
        for want in want {
            match left.iter().position(|have| self.matches(item, have, want)) {
                Some(at) => drop(left.remove(at)),
                None => missing.push(want),
            }
        }
        for gone in left {
            self.push(&path, Some(gone), None);
        }
        for new in missing {
            self.push(&path, None, Some(new));
        }
    }

    fn matches(&self, item: &Type, have: &Value, want: &Expr) -> bool {
        let mut inner = Found { salt: self.salt, changes: Vec::new() };
        inner.value(item, Some(have), want, "");
        inner.changes.is_empty() && !says_more(item, have, want)
    }
}

/// Whether an item of a set has fields that the wanted one lacks: then it is another item, not the same one less
/// managed. False and empty count as absent, and so does what the cloud fills in.
fn says_more(item: &Type, have: &Value, want: &Expr) -> bool {
    let (Type::Block(fields), Value::Object(have), Some(want)) = (item, have, object(want)) else { return false };
    let filled = |key: &str| fields.iter().any(|field| field.name == key && field.filled);
    have.iter().filter(|(key, _)| !filled(key)).any(|(key, value)| {
        let silent = value.is_null() || matches!(value, Value::Bool(false)) || matches!(value, Value::List(items) if items.is_empty());
        !silent && !want.contains_key(key)
    })
}

fn hidden(value: Value) -> Value {
    if value.has_secret() { value } else { Value::Secret(Box::new(value)) }
}

/// A change whose values are not to be seen.
fn hide(change: &mut Change) {
    change.old = change.old.take().map(hidden);
    change.new = change.new.take().map(|new| match new {
        Expr::Lit(value) => Expr::Lit(hidden(value)),
        other => Expr::Secret(Box::new(other)),
    });
}

fn is_null(want: &Expr) -> bool {
    matches!(want, Expr::Lit(Value::Null))
}

fn is_empty(want: &Expr) -> bool {
    match want {
        Expr::Lit(Value::List(items)) => items.is_empty(),
        Expr::Lit(Value::Object(fields)) => fields.is_empty(),
        Expr::List(items) => items.is_empty(),
        Expr::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// The fields of an object, known or not.
pub(crate) fn object(expr: &Expr) -> Option<BTreeMap<String, Expr>> {
    match expr {
        Expr::Object(fields) => Some(fields.clone()),
        Expr::Lit(Value::Object(fields)) => Some(fields.iter().map(|(key, value)| (key.clone(), Expr::Lit(value.clone()))).collect()),
        _ => None,
    }
}

/// The items of a list, known or not.
fn list(expr: &Expr) -> Option<Vec<Expr>> {
    match expr {
        Expr::List(items) => Some(items.clone()),
        Expr::Lit(Value::List(items)) => Some(items.iter().cloned().map(Expr::Lit).collect()),
        _ => None,
    }
}

fn same_scalar(have: &Value, want: &Value) -> bool {
    match (have, want) {
        (Value::Number(have), Value::Number(want)) => have == want || have.as_f64() == want.as_f64(),
        _ => have == want,
    }
}

/// Whether two documents say the same: AWS writes a list of one as its item, and the other way round. The lists of an
/// access policy, which is what has statements, have no order, and AWS does reorder them.
fn same_document(have: &serde_json::Value, want: &serde_json::Value) -> bool {
    let policy = have.get("Statement").is_some() && want.get("Statement").is_some();
    same_part(have, want, policy)
}

fn same_part(have: &serde_json::Value, want: &serde_json::Value, unordered: bool) -> bool {
    use serde_json::Value as Json;
    let same = |have, want| same_part(have, want, unordered);
    match (have, want) {
        (Json::Array(have), Json::Array(want)) if unordered => {
            let mut left: Vec<&Json> = have.iter().collect();
            let found = want.iter().all(|want| match left.iter().position(|have| same(have, want)) {
                Some(at) => {
                    left.swap_remove(at);
                    true
                }
                None => false,
            });
            found && left.is_empty()
        }
        (Json::Array(have), Json::Array(want)) => have.len() == want.len() && have.iter().zip(want).all(|(have, want)| same(have, want)),
        (Json::Array(items), one) => items.len() == 1 && same(&items[0], one),
        (one, Json::Array(items)) => items.len() == 1 && same(one, &items[0]),
        (Json::Object(have), Json::Object(want)) => {
            have.len() == want.len() && have.iter().all(|(key, have)| want.get(key).is_some_and(|want| same(have, want)))
        }
        _ => have == want,
    }
}

#[cfg(test)]
mod tests;

//! A part of a resource's inputs, read by path: known or not, as far down as a policy looks.

use std::borrow::Cow;

use infra_core::{Attr, Expr, Value};
use serde::de::DeserializeOwned;

use crate::Known;

/// A part of an input.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    expr: Option<Cow<'a, Expr>>,
    path: String,
}

impl<'a> Part<'a> {
    pub(crate) fn new(expr: Option<&'a Expr>, path: impl Into<String>) -> Part<'a> {
        Part { expr: expr.map(Cow::Borrowed), path: path.into() }
    }

    /// Where it is, as `ingress[2].from_port`: for [`Violation::field`](crate::Violation::field).
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A field of it.
    #[must_use]
    pub fn at(&self, field: &str) -> Part<'static> {
        let found = match self.expr.as_deref() {
            Some(Expr::Object(fields)) => fields.get(field).cloned(),
            Some(Expr::Lit(Value::Object(fields))) => fields.get(field).cloned().map(Expr::Lit),
            // What is inside something that is not known yet is not known either.
            Some(unknown @ (Expr::Attr(_) | Expr::Call { .. } | Expr::Format(_) | Expr::Secret(_))) => Some(unknown.clone()),
            _ => None,
        };
        Part { expr: found.map(Cow::Owned), path: format!("{}.{field}", self.path) }
    }

    /// Its items, if it is a list that is known to be one.
    pub fn items(&self) -> Vec<Part<'static>> {
        let items: Vec<Expr> = match self.expr.as_deref() {
            Some(Expr::List(items)) => items.clone(),
            Some(Expr::Lit(Value::List(items))) => items.iter().cloned().map(Expr::Lit).collect(),
            _ => Vec::new(),
        };
        let part = |(at, item)| Part { expr: Some(Cow::Owned(item)), path: format!("{}[{at}]", self.path) };
        items.into_iter().enumerate().map(part).collect()
    }

    /// The outputs of other resources that it refers to.
    pub fn refers_to(&self) -> Vec<&Attr> {
        self.expr.as_deref().map(|expr| expr.refs().into_iter().collect()).unwrap_or_default()
    }

    /// Whether a secret stands anywhere in it.
    pub fn has_secret(&self) -> bool {
        fn secret(expr: &Expr) -> bool {
            match expr {
                Expr::Secret(_) => true,
                Expr::Lit(value) => value.has_secret(),
                Expr::Attr(_) => false,
                Expr::List(items) | Expr::Format(items) | Expr::Call { args: items, .. } => items.iter().any(secret),
                Expr::Object(fields) => fields.values().any(secret),
            }
        }
        self.expr.as_deref().is_some_and(secret)
    }

    /// Every known text in it, also those beside unknown ones.
    pub fn texts(&self) -> Vec<&str> {
        fn of_value<'v>(value: &'v Value, into: &mut Vec<&'v str>) {
            match value {
                Value::String(text) => into.push(text),
                Value::List(items) => items.iter().for_each(|item| of_value(item, into)),
                Value::Object(fields) => fields.values().for_each(|field| of_value(field, into)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Secret(_) | Value::Digest(_) | Value::Sealed(_) => {}
            }
        }
        fn of<'e>(expr: &'e Expr, into: &mut Vec<&'e str>) {
            match expr {
                Expr::Lit(value) => of_value(value, into),
                Expr::Attr(_) | Expr::Secret(_) => {}
                Expr::List(items) | Expr::Format(items) | Expr::Call { args: items, .. } => items.iter().for_each(|item| of(item, into)),
                Expr::Object(fields) => fields.values().for_each(|field| of(field, into)),
            }
        }
        let mut texts = Vec::new();
        if let Some(expr) = self.expr.as_deref() {
            of(expr, &mut texts);
        }
        texts
    }

    /// Its value.
    ///
    /// # Errors
    /// What it is instead, if it is known and no `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<Known<T>, String> {
        let Some(expr) = self.expr.as_deref() else { return Ok(Known::Unset) };
        match expr.value() {
            Some(Value::Null) => Ok(Known::Unset),
            Some(value) if value.has_secret() => Ok(Known::Secret),
            Some(value) => match serde_json::from_value(value.reveal()) {
                Ok(value) => Ok(Known::Is(value)),
                Err(error) => Err(error.to_string()),
            },
            None if matches!(expr, Expr::Secret(_)) => Ok(Known::Secret),
            None => Ok(Known::Later),
        }
    }

    /// Its value as text, if it is known and text.
    pub fn text(&self) -> Option<String> {
        self.read().ok().and_then(Known::value)
    }

    /// Its value as a number, if it is known and one.
    pub fn number(&self) -> Option<f64> {
        self.read().ok().and_then(Known::value)
    }

    /// Whether it is known to be true.
    pub fn is_true(&self) -> bool {
        self.read().is_ok_and(|known| known.is_some_and(|flag: bool| flag))
    }
}

//! A value that cannot be printed by accident.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::{Expr, Input, Type, Typed, Value};

/// A value that is neither displayed nor serialized; as an argument it stays marked all the way to the state.
///
/// A configuration struct may hold one: it can be read, but not written.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Marks a value.
    pub fn new(value: T) -> Secret<T> {
        Secret(value)
    }

    /// The value in clear: for a provider's call only.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Secret<T>, D::Error> {
        T::deserialize(deserializer).map(Secret)
    }
}

impl<T: Typed> Typed for Secret<T> {
    fn ty() -> Type {
        T::ty()
    }
}

impl<T: Input<T>> Input<T> for Secret<T> {
    fn into_expr(self) -> Expr {
        match self.0.into_expr() {
            Expr::Lit(value) => Expr::Lit(Value::Secret(Box::new(value))),
            other => Expr::Secret(Box::new(other)),
        }
    }
}

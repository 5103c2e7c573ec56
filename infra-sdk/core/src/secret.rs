//! A value that cannot be printed by accident.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::{Expr, Input, Part, Type, Typed, Value};

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
        // Serde's own words for what does not fit have the value in them.
        T::deserialize(deserializer).map(Secret).map_err(|_| D::Error::custom("the secret is not of the type that is asked for"))
    }
}

impl<T: Typed> Typed for Secret<T> {
    fn ty() -> Type {
        T::ty()
    }
}

impl<T: Input<T>> Input<T> for Secret<T> {
    fn into_expr(self) -> Expr {
        marked(self.0.into_expr())
    }
}

impl<T> Input<T> for &Secret<T>
where
    T: Clone + Input<T>,
{
    fn into_expr(self) -> Expr {
        self.clone().into_expr()
    }
}

impl<T: Part> Part for Secret<T> {
    fn part(&self) -> Expr {
        marked(self.0.part())
    }
}

fn marked(expr: Expr) -> Expr {
    match expr {
        Expr::Lit(value) => Expr::Lit(Value::Secret(Box::new(value))),
        other => Expr::Secret(Box::new(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Export, output};

    #[test]
    fn a_secret_of_another_type_is_refused_without_being_said() {
        let refused = serde_json::from_str::<Secret<u16>>("\"hunter2\"").unwrap_err().to_string();
        assert!(refused.contains("not of the type") && !refused.contains("hunter2"), "{refused}");
    }

    #[test]
    fn a_secret_is_marked_as_an_argument_in_a_text_and_as_an_output() {
        let secret = Secret::new("hunter2".to_owned());
        let text = output!("key={}", secret);
        let exprs = [Input::<String>::into_expr(&secret), text.into_expr(), secret.clone().exported(), secret.clone().into_expr()];
        for expr in exprs {
            let known = expr.evaluate(&|_| Ok(None)).unwrap();
            assert!(known.has_secret() && !format!("{expr:?} {expr} {known:?}").contains("hunter2"), "{expr:?}");
            assert!(known.value().unwrap().reveal().to_string().contains("hunter2"));
        }
        assert_eq!(format!("{secret:?}"), "(secret)");
    }
}

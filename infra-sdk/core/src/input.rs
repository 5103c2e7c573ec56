//! What a builder's argument may be: a plain value, an output, a resource's handle, or a list of either.

use std::collections::BTreeMap;

use crate::{Expr, Output, Value};

/// Something that yields a `T`, now or after a deployment.
///
/// Implemented for plain values, for [`Output<T>`], for the handles of resources whose id is a `T`, and for lists and
/// maps of all these.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a `{T}`, nor an output or resource that yields one", label = "expected a `{T}`")]
pub trait Input<T> {
    /// The argument as an expression.
    fn into_expr(self) -> Expr;
}

impl<T> Input<T> for Output<T> {
    fn into_expr(self) -> Expr {
        Output::into_expr(self)
    }
}

impl<T> Input<T> for &Output<T> {
    fn into_expr(self) -> Expr {
        self.expr().clone()
    }
}

macro_rules! plain_inputs {
    ($($type:ty)*) => {$(
        impl Input<$type> for $type {
            fn into_expr(self) -> Expr {
                Expr::Lit(Value::from(serde_json::Value::from(self)))
            }
        }
        impl Input<$type> for &$type {
            fn into_expr(self) -> Expr {
                Input::<$type>::into_expr(self.clone())
            }
        }
    )*};
}

plain_inputs!(bool u8 u16 u32 u64 i8 i16 i32 i64 f64 String serde_json::Value);

impl Input<String> for &str {
    fn into_expr(self) -> Expr {
        Expr::lit(self)
    }
}

impl Input<f64> for i32 {
    fn into_expr(self) -> Expr {
        Expr::Lit(Value::Number(self.into()))
    }
}

impl<T, I: Input<T>> Input<Vec<T>> for Vec<I> {
    fn into_expr(self) -> Expr {
        Expr::List(self.into_iter().map(Input::into_expr).collect())
    }
}

impl<T, I: Input<T>, const N: usize> Input<Vec<T>> for [I; N] {
    fn into_expr(self) -> Expr {
        Expr::List(self.into_iter().map(Input::into_expr).collect())
    }
}

impl<'a, T, I> Input<Vec<T>> for &'a [I]
where
    &'a I: Input<T>,
{
    fn into_expr(self) -> Expr {
        Expr::List(self.iter().map(Input::into_expr).collect())
    }
}

impl<'a, T, I> Input<Vec<T>> for &'a Vec<I>
where
    &'a I: Input<T>,
{
    fn into_expr(self) -> Expr {
        Expr::List(self.iter().map(Input::into_expr).collect())
    }
}

impl<'a, T, I, const N: usize> Input<Vec<T>> for &'a [I; N]
where
    &'a I: Input<T>,
{
    fn into_expr(self) -> Expr {
        Expr::List(self.iter().map(Input::into_expr).collect())
    }
}

impl<T, K: Into<String>, I: Input<T>, const N: usize> Input<BTreeMap<String, T>> for [(K, I); N] {
    fn into_expr(self) -> Expr {
        Expr::Object(self.into_iter().map(|(key, value)| (key.into(), value.into_expr())).collect())
    }
}

impl<T, K: Into<String>, I: Input<T>> Input<BTreeMap<String, T>> for Vec<(K, I)> {
    fn into_expr(self) -> Expr {
        Expr::Object(self.into_iter().map(|(key, value)| (key.into(), value.into_expr())).collect())
    }
}

impl<T, K: Into<String>, I: Input<T>> Input<BTreeMap<String, T>> for BTreeMap<K, I> {
    fn into_expr(self) -> Expr {
        Expr::Object(self.into_iter().map(|(key, value)| (key.into(), value.into_expr())).collect())
    }
}

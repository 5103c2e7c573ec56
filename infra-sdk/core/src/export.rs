//! What a stack's output may be.

use std::collections::BTreeMap;

use crate::{Expr, Input, Output, Part, Secret, Value};

/// A value that a stack can give out: an output, text, a number, or a list or map of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an output of a stack",
    note = "outputs, text, numbers, and lists and maps of them can; of a resource, give out one of its outputs, as in `vpc.id()`"
)]
pub trait Export {
    /// The value as an expression.
    fn exported(self) -> Expr;
}

impl<T> Export for Output<T> {
    fn exported(self) -> Expr {
        self.into_expr()
    }
}

impl<T> Export for &Output<T> {
    fn exported(self) -> Expr {
        self.part()
    }
}

impl<T: Input<T>> Export for Secret<T> {
    fn exported(self) -> Expr {
        self.into_expr()
    }
}

macro_rules! plain_exports {
    ($($type:ty)*) => {$(
        impl Export for $type {
            fn exported(self) -> Expr {
                Expr::Lit(Value::from(serde_json::Value::from(self)))
            }
        }
    )*};
}

plain_exports!(bool u8 u16 u32 u64 usize i8 i16 i32 i64 f64 &str String serde_json::Value);

impl<E: Export> Export for Vec<E> {
    fn exported(self) -> Expr {
        Expr::List(self.into_iter().map(Export::exported).collect())
    }
}

impl<E: Export, const N: usize> Export for [E; N] {
    fn exported(self) -> Expr {
        Expr::List(self.into_iter().map(Export::exported).collect())
    }
}

impl<K: Into<String>, E: Export> Export for BTreeMap<K, E> {
    fn exported(self) -> Expr {
        Expr::Object(self.into_iter().map(|(key, value)| (key.into(), value.exported())).collect())
    }
}

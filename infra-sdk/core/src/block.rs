//! The fields of an object inside a resource's inputs, as its builder collects them.

use std::collections::BTreeMap;

use crate::Expr;

/// The fields set so far.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Fields(BTreeMap<String, Expr>);

impl Fields {
    /// Sets one.
    pub fn set(&mut self, name: &str, value: Expr) {
        self.0.insert(name.to_owned(), value);
    }

    /// All, as an expression.
    pub fn into_expr(self) -> Expr {
        Expr::Object(self.0)
    }
}

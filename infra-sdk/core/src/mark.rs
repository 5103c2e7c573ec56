//! Marks what a type calls secret, whoever gave it and however deep it stands.

use std::collections::BTreeMap;

use crate::{Expr, Field, Graph, Type, Value};

/// The value of a field with everything marked that the field's type calls secret.
pub fn marked(field: &Field, expr: Expr) -> Expr {
    if !field.secret {
        return inside(&field.ty, expr);
    }
    match expr {
        Expr::Lit(already @ (Value::Secret(_) | Value::Null)) => Expr::Lit(already),
        Expr::Lit(value) => Expr::Lit(Value::Secret(Box::new(value))),
        already @ Expr::Secret(_) => already,
        unknown => Expr::Secret(Box::new(unknown)),
    }
}

fn inside(ty: &Type, expr: Expr) -> Expr {
    match ty {
        Type::Block(fields) if ty.has_secret() => match object(&expr) {
            Some(object) => {
                let of = |name: &str| fields.iter().find(|field| field.name == name);
                let marked = object.into_iter().map(|(name, value)| match of(&name) {
                    Some(field) => (name, marked(field, value)),
                    None => (name, value),
                });
                folded(Expr::Object(marked.collect()))
            }
            None => expr,
        },
        Type::List(item) | Type::Set(item) if item.has_secret() => match expr {
            Expr::List(items) => Expr::List(items.into_iter().map(|value| inside(item, value)).collect()),
            Expr::Lit(Value::List(items)) => folded(Expr::List(items.into_iter().map(|value| inside(item, Expr::Lit(value))).collect())),
            other => other,
        },
        Type::Map(item) if item.has_secret() => match object(&expr) {
            Some(object) => folded(Expr::Object(object.into_iter().map(|(name, value)| (name, inside(item, value))).collect())),
            None => expr,
        },
        _ => expr,
    }
}

fn folded(expr: Expr) -> Expr {
    expr.value().map_or(expr, Expr::Lit)
}

/// The fields of an object, known or not.
fn object(expr: &Expr) -> Option<BTreeMap<String, Expr>> {
    match expr {
        Expr::Object(fields) => Some(fields.clone()),
        Expr::Lit(Value::Object(fields)) => Some(fields.iter().map(|(key, value)| (key.clone(), Expr::Lit(value.clone()))).collect()),
        _ => None,
    }
}

impl Graph {
    /// Marks what the types of its resources call secret, so that nothing says it from here on.
    pub(crate) fn mark(&mut self) {
        for node in &mut self.nodes {
            let Some(schema) = self.schemas.get(node.address.kind()) else { continue };
            for (name, input) in &mut node.inputs {
                if let Some(field) = schema.input(name).filter(|field| field.has_secret()) {
                    *input = marked(field, std::mem::replace(input, Expr::Lit(Value::Null)));
                }
            }
        }
    }
}

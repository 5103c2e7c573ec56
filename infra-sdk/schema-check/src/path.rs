//! Where in AWS's schema a field of ours belongs.

use heck::ToUpperCamelCase as _;
use infra_core::{Field, Type};

/// The property of a field, as a path from the object that holds the field.
pub(crate) fn of(field: &Field) -> String {
    field.cloud.clone().unwrap_or_else(|| field.name.to_upper_camel_case())
}

/// A path below another.
pub(crate) fn join(outer: &str, inner: &str) -> String {
    if outer.is_empty() { inner.to_owned() } else { format!("{outer}/{inner}") }
}

/// The fields of the object that a type is, or that its lists and maps hold.
pub(crate) fn fields(ty: &Type) -> Option<&[Field]> {
    match ty {
        Type::Block(fields) => Some(fields),
        Type::List(item) | Type::Set(item) | Type::Map(item) => fields(item),
        _ => None,
    }
}

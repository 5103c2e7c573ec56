//! Where in AWS's schema a field of ours belongs.

use heck::ToUpperCamelCase as _;
use infra_core::{Field, Type};

/// The property of a field, as a path from the object that holds the field; empty if the fields inside of it are
/// properties of that object themselves.
pub(crate) fn of(field: &Field) -> String {
    field.cloud.clone().unwrap_or_else(|| field.name.to_upper_camel_case())
}

/// A path below another.
pub(crate) fn join(outer: &str, inner: &str) -> String {
    let parts: Vec<_> = [outer, inner].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("/")
}

/// The names along a path.
pub(crate) fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|step| !step.is_empty())
}

/// The fields of the object that a type is, or that its lists and maps hold.
pub(crate) fn fields(ty: &Type) -> Option<&[Field]> {
    match ty {
        Type::Block(fields) => Some(fields),
        Type::List(item) | Type::Set(item) | Type::Map(item) => fields(item),
        _ => None,
    }
}

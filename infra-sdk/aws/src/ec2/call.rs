//! What the handlers of EC2 have in common in their calls.

use aws_sdk_ec2::types::{AttributeBooleanValue, Filter};
use infra_apply::{Class, ProviderError};
use infra_core::ResourceId;

/// A filter for objects of which `name` is one of these ids; unlike a list of ids it tolerates those that are gone.
pub(super) fn ids<I: ResourceId>(name: &str, ids: &[I]) -> Filter {
    Filter::builder().name(name).set_values(Some(ids.iter().map(|id| id.as_str().to_owned()).collect())).build()
}

/// A filter for objects of which `name` is `value`.
pub(super) fn filter(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

/// What is wanted, where something is and it differs from what is there.
pub(super) fn changed<'a, T: PartialEq>(have: Option<&T>, want: Option<&'a T>) -> Option<&'a T> {
    want.filter(|want| have != Some(want))
}

/// For a call that refers to other objects: one that was made a moment ago may not be known to every part of EC2.
pub(super) fn not_yet(error: ProviderError) -> ProviderError {
    error.class_if(Class::NotYet, |error| error.class == Class::NotFound)
}

/// True or false, as attributes have it.
pub(super) fn attribute(value: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(value).build()
}

/// Text that may be absent from an answer, though it never is in practice.
pub(super) fn text(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

/// An id from an answer, where there is one.
pub(super) fn some<I: ResourceId>(text: Option<&str>) -> Option<I> {
    text.filter(|text| !text.is_empty()).map(|text| I::from_text(text.to_owned()))
}

/// An optional id as text, for a call.
pub(super) fn plain<I: ResourceId>(id: Option<&I>) -> Option<String> {
    id.map(|id| id.as_str().to_owned())
}

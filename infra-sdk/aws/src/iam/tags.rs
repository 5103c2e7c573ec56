//! Tags of IAM objects as the SDK has them.

use aws_sdk_iam::types::Tag;
use infra_apply::{Class, ProviderError};
use infra_core::Tags;

use crate::sdk::tags;
pub(super) use crate::sdk::there;

/// Tags as the SDK has them.
pub(super) fn to_sdk(tags: &Tags) -> Vec<Tag> {
    tags.iter().filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok()).collect()
}

/// The program's tags among those of an object.
pub(super) fn from_sdk(sdk: &[Tag]) -> Tags {
    tags::of_program(sdk.iter().map(|tag| (tag.key(), tag.value())))
}

/// Whether an object carries the token of a step.
pub(super) fn has_token(sdk: &[Tag], token: &str) -> bool {
    tags::has_token(sdk.iter().map(|tag| (tag.key(), tag.value())), token)
}

/// The name that the engine must have given.
pub(super) fn named<'a>(name: Option<&'a String>, operation: &str) -> Result<&'a str, ProviderError> {
    name.map(String::as_str).ok_or_else(|| ProviderError::new(Class::Invalid, operation, "the name is missing"))
}

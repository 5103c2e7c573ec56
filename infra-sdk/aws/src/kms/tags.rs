//! Tags of keys.

use aws_sdk_kms::Client;
use aws_sdk_kms::types::Tag;
use infra_apply::ProviderError;
use infra_core::Tags;

use crate::sdk::failed;

/// Tags as the SDK has them.
pub(super) fn to_sdk<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> Vec<Tag> {
    tags.into_iter().filter_map(|(key, value)| Tag::builder().tag_key(key).tag_value(value).build().ok()).collect()
}

/// All tags of a key, the engine's too.
pub(super) async fn all(client: &Client, key: &str) -> Result<Tags, ProviderError> {
    let pages = client.list_resource_tags().key_id(key).into_paginator().items().send();
    let tags: Vec<Tag> = pages.collect::<Result<_, _>>().await.map_err(failed("ListResourceTags"))?;
    Ok(tags.iter().map(|tag| (tag.tag_key().to_owned(), tag.tag_value().to_owned())).collect())
}

/// Sets these tags of a key and removes those.
pub(super) async fn update(client: &Client, key: &str, set: &Tags, unset: Vec<String>) -> Result<(), ProviderError> {
    // Removing comes first, since an object cannot have more than fifty.
    if !unset.is_empty() {
        let call = client.untag_resource().key_id(key).set_tag_keys(Some(unset));
        call.send().await.map_err(failed("UntagResource"))?;
    }
    if !set.is_empty() {
        client.tag_resource().key_id(key).set_tags(Some(to_sdk(set))).send().await.map_err(failed("TagResource"))?;
    }
    Ok(())
}

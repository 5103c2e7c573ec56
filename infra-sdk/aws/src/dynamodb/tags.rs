//! Tags of tables.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::Tag;
use infra_apply::ProviderError;
use infra_core::Tags;

use crate::sdk::{failed, tags};

/// Tags as the SDK has them.
pub(super) fn to_sdk(tags: &Tags) -> Vec<Tag> {
    tags.iter().filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok()).collect()
}

fn pairs(sdk: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    sdk.iter().map(|tag| (tag.key(), tag.value()))
}

/// The program's tags among those of a table.
pub(super) fn from_sdk(sdk: &[Tag]) -> Tags {
    tags::of_program(pairs(sdk))
}

/// Whether a table carries the token of a step.
pub(super) fn has_token(sdk: &[Tag], token: &str) -> bool {
    tags::has_token(pairs(sdk), token)
}

/// All tags of a table.
pub(super) async fn all(client: &Client, arn: &str) -> Result<Vec<Tag>, ProviderError> {
    let (mut tags, mut token) = (Vec::new(), None);
    loop {
        let call = client.list_tags_of_resource().resource_arn(arn).set_next_token(token);
        let answer = call.send().await.map_err(failed("ListTagsOfResource"))?;
        tags.extend(answer.tags.unwrap_or_default());
        token = answer.next_token;
        if token.is_none() {
            return Ok(tags);
        }
    }
}

/// Changes tags from `have` to `want`; nothing wanted leaves them alone.
pub(super) async fn update(client: &Client, arn: &str, have: Option<&Tags>, want: Option<&Tags>) -> Result<(), ProviderError> {
    let (set, unset) = tags::changes(have, want);
    if !unset.is_empty() {
        let call = client.untag_resource().resource_arn(arn).set_tag_keys(Some(unset));
        call.send().await.map_err(failed("UntagResource"))?;
    }
    if !set.is_empty() {
        let call = client.tag_resource().resource_arn(arn).set_tags(Some(to_sdk(&set)));
        call.send().await.map_err(failed("TagResource"))?;
    }
    Ok(())
}

//! Tags of clusters, services and task definitions.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::Tag;
use infra_apply::ProviderError;
use infra_core::Tags;

use crate::sdk::{failed, tags};

/// Tags as the SDK has them.
pub(super) fn to_sdk(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn pairs(sdk: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    sdk.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default())))
}

/// The program's tags.
pub(super) fn from_sdk(sdk: &[Tag]) -> Tags {
    tags::of_program(pairs(sdk))
}

/// Whether one of the tags is the token of a step.
pub(super) fn has_token(sdk: &[Tag], token: &str) -> bool {
    tags::has_token(pairs(sdk), token)
}

/// Changes an object's tags from `have` to `want`; nothing wanted leaves them alone.
pub(super) async fn update(client: &Client, arn: &str, have: Option<&Tags>, want: Option<&Tags>) -> Result<(), ProviderError> {
    let (set, unset) = tags::changes(have, want);
    if !unset.is_empty() {
        let call = client.untag_resource().resource_arn(arn).set_tag_keys(Some(unset));
        call.send().await.map_err(failed("UntagResource"))?;
    }
    if !set.is_empty() {
        client.tag_resource().resource_arn(arn).set_tags(Some(to_sdk(&set))).send().await.map_err(failed("TagResource"))?;
    }
    Ok(())
}

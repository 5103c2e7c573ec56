//! Tags of RDS's objects as the SDK has them.

use aws_sdk_rds::Client;
use aws_sdk_rds::types::Tag;
use infra_apply::{Class, ProviderError};
use infra_core::Tags;

use crate::sdk::{failed, tags};

/// Tags as the SDK has them.
pub(super) fn to_sdk(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// Keys and values.
pub(super) fn pairs(sdk: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    sdk.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default())))
}

/// All tags of an object; none where it is gone.
pub(super) async fn of(client: &Client, arn: &str) -> Result<Vec<Tag>, ProviderError> {
    match client.list_tags_for_resource().resource_name(arn).send().await.map_err(failed("ListTagsForResource")) {
        Ok(answer) => Ok(answer.tag_list.unwrap_or_default()),
        Err(error) if error.class == Class::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Sets and removes tags of an object.
pub(super) async fn change(client: &Client, arn: &str, set: &Tags, unset: Vec<String>) -> Result<(), ProviderError> {
    // Removing comes first, since an object cannot have more than fifty.
    if !unset.is_empty() {
        let call = client.remove_tags_from_resource().resource_name(arn).set_tag_keys(Some(unset));
        call.send().await.map_err(failed("RemoveTagsFromResource"))?;
    }
    if !set.is_empty() {
        let call = client.add_tags_to_resource().resource_name(arn).set_tags(Some(to_sdk(set)));
        call.send().await.map_err(failed("AddTagsToResource"))?;
    }
    Ok(())
}

/// Changes an object's tags from `have` to `want`; nothing wanted leaves them alone.
pub(super) async fn update(client: &Client, arn: &str, have: Option<&Tags>, want: Option<&Tags>) -> Result<(), ProviderError> {
    let (set, unset) = tags::changes(have, want);
    change(client, arn, &set, unset).await
}

/// RDS keeps names in lower case, so that one with other letters would never be what was asked for.
pub(super) fn lower(name: &str, operation: &'static str) -> Result<(), ProviderError> {
    if name.chars().any(char::is_uppercase) {
        let message = format!("`name` is {name}, and RDS keeps names in lower case: write it so");
        return Err(ProviderError::new(Class::Invalid, operation, message));
    }
    Ok(())
}

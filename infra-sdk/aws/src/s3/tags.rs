//! Tags of buckets. S3 replaces all of them at once, so those of the engine are read and sent again.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Tag, Tagging};
use infra_apply::ProviderError;
use infra_core::Tags;

use super::call::built;
use crate::sdk::{failed, tags, there};

/// Tags as the SDK has them.
pub(super) fn to_sdk<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> Vec<Tag> {
    tags.into_iter().filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok()).collect()
}

/// All tags among those of the SDK, the engine's too.
pub(super) fn all(sdk: &[Tag]) -> Tags {
    sdk.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

/// The program's tags among all.
pub(super) fn of_program(all: &Tags) -> Tags {
    tags::of_program(all.iter().map(|(key, value)| (key.as_str(), value.as_str())))
}

/// Whether the token of a step is among all tags.
pub(super) fn has_token(all: &Tags, token: &str) -> bool {
    tags::has_token(all.iter().map(|(key, value)| (key.as_str(), value.as_str())), token)
}

/// All tags of a bucket; none where there is no such bucket.
pub(super) async fn of_bucket(client: &Client, bucket: &str) -> Result<Tags, ProviderError> {
    let answer = there(client.get_bucket_tagging().bucket(bucket).send().await.map_err(failed("GetBucketTagging")))?;
    Ok(answer.map(|answer| all(answer.tag_set())).unwrap_or_default())
}

/// Changes tags of a bucket: sets these and removes those.
pub(super) async fn update(client: &Client, bucket: &str, set: Tags, unset: &[String]) -> Result<(), ProviderError> {
    if set.is_empty() && unset.is_empty() {
        return Ok(());
    }
    let mut tags = of_bucket(client, bucket).await?;
    tags.retain(|key, _| !unset.contains(key));
    tags.extend(set);
    let tagging = built(Tagging::builder().set_tag_set(Some(to_sdk(&tags))).build(), "PutBucketTagging")?;
    client.put_bucket_tagging().bucket(bucket).tagging(tagging).send().await.map(drop).map_err(failed("PutBucketTagging"))
}

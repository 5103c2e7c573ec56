//! Tags of EC2 objects, which all of EC2 handles alike.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use infra_apply::ProviderError;
use infra_core::{OWNERSHIP_PREFIX, Tags};

use crate::sdk::failed;

/// Tags for a create call.
pub(super) fn specification(of: ResourceType, tags: &Tags) -> TagSpecification {
    TagSpecification::builder().resource_type(of).set_tags(Some(to_sdk(tags))).build()
}

/// Tags as the SDK has them.
pub(super) fn to_sdk(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// The program's tags among those of an object: without the engine's and AWS's own.
pub(super) fn from_sdk(tags: &[Tag]) -> Tags {
    let own = |key: &str| key.starts_with(OWNERSHIP_PREFIX) || key.starts_with("aws:");
    let pairs = tags.iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())));
    pairs.filter(|(key, _)| !own(key)).collect()
}

/// Changes an object's tags from `have` to `want`; nothing wanted leaves them alone.
pub(super) async fn update(client: &Client, id: &str, have: Option<&Tags>, want: Option<&Tags>) -> Result<(), ProviderError> {
    let Some(want) = want else { return Ok(()) };
    let none = Tags::new();
    let have = have.unwrap_or(&none);
    let set: Tags =
        want.iter().filter(|(key, value)| have.get(*key) != Some(value)).map(|(key, value)| (key.clone(), value.clone())).collect();
    let unset: Vec<Tag> = have.keys().filter(|key| !want.contains_key(*key)).map(|key| Tag::builder().key(key).build()).collect();
    if !set.is_empty() {
        client.create_tags().resources(id).set_tags(Some(to_sdk(&set))).send().await.map_err(failed("CreateTags"))?;
    }
    if !unset.is_empty() {
        client.delete_tags().resources(id).set_tags(Some(unset)).send().await.map_err(failed("DeleteTags"))?;
    }
    Ok(())
}

/// Finds what an interrupted create made: the object with its step's token.
pub(super) fn token_filter(token: &str) -> Filter {
    Filter::builder().name(format!("tag:{OWNERSHIP_PREFIX}token")).values(token).build()
}

//! Tags of classic load balancers.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancing::Client;
use aws_sdk_elasticloadbalancing::types::{Tag, TagKeyOnly};
use infra_apply::{Class, ProviderError};
use infra_core::Tags;

use crate::sdk::{failed, tags};

/// How many load balancers one call for tags takes.
pub(super) const PAGE: usize = 20;

/// Tags as the SDK has them.
pub(super) fn to_sdk(tags: &Tags) -> Vec<Tag> {
    tags.iter().filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok()).collect()
}

fn pairs(sdk: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    sdk.iter().map(|tag| (tag.key(), tag.value().unwrap_or_default()))
}

async fn describe(client: &Client, names: Vec<String>) -> Result<BTreeMap<String, Vec<Tag>>, ProviderError> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let answer = client.describe_tags().set_load_balancer_names(Some(names)).send().await;
    // They were there a moment ago; the next look will show which is gone.
    let answer =
        answer.map_err(|error| failed("DescribeTags")(error).class_if(Class::Unavailable, |error| error.class == Class::NotFound))?;
    let described = answer.tag_descriptions.unwrap_or_default().into_iter();
    Ok(described.filter_map(|tags| Some((tags.load_balancer_name?, tags.tags.unwrap_or_default()))).collect())
}

/// The program's tags of load balancers that exist, by name.
pub(super) async fn read(client: &Client, names: Vec<String>) -> Result<BTreeMap<String, Tags>, ProviderError> {
    let described = describe(client, names).await?;
    Ok(described.into_iter().map(|(name, sdk)| (name, tags::of_program(pairs(&sdk)))).collect())
}

/// Whether a load balancer that exists carries the token of a step.
pub(super) async fn has_token(client: &Client, name: &str, token: &str) -> Result<bool, ProviderError> {
    let described = describe(client, vec![name.to_owned()]).await?;
    Ok(described.get(name).is_some_and(|sdk| tags::has_token(pairs(sdk), token)))
}

/// Changes tags from `have` to `want`; nothing wanted leaves them alone.
pub(super) async fn update(client: &Client, name: &str, have: Option<&Tags>, want: Option<&Tags>) -> Result<(), ProviderError> {
    let (set, unset) = tags::changes(have, want);
    // Removing comes first, since an object cannot have more than fifty.
    if !unset.is_empty() {
        let keys = unset.iter().map(|key| TagKeyOnly::builder().key(key).build()).collect();
        client.remove_tags().load_balancer_names(name).set_tags(Some(keys)).send().await.map_err(failed("RemoveTags"))?;
    }
    if !set.is_empty() {
        client.add_tags().load_balancer_names(name).set_tags(Some(to_sdk(&set))).send().await.map_err(failed("AddTags"))?;
    }
    Ok(())
}

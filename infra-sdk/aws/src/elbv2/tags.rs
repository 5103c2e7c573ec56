//! Tags of load balancing objects, and reading many of which some may be gone.

use std::collections::BTreeMap;
use std::future::Future;

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::Tag;
use infra_apply::{Class, ProviderError};
use infra_core::Tags;

use crate::sdk::{failed, tags};

/// How many objects one call for tags takes.
pub(super) const PAGE: usize = 20;

/// Tags as the SDK has them.
pub(super) fn to_sdk(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn pairs(sdk: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    sdk.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default())))
}

async fn describe(client: &Client, arns: Vec<String>) -> Result<BTreeMap<String, Vec<Tag>>, ProviderError> {
    if arns.is_empty() {
        return Ok(BTreeMap::new());
    }
    let answer = client.describe_tags().set_resource_arns(Some(arns)).send().await;
    // They were there a moment ago; the next look will show which is gone.
    let answer =
        answer.map_err(|error| failed("DescribeTags")(error).class_if(Class::Unavailable, |error| error.class == Class::NotFound))?;
    let described = answer.tag_descriptions.unwrap_or_default().into_iter();
    Ok(described.filter_map(|tags| Some((tags.resource_arn?, tags.tags.unwrap_or_default()))).collect())
}

/// The program's tags of objects that exist, by ARN.
pub(super) async fn read(client: &Client, arns: Vec<String>) -> Result<BTreeMap<String, Tags>, ProviderError> {
    let described = describe(client, arns).await?;
    Ok(described.into_iter().map(|(arn, sdk)| (arn, tags::of_program(pairs(&sdk)))).collect())
}

/// Which of the objects carries the token of a step.
pub(super) async fn with_token(client: &Client, arns: Vec<String>, token: &str) -> Result<Option<String>, ProviderError> {
    for page in arns.chunks(PAGE) {
        let described = describe(client, page.to_vec()).await?;
        if let Some((arn, _)) = described.into_iter().find(|(_, sdk)| tags::has_token(pairs(sdk), token)) {
            return Ok(Some(arn));
        }
    }
    Ok(None)
}

/// Changes an object's tags from `have` to `want`; nothing wanted leaves them alone.
pub(super) async fn update(client: &Client, arn: &str, have: Option<&Tags>, want: Option<&Tags>) -> Result<(), ProviderError> {
    let (set, unset) = tags::changes(have, want);
    // Removing comes first, since an object cannot have more than fifty.
    if !unset.is_empty() {
        client.remove_tags().resource_arns(arn).set_tag_keys(Some(unset)).send().await.map_err(failed("RemoveTags"))?;
    }
    if !set.is_empty() {
        client.add_tags().resource_arns(arn).set_tags(Some(to_sdk(&set))).send().await.map_err(failed("AddTags"))?;
    }
    Ok(())
}

/// The objects that exist among those of these ARNs. AWS refuses a list in which one is gone; then each is asked for
/// alone. `part` is what every ARN of the type contains, since AWS also refuses what is no such ARN.
pub(super) async fn existing<T, A>(arns: Vec<String>, part: &str, ask: impl Fn(Vec<String>) -> A) -> Result<Vec<T>, ProviderError>
where
    A: Future<Output = Result<Vec<T>, ProviderError>>,
{
    let arns: Vec<String> = arns.into_iter().filter(|arn| arn.starts_with("arn:") && arn.contains(part)).collect();
    if arns.is_empty() {
        return Ok(Vec::new());
    }
    match ask(arns.clone()).await {
        Err(error) if error.class == Class::NotFound && arns.len() > 1 => {}
        Err(error) if error.class == Class::NotFound => return Ok(Vec::new()),
        answer => return answer,
    }
    let mut found = Vec::new();
    for arn in arns {
        match ask(vec![arn]).await {
            Err(error) if error.class == Class::NotFound => {}
            answer => found.extend(answer?),
        }
    }
    Ok(found)
}

//! Tags of functions.

use std::collections::HashMap;

use aws_sdk_lambda::Client;
use infra_apply::ProviderError;
use infra_core::Tags;

use crate::sdk::{failed, tags};

/// Tags as the SDK has them.
pub(super) fn to_sdk(tags: &Tags) -> HashMap<String, String> {
    tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn pairs(sdk: &HashMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    sdk.iter().map(|(key, value)| (key.as_str(), value.as_str()))
}

/// The program's tags.
pub(super) fn from_sdk(sdk: &HashMap<String, String>) -> Tags {
    tags::of_program(pairs(sdk))
}

/// Whether one of the tags is the token of a step.
pub(super) fn has_token(sdk: &HashMap<String, String>, token: &str) -> bool {
    tags::has_token(pairs(sdk), token)
}

/// Changes a function's tags from `have` to `want`; nothing wanted leaves them alone.
pub(super) async fn update(client: &Client, arn: &str, have: Option<&Tags>, want: Option<&Tags>) -> Result<(), ProviderError> {
    let (set, unset) = tags::changes(have, want);
    if !unset.is_empty() {
        let call = client.untag_resource().resource(arn).set_tag_keys(Some(unset));
        call.send().await.map_err(failed("UntagResource"))?;
    }
    if !set.is_empty() {
        client.tag_resource().resource(arn).set_tags(Some(to_sdk(&set))).send().await.map_err(failed("TagResource"))?;
    }
    Ok(())
}

//! Tags of Batch's objects as the SDK has them, and which of its refusals pass by themselves.

use std::collections::HashMap;

use aws_sdk_batch::Client;
use infra_apply::{Class, ProviderError};
use infra_core::Tags;

use crate::sdk::{failed, tags};

/// Tags as the SDK has them.
pub(super) fn to_sdk(tags: &Tags) -> HashMap<String, String> {
    tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn pairs(sdk: Option<&HashMap<String, String>>) -> impl Iterator<Item = (&str, &str)> {
    sdk.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()))
}

/// The program's tags among those of an object.
pub(super) fn from_sdk(sdk: Option<&HashMap<String, String>>) -> Tags {
    tags::of_program(pairs(sdk))
}

/// Whether an object carries the token of a step.
pub(super) fn has_token(sdk: Option<&HashMap<String, String>>, token: &str) -> bool {
    tags::has_token(pairs(sdk), token)
}

/// Changes an object's tags from `have` to `want`; nothing wanted leaves them alone.
pub(super) async fn update(client: &Client, arn: &str, have: Option<&Tags>, want: Option<&Tags>) -> Result<(), ProviderError> {
    let (set, unset) = tags::changes(have, want);
    // Removing comes first, since an object cannot have more than fifty.
    if !unset.is_empty() {
        client.untag_resource().resource_arn(arn).set_tag_keys(Some(unset)).send().await.map_err(failed("UntagResource"))?;
    }
    if !set.is_empty() {
        client.tag_resource().resource_arn(arn).set_tags(Some(to_sdk(&set))).send().await.map_err(failed("TagResource"))?;
    }
    Ok(())
}

/// An error by what Batch says in words: it has one code, `ClientException`, for all that the caller could have known.
pub(super) fn in_words(error: ProviderError) -> ProviderError {
    let says = |words: &'static [&'static str]| {
        move |error: &ProviderError| error.is_code("ClientException") && words.iter().any(|words| error.message.contains(words))
    };
    error
        .class_if(Class::NotFound, says(&["does not exist", "not found"]))
        .class_if(Class::Exists, says(&["already exists"]))
        .class_if(Class::InUse, says(&["found existing JobQueue relationship"]))
        // Disabling goes on after the call that asks for it.
        .class_if(Class::NotYet, says(&["being modified", "must be DISABLED", "must be disabled", "not in a valid state"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(message: &str) -> Class {
        let mut error = ProviderError::new(Class::Invalid, "DeleteComputeEnvironment", message);
        error.code = Some("ClientException".into());
        in_words(error).class
    }

    #[test]
    fn what_batch_refuses_for_a_while_is_tried_again_and_what_it_refuses_for_good_is_not() {
        assert_eq!(refused("Cannot delete, resource is being modified."), Class::NotYet);
        assert_eq!(refused("Cannot delete, found existing JobQueue relationship."), Class::InUse);
        assert_eq!(refused("Object already exists"), Class::Exists);
        assert_eq!(refused("arn:aws:batch:… does not exist"), Class::NotFound);
        assert_eq!(refused("maxvCpus must be positive"), Class::Invalid);
    }
}

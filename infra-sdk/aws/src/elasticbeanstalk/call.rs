//! What calls of Elastic Beanstalk have in common: errors that one code stands for, tags, and option settings.

use std::collections::BTreeMap;

use aws_sdk_elasticbeanstalk::Client;
use aws_sdk_elasticbeanstalk::types::{ConfigurationOptionSetting, OptionSpecification, Tag};
use infra_apply::{Class, ProviderError};
use infra_core::Tags;

use crate::sdk::{failed, tags};

/// The error's class by its words, since one code stands for all that a parameter can be wrong in.
pub(super) fn classed(error: ProviderError) -> ProviderError {
    const GONE: [&str; 4] =
        ["No Environment found", "No Application named", "No Application Version named", "No Configuration Template named"];
    const EARLY: [&str; 3] = ["is in an invalid state for this operation", "Must be Ready", "operation is already in progress"];
    let gone = |error: &ProviderError| GONE.iter().any(|words| error.message.contains(words));
    let early = |error: &ProviderError| EARLY.iter().any(|words| error.message.contains(words));
    let exists = |error: &ProviderError| error.message.contains("already exists");
    error.class_if(Class::NotFound, gone).class_if(Class::NotYet, early).class_if(Class::Exists, exists)
}

/// Tags as the SDK has them.
pub(super) fn to_sdk(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn pairs(sdk: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    sdk.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default())))
}

async fn list(client: &Client, arn: &str) -> Result<Vec<Tag>, ProviderError> {
    match client.list_tags_for_resource().resource_arn(arn).send().await.map_err(failed("ListTagsForResource")) {
        Err(error) if error.class == Class::NotFound => Ok(Vec::new()),
        answer => Ok(answer?.resource_tags.unwrap_or_default()),
    }
}

/// The program's tags of an object.
pub(super) async fn read_tags(client: &Client, arn: &str) -> Result<Tags, ProviderError> {
    Ok(tags::of_program(pairs(&list(client, arn).await?)))
}

/// Whether an object carries the token of a step.
pub(super) async fn has_token(client: &Client, arn: &str, token: &str) -> Result<bool, ProviderError> {
    Ok(tags::has_token(pairs(&list(client, arn).await?), token))
}

/// Changes an object's tags from `have` to `want`; nothing wanted leaves them alone.
pub(super) async fn update_tags(client: &Client, arn: &str, have: Option<&Tags>, want: Option<&Tags>) -> Result<(), ProviderError> {
    let (set, unset) = tags::changes(have, want);
    if set.is_empty() && unset.is_empty() {
        return Ok(());
    }
    let call = client
        .update_tags_for_resource()
        .resource_arn(arn)
        .set_tags_to_add((!set.is_empty()).then(|| to_sdk(&set)))
        .set_tags_to_remove((!unset.is_empty()).then_some(unset));
    call.send().await.map(drop).map_err(|error| classed(failed("UpdateTagsForResource")(error)))
}

/// What an option's key says: `NAMESPACE/OPTION`, with `RESOURCE@` before it for an option of one resource.
fn parts(key: &str) -> Result<(Option<&str>, &str, &str), ProviderError> {
    let (resource, rest) = match key.split_once('@') {
        Some((resource, rest)) => (Some(resource), rest),
        None => (None, key),
    };
    let wrong = || ProviderError::new(Class::Invalid, "read the options", format!("`{key}` is no `NAMESPACE/OPTION`"));
    let (namespace, option) = rest.split_once('/').ok_or_else(wrong)?;
    Ok((resource, namespace, option))
}

/// Options by key as the SDK has them.
pub(super) fn settings(options: Option<&BTreeMap<String, String>>) -> Result<Option<Vec<ConfigurationOptionSetting>>, ProviderError> {
    let all = options.map(|options| {
        let setting = |(key, value): (&String, &String)| {
            let (resource, namespace, option) = parts(key)?;
            let built = ConfigurationOptionSetting::builder().namespace(namespace).option_name(option).value(value);
            Ok(built.set_resource_name(resource.map(str::to_owned)).build())
        };
        options.iter().map(setting).collect()
    });
    all.transpose()
}

/// The options that are not asked for any more, and so go back to their defaults.
pub(super) fn dropped(
    have: Option<&BTreeMap<String, String>>,
    want: Option<&BTreeMap<String, String>>,
) -> Result<Option<Vec<OptionSpecification>>, ProviderError> {
    let (Some(have), Some(want)) = (have, want) else { return Ok(None) };
    let gone = have.keys().filter(|key| !want.contains_key(*key)).map(|key| {
        let (resource, namespace, option) = parts(key)?;
        let built = OptionSpecification::builder().namespace(namespace).option_name(option);
        Ok(built.set_resource_name(resource.map(str::to_owned)).build())
    });
    let gone: Vec<_> = gone.collect::<Result<_, ProviderError>>()?;
    Ok((!gone.is_empty()).then_some(gone))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(keys: &[&str]) -> BTreeMap<String, String> {
        keys.iter().map(|key| ((*key).to_owned(), "1".to_owned())).collect()
    }

    #[test]
    fn an_option_is_said_by_its_namespace_its_name_and_the_resource_it_is_of() {
        let all =
            settings(Some(&options(&["aws:autoscaling:asg/MinSize", "Night@aws:autoscaling:scheduledaction/MinSize"]))).unwrap().unwrap();
        assert_eq!((all[0].resource_name(), all[0].option_name()), (Some("Night"), Some("MinSize")));
        assert_eq!((all[1].resource_name(), all[1].namespace()), (None, Some("aws:autoscaling:asg")));
        assert!(settings(Some(&options(&["MinSize"]))).unwrap_err().to_string().contains("`MinSize` is no `NAMESPACE/OPTION`"));
    }

    #[test]
    fn an_option_that_is_not_asked_for_any_more_goes_back_to_its_default() {
        let (have, want) = (options(&["a/B", "a/C"]), options(&["a/C", "a/D"]));
        let gone = dropped(Some(&have), Some(&want)).unwrap().unwrap();
        assert_eq!((gone.len(), gone[0].option_name()), (1, Some("B")));
        assert!(dropped(Some(&have), None).unwrap().is_none() && dropped(None, Some(&want)).unwrap().is_none());
    }

    #[test]
    fn one_code_is_many_errors_by_its_words() {
        let class = |words: &str| classed(ProviderError::new(Class::Invalid, "Call", words)).class;
        assert_eq!(class("No Environment found for EnvironmentId = 'e-1'."), Class::NotFound);
        assert_eq!(class("Environment named web is in an invalid state for this operation. Must be Ready."), Class::NotYet);
        assert_eq!(class("Application shop already exists."), Class::Exists);
        assert_eq!(class("The value is too long"), Class::Invalid);
    }
}

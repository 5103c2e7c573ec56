//! The lifecycle of a repository.

use aws_sdk_ecr::Client;
use aws_sdk_ecr::types as sdk;
use infra_apply::{Asked, Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
use infra_core::{OWNERSHIP_PREFIX, Tags};
use serde_json::{Value as Json, json};

use super::{Encryption, EncryptionType, Mutability, Repository, RepositoryInputs, RepositoryName, RepositoryOutputs};
use crate::iam::PolicyDocument;
use crate::sdk::{changes, differs, failed, named, some_list, tags, told};

impl Lifecycle for Repository {
    type Client = Client;
    const SERVICE: &'static str = "ecr";

    async fn read(client: &Client, ids: &[RepositoryName]) -> Result<Vec<Observed<Repository>>, ProviderError> {
        Self::look(client, &Asked::whole_of(ids)).await
    }

    async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<Repository>>, ProviderError> {
        let mut observed = Vec::new();
        for repository in existing(client, objects.iter().map(|asked| asked.id().to_owned()).collect()).await? {
            let (name, arn) = (repository.repository_name().unwrap_or_default(), repository.repository_arn().unwrap_or_default());
            // What the calls below ask for may have gone meanwhile, which the next look will show.
            let wanted = |inputs: &[&str]| Asked::wanted(objects, name, inputs);
            let lifecycle =
                async { there(client.get_lifecycle_policy().repository_name(name).send().await.map_err(failed("GetLifecyclePolicy"))) };
            let policy =
                async { there(client.get_repository_policy().repository_name(name).send().await.map_err(failed("GetRepositoryPolicy"))) };
            let lifecycle = told(wanted(&["lifecycle_policy"]), lifecycle).await?.flatten().and_then(|answer| answer.lifecycle_policy_text);
            let policy = told(wanted(&["policy"]), policy).await?.map(|told| told.and_then(|answer| answer.policy_text));
            let Some(all) = there(told(wanted(&["tags", "force_delete"]), all_tags(client, arn)).await)? else { continue };
            observed.push(Observed {
                id: RepositoryName::new(name),
                inputs: RepositoryInputs {
                    name: Some(name.to_owned()),
                    tag_mutability: repository.image_tag_mutability().and_then(|word| Mutability::from_word(word.as_str())),
                    tag_exclusions: some_list(
                        repository.image_tag_mutability_exclusion_filters().iter().map(|filter| filter.filter().to_owned()),
                    ),
                    scan_on_push: Some(repository.image_scanning_configuration().is_some_and(|scanning| scanning.scan_on_push())),
                    encryption: repository.encryption_configuration().and_then(|encryption| {
                        Some(Encryption {
                            encryption_type: EncryptionType::from_word(encryption.encryption_type().as_str())?,
                            kms_key: encryption.kms_key().map(str::to_owned),
                        })
                    }),
                    lifecycle_policy: lifecycle.map(|text| serde_json::from_str(&text).unwrap_or(Json::String(text))),
                    // None is told as the one that says nothing.
                    policy: policy.map(|policy| match policy {
                        Some(text) => PolicyDocument::from_json(serde_json::from_str(&text).unwrap_or(Json::String(text))),
                        None => PolicyDocument::from_json(json!({ "Version": "2012-10-17", "Statement": [] })),
                    }),
                    force_delete: all.as_deref().map(forced),
                    tags: all.as_deref().map(|all| tags::of_program(pairs(all))),
                },
                outputs: RepositoryOutputs {
                    arn: arn.to_owned(),
                    uri: repository.repository_uri().unwrap_or_default().to_owned(),
                    registry_id: repository.registry_id().unwrap_or_default().to_owned(),
                },
                condition: Condition::Ready,
            });
        }
        Ok(observed)
    }

    async fn create(client: &Client, want: &RepositoryInputs, new: Creation<'_>) -> Result<RepositoryName, ProviderError> {
        let name = named(want.name.as_ref(), "CreateRepository")?;
        let mut all_tags = new.tags.clone();
        all_tags.extend(force_tag(want));
        let scanning = |on| sdk::ImageScanningConfiguration::builder().scan_on_push(on).build();
        let encryption = want.encryption.as_ref().map(|encryption| {
            sdk::EncryptionConfiguration::builder()
                .encryption_type(encryption.encryption_type.as_str().into())
                .set_kms_key(encryption.kms_key.clone())
                .build()
        });
        let call = client
            .create_repository()
            .repository_name(name)
            .set_image_tag_mutability(want.tag_mutability.map(|word| word.as_str().into()))
            .set_image_tag_mutability_exclusion_filters(exclusions("CreateRepository", want)?)
            .set_image_scanning_configuration(want.scan_on_push.map(scanning))
            .set_encryption_configuration(encryption.transpose().map_err(incomplete("CreateRepository"))?)
            .set_tags(Some(to_sdk("CreateRepository", &all_tags)?));
        match call.send().await.map_err(failed("CreateRepository")) {
            Ok(_) => Ok(RepositoryName::new(name)),
            Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
            Err(error) => Err(error),
        }
    }

    async fn update(client: &Client, id: &RepositoryName, have: &RepositoryInputs, want: &RepositoryInputs) -> Result<(), ProviderError> {
        let name = id.as_str();
        if changes(have.tag_mutability.as_ref(), want.tag_mutability.as_ref()) || differs(&have.tag_exclusions, &want.tag_exclusions) {
            let call = client
                .put_image_tag_mutability()
                .repository_name(name)
                .set_image_tag_mutability(want.tag_mutability.or(have.tag_mutability).map(|word| word.as_str().into()))
                .set_image_tag_mutability_exclusion_filters(exclusions("PutImageTagMutability", want)?);
            call.send().await.map_err(failed("PutImageTagMutability"))?;
        }
        if let Some(on) = want.scan_on_push.filter(|on| Some(*on) != have.scan_on_push) {
            let scanning = sdk::ImageScanningConfiguration::builder().scan_on_push(on).build();
            let call = client.put_image_scanning_configuration().repository_name(name).image_scanning_configuration(scanning);
            call.send().await.map_err(failed("PutImageScanningConfiguration"))?;
        }
        if let Some(policy) = want.lifecycle_policy.as_ref().filter(|policy| have.lifecycle_policy.as_ref() != Some(*policy)) {
            if policy.as_object().is_some_and(serde_json::Map::is_empty) {
                let deleted = client.delete_lifecycle_policy().repository_name(name).send().await;
                gone_is_success(deleted.map(drop).map_err(failed("DeleteLifecyclePolicy")))?;
            } else {
                let call = client.put_lifecycle_policy().repository_name(name).lifecycle_policy_text(policy.to_string());
                call.send().await.map_err(failed("PutLifecyclePolicy"))?;
            }
        }
        if let Some(policy) = want.policy.as_ref().filter(|policy| have.policy.as_ref() != Some(*policy)) {
            let says_nothing = policy.as_json().get("Statement").and_then(Json::as_array).is_none_or(Vec::is_empty);
            if says_nothing {
                let deleted = client.delete_repository_policy().repository_name(name).send().await;
                gone_is_success(deleted.map(drop).map_err(failed("DeleteRepositoryPolicy")))?;
            } else {
                let call = client.set_repository_policy().repository_name(name).policy_text(policy.to_string());
                // A role that was made just now is no valid principal for some seconds.
                let not_yet = |error: ProviderError| error.class_if(Class::NotYet, |error| error.message.contains("Principal not found"));
                call.send().await.map_err(|error| not_yet(failed("SetRepositoryPolicy")(error)))?;
            }
        }
        let (mut set, unset) = tags::changes(have.tags.as_ref(), want.tags.as_ref());
        if changes(have.force_delete.as_ref(), want.force_delete.as_ref()) {
            set.extend(force_tag(want));
        }
        if set.is_empty() && unset.is_empty() {
            return Ok(());
        }
        let found = existing(client, vec![name.to_owned()]).await?;
        let arn = found.first().and_then(|repository| repository.repository_arn()).unwrap_or_default();
        if !unset.is_empty() {
            client.untag_resource().resource_arn(arn).set_tag_keys(Some(unset)).send().await.map_err(failed("UntagResource"))?;
        }
        if !set.is_empty() {
            let call = client.tag_resource().resource_arn(arn).set_tags(Some(to_sdk("TagResource", &set)?));
            call.send().await.map_err(failed("TagResource"))?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RepositoryName) -> Result<(), ProviderError> {
        let found = existing(client, vec![id.as_str().to_owned()]).await?;
        let Some(arn) = found.first().and_then(|repository| repository.repository_arn()) else { return Ok(()) };
        let force = there(all_tags(client, arn).await)?.is_some_and(|all| forced(&all));
        let deleted = client.delete_repository().repository_name(id.as_str()).force(force).send().await;
        gone_is_success(deleted.map(drop).map_err(|error| with_images(failed("DeleteRepository")(error))))
    }

    async fn find(client: &Client, want: &RepositoryInputs, new: Creation<'_>) -> Result<Option<RepositoryName>, ProviderError> {
        let name = named(want.name.as_ref(), "DescribeRepositories")?;
        let found = existing(client, vec![name.to_owned()]).await?;
        let Some(arn) = found.first().and_then(|repository| repository.repository_arn()) else { return Ok(None) };
        let ours = tags::has_token(pairs(&all_tags(client, arn).await?), new.token);
        Ok(ours.then(|| RepositoryName::new(name)))
    }
}

/// The tag that says, when nothing else is left to, that the images go too.
fn force_key() -> String {
    format!("{OWNERSHIP_PREFIX}force-delete")
}

fn force_tag(want: &RepositoryInputs) -> Option<(String, String)> {
    want.force_delete.map(|force| (force_key(), force.to_string()))
}

fn forced(tags: &[sdk::Tag]) -> bool {
    tags.iter().any(|tag| tag.key() == force_key() && tag.value() == "true")
}

fn with_images(error: ProviderError) -> ProviderError {
    if !error.is_code("RepositoryNotEmptyException") {
        return error;
    }
    let message = format!("{}; empty it, or set its `force_delete` and deploy that before", error.message);
    ProviderError { class: Class::Invalid, message, ..error }
}

/// The repositories that exist among those of these names. ECR refuses a list in which one is gone; then each is asked
/// for alone.
async fn existing(client: &Client, names: Vec<String>) -> Result<Vec<sdk::Repository>, ProviderError> {
    let ask = async |names: Vec<String>| {
        let answer = client.describe_repositories().set_repository_names(Some(names)).send().await;
        there(answer.map_err(failed("DescribeRepositories")))
    };
    if let Some(answer) = ask(names.clone()).await? {
        return Ok(answer.repositories.unwrap_or_default());
    }
    let mut found = Vec::new();
    if names.len() > 1 {
        for name in names {
            found.extend(ask(vec![name]).await?.and_then(|answer| answer.repositories).unwrap_or_default());
        }
    }
    Ok(found)
}

/// Nothing where it does not exist.
fn there<T>(answer: Result<T, ProviderError>) -> Result<Option<T>, ProviderError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.class == Class::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn incomplete<E: std::fmt::Display>(operation: &'static str) -> impl Fn(E) -> ProviderError {
    move |error| ProviderError::new(Class::Invalid, operation, error.to_string())
}

fn exclusions(
    operation: &'static str,
    want: &RepositoryInputs,
) -> Result<Option<Vec<sdk::ImageTagMutabilityExclusionFilter>>, ProviderError> {
    let filter = |text: &String| {
        let wildcard = sdk::ImageTagMutabilityExclusionFilterType::Wildcard;
        sdk::ImageTagMutabilityExclusionFilter::builder().filter_type(wildcard).filter(text).build().map_err(incomplete(operation))
    };
    let all: Vec<_> = want.tag_exclusions.iter().flatten().map(filter).collect::<Result<_, _>>()?;
    Ok((!all.is_empty()).then_some(all))
}

async fn all_tags(client: &Client, arn: &str) -> Result<Vec<sdk::Tag>, ProviderError> {
    let answer = client.list_tags_for_resource().resource_arn(arn).send().await.map_err(failed("ListTagsForResource"))?;
    Ok(answer.tags.unwrap_or_default())
}

fn pairs(tags: &[sdk::Tag]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|tag| (tag.key(), tag.value()))
}

fn to_sdk(operation: &'static str, tags: &Tags) -> Result<Vec<sdk::Tag>, ProviderError> {
    tags.iter().map(|(key, value)| sdk::Tag::builder().key(key).value(value).build().map_err(incomplete(operation))).collect()
}

//! A parameter.

use infra_core::{Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};

use crate::kms::KeyArn;

choices! {
    /// What a parameter holds.
    pub enum ParameterKind {
        /// Text.
        String = "String",
        /// Texts with commas between them.
        StringList = "StringList",
        /// Text that is encrypted.
        SecureString = "SecureString",
    }
}

choices! {
    /// What a parameter's text must be.
    pub enum ParameterDataType {
        /// Anything.
        Text = "text",
        /// The id of a machine image that exists.
        Image = "aws:ec2:image",
    }
}

choices! {
    /// How large a parameter may be, and what it costs.
    pub enum ParameterTier {
        /// Up to 4 KB, free.
        Standard = "Standard",
        /// Up to 8 KB, with policies. It does not become a standard one again.
        Advanced = "Advanced",
        /// Advanced where it must be.
        IntelligentTiering = "Intelligent-Tiering",
    }
}

/// A parameter: a text under a name, which programs read.
///
/// A plain one has a `value`, a `SecureString` a `secure_value`, which is secret and never read back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Parameter, id = ParameterName, outputs = ParameterOutputs, kind = "aws:ssm/parameter", cloud = "AWS::SSM::Parameter",
    iam(
        "ssm:GetParameters", "ssm:DescribeParameters", "ssm:ListTagsForResource",
        create("ssm:PutParameter", "ssm:AddTagsToResource"),
        update("ssm:PutParameter", "ssm:AddTagsToResource", "ssm:RemoveTagsFromResource"),
        delete("ssm:DeleteParameter"),
    ),
)]
pub struct ParameterInputs {
    /// What it holds.
    #[input(cloud = "Type", unlike_cloud = "CloudFormation makes no `SecureString`, since its templates are in clear")]
    pub kind: ParameterKind,
    /// Its text, where it is no `SecureString`.
    #[input(cloud = "Value", unlike_cloud = "a `SecureString` has `secure_value` instead")]
    pub value: Option<String>,
    /// The text of a `SecureString`.
    #[input(secret, write_only, unlike_cloud = "CloudFormation makes no `SecureString`")]
    pub secure_value: Option<String>,
    /// Its name, up to 1011 characters, as in `/web/prod/url`, not beginning with `aws` or `ssm`. Default: made from stack and resource.
    #[input(name = 1011, reserved = "aws", reserved = "ssm", replace)]
    pub name: Option<String>,
    /// What it is for, up to 1024 characters.
    pub description: Option<String>,
    /// A regular expression that its text must match.
    pub allowed_pattern: Option<String>,
    /// What its text must be. Default: anything.
    pub data_type: Option<ParameterDataType>,
    /// How large it may be. Default: what the account says, which is standard at first.
    // What was left to AWS is told as what AWS made of it.
    #[input(write_only)]
    pub tier: Option<ParameterTier>,
    /// When it ends, and when one is told, as the JSON list that AWS takes. Only of advanced ones.
    #[input(write_only)]
    pub policies: Option<String>,
    /// The key that a `SecureString` is encrypted with, by ARN. Default: the account's own, `alias/aws/ssm`.
    #[input(unlike_cloud = "CloudFormation makes no `SecureString`")]
    pub kms_key: Option<KeyArn>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`Parameter`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Parameter)]
pub struct ParameterOutputs {
    /// Its ARN.
    #[output(stable)]
    pub arn: String,
    /// Its name.
    #[output(stable, echo)]
    pub name: String,
    /// How many texts it has had.
    pub version: i64,
}

#[cfg(feature = "ssm")]
mod live {
    use std::collections::BTreeMap;

    use aws_sdk_ssm::Client;
    use aws_sdk_ssm::operation::put_parameter::builders::PutParameterFluentBuilder;
    use aws_sdk_ssm::types::{Parameter as SdkParameter, ParameterMetadata, ParameterStringFilter, ResourceTypeForTagging, Tag};
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
    use infra_core::Tags;

    use super::{Parameter, ParameterDataType, ParameterInputs, ParameterKind, ParameterName, ParameterOutputs};
    use crate::kms::KeyArn;
    use crate::sdk::{differs, failed, named, tags, there};

    const PARAMETER: ResourceTypeForTagging = ResourceTypeForTagging::Parameter;

    impl Lifecycle for Parameter {
        type Client = Client;
        const SERVICE: &'static str = "ssm";
        const PAGE: usize = 10;

        async fn read(client: &Client, ids: &[ParameterName]) -> Result<Vec<Observed<Parameter>>, ProviderError> {
            let names: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
            let answer = client.get_parameters().set_names(Some(names)).send().await.map_err(failed("GetParameters"))?;
            let mut described = describe(client, answer.parameters()).await?;
            let mut observed = Vec::new();
            for parameter in answer.parameters() {
                let name = parameter.name().unwrap_or_default();
                let Some(tags) = all_tags(client, name).await? else { continue };
                let Some(metadata) = described.remove(name) else { continue };
                observed.push(observe(parameter, &metadata, &tags));
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &ParameterInputs, new: Creation<'_>) -> Result<ParameterName, ProviderError> {
            let name = named(want.name.as_ref(), "PutParameter")?;
            let call = put(client, name, want)?.overwrite(false).set_tags(Some(to_sdk(new.tags)));
            match call.send().await.map_err(failed("PutParameter")) {
                Ok(_) => Ok(ParameterName::new(name)),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error),
            }
        }

        async fn update(client: &Client, id: &ParameterName, have: &ParameterInputs, want: &ParameterInputs) -> Result<(), ProviderError> {
            let name = id.as_str();
            let untagged = |inputs: &ParameterInputs| ParameterInputs { tags: None, ..inputs.clone() };
            if differs(&untagged(have), &untagged(want)) {
                put(client, name, &merged(have, want))?.overwrite(true).send().await.map_err(failed("PutParameter"))?;
            }
            let (set, unset) = tags::changes(have.tags.as_ref(), want.tags.as_ref());
            if !unset.is_empty() {
                let call = client.remove_tags_from_resource().resource_type(PARAMETER).resource_id(name).set_tag_keys(Some(unset));
                call.send().await.map_err(failed("RemoveTagsFromResource"))?;
            }
            if !set.is_empty() {
                let call = client.add_tags_to_resource().resource_type(PARAMETER).resource_id(name).set_tags(Some(to_sdk(&set)));
                call.send().await.map_err(failed("AddTagsToResource"))?;
            }
            Ok(())
        }

        async fn delete(client: &Client, id: &ParameterName) -> Result<(), ProviderError> {
            gone_is_success(client.delete_parameter().name(id.as_str()).send().await.map(drop).map_err(failed("DeleteParameter")))
        }

        async fn find(client: &Client, want: &ParameterInputs, new: Creation<'_>) -> Result<Option<ParameterName>, ProviderError> {
            let name = named(want.name.as_ref(), "ListTagsForResource")?;
            let ours = all_tags(client, name).await?.is_some_and(|tags| tags::has_token(pairs(&tags), new.token));
            Ok(ours.then(|| ParameterName::new(name)))
        }
    }

    fn to_sdk(tags: &Tags) -> Vec<Tag> {
        tags.iter().filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok()).collect()
    }

    fn pairs(tags: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
        tags.iter().map(|tag| (tag.key(), tag.value()))
    }

    /// All tags of a parameter; none where it does not exist.
    async fn all_tags(client: &Client, name: &str) -> Result<Option<Vec<Tag>>, ProviderError> {
        let call = client.list_tags_for_resource().resource_type(PARAMETER).resource_id(name);
        let answer = call
            .send()
            .await
            .map_err(|error| failed("ListTagsForResource")(error).class_if(Class::NotFound, |error| error.is_code("InvalidResourceId")));
        Ok(there(answer)?.map(|answer| answer.tag_list.unwrap_or_default()))
    }

    async fn describe(client: &Client, parameters: &[SdkParameter]) -> Result<BTreeMap<String, ParameterMetadata>, ProviderError> {
        let names: Vec<String> = parameters.iter().filter_map(|parameter| parameter.name().map(str::to_owned)).collect();
        if names.is_empty() {
            return Ok(BTreeMap::new());
        }
        let filter = ParameterStringFilter::builder().key("Name").option("Equals").set_values(Some(names)).build();
        let filter = filter.map_err(|error| ProviderError::new(Class::Invalid, "DescribeParameters", error.to_string()))?;
        let mut pages = client.describe_parameters().parameter_filters(filter).into_paginator().send();
        let mut described = BTreeMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed("DescribeParameters"))?.parameters.unwrap_or_default();
            described.extend(page.into_iter().filter_map(|metadata| Some((metadata.name.clone()?, metadata))));
        }
        Ok(described)
    }

    fn observe(parameter: &SdkParameter, metadata: &ParameterMetadata, tags: &[Tag]) -> Observed<Parameter> {
        let name = parameter.name().unwrap_or_default();
        let kind = parameter.r#type().and_then(|word| ParameterKind::from_word(word.as_str())).unwrap_or(ParameterKind::String);
        let data_type = parameter.data_type().and_then(ParameterDataType::from_word);
        let inputs = ParameterInputs {
            kind,
            // Of a secure one this is what it is encrypted to.
            value: parameter.value().filter(|_| kind != ParameterKind::SecureString).map(str::to_owned),
            secure_value: None,
            name: Some(name.to_owned()),
            description: Some(metadata.description().unwrap_or_default().to_owned()),
            allowed_pattern: metadata.allowed_pattern().map(str::to_owned),
            data_type: Some(data_type.unwrap_or(ParameterDataType::Text)),
            tier: None,
            policies: None,
            kms_key: metadata.key_id().map(KeyArn::new),
            tags: Some(tags::of_program(pairs(tags))),
        };
        let arn = parameter.arn().unwrap_or_default().to_owned();
        let outputs = ParameterOutputs { arn, name: name.to_owned(), version: parameter.version() };
        Observed { id: ParameterName::new(name), inputs, outputs, condition: Condition::Ready }
    }

    /// What is wanted; where that is silent, what is there: a call says all of a parameter. Its text is wanted as a whole.
    fn merged(have: &ParameterInputs, want: &ParameterInputs) -> ParameterInputs {
        let text = |want: &Option<String>, have: &Option<String>| want.clone().or_else(|| have.clone());
        ParameterInputs {
            description: text(&want.description, &have.description).filter(|description| !description.is_empty()),
            allowed_pattern: text(&want.allowed_pattern, &have.allowed_pattern),
            data_type: want.data_type.or(have.data_type),
            tier: want.tier.or(have.tier),
            policies: text(&want.policies, &have.policies),
            kms_key: want.kms_key.clone().or_else(|| have.kms_key.clone()).filter(|_| want.kind == ParameterKind::SecureString),
            ..want.clone()
        }
    }

    /// The call that writes a parameter as a whole.
    fn put(client: &Client, name: &str, want: &ParameterInputs) -> Result<PutParameterFluentBuilder, ProviderError> {
        let value = match (want.kind, &want.value, &want.secure_value) {
            (ParameterKind::SecureString, None, Some(value)) => value,
            (ParameterKind::String | ParameterKind::StringList, Some(value), None) => value,
            _ => {
                let words = "a `SecureString` has a `secure_value`, and any other parameter a `value`";
                return Err(ProviderError::new(Class::Invalid, "PutParameter", words));
            }
        };
        let call = client
            .put_parameter()
            .name(name)
            .r#type(want.kind.as_str().into())
            .value(value)
            .set_description(want.description.clone())
            .set_allowed_pattern(want.allowed_pattern.clone())
            .set_data_type(want.data_type.map(|word| word.to_string()))
            .set_tier(want.tier.map(|word| word.as_str().into()))
            .set_policies(want.policies.clone())
            .set_key_id(want.kms_key.as_ref().map(ToString::to_string));
        Ok(call)
    }
}

//! A log group.

use infra_core::{Outputs, Resource, Tags, choices};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

choices! {
    /// What one can do with a group's logs, by what they cost.
    pub enum LogGroupClass {
        /// Everything.
        Standard = "STANDARD",
        /// Queries and little else, at half the price.
        InfrequentAccess = "INFREQUENT_ACCESS",
        /// Delivery to S3 or Firehose only, after which they are gone.
        Delivery = "DELIVERY",
    }
}

/// A log group: where CloudWatch keeps log streams.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = LogGroup, id = LogGroupName, outputs = LogGroupOutputs, kind = "aws:logs/log-group", cloud = "AWS::Logs::LogGroup",
    iam(
        "logs:DescribeLogGroups", "logs:ListTagsForResource", "logs:GetDataProtectionPolicy",
        create("logs:CreateLogGroup", "logs:TagResource"),
        update(
            "logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy", "logs:AssociateKmsKey", "logs:DisassociateKmsKey",
            "logs:PutDataProtectionPolicy", "logs:DeleteDataProtectionPolicy", "logs:PutLogGroupDeletionProtection",
            "logs:PutBearerTokenAuthentication", "logs:TagResource", "logs:UntagResource",
        ),
        delete("logs:DeleteLogGroup"),
    ),
    without(
        FieldIndexPolicies = "an index is a thing of its own, with a quota of its own",
        ResourcePolicyDocument = "policies for other services are the account's, with a quota of ten",
    ),
)]
pub struct LogGroupInputs {
    /// Its name, at most 512 letters, digits and `_-/.#`, the same only once in a region, as in `/ecs/web`. Default: made
    /// from stack and resource.
    #[input(name = 512, replace, cloud = "LogGroupName")]
    pub name: Option<String>,
    /// For how many days events are kept: one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827,
    /// 2192, 2557, 2922, 3288 and 3653, or 0 for ever. Default: for ever.
    pub retention_in_days: Option<i32>,
    /// What one can do with the logs. Default: STANDARD.
    #[input(replace, unlike_cloud = "the API has no call that changes it")]
    pub log_group_class: Option<LogGroupClass>,
    /// The ARN of the KMS key that new events are encrypted with. An empty text goes back to AWS's own, which is the
    /// default.
    #[input(cloud = "KmsKeyId")]
    pub kms_key: Option<String>,
    /// What is recognized as sensitive and masked, as CloudWatch's data protection policies say it. `{}` removes it.
    /// Default: none.
    pub data_protection_policy: Option<Json>,
    /// Whether AWS refuses to delete it. Default: false.
    #[input(cloud = "DeletionProtectionEnabled")]
    pub deletion_protection: Option<bool>,
    /// Whether events may be sent over HTTP with a bearer token. Default: false.
    #[input(cloud = "BearerTokenAuthenticationEnabled")]
    pub bearer_token_authentication: Option<bool>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// What AWS says of a [`LogGroup`]; its name is its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = LogGroup)]
pub struct LogGroupOutputs {
    /// Its ARN, without the `:*` that stands for its streams.
    #[output(stable)]
    pub arn: String,
}

#[cfg(feature = "logs")]
mod live {
    use aws_sdk_cloudwatchlogs::Client;
    use aws_sdk_cloudwatchlogs::types::{DataProtectionStatus, LogGroup as SdkGroup};
    use infra_apply::{Asked, Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
    use infra_core::Tags;
    use serde_json::Value as Json;

    use super::{LogGroup, LogGroupClass, LogGroupInputs, LogGroupName, LogGroupOutputs};
    use crate::sdk::{changes, failed, named, tags, told};

    impl Lifecycle for LogGroup {
        type Client = Client;
        const SERVICE: &'static str = "logs";
        // A group is asked for by itself: there is no call that takes many names and bears one that is gone.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[LogGroupName]) -> Result<Vec<Observed<LogGroup>>, ProviderError> {
            Self::look(client, &Asked::whole_of(ids)).await
        }

        async fn look(client: &Client, objects: &[Asked<'_>]) -> Result<Vec<Observed<LogGroup>>, ProviderError> {
            let mut observed = Vec::new();
            for asked in objects {
                let Some(group) = get(client, asked.id()).await? else { continue };
                let arn = arn(&group);
                let all = match told(asked.wants("tags"), all_tags(client, &arn)).await {
                    Err(error) if error.class == Class::NotFound => continue,
                    all => all?,
                };
                observed.push(Observed {
                    id: LogGroupName::new(asked.id()),
                    inputs: LogGroupInputs {
                        name: group.log_group_name().map(str::to_owned),
                        retention_in_days: Some(group.retention_in_days().unwrap_or_default()),
                        log_group_class: Some(
                            group
                                .log_group_class()
                                .and_then(|class| LogGroupClass::from_word(class.as_str()))
                                .unwrap_or(LogGroupClass::Standard),
                        ),
                        // None is told as the empty text that asks for none.
                        kms_key: Some(group.kms_key_id().unwrap_or_default().to_owned()),
                        data_protection_policy: told(asked.wants("data_protection_policy"), data_protection(client, &group))
                            .await?
                            .flatten(),
                        deletion_protection: Some(group.deletion_protection_enabled().unwrap_or_default()),
                        bearer_token_authentication: Some(group.bearer_token_authentication_enabled().unwrap_or_default()),
                        tags: all.map(|all| tags::of_program(all.iter().map(|(key, value)| (key.as_str(), value.as_str())))),
                    },
                    outputs: LogGroupOutputs { arn },
                    condition: Condition::Ready,
                });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &LogGroupInputs, new: Creation<'_>) -> Result<LogGroupName, ProviderError> {
            let name = named(want.name.as_ref(), "CreateLogGroup")?;
            let call = client
                .create_log_group()
                .log_group_name(name)
                .set_kms_key_id(want.kms_key.clone().filter(|key| !key.is_empty()))
                .set_log_group_class(want.log_group_class.map(|class| class.as_str().into()))
                .set_deletion_protection_enabled(want.deletion_protection.filter(|on| *on))
                .set_tags(Some(new.tags.clone().into_iter().collect()));
            match call.send().await.map_err(failed("CreateLogGroup")) {
                Ok(_) => Ok(LogGroupName::new(name)),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error),
            }
        }

        async fn update(client: &Client, id: &LogGroupName, have: &LogGroupInputs, want: &LogGroupInputs) -> Result<(), ProviderError> {
            let name = id.as_str();
            match want.retention_in_days.filter(|days| Some(*days) != have.retention_in_days) {
                Some(0) => {
                    let call = client.delete_retention_policy().log_group_name(name).send().await;
                    gone_is_success(call.map(drop).map_err(failed("DeleteRetentionPolicy")))?;
                }
                Some(days) => {
                    let call = client.put_retention_policy().log_group_name(name).retention_in_days(days);
                    call.send().await.map_err(failed("PutRetentionPolicy"))?;
                }
                None => {}
            }
            match want.kms_key.as_deref().filter(|key| Some(*key) != have.kms_key.as_deref()) {
                Some("") if have.kms_key.is_some() => {
                    client.disassociate_kms_key().log_group_name(name).send().await.map_err(failed("DisassociateKmsKey"))?;
                }
                Some(key) if !key.is_empty() => {
                    let call = client.associate_kms_key().log_group_name(name).kms_key_id(key);
                    call.send().await.map_err(failed("AssociateKmsKey"))?;
                }
                _ => {}
            }
            if changes(have.data_protection_policy.as_ref(), want.data_protection_policy.as_ref()) {
                protect(client, name, have.data_protection_policy.as_ref(), want.data_protection_policy.as_ref()).await?;
            }
            if let Some(on) = want.deletion_protection.filter(|on| *on != have.deletion_protection.unwrap_or_default()) {
                let call = client.put_log_group_deletion_protection().log_group_identifier(name).deletion_protection_enabled(on);
                call.send().await.map_err(failed("PutLogGroupDeletionProtection"))?;
            }
            if let Some(on) = want.bearer_token_authentication.filter(|on| *on != have.bearer_token_authentication.unwrap_or_default()) {
                let call = client.put_bearer_token_authentication().log_group_identifier(name).bearer_token_authentication_enabled(on);
                call.send().await.map_err(failed("PutBearerTokenAuthentication"))?;
            }
            retag(client, name, have.tags.as_ref(), want.tags.as_ref()).await
        }

        async fn delete(client: &Client, id: &LogGroupName) -> Result<(), ProviderError> {
            let deleted = client.delete_log_group().log_group_name(id.as_str()).send().await;
            gone_is_success(deleted.map(drop).map_err(failed("DeleteLogGroup")))
        }

        async fn find(client: &Client, want: &LogGroupInputs, new: Creation<'_>) -> Result<Option<LogGroupName>, ProviderError> {
            let name = named(want.name.as_ref(), "DescribeLogGroups")?;
            let Some(group) = get(client, name).await? else { return Ok(None) };
            let all = all_tags(client, &arn(&group)).await?;
            let ours = tags::has_token(all.iter().map(|(key, value)| (key.as_str(), value.as_str())), new.token);
            Ok(ours.then(|| LogGroupName::new(name)))
        }
    }

    /// The group of that very name; others only begin with it.
    async fn get(client: &Client, name: &str) -> Result<Option<SdkGroup>, ProviderError> {
        let mut groups = client.describe_log_groups().log_group_name_prefix(name).into_paginator().items().send();
        while let Some(group) = groups.next().await {
            let group = group.map_err(failed("DescribeLogGroups"))?;
            if group.log_group_name() == Some(name) {
                return Ok(Some(group));
            }
        }
        Ok(None)
    }

    fn arn(group: &SdkGroup) -> String {
        group.arn().unwrap_or_default().trim_end_matches(":*").to_owned()
    }

    async fn all_tags(client: &Client, arn: &str) -> Result<Tags, ProviderError> {
        let answer = client.list_tags_for_resource().resource_arn(arn).send().await.map_err(failed("ListTagsForResource"))?;
        Ok(answer.tags.unwrap_or_default().into_iter().collect())
    }

    /// The policy, where the group says that it has one.
    async fn data_protection(client: &Client, group: &SdkGroup) -> Result<Option<Json>, ProviderError> {
        if group.data_protection_status() != Some(&DataProtectionStatus::Activated) {
            return Ok(None);
        }
        let call = client.get_data_protection_policy().log_group_identifier(group.log_group_name().unwrap_or_default());
        let answer = call.send().await.map_err(failed("GetDataProtectionPolicy"))?;
        Ok(answer.policy_document().and_then(|document| serde_json::from_str(document).ok()))
    }

    async fn protect(client: &Client, name: &str, have: Option<&Json>, want: Option<&Json>) -> Result<(), ProviderError> {
        let Some(want) = want else { return Ok(()) };
        if want.as_object().is_some_and(serde_json::Map::is_empty) {
            if have.is_some() {
                let call = client.delete_data_protection_policy().log_group_identifier(name);
                call.send().await.map_err(failed("DeleteDataProtectionPolicy"))?;
            }
            return Ok(());
        }
        let call = client.put_data_protection_policy().log_group_identifier(name).policy_document(want.to_string());
        call.send().await.map(drop).map_err(failed("PutDataProtectionPolicy"))
    }

    async fn retag(client: &Client, name: &str, have: Option<&Tags>, want: Option<&Tags>) -> Result<(), ProviderError> {
        let (set, unset) = tags::changes(have, want);
        if set.is_empty() && unset.is_empty() {
            return Ok(());
        }
        let Some(group) = get(client, name).await? else {
            return Err(ProviderError::new(Class::NotFound, "TagResource", format!("there is no log group {name}")));
        };
        let arn = arn(&group);
        if !unset.is_empty() {
            client.untag_resource().resource_arn(&arn).set_tag_keys(Some(unset)).send().await.map_err(failed("UntagResource"))?;
        }
        if !set.is_empty() {
            let call = client.tag_resource().resource_arn(&arn).set_tags(Some(set.into_iter().collect()));
            call.send().await.map_err(failed("TagResource"))?;
        }
        Ok(())
    }
}

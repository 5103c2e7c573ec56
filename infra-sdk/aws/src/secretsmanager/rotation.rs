//! How a secret's value changes by itself.

use std::collections::BTreeMap;

use infra_core::{NoOutputs, Resource};
use serde::{Deserialize, Serialize};

use super::SecretArn;
use crate::iam::RoleArn;

/// A secret's value that changes by itself: a function makes another one, and tells whoever it is the password of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Rotation, id = RotationId, outputs = NoOutputs, kind = "aws:secretsmanager/rotation",
    cloud = "AWS::SecretsManager::RotationSchedule",
    iam(
        "secretsmanager:DescribeSecret",
        create("secretsmanager:RotateSecret", "lambda:InvokeFunction", "iam:PassRole"),
        update("secretsmanager:RotateSecret"),
        delete("secretsmanager:CancelRotateSecret"),
    ),
    unique(secret),
    without(HostedRotationLambda = "CloudFormation makes a function from a template of its own; here functions are resources"),
)]
pub struct RotationInputs {
    /// The secret.
    #[input(replace, cloud = "SecretId")]
    pub secret: SecretArn,
    /// The ARN of the function, which must let `secretsmanager.amazonaws.com` call it. AWS's partners bring their own.
    #[input(cloud = "RotationLambdaARN")]
    pub function: Option<String>,
    /// How often, in days, from 1 to 1000; or `schedule`.
    #[input(cloud = "RotationRules/AutomaticallyAfterDays")]
    pub after_days: Option<i64>,
    /// When, as in `rate(10 days)` or `cron(0 16 1,15 * ? *)` in UTC; or `after_days`.
    #[input(cloud = "RotationRules/ScheduleExpression")]
    pub schedule: Option<String>,
    /// How long it may take from then on, in hours, as in `3h`. Default: to the end of the day.
    #[input(cloud = "RotationRules/Duration")]
    pub duration: Option<String>,
    /// Whether the value is changed at once too, when this is made or changed. Default: true.
    #[input(write_only, cloud = "RotateImmediatelyOnUpdate")]
    pub immediately: Option<bool>,
    /// The role that AWS takes on to rotate what a partner holds.
    #[input(cloud = "ExternalSecretRotationRoleArn")]
    pub external_role: Option<RoleArn>,
    /// What the partner needs to know, by name.
    #[input(cloud = "ExternalSecretRotationMetadata")]
    pub external_metadata: Option<BTreeMap<String, String>>,
}

#[cfg(feature = "secretsmanager")]
mod live {
    use aws_sdk_secretsmanager::Client;
    use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
    use aws_sdk_secretsmanager::types::{ExternalSecretRotationMetadataItem, RotationRulesType};
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
    use infra_core::NoOutputs;

    use super::{Rotation, RotationId, RotationInputs};
    use crate::iam::RoleArn;
    use crate::sdk::{changes, differs, failed};
    use crate::secretsmanager::{SecretArn, tags};

    impl Lifecycle for Rotation {
        type Client = Client;
        const SERVICE: &'static str = "secretsmanager";
        // A secret, whose rotation this is, is described by itself; the list lags behind.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[RotationId]) -> Result<Vec<Observed<Rotation>>, ProviderError> {
            let mut observed = Vec::new();
            for id in ids {
                let Some(secret) = rotated(client, id.as_str()).await? else { continue };
                let inputs = inputs(id.as_str(), &secret);
                observed.push(Observed { id: id.clone(), inputs, outputs: NoOutputs {}, condition: Condition::Ready });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &RotationInputs, new: Creation<'_>) -> Result<RotationId, ProviderError> {
            let secret = want.secret.as_str();
            if rotated(client, secret).await?.is_some() {
                let taken = || ProviderError::new(Class::Exists, "RotateSecret", format!("`{secret}` is rotated already"));
                return Self::find(client, want, new).await?.ok_or_else(taken);
            }
            rotate(client, want, Some(tags::token(new.token))).await?;
            Ok(RotationId::new(secret))
        }

        async fn update(client: &Client, _: &RotationId, have: &RotationInputs, want: &RotationInputs) -> Result<(), ProviderError> {
            let lasting = |inputs: &RotationInputs| RotationInputs { immediately: None, ..inputs.clone() };
            let metadata = changes(have.external_metadata.as_ref(), want.external_metadata.as_ref());
            if !metadata && !differs(&lasting(have), &lasting(want)) {
                return Ok(());
            }
            rotate(client, want, None).await
        }

        async fn delete(client: &Client, id: &RotationId) -> Result<(), ProviderError> {
            if rotated(client, id.as_str()).await?.is_none() {
                return Ok(());
            }
            let call = client.cancel_rotate_secret().secret_id(id.as_str());
            gone_is_success(call.send().await.map(drop).map_err(failed("CancelRotateSecret")))
        }

        async fn find(client: &Client, want: &RotationInputs, _: Creation<'_>) -> Result<Option<RotationId>, ProviderError> {
            let Some(secret) = rotated(client, want.secret.as_str()).await? else { return Ok(None) };
            let same = !differs(&inputs(want.secret.as_str(), &secret), &RotationInputs { immediately: None, ..want.clone() });
            Ok(same.then(|| RotationId::new(want.secret.as_str())))
        }
    }

    /// The secret, if it is rotated.
    async fn rotated(client: &Client, secret: &str) -> Result<Option<DescribeSecretOutput>, ProviderError> {
        Ok(tags::alive(client, secret).await?.filter(|secret| secret.rotation_enabled() == Some(true)))
    }

    fn inputs(id: &str, secret: &DescribeSecretOutput) -> RotationInputs {
        let rules = secret.rotation_rules();
        let metadata = secret.external_secret_rotation_metadata().iter();
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        RotationInputs {
            secret: SecretArn::new(id),
            function: secret.rotation_lambda_arn().map(str::to_owned),
            after_days: rules.and_then(|rules| rules.automatically_after_days()),
            schedule: rules.and_then(|rules| rules.schedule_expression()).map(str::to_owned),
            duration: rules.and_then(|rules| rules.duration()).map(str::to_owned),
            immediately: None,
            external_role: secret.external_secret_rotation_role_arn().map(RoleArn::new),
            external_metadata: Some(metadata.map(|item| (text(item.key()), text(item.value()))).collect()),
        }
    }

    async fn rotate(client: &Client, want: &RotationInputs, token: Option<String>) -> Result<(), ProviderError> {
        let rules = RotationRulesType::builder()
            .set_automatically_after_days(want.after_days)
            .set_schedule_expression(want.schedule.clone())
            .set_duration(want.duration.clone());
        let metadata = want.external_metadata.iter().flatten();
        let metadata = metadata.map(|(key, value)| ExternalSecretRotationMetadataItem::builder().key(key).value(value).build());
        let call = client
            .rotate_secret()
            .secret_id(want.secret.as_str())
            .set_client_request_token(token)
            .set_rotation_lambda_arn(want.function.clone())
            .rotation_rules(rules.build())
            .set_external_secret_rotation_metadata(want.external_metadata.as_ref().map(|_| metadata.collect()))
            .set_external_secret_rotation_role_arn(want.external_role.as_ref().map(ToString::to_string))
            .set_rotate_immediately(want.immediately);
        // A function that was just allowed to be called is not known to be so yet.
        let not_yet =
            |error: ProviderError| error.class_if(Class::NotYet, |error| error.message.contains("cannot invoke the specified Lambda"));
        call.send().await.map(drop).map_err(|error| not_yet(failed("RotateSecret")(error)))
    }
}

//! The value of a secret.

use infra_core::{Outputs, Resource};
use serde::{Deserialize, Serialize};

use super::{Secret, SecretArn};

/// The value of a secret: what programs get that ask for it.
///
/// Another value is another version of the secret, which becomes the current one; AWS keeps the one before. When this is
/// deleted, the value stays until the secret itself goes, since AWS lets no secret be without one that has had one.
///
/// The value is never read back. What a rotation makes of it later is left alone, until the program says another value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = SecretVersion, id = SecretVersionId, outputs = SecretVersionOutputs, kind = "aws:secretsmanager/secret-version",
    unlike_cloud = "CloudFormation has the value in the secret",
    iam(
        "secretsmanager:DescribeSecret",
        create("secretsmanager:PutSecretValue"),
        update("secretsmanager:PutSecretValue"),
        delete("secretsmanager:UpdateSecretVersionStage"),
    ),
    unique(secret),
    completes(Secret),
)]
pub struct SecretVersionInputs {
    /// The secret.
    #[input(replace)]
    pub secret: SecretArn,
    /// The value as text, up to 64 KiB; or `binary`.
    #[input(secret, write_only)]
    pub value: Option<String>,
    /// The value as bytes in Base64; or `value`.
    #[input(secret, write_only)]
    pub binary: Option<String>,
}

/// What AWS says of a [`SecretVersion`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = SecretVersion)]
pub struct SecretVersionOutputs {
    /// The secret, which has its value by now.
    #[output(stable, echo = "secret")]
    pub secret: SecretArn,
    /// The id of the version.
    pub version_id: String,
}

#[cfg(feature = "secretsmanager")]
mod live {
    use aws_sdk_secretsmanager::Client;
    use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
    use aws_sdk_secretsmanager::operation::put_secret_value::builders::PutSecretValueFluentBuilder;
    use aws_smithy_types::{Blob, base64};
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{SecretVersion, SecretVersionId, SecretVersionInputs, SecretVersionOutputs};
    use crate::sdk::failed;
    use crate::secretsmanager::{SecretArn, tags};

    /// The label of the version that programs get.
    const CURRENT: &str = "AWSCURRENT";
    /// The label of the version that the engine made: a rotation moves the other one.
    const OURS: &str = "infra";

    impl Lifecycle for SecretVersion {
        type Client = Client;
        const SERVICE: &'static str = "secretsmanager";
        // A secret, whose versions these are, is described by itself; the list lags behind.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[SecretVersionId]) -> Result<Vec<Observed<SecretVersion>>, ProviderError> {
            let mut observed = Vec::new();
            for id in ids {
                let Some(secret) = tags::alive(client, id.as_str()).await? else { continue };
                let Some(version) = labelled(&secret) else { continue };
                let secret = SecretArn::new(id.as_str());
                observed.push(Observed {
                    id: id.clone(),
                    inputs: SecretVersionInputs { secret: secret.clone(), value: None, binary: None },
                    outputs: SecretVersionOutputs { secret, version_id: version },
                    condition: Condition::Ready,
                });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &SecretVersionInputs, new: Creation<'_>) -> Result<SecretVersionId, ProviderError> {
            let call = put(client, want)?.client_request_token(tags::token(new.token));
            call.send().await.map_err(failed("PutSecretValue"))?;
            Ok(SecretVersionId::new(want.secret.as_str()))
        }

        async fn update(
            client: &Client,
            _: &SecretVersionId,
            have: &SecretVersionInputs,
            want: &SecretVersionInputs,
        ) -> Result<(), ProviderError> {
            if (&have.value, &have.binary) == (&want.value, &want.binary) {
                return Ok(());
            }
            put(client, want)?.send().await.map(drop).map_err(failed("PutSecretValue"))
        }

        async fn delete(client: &Client, id: &SecretVersionId) -> Result<(), ProviderError> {
            let Some(secret) = tags::alive(client, id.as_str()).await? else { return Ok(()) };
            let Some(version) = labelled(&secret) else { return Ok(()) };
            let call = client.update_secret_version_stage().secret_id(id.as_str()).version_stage(OURS).remove_from_version_id(version);
            gone_is_success(call.send().await.map(drop).map_err(failed("UpdateSecretVersionStage")))
        }

        async fn find(client: &Client, want: &SecretVersionInputs, new: Creation<'_>) -> Result<Option<SecretVersionId>, ProviderError> {
            // The token of a call is the id of the version that it makes.
            let secret = tags::alive(client, want.secret.as_str()).await?;
            let made = secret.as_ref().and_then(labelled).is_some_and(|version| version == tags::token(new.token));
            Ok(made.then(|| SecretVersionId::new(want.secret.as_str())))
        }
    }

    /// The version that has the engine's label.
    fn labelled(secret: &DescribeSecretOutput) -> Option<String> {
        let mut versions = secret.version_ids_to_stages()?.iter();
        versions.find(|(_, labels)| labels.iter().any(|label| label == OURS)).map(|(version, _)| version.clone())
    }

    fn put(client: &Client, want: &SecretVersionInputs) -> Result<PutSecretValueFluentBuilder, ProviderError> {
        let invalid = |words: &str| ProviderError::new(Class::Invalid, "PutSecretValue", words);
        let call = client.put_secret_value().secret_id(want.secret.as_str()).version_stages(CURRENT).version_stages(OURS);
        match (&want.value, &want.binary) {
            (Some(value), None) => Ok(call.secret_string(value)),
            (None, Some(binary)) => {
                // What is wrong with it is not said, since that could show a part of it.
                let bytes = base64::decode(binary).map_err(|_| invalid("`binary` is not Base64"))?;
                Ok(call.secret_binary(Blob::new(bytes)))
            }
            _ => Err(invalid("the value of a secret is either a `value` or a `binary`")),
        }
    }
}

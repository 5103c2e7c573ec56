//! Tags of secrets, and what else several resources here ask of one.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::Tag;
use infra_apply::ProviderError;
use infra_core::Tags;

use crate::sdk::{failed, there};

/// Tags as the SDK has them.
pub(super) fn to_sdk<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// All tags of a secret, the engine's too.
pub(super) fn all(secret: &DescribeSecretOutput) -> Tags {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    secret.tags().iter().map(|tag| (text(tag.key()), text(tag.value()))).collect()
}

/// A secret by name or ARN, also one that is on its way out.
pub(super) async fn any(client: &Client, secret: &str) -> Result<Option<DescribeSecretOutput>, ProviderError> {
    there(client.describe_secret().secret_id(secret).send().await.map_err(failed("DescribeSecret")))
}

/// A secret by name or ARN, unless it is on its way out.
pub(super) async fn alive(client: &Client, secret: &str) -> Result<Option<DescribeSecretOutput>, ProviderError> {
    Ok(any(client, secret).await?.filter(|secret| secret.deleted_date().is_none()))
}

/// A token as Secrets Manager takes it, of at least 32 characters. It becomes the id of the version that a call makes.
pub(super) fn token(token: &str) -> String {
    format!("{token:0<32}")
}

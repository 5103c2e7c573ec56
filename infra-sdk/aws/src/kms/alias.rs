//! A name for a key.

use infra_core::{Outputs, Resource};
use serde::{Deserialize, Serialize};

use super::KeyId;

/// A name for a key, which can come to stand for another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Alias, id = AliasName, outputs = AliasOutputs, kind = "aws:kms/alias", cloud = "AWS::KMS::Alias",
    iam("kms:DescribeKey", "kms:ListAliases", create("kms:CreateAlias"), update("kms:UpdateAlias"), delete("kms:DeleteAlias")),
)]
pub struct AliasInputs {
    /// The key.
    #[input(cloud = "TargetKeyId")]
    pub key: KeyId,
    /// The name without `alias/`, up to 250 letters, digits, `/`, `_` and `-`, the same only once in a region. Default: made from
    /// stack and resource.
    #[input(name = 250, replace, cloud = "AliasName")]
    pub name: Option<String>,
}

/// What AWS says of an [`Alias`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Alias)]
pub struct AliasOutputs {
    /// Its ARN.
    #[output(stable)]
    pub arn: String,
}

#[cfg(feature = "kms")]
mod live {
    use aws_sdk_kms::Client;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{Alias, AliasInputs, AliasName, AliasOutputs};
    use crate::kms::KeyId;
    use crate::sdk::{failed, named, there};

    /// What AWS's names begin with, and a program's do not.
    const PREFIX: &str = "alias/";

    /// How many aliases KMS lists in a page at most.
    const LIST_PAGE: i32 = 100;

    impl Lifecycle for Alias {
        type Client = Client;
        const SERVICE: &'static str = "kms";

        async fn read(client: &Client, ids: &[AliasName]) -> Result<Vec<Observed<Alias>>, ProviderError> {
            let mut observed = if ids.len() > 1 { listed(client, ids).await? } else { Vec::new() };
            // The list lags behind what was just made, so what is not in it need not be gone.
            for id in ids {
                if !observed.iter().any(|alias: &Observed<Alias>| alias.id == *id) {
                    observed.extend(described(client, id).await?);
                }
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &AliasInputs, new: Creation<'_>) -> Result<AliasName, ProviderError> {
            let name = named(want.name.as_ref(), "CreateAlias")?;
            if name.starts_with(PREFIX) {
                let words = format!("the name of an alias is written without `{PREFIX}`");
                return Err(ProviderError::new(Class::Invalid, "CreateAlias", words));
            }
            let id = AliasName::new(format!("{PREFIX}{name}"));
            let call = client.create_alias().alias_name(id.as_str()).target_key_id(want.key.as_str());
            match call.send().await.map_err(failed("CreateAlias")) {
                Ok(_) => Ok(id),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                // The key is there by the graph's order, so one that is unknown was made just now.
                Err(error) => Err(error.class_if(Class::NotYet, |error| error.class == Class::NotFound)),
            }
        }

        async fn update(client: &Client, id: &AliasName, have: &AliasInputs, want: &AliasInputs) -> Result<(), ProviderError> {
            if have.key == want.key {
                return Ok(());
            }
            let call = client.update_alias().alias_name(id.as_str()).target_key_id(want.key.as_str());
            call.send().await.map(drop).map_err(failed("UpdateAlias"))
        }

        async fn delete(client: &Client, id: &AliasName) -> Result<(), ProviderError> {
            gone_is_success(client.delete_alias().alias_name(id.as_str()).send().await.map(drop).map_err(failed("DeleteAlias")))
        }

        async fn find(client: &Client, want: &AliasInputs, _: Creation<'_>) -> Result<Option<AliasName>, ProviderError> {
            let id = AliasName::new(format!("{PREFIX}{}", named(want.name.as_ref(), "DescribeKey")?));
            let found = Self::read(client, std::slice::from_ref(&id)).await?;
            Ok(found.into_iter().find(|found| found.inputs.key == want.key).map(|found| found.id))
        }
    }

    /// What one alias stands for: a description of its key.
    async fn described(client: &Client, id: &AliasName) -> Result<Option<Observed<Alias>>, ProviderError> {
        let Some(name) = id.as_str().strip_prefix(PREFIX) else { return Ok(None) };
        let answer = there(client.describe_key().key_id(id.as_str()).send().await.map_err(failed("DescribeKey")))?;
        let Some(key) = answer.and_then(|answer| answer.key_metadata) else { return Ok(None) };
        let account = key.arn().and_then(|arn| arn.rsplit_once(':')).map(|(account, _)| account).unwrap_or_default();
        Ok(Some(observed(name, KeyId::new(key.key_id()), format!("{account}:{id}"))))
    }

    /// Those of the aliases that are in the account's list. No more pages of it are read than there are aliases left to find:
    /// from then on they are sooner asked for one by one.
    async fn listed(client: &Client, ids: &[AliasName]) -> Result<Vec<Observed<Alias>>, ProviderError> {
        let mut found = Vec::new();
        let mut pages = client.list_aliases().limit(LIST_PAGE).into_paginator().send();
        let mut read = 0;
        while read < ids.len() - found.len() {
            let Some(page) = pages.next().await else { break };
            for told in page.map_err(failed("ListAliases"))?.aliases() {
                let id = AliasName::new(told.alias_name().unwrap_or_default());
                if let (true, Some(name), Some(key)) = (ids.contains(&id), id.as_str().strip_prefix(PREFIX), told.target_key_id()) {
                    found.push(observed(name, KeyId::new(key), told.alias_arn().unwrap_or_default().to_owned()));
                }
            }
            read += 1;
        }
        Ok(found)
    }

    fn observed(name: &str, key: KeyId, arn: String) -> Observed<Alias> {
        Observed {
            id: AliasName::new(format!("{PREFIX}{name}")),
            inputs: AliasInputs { key, name: Some(name.to_owned()) },
            outputs: AliasOutputs { arn },
            condition: Condition::Ready,
        }
    }
}

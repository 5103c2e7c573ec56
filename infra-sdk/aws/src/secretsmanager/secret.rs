//! A secret.

use infra_core::{Block, Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

use crate::kms::KeyArn;

/// A place for a secret value: a password, a key, a few of both as JSON.
///
/// Its value is a [`SecretVersion`](super::SecretVersion), or stands here; or a rotation makes it. Deleting it lets AWS wait
/// for days, during which it can be brought back: one that this very resource deleted is brought back when it is made again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = Secret, id = SecretArn, outputs = SecretOutputs, kind = "aws:secretsmanager/secret", cloud = "AWS::SecretsManager::Secret",
    iam(
        "secretsmanager:DescribeSecret",
        create("secretsmanager:CreateSecret", "secretsmanager:RestoreSecret", "secretsmanager:TagResource"),
        update(
            "secretsmanager:UpdateSecret", "secretsmanager:TagResource", "secretsmanager:UntagResource",
            "secretsmanager:ReplicateSecretToRegions", "secretsmanager:RemoveRegionsFromReplication",
        ),
        delete("secretsmanager:RemoveRegionsFromReplication", "secretsmanager:DeleteSecret"),
    ),
    without(GenerateSecretString = "a random password is a resource of the engine, so that others can be told it"),
)]
pub struct SecretInputs {
    /// Its name, up to 512 letters, digits and `/_+=.@-`, the same only once in a region. Default: made from stack and resource.
    // What ends with a hyphen and six characters is taken for a whole ARN where a part of one is given.
    #[input(name = 512, suffix = 8, replace)]
    pub name: Option<String>,
    /// What it is for, up to 2048 characters.
    pub description: Option<String>,
    /// The key that it is encrypted with, by ARN. Default: the account's own, `alias/aws/secretsmanager`.
    #[input(cloud = "KmsKeyId")]
    pub kms_key: Option<KeyArn>,
    /// Its value, up to 64 KiB. Leave it out where a [`SecretVersion`](super::SecretVersion) or a rotation gives it one.
    #[input(secret, write_only, cloud = "SecretString")]
    pub value: Option<String>,
    /// How many days it can be brought back after it was deleted, from 7 to 30; 0 deletes it at once. Default: 30. Kept in a tag of
    /// the secret.
    #[input(unlike_cloud = "CloudFormation deletes with 30 days, and the API takes them when it deletes")]
    pub recovery_window_in_days: Option<i32>,
    /// Other regions that have copies of it. An empty list removes them.
    #[input(set)]
    pub replica_regions: Option<Vec<ReplicaRegion>>,
    /// The partner of AWS that holds it, as AWS names them. Default: AWS does.
    #[input(cloud = "Type")]
    pub external_type: Option<String>,
    /// Tags.
    pub tags: Option<Tags>,
}

/// Another region that has a copy of a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ReplicaRegion {
    /// The region, as in `eu-west-1`.
    pub region: String,
    /// The key there that it is encrypted with, by ARN. Default: the account's own.
    #[input(filled, cloud = "KmsKeyId")]
    pub kms_key: Option<KeyArn>,
}

/// What AWS says of a [`Secret`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Secret)]
pub struct SecretOutputs {
    /// Its name.
    #[output(stable, echo)]
    pub name: String,
}

#[cfg(feature = "secretsmanager")]
mod live {
    use aws_sdk_secretsmanager::Client;
    use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
    use aws_sdk_secretsmanager::types::{ReplicaRegionType, ReplicationStatusType};
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};
    use infra_core::{OWNERSHIP_PREFIX, Tags};

    use super::{ReplicaRegion, Secret, SecretArn, SecretInputs, SecretOutputs};
    use crate::kms::KeyArn;
    use crate::sdk::{changes, differs, failed, named, tags as all_tags};
    use crate::secretsmanager::tags;

    /// The tag that says how long it can be brought back: the engine deletes by id, and knows nothing else then.
    const RECOVERY_WINDOW: &str = "infra:recovery-window-in-days";

    impl Lifecycle for Secret {
        type Client = Client;
        const SERVICE: &'static str = "secretsmanager";
        // A secret is described by itself; the list lags behind.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[SecretArn]) -> Result<Vec<Observed<Secret>>, ProviderError> {
            let mut observed = Vec::new();
            for id in ids {
                if let Some(secret) = tags::alive(client, id.as_str()).await? {
                    observed.push(observe(id, &secret));
                }
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &SecretInputs, new: Creation<'_>) -> Result<SecretArn, ProviderError> {
            let name = named(want.name.as_ref(), "CreateSecret")?;
            let window = window(want);
            let call = client
                .create_secret()
                .name(name)
                .set_client_request_token(want.value.as_ref().map(|_| tags::token(new.token)))
                .set_description(want.description.clone())
                .set_kms_key_id(want.kms_key.as_ref().map(ToString::to_string))
                .set_secret_string(want.value.clone())
                .set_type(want.external_type.clone())
                .set_add_replica_regions(want.replica_regions.as_deref().filter(|regions| !regions.is_empty()).map(to_sdk))
                .set_tags(Some(tags::to_sdk(new.tags.iter().chain(&window))));
            match call.send().await.map_err(failed("CreateSecret")) {
                Ok(answer) => Ok(SecretArn::new(answer.arn().unwrap_or_default())),
                Err(error) if error.is_code("InvalidRequestException") && error.message.contains("scheduled for deletion") => {
                    restored(client, name, want, new, error).await
                }
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error),
            }
        }

        async fn update(client: &Client, id: &SecretArn, have: &SecretInputs, want: &SecretInputs) -> Result<(), ProviderError> {
            let secret = id.as_str();
            let (mut set, unset) = all_tags::changes(have.tags.as_ref(), want.tags.as_ref());
            if changes(have.recovery_window_in_days.as_ref(), want.recovery_window_in_days.as_ref()) {
                set.extend(window(want));
            }
            if !unset.is_empty() {
                let call = client.untag_resource().secret_id(secret).set_tag_keys(Some(unset));
                call.send().await.map_err(failed("UntagResource"))?;
            }
            if !set.is_empty() {
                let call = client.tag_resource().secret_id(secret).set_tags(Some(tags::to_sdk(&set)));
                call.send().await.map_err(failed("TagResource"))?;
            }
            let own = |inputs: &SecretInputs| SecretInputs {
                name: None,
                recovery_window_in_days: None,
                replica_regions: None,
                tags: None,
                ..inputs.clone()
            };
            if differs(&own(have), &own(want)) {
                let value = want.value.clone().filter(|value| have.value.as_ref() != Some(value));
                rewrite(client, secret, want, value).await?;
            }
            if let Some(wanted) = want.replica_regions.as_ref() {
                replicate(client, secret, have.replica_regions.as_deref().unwrap_or_default(), wanted).await?;
            }
            Ok(())
        }

        async fn delete(client: &Client, id: &SecretArn) -> Result<(), ProviderError> {
            let Some(secret) = tags::alive(client, id.as_str()).await? else { return Ok(()) };
            let regions: Vec<String> = secret.replication_status().iter().filter_map(|copy| copy.region.clone()).collect();
            if !regions.is_empty() {
                let call = client.remove_regions_from_replication().secret_id(id.as_str()).set_remove_replica_regions(Some(regions));
                gone_is_success(call.send().await.map(drop).map_err(failed("RemoveRegionsFromReplication")))?;
            }
            let call = client.delete_secret().secret_id(id.as_str());
            let call = match days(&secret) {
                Some(0) => call.force_delete_without_recovery(true),
                days => call.set_recovery_window_in_days(days.map(i64::from)),
            };
            gone_is_success(call.send().await.map(drop).map_err(failed("DeleteSecret")))
        }

        async fn find(client: &Client, want: &SecretInputs, new: Creation<'_>) -> Result<Option<SecretArn>, ProviderError> {
            let found = tags::alive(client, named(want.name.as_ref(), "DescribeSecret")?).await?;
            let ours = found
                .filter(|found| all_tags::has_token(tags::all(found).iter().map(|(key, value)| (key.as_str(), value.as_str())), new.token));
            Ok(ours.and_then(|found| found.arn).map(SecretArn::new))
        }
    }

    fn window(want: &SecretInputs) -> Tags {
        want.recovery_window_in_days.iter().map(|days| (RECOVERY_WINDOW.to_owned(), days.to_string())).collect()
    }

    fn days(secret: &DescribeSecretOutput) -> Option<i32> {
        tags::all(secret).get(RECOVERY_WINDOW)?.parse().ok()
    }

    fn to_sdk(regions: &[ReplicaRegion]) -> Vec<ReplicaRegionType> {
        let region = |replica: &ReplicaRegion| {
            ReplicaRegionType::builder().region(&replica.region).set_kms_key_id(replica.kms_key.as_ref().map(ToString::to_string)).build()
        };
        regions.iter().map(region).collect()
    }

    /// A secret of that name is on its way out. One that this very resource had is brought back; another's is not touched.
    async fn restored(
        client: &Client,
        name: &str,
        want: &SecretInputs,
        new: Creation<'_>,
        refused: ProviderError,
    ) -> Result<SecretArn, ProviderError> {
        let Some(old) = tags::any(client, name).await? else {
            // One that was deleted at once is gone, and its name free a little later.
            return Err(refused.class_if(Class::NotYet, |_| true));
        };
        let had = tags::all(&old);
        let own = ["stack", "resource"].map(|key| format!("{OWNERSHIP_PREFIX}{key}"));
        if own.iter().any(|key| new.tags.get(key).is_none() || had.get(key) != new.tags.get(key)) {
            let words = format!(
                "another secret `{name}` was deleted and can still be brought back: bring it back and import it, or delete it for good \
                 with `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id {name}`, or choose another name"
            );
            return Err(ProviderError::new(Class::Exists, "CreateSecret", words));
        }
        let arn = old.arn().unwrap_or_default();
        client.restore_secret().secret_id(arn).send().await.map_err(failed("RestoreSecret"))?;
        let tags = tags::to_sdk(new.tags.iter().chain(&window(want)));
        client.tag_resource().secret_id(arn).set_tags(Some(tags)).send().await.map_err(failed("TagResource"))?;
        rewrite(client, arn, want, want.value.clone()).await?;
        Ok(SecretArn::new(arn))
    }

    /// Says what a secret is; with a value it gets a new version.
    async fn rewrite(client: &Client, secret: &str, want: &SecretInputs, value: Option<String>) -> Result<(), ProviderError> {
        let call = client
            .update_secret()
            .secret_id(secret)
            .set_description(want.description.clone())
            .set_kms_key_id(want.kms_key.as_ref().map(ToString::to_string))
            .set_type(want.external_type.clone())
            .set_secret_string(value);
        call.send().await.map(drop).map_err(failed("UpdateSecret"))
    }

    async fn replicate(client: &Client, secret: &str, have: &[ReplicaRegion], want: &[ReplicaRegion]) -> Result<(), ProviderError> {
        let same = |one: &ReplicaRegion, other: &ReplicaRegion| !differs(one, other);
        let gone = have.iter().filter(|old| !want.iter().any(|new| same(old, new)));
        let gone: Vec<String> = gone.map(|old| old.region.clone()).collect();
        if !gone.is_empty() {
            let call = client.remove_regions_from_replication().secret_id(secret).set_remove_replica_regions(Some(gone));
            call.send().await.map_err(failed("RemoveRegionsFromReplication"))?;
        }
        let new: Vec<ReplicaRegion> = want.iter().filter(|new| !have.iter().any(|old| same(old, new))).cloned().collect();
        if !new.is_empty() {
            let call = client.replicate_secret_to_regions().secret_id(secret).set_add_replica_regions(Some(to_sdk(&new)));
            call.send().await.map_err(failed("ReplicateSecretToRegions"))?;
        }
        Ok(())
    }

    fn observe(id: &SecretArn, secret: &DescribeSecretOutput) -> Observed<Secret> {
        let all = tags::all(secret);
        let replica = |copy: &ReplicationStatusType| ReplicaRegion {
            region: copy.region().unwrap_or_default().to_owned(),
            kms_key: copy.kms_key_id().map(KeyArn::new),
        };
        let inputs = SecretInputs {
            name: secret.name().map(str::to_owned),
            description: Some(secret.description().unwrap_or_default().to_owned()),
            kms_key: secret.kms_key_id().map(KeyArn::new),
            value: None,
            recovery_window_in_days: days(secret),
            replica_regions: Some(secret.replication_status().iter().map(replica).collect()),
            external_type: secret.r#type().map(str::to_owned),
            tags: Some(all_tags::of_program(all.iter().map(|(key, value)| (key.as_str(), value.as_str())))),
        };
        let outputs = SecretOutputs { name: secret.name().unwrap_or_default().to_owned() };
        Observed { id: id.clone(), inputs, outputs, condition: Condition::Ready }
    }
}

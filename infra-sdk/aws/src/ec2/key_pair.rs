//! A key pair: a public key that instances let in over SSH.

use infra_core::{Outputs, Resource, Tags};
use serde::{Deserialize, Serialize};

/// A public key of yours, under a name. EC2 puts it on the instances that name it; the private key stays with you.
///
/// A key that EC2 makes itself is not offered: its private half would pass through the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = KeyPair, id = KeyPairName, outputs = KeyPairOutputs, kind = "aws:ec2/key-pair", cloud = "AWS::EC2::KeyPair",
    iam(
        "ec2:DescribeKeyPairs",
        create("ec2:ImportKeyPair", "ec2:CreateTags"),
        update("ec2:CreateTags", "ec2:DeleteTags"),
        delete("ec2:DeleteKeyPair"),
    ),
    // EC2 takes the type from the key where there is one.
    said(KeyType = public_key),
    without(KeyFormat = "it is that of a private key that EC2 makes"),
)]
pub struct KeyPairInputs {
    /// Its name, up to 255 ASCII characters, unique in the region. Default: one made of the stack's and the resource's.
    #[input(name = 255, replace, cloud = "KeyName")]
    pub name: Option<String>,
    /// The public key, as in `ssh-ed25519 AAAA… me@example`: RSA of 1024, 2048 or 4096 bits, or ED25519.
    // AWS tells it back with a comment of its own, and a key under a name never changes.
    #[input(
        replace,
        write_only,
        cloud = "PublicKeyMaterial",
        unlike_cloud = "a key that EC2 makes would bring its private half through the engine"
    )]
    pub public_key: String,
    /// Tags.
    #[input(unlike_cloud = "EC2 changes the tags of a key pair in place")]
    pub tags: Option<Tags>,
}

/// What AWS says of a [`KeyPair`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = KeyPair)]
pub struct KeyPairOutputs {
    /// The id, as in `key-0123`, which policies and tags use.
    #[output(stable)]
    pub key_pair_id: String,
    /// The fingerprint: MD5 of an RSA key, SHA-256 of an ED25519 key.
    #[output(stable)]
    pub fingerprint: String,
    /// `rsa` or `ed25519`.
    #[output(stable)]
    pub key_type: String,
}

#[cfg(feature = "ec2")]
mod live {
    use aws_sdk_ec2::Client;
    use aws_sdk_ec2::types::{Filter, KeyPairInfo, ResourceType};
    use aws_smithy_types::Blob;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success};

    use super::{KeyPair, KeyPairInputs, KeyPairName, KeyPairOutputs};
    use crate::ec2::tags;
    use crate::sdk::{changes, failed, named};

    impl Lifecycle for KeyPair {
        type Client = Client;
        const SERVICE: &'static str = "ec2";

        async fn read(client: &Client, ids: &[KeyPairName]) -> Result<Vec<Observed<KeyPair>>, ProviderError> {
            let names = ids.iter().map(|id| id.as_str().to_owned()).collect();
            let pairs = describe(client, Filter::builder().name("key-name").set_values(Some(names)).build()).await?;
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let observed = pairs.iter().map(|pair| Observed {
                id: KeyPairName::new(text(pair.key_name())),
                inputs: KeyPairInputs {
                    name: pair.key_name().map(str::to_owned),
                    public_key: text(pair.public_key()).trim_end().to_owned(),
                    tags: Some(tags::from_sdk(pair.tags())),
                },
                outputs: KeyPairOutputs {
                    key_pair_id: text(pair.key_pair_id()),
                    fingerprint: text(pair.key_fingerprint()),
                    key_type: text(pair.key_type().map(|word| word.as_str())),
                },
                condition: Condition::Ready,
            });
            Ok(observed.collect())
        }

        async fn create(client: &Client, want: &KeyPairInputs, new: Creation<'_>) -> Result<KeyPairName, ProviderError> {
            let name = named(want.name.as_ref(), "ImportKeyPair")?;
            let call = client
                .import_key_pair()
                .key_name(name)
                .public_key_material(Blob::new(want.public_key.as_bytes()))
                .tag_specifications(tags::specification(ResourceType::KeyPair, new.tags));
            match call.send().await.map_err(failed("ImportKeyPair")) {
                Ok(_) => Ok(KeyPairName::new(name)),
                Err(error) if error.class == Class::Exists => Self::find(client, want, new).await?.ok_or(error),
                Err(error) => Err(error),
            }
        }

        async fn update(client: &Client, id: &KeyPairName, have: &KeyPairInputs, want: &KeyPairInputs) -> Result<(), ProviderError> {
            if !changes(have.tags.as_ref(), want.tags.as_ref()) {
                return Ok(());
            }
            // Tags go by id, and the engine knows the pair by its name.
            let pairs = describe(client, Filter::builder().name("key-name").values(id.as_str()).build()).await?;
            let gone = || ProviderError::new(Class::NotFound, "DescribeKeyPairs", format!("there is no key pair `{id}`"));
            let pair = pairs.first().and_then(|pair| pair.key_pair_id()).ok_or_else(gone)?;
            tags::update(client, pair, have.tags.as_ref(), want.tags.as_ref()).await
        }

        async fn delete(client: &Client, id: &KeyPairName) -> Result<(), ProviderError> {
            let deleted = client.delete_key_pair().key_name(id.as_str()).send().await.map_err(failed("DeleteKeyPair"));
            gone_is_success(deleted.map(drop))
        }

        async fn find(client: &Client, _: &KeyPairInputs, new: Creation<'_>) -> Result<Option<KeyPairName>, ProviderError> {
            let pairs = describe(client, tags::token_filter(new.token)).await?;
            Ok(pairs.first().and_then(|pair| pair.key_name()).map(KeyPairName::new))
        }
    }

    async fn describe(client: &Client, filter: Filter) -> Result<Vec<KeyPairInfo>, ProviderError> {
        let call = client.describe_key_pairs().filters(filter).include_public_key(true);
        let answer = call.send().await.map_err(failed("DescribeKeyPairs"))?;
        Ok(answer.key_pairs.unwrap_or_default())
    }
}

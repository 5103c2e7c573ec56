//! A layer: what functions have in common.

use infra_core::{Block, Input, LocalFile, Outputs, Resource, Set};
use serde::{Deserialize, Serialize};

use super::Architecture;
use super::function::S3Code;

/// Where a layer's archive is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Block)]
pub struct LayerContent {
    /// A zip file of this machine. Either this or `s3`.
    #[input(unlike_cloud = "the API takes the archive itself, CloudFormation only a bucket")]
    pub zip: Option<LocalFile>,
    /// An object of S3, in the layer's region. Either this or `zip`.
    #[input(cloud = "")]
    pub s3: Option<S3Code>,
}

impl LayerContent {
    /// A zip file of this machine.
    pub fn zip_file(file: impl Input<LocalFile>) -> LayerContentBuilder {
        LayerContent::new().zip(file)
    }
}

/// A version of a layer: an archive whose folders functions find in `/opt`.
///
/// A version cannot be changed: a difference publishes the next one, which functions are moved to before the old one is deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = LayerVersion, id = LayerVersionArn, outputs = LayerVersionOutputs, kind = "aws:lambda/layer-version",
    cloud = "AWS::Lambda::LayerVersion",
    iam("lambda:GetLayerVersion", "lambda:ListLayerVersions", create("lambda:PublishLayerVersion"), delete("lambda:DeleteLayerVersion")),
    without("Content/S3ObjectStorageMode" = "an archive is copied, so that it stays what it was"),
)]
pub struct LayerVersionInputs {
    /// Where its archive is.
    #[input(replace, write_only)]
    pub content: LayerContent,
    /// What its versions are called together, at most 64 letters, digits, `-` and `_`.
    #[input(replace, cloud = "LayerName", unlike_cloud = "versions that share no name are no versions of one layer")]
    pub name: String,
    /// What it is, at most 256 characters.
    #[input(replace)]
    pub description: Option<String>,
    /// The runtimes that it is for, as in `python3.12`. Default: any.
    #[input(replace, set)]
    pub compatible_runtimes: Option<Vec<String>>,
    /// The processors that it is for. Default: any.
    #[input(replace, set)]
    pub compatible_architectures: Option<Vec<Architecture>>,
    /// Its licence: a name of SPDX, a link, or the text.
    #[input(replace)]
    pub license_info: Option<String>,
}

/// What AWS says of a [`LayerVersion`]; its id is the ARN with the version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = LayerVersion)]
pub struct LayerVersionOutputs {
    /// Which version it is, from 1.
    #[output(stable)]
    pub version: i64,
    /// The SHA-256 of its archive, in base64.
    #[output(stable)]
    pub code_sha256: String,
}

impl LayerVersion {
    /// One from a zip file of this machine.
    pub fn from_zip(name: impl Into<String>, layer: impl Input<String>, file: impl Input<LocalFile>) -> LayerVersionBuilder<Set, Set> {
        LayerVersion::new(name).content(LayerContent::new().zip(file)).name(layer)
    }
}

#[cfg(feature = "lambda")]
mod live {
    use aws_sdk_lambda::Client;
    use aws_sdk_lambda::types as sdk;
    use aws_smithy_types::Blob;
    use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError, gone_is_success, read_file};

    use super::{LayerContent, LayerVersion, LayerVersionArn, LayerVersionInputs, LayerVersionOutputs};
    use crate::sdk::{Wired, failed, unbuilt};

    /// The layer's name and the version in an ARN, `arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION`.
    fn parse(arn: &str) -> Option<(&str, i64)> {
        let mut parts = arn.rsplit(':');
        let version = parts.next()?.parse().ok()?;
        Some((parts.next()?, version))
    }

    impl Lifecycle for LayerVersion {
        type Client = Client;
        const SERVICE: &'static str = "lambda";
        // A version of a layer is told by itself; the list leaves out where its code is.
        const PAGE: usize = 1;

        async fn read(client: &Client, ids: &[LayerVersionArn]) -> Result<Vec<Observed<LayerVersion>>, ProviderError> {
            let mut observed = Vec::new();
            for id in ids {
                let Some((name, version)) = parse(id.as_str()) else { continue };
                let call = client.get_layer_version().layer_name(name).version_number(version);
                let layer = match call.send().await.map_err(failed("GetLayerVersion")) {
                    Err(error) if error.class == Class::NotFound => continue,
                    answer => answer?,
                };
                let inputs = LayerVersionInputs {
                    content: LayerContent::default(),
                    name: name.to_owned(),
                    description: Some(layer.description().unwrap_or_default().to_owned()),
                    compatible_runtimes: Some(layer.compatible_runtimes().iter().map(|runtime| runtime.as_str().to_owned()).collect()),
                    compatible_architectures: Some(layer.compatible_architectures().iter().filter_map(Wired::unwire).collect()),
                    license_info: layer.license_info().map(str::to_owned),
                };
                let code_sha256 = layer.content().and_then(|content| content.code_sha256()).unwrap_or_default().to_owned();
                let outputs = LayerVersionOutputs { version, code_sha256 };
                observed.push(Observed { id: id.clone(), inputs, outputs, condition: Condition::Ready });
            }
            Ok(observed)
        }

        async fn create(client: &Client, want: &LayerVersionInputs, _: Creation<'_>) -> Result<LayerVersionArn, ProviderError> {
            let content = sdk::LayerVersionContentInput::builder();
            let content = match (&want.content.zip, &want.content.s3) {
                (Some(file), None) => content.zip_file(Blob::new(read_file(file)?)),
                (None, Some(s3)) => content.s3_bucket(&s3.bucket).s3_key(&s3.key).set_s3_object_version(s3.object_version.clone()),
                _ => return Err(ProviderError::new(Class::Invalid, "PublishLayerVersion", "`content` needs either `zip` or `s3`")),
            };
            let call = client
                .publish_layer_version()
                .layer_name(&want.name)
                .content(content.build())
                .set_description(want.description.clone())
                .set_compatible_runtimes(want.compatible_runtimes.as_ref().map(|all| all.iter().map(|one| one.as_str().into()).collect()))
                .set_compatible_architectures(want.compatible_architectures.wire().map_err(unbuilt("PublishLayerVersion"))?)
                .set_license_info(want.license_info.clone());
            let made = call.send().await.map_err(failed("PublishLayerVersion"))?;
            Ok(LayerVersionArn::new(made.layer_version_arn().unwrap_or_default()))
        }

        async fn update(_: &Client, _: &LayerVersionArn, _: &LayerVersionInputs, _: &LayerVersionInputs) -> Result<(), ProviderError> {
            // There is nothing that can be changed in place.
            Ok(())
        }

        async fn delete(client: &Client, id: &LayerVersionArn) -> Result<(), ProviderError> {
            let Some((name, version)) = parse(id.as_str()) else { return Ok(()) };
            let deleted = client.delete_layer_version().layer_name(name).version_number(version).send().await;
            gone_is_success(deleted.map(drop).map_err(failed("DeleteLayerVersion")))
        }

        async fn find(client: &Client, want: &LayerVersionInputs, _: Creation<'_>) -> Result<Option<LayerVersionArn>, ProviderError> {
            // A version has neither tags nor a name of its own: it is known by what is in it. One that a person published with
            // the very same content serves as well.
            let Some(file) = &want.content.zip else { return Ok(None) };
            let call = client.list_layer_versions().layer_name(&want.name).max_items(10);
            let versions = match call.send().await.map_err(failed("ListLayerVersions")) {
                Err(error) if error.class == Class::NotFound => return Ok(None),
                answer => answer?.layer_versions.unwrap_or_default(),
            };
            let wanted = super::super::function::digest(&file.sha256);
            for version in versions.iter().take(3) {
                let call = client.get_layer_version().layer_name(&want.name).version_number(version.version());
                let Ok(layer) = call.send().await else { continue };
                if wanted.is_some() && layer.content().and_then(|content| content.code_sha256()) == wanted.as_deref() {
                    return Ok(version.layer_version_arn().map(LayerVersionArn::new));
                }
            }
            Ok(None)
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_name_and_the_version_are_at_the_end_of_the_arn() {
            assert_eq!(parse("arn:aws:lambda:us-east-1:123456789012:layer:tools:7"), Some(("tools", 7)));
            assert_eq!(parse("no-such-object"), None);
        }
    }
}

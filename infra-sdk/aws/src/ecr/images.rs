//! Images in ECR as far as its API goes: who is let into a registry, and the manifest under a tag.

use aws_config::{Region, SdkConfig};
use aws_sdk_ecr::Client;
use aws_sdk_ecr::types::{ImageFailureCode, ImageIdentifier};
use infra_apply::{Class, ProviderError, gone_is_success};

use crate::sdk::{failed, from_base64};

/// The API of ECR in any region. What is pushed itself goes to the registry, and not through here.
#[derive(Clone)]
pub struct Images {
    sdk: SdkConfig,
}

/// A tag of a repository.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'a> {
    /// The account of the registry.
    pub account: &'a str,
    /// Its region.
    pub region: &'a str,
    /// The repository's name.
    pub repository: &'a str,
    /// The tag.
    pub tag: &'a str,
}

/// A manifest as ECR has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Its digest, as in `sha256:…`.
    pub digest: String,
    /// Its text.
    pub body: String,
    /// Its type.
    pub media_type: String,
}

impl Images {
    /// With these credentials, in whatever region an image is.
    pub fn new(sdk: &SdkConfig) -> Images {
        Images { sdk: sdk.clone() }
    }

    fn client(&self, region: &str) -> Client {
        Client::new(&self.sdk.to_builder().region(Region::new(region.to_owned())).build())
    }

    /// A name and a password for the registries of a region, good for twelve hours.
    ///
    /// # Errors
    /// Where ECR gives none.
    pub async fn login(&self, region: &str) -> Result<(String, String), ProviderError> {
        let answer = self.client(region).get_authorization_token().send().await.map_err(failed("GetAuthorizationToken"))?;
        let token = answer.authorization_data().first().and_then(|data| data.authorization_token()).unwrap_or_default();
        match from_base64(token).split_once(':') {
            Some((name, password)) => Ok((name.to_owned(), password.to_owned())),
            None => Err(ProviderError::new(Class::Other, "GetAuthorizationToken", "the token is no name and password")),
        }
    }

    /// The manifest under a tag; nothing where there is no such tag, or no such repository.
    ///
    /// # Errors
    /// Where ECR does not say.
    pub async fn manifest(&self, at: Tag<'_>) -> Result<Option<Manifest>, ProviderError> {
        let call = self.client(at.region).batch_get_image().registry_id(at.account).repository_name(at.repository);
        let answer = call.image_ids(ImageIdentifier::builder().image_tag(at.tag).build()).send().await.map_err(failed("BatchGetImage"));
        let answer = match answer {
            Err(error) if error.class == Class::NotFound => return Ok(None),
            other => other?,
        };
        let manifest = answer.images().first().map(|image| Manifest {
            digest: image.image_id().and_then(|id| id.image_digest()).unwrap_or_default().to_owned(),
            body: image.image_manifest().unwrap_or_default().to_owned(),
            media_type: image.image_manifest_media_type().unwrap_or_default().to_owned(),
        });
        Ok(manifest)
    }

    /// Puts a manifest under a tag. ECR asks for its layers to be there.
    ///
    /// # Errors
    /// Where ECR refuses it.
    pub async fn put(&self, at: Tag<'_>, manifest: &Manifest) -> Result<(), ProviderError> {
        let call = self.client(at.region).put_image().registry_id(at.account).repository_name(at.repository).image_tag(at.tag);
        let call = call.image_manifest(&manifest.body).image_manifest_media_type(&manifest.media_type).image_digest(&manifest.digest);
        match call.send().await.map_err(failed("PutImage")) {
            Err(error) if error.is_code("ImageAlreadyExistsException") => Ok(()),
            other => other.map(drop),
        }
    }

    /// Takes a tag away, and the image if that was its last one. Gone is success.
    ///
    /// # Errors
    /// Where ECR refuses it.
    pub async fn remove(&self, at: Tag<'_>) -> Result<(), ProviderError> {
        let call = self.client(at.region).batch_delete_image().registry_id(at.account).repository_name(at.repository);
        let answer = call.image_ids(ImageIdentifier::builder().image_tag(at.tag).build()).send().await.map_err(failed("BatchDeleteImage"));
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return gone_is_success(Err(error)),
        };
        let refused = answer.failures().iter().find(|failure| failure.failure_code() != Some(&ImageFailureCode::ImageNotFound));
        match refused {
            None => Ok(()),
            Some(failure) => {
                let message = failure.failure_reason().unwrap_or_default();
                Err(ProviderError::new(Class::Invalid, "BatchDeleteImage", format!("{}:{}: {message}", at.repository, at.tag)))
            }
        }
    }
}

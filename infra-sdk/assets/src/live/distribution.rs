//! A registry over its own interface, that of the distribution specification.

use std::fs::File;
use std::io::Read as _;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use infra_apply::{Class, ProviderError};
use oci_client::client::{Client, ClientConfig, ClientProtocol};
use oci_client::errors::{OciDistributionError, OciErrorCode};
use oci_client::secrets::RegistryAuth;
use oci_client::{Reference, RegistryOperation};

use super::layout::{Blob, LocalImage};
use super::registry::{Credentials, ImageName, PushedManifest};

/// What manifests may be.
const MANIFESTS: [&str; 4] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

/// How much of a layer is in memory at a time, in bytes.
const PIECE: usize = 1 << 20;

/// How many layers are on their way at a time.
const AT_ONCE: usize = 3;

/// One tag's registry, for whoever pushes and looks.
pub(crate) struct Distribution {
    client: Client,
    at: Reference,
    name: ImageName,
    auth: RegistryAuth,
}

impl Distribution {
    /// For a tag. Nothing is asked yet.
    pub(crate) async fn new(name: &ImageName, credentials: Option<Credentials>) -> Result<Distribution, ProviderError> {
        let protocol = if name.is_here() { ClientProtocol::Http } else { ClientProtocol::Https };
        // One request a layer is what every registry understands; a layer that is there is not sent at all.
        let config = ClientConfig { protocol, use_monolithic_push: true, ..ClientConfig::default() };
        let client = Client::try_from(config).map_err(failed("connect to the registry"))?;
        let auth = credentials.map_or(RegistryAuth::Anonymous, |who| RegistryAuth::Basic(who.username, who.password));
        let at = Reference::with_tag(name.host.clone(), name.repository.clone(), name.tag.clone());
        client.store_auth_if_needed(at.resolve_registry(), &auth).await;
        Ok(Distribution { client, at, name: name.clone(), auth })
    }

    /// The manifest under the tag.
    pub(crate) async fn manifest(&self) -> Result<Option<PushedManifest>, ProviderError> {
        match self.client.pull_manifest_raw(&self.at, &self.auth, &MANIFESTS).await.map_err(failed("read the manifest")) {
            Ok((body, digest)) => Ok(Some(PushedManifest { digest, body: body.to_vec() })),
            Err(error) if error.class == Class::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Pushes what the registry has not got yet, and puts the manifest under the tag at last.
    pub(crate) async fn push(&self, image: &LocalImage) -> Result<(), ProviderError> {
        stream::iter(image.blobs.clone()).map(|blob| self.blob(blob)).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        let invalid = || ProviderError::new(Class::Invalid, "push the manifest", format!("`{}` is no type of manifest", image.media_type));
        let media_type = image.media_type.parse().map_err(|_| invalid())?;
        let pushed = self.client.push_manifest_raw(&self.at, image.manifest.clone(), media_type).await;
        pushed.map(drop).map_err(failed("push the manifest"))
    }

    async fn blob(&self, blob: Blob) -> Result<(), ProviderError> {
        if self.client.blob_exists(&self.at, &blob.digest).await.map_err(failed("look for a layer"))? {
            return Ok(());
        }
        let file = File::open(&blob.path)
            .map_err(|error| ProviderError::new(Class::Invalid, format!("read {}", blob.path.display()), error.to_string()))?;
        let pieces = stream::try_unfold(file, |mut file| async move {
            let read = tokio::task::spawn_blocking(move || {
                let mut piece = vec![0; PIECE];
                let read = file.read(&mut piece)?;
                piece.truncate(read);
                Ok::<_, std::io::Error>((piece, file))
            });
            let (piece, file) = read.await.map_err(std::io::Error::other)??;
            Ok::<_, OciDistributionError>((!piece.is_empty()).then(|| (piece.into(), file)))
        });
        let pushed = self.client.push_blob_stream(&self.at, pieces, &blob.digest, Some(blob.length)).await;
        pushed.map(drop).map_err(failed("push a layer"))
    }

    /// Takes the tag away. Where the registry knows only whole images to delete, that is done if no other tag has it.
    pub(crate) async fn remove(&self, digest: &str) -> Result<(), ProviderError> {
        if self.delete(&self.name.tag).await? {
            return Ok(());
        }
        let tags = self.client.list_tags(&self.at, &self.auth, None, None).await.map_err(failed("list the tags"))?;
        for tag in tags.tags.into_iter().filter(|tag| *tag != self.name.tag) {
            let other = Reference::with_tag(self.name.host.clone(), self.name.repository.clone(), tag.clone());
            match self.client.fetch_manifest_digest(&other, &self.auth).await.map_err(failed("read the manifest")) {
                Ok(found) if found == digest => return Err(self.undeletable(&format!("its image has the tag `{tag}` too"))),
                Err(error) if error.class != Class::NotFound => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
        if self.delete(digest).await? { Ok(()) } else { Err(self.undeletable("it deletes no images")) }
    }

    fn undeletable(&self, why: &str) -> ProviderError {
        let message =
            format!("the registry does not take away the tag {}: {why}; leave images there with `.retain_on_delete()`", self.name);
        ProviderError::new(Class::Invalid, "delete the image", message)
    }

    /// Deletes what is under a tag or a digest, where the registry can; gone is success.
    async fn delete(&self, reference: &str) -> Result<bool, ProviderError> {
        let scheme = if self.name.is_here() { "http" } else { "https" };
        let url = format!("{scheme}://{}/v2/{}/manifests/{reference}", self.at.resolve_registry(), self.name.repository);
        let request = |error: reqwest::Error| failed("delete the image")(error.into());
        let token = self.client.auth(&self.at, &self.auth, RegistryOperation::Push).await.map_err(failed("log in"))?;
        let call = reqwest::Client::builder().build().map_err(request)?.delete(&url);
        let call = match (token, &self.auth) {
            (Some(token), _) => call.bearer_auth(token),
            (None, RegistryAuth::Basic(username, password)) => call.basic_auth(username, Some(password)),
            (None, _) => call,
        };
        let answer = call.send().await.map_err(request)?;
        match answer.status().as_u16() {
            200..300 | 404 => Ok(true),
            400 | 405 | 501 => Ok(false),
            code => {
                let message = answer.text().await.map_err(request)?;
                Err(failed("delete the image")(OciDistributionError::ServerError { code, url, message }))
            }
        }
    }
}

/// A registry's error by the class that the engine acts on.
fn failed(doing: &'static str) -> impl FnOnce(OciDistributionError) -> ProviderError {
    move |error| {
        let class = match &error {
            OciDistributionError::RequestError(request) => match request.status() {
                Some(status) => of_status(status.as_u16()),
                None => Class::Unavailable,
            },
            OciDistributionError::ServerError { code, .. } => of_status(*code),
            OciDistributionError::UnauthorizedError { .. } | OciDistributionError::AuthenticationFailure(_) => Class::Denied,
            OciDistributionError::ImageManifestNotFoundError(_) => Class::NotFound,
            OciDistributionError::RegistryError { envelope, .. } => {
                envelope.errors.first().map_or(Class::Other, |error| match error.code {
                    OciErrorCode::ManifestUnknown | OciErrorCode::NameUnknown | OciErrorCode::BlobUnknown | OciErrorCode::NotFound => {
                        Class::NotFound
                    }
                    OciErrorCode::Unauthorized | OciErrorCode::Denied => Class::Denied,
                    OciErrorCode::Toomanyrequests => Class::Throttled,
                    _ => Class::Invalid,
                })
            }
            OciDistributionError::IoError(_) => Class::Unavailable,
            _ => Class::Other,
        };
        let mut words = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(source) = cause {
            words = format!("{words}: {source}");
            cause = source.source();
        }
        ProviderError::new(class, doing, words)
    }
}

fn of_status(code: u16) -> Class {
    match code {
        401 | 403 => Class::Denied,
        404 => Class::NotFound,
        408 | 500..=599 => Class::Unavailable,
        429 => Class::Throttled,
        _ => Class::Invalid,
    }
}

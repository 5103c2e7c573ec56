//! Images and what is run once, as this command serves them: with the stack's workshop, and ECR beside the registries.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use infra_apply::{ProviderError, Registry};
use infra_assets::live::{Credentials, Ecr, ImageName, Images, PushedManifest, Workshop};
use infra_aws::ecr::{self, Manifest, Tag};
use infra_aws::sdk::SdkConfig;

use crate::folder;

/// Where the assets of a project's stack are made.
pub fn workshop(project: &Path, stack: &Path) -> Workshop {
    Workshop::new(stack, folder::infra(project).join("assets"))
}

/// Adds what is made on this machine to a registry. In a `local` cloud no registry is behind the API of ECR.
pub fn register(registry: &mut Registry, sdk: &SdkConfig, workshop: &Workshop, local: bool) {
    let ecr = EcrImages { api: ecr::Images::new(sdk), local };
    infra_assets::live::register(registry, &Images::new(workshop.clone(), Some(Arc::new(ecr))));
}

/// ECR as images need it.
struct EcrImages {
    api: ecr::Images,
    local: bool,
}

/// A tag by its parts, where it is in a registry of ECR's.
fn tag(name: &ImageName) -> Result<Tag<'_>, ProviderError> {
    let (account, region) = name.ecr().ok_or_else(|| {
        let message = format!("{} is no registry of ECR's", name.host);
        ProviderError::new(infra_apply::Class::Invalid, "read the repository", message)
    })?;
    Ok(Tag { account, region, repository: &name.repository, tag: &name.tag })
}

#[async_trait]
impl Ecr for EcrImages {
    async fn credentials(&self, _: &str, region: &str) -> Result<Option<Credentials>, ProviderError> {
        if self.local {
            return Ok(None);
        }
        let (username, password) = self.api.login(region).await?;
        Ok(Some(Credentials { username, password }))
    }

    async fn manifest(&self, name: &ImageName) -> Result<Option<PushedManifest>, ProviderError> {
        let found = self.api.manifest(tag(name)?).await?;
        Ok(found.map(|found| PushedManifest { digest: found.digest, body: found.body.into_bytes() }))
    }

    async fn put(&self, name: &ImageName, manifest: &PushedManifest, media_type: &str) -> Result<(), ProviderError> {
        let body = String::from_utf8_lossy(&manifest.body).into_owned();
        self.api.put(tag(name)?, &Manifest { digest: manifest.digest.clone(), body, media_type: media_type.to_owned() }).await
    }

    async fn remove(&self, name: &ImageName) -> Result<(), ProviderError> {
        self.api.remove(tag(name)?).await
    }
}

//! The life of an image in a registry.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use infra_apply::{Class, Condition, Creation, Lifecycle, Observed, ProviderError};
use serde_json::Value as Json;

use super::builder::{self, Order};
use super::distribution::Distribution;
use super::error::AssetError;
use super::layout::{self, LocalImage, SOURCE};
use super::registry::{Credentials, Ecr, ImageName, PushedManifest};
use super::{Workshop, login};
use crate::{ContainerImage, ContainerImageId, ContainerImageInputs, ContainerImageOutputs, Image, ImageForm, ImageSource};

/// How many images are looked at at a time.
const AT_ONCE: usize = 8;

/// What images are made and pushed with. Clones share what they know.
#[derive(Clone)]
pub struct Images {
    workshop: Workshop,
    ecr: Option<Arc<dyn Ecr>>,
    /// Where builders are looked for, instead of the `PATH` of this process.
    path: Option<String>,
    /// Who pushes, by the registry's host, as programs have said in this run.
    said: Arc<Mutex<BTreeMap<String, Credentials>>>,
}

/// How a registry is reached.
enum Way {
    /// Over its own interface.
    Registry(Box<Distribution>),
    /// Through an API that has no registry behind it.
    Api(Arc<dyn Ecr>),
}

/// What there is under a tag.
enum Seen {
    Manifest(PushedManifest),
    Nothing,
    /// The registry does not let whoever looks see it.
    Hidden,
}

impl Images {
    /// Made in a workshop; `ecr` reaches the registries of ECR.
    pub fn new(workshop: Workshop, ecr: Option<Arc<dyn Ecr>>) -> Images {
        Images { workshop, ecr, path: None, said: Arc::default() }
    }

    /// Looks for builders here, and not on the `PATH` of this process.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<String>) -> Images {
        self.path = Some(path.into());
        self
    }

    fn note(&self, name: &ImageName, want: &ContainerImageInputs) {
        if let (Some(username), Some(password)) = (&want.username, &want.password) {
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            said.insert(name.host.clone(), Credentials::new(username, password));
        }
    }

    fn credentials(&self, host: &str) -> Option<Credentials> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner).get(host).cloned();
        said.or_else(|| login::found(host))
    }

    /// The way to a tag's registry, and whether anybody in particular is let in.
    async fn way(&self, name: &ImageName) -> Result<(Way, bool), ProviderError> {
        if let (Some((account, region)), Some(ecr)) = (name.ecr(), &self.ecr) {
            return match ecr.credentials(account, region).await? {
                Some(credentials) => Ok((Way::Registry(Box::new(Distribution::new(name, Some(credentials)).await?)), true)),
                None => Ok((Way::Api(ecr.clone()), true)),
            };
        }
        let credentials = self.credentials(&name.host);
        let known = credentials.is_some();
        Ok((Way::Registry(Box::new(Distribution::new(name, credentials).await?)), known))
    }

    /// What is under a tag. Where the program's credentials are needed and not known, as when only a plan is made, that is no
    /// error.
    async fn see(&self, name: &ImageName) -> Result<Seen, ProviderError> {
        let (way, known) = self.way(name).await?;
        let manifest = match way {
            Way::Registry(registry) => registry.manifest().await,
            Way::Api(ecr) => ecr.manifest(name).await,
        };
        match manifest {
            Ok(manifest) => Ok(manifest.map_or(Seen::Nothing, Seen::Manifest)),
            Err(error) if error.class == Class::Denied && !known => Ok(Seen::Hidden),
            Err(error) => Err(error),
        }
    }

    async fn push(&self, name: &ImageName, image: &LocalImage) -> Result<(), ProviderError> {
        match self.way(name).await?.0 {
            Way::Registry(registry) => registry.push(image).await,
            Way::Api(ecr) => {
                let manifest = PushedManifest { digest: image.digest(), body: image.manifest.clone() };
                ecr.put(name, &manifest, &image.media_type).await
            }
        }
    }

    /// The image as files; those that had to be made are in `scratch`. It is of what the plan was made for, or an error.
    async fn made(&self, want: &ContainerImageInputs, name: &ImageName, scratch: PathBuf) -> Result<LocalImage, ProviderError> {
        let source = want.source.clone();
        self.unchanged(&source).await?;
        let platform = source.platform.clone();
        let path = PathBuf::from(&source.path);
        let image = match source.form {
            ImageForm::Layout => blocking(move || layout::open(&path, platform.as_deref())).await?,
            ImageForm::Tarball => {
                blocking(move || layout::open_tarball(&path, platform.as_deref(), &scratch)).await?.made_of(&source.digest)
            }
            ImageForm::Dockerfile => {
                let into = scratch.join("image.tar");
                let temporary = format!("localhost/infra-build:{}", name.tag);
                let secrets = want.build_secrets.iter().flatten().map(|(id, value)| (id.as_str(), value.as_str())).collect();
                let order = Order { source: &source, name: &temporary, secrets, into: into.clone(), path: self.path.as_deref() };
                builder::build(&order).await?;
                // Somebody may have saved a file while the builder read it.
                self.unchanged(&source).await?;
                let image = blocking(move || layout::open_tarball(&into, platform.as_deref(), &scratch.join("image"))).await?;
                image.made_of(&source.digest)
            }
        };
        Ok(image)
    }

    async fn unchanged(&self, source: &ImageSource) -> Result<(), ProviderError> {
        let (workshop, source) = (self.workshop.clone(), source.clone());
        let (path, wanted) = (PathBuf::from(&source.path), source.digest.clone());
        let image = Image {
            form: source.form,
            path: source.path,
            dockerfile: source.dockerfile,
            target: source.target,
            platform: source.platform,
            build_args: source.build_args.unwrap_or_default(),
        };
        blocking(move || match workshop.source_digest(&image, &path)? {
            digest if digest == wanted => Ok(()),
            _ => Err(AssetError::Changed { path }),
        })
        .await
    }
}

impl Lifecycle for ContainerImage {
    type Client = Images;
    const SERVICE: &'static str = "oci";

    async fn read(images: &Images, ids: &[ContainerImageId]) -> Result<Vec<Observed<ContainerImage>>, ProviderError> {
        let looks = ids.iter().cloned().map(|id| async move {
            let (name, digest) = parsed(&id)?;
            let is_there = match images.see(&name).await? {
                Seen::Manifest(found) => found.digest == digest,
                Seen::Nothing => false,
                // What cannot be seen is taken to be as it was recorded.
                Seen::Hidden => true,
            };
            Ok::<_, ProviderError>(is_there.then(|| observed(&id, &name, digest)))
        });
        let found: Vec<_> = stream::iter(looks).buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn create(images: &Images, want: &ContainerImageInputs, new: Creation<'_>) -> Result<ContainerImageId, ProviderError> {
        let name = named(want)?;
        images.note(&name, want);
        // What is there already needs no builder either.
        if let Some(id) = Self::find(images, want, new).await? {
            return Ok(id);
        }
        let scratch = images.workshop.store.scratch()?;
        let image = images.made(want, &name, scratch.path().to_owned()).await?;
        images.push(&name, &image).await?;
        // Layers can be large, and so is deleting them.
        blocking(move || {
            drop(scratch);
            Ok(())
        })
        .await?;
        Ok(id(&name, &image.digest()))
    }

    async fn update(_: &Images, _: &ContainerImageId, _: &ContainerImageInputs, _: &ContainerImageInputs) -> Result<(), ProviderError> {
        // Only who pushes, and what a build may read, can differ: there is nothing to change of what was pushed.
        Ok(())
    }

    async fn delete(images: &Images, id: &ContainerImageId) -> Result<(), ProviderError> {
        let (name, digest) = parsed(id)?;
        match images.see(&name).await? {
            Seen::Manifest(found) if found.digest == digest => match images.way(&name).await?.0 {
                Way::Registry(registry) if name.ecr().is_none() => registry.remove(digest).await,
                Way::Registry(_) | Way::Api(_) => match &images.ecr {
                    Some(ecr) => ecr.remove(&name).await,
                    None => Err(ProviderError::new(Class::Invalid, "delete the image", "this engine does not reach ECR")),
                },
            },
            // Another image has the tag by now.
            Seen::Manifest(_) | Seen::Nothing => Ok(()),
            Seen::Hidden => {
                let message =
                    format!("{} lets nobody in without credentials; `docker login {}` leaves some on this machine", name.host, name.host);
                Err(ProviderError::new(Class::Denied, "delete the image", message))
            }
        }
    }

    async fn find(images: &Images, want: &ContainerImageInputs, _: Creation<'_>) -> Result<Option<ContainerImageId>, ProviderError> {
        let name = named(want)?;
        images.note(&name, want);
        match images.see(&name).await? {
            Seen::Manifest(found) if is_made_of(&found, &want.source.digest) => Ok(Some(id(&name, &found.digest))),
            Seen::Manifest(_) | Seen::Nothing => Ok(None),
            // It cannot be told without the credentials, and to push it again does no harm.
            Seen::Hidden => Ok(None),
        }
    }
}

/// Whether a manifest is that of an image made of this source.
fn is_made_of(found: &PushedManifest, source: &str) -> bool {
    let says = |manifest: Json| manifest["annotations"][SOURCE].as_str() == Some(source);
    found.digest == source || serde_json::from_slice(&found.body).is_ok_and(says)
}

fn named(want: &ContainerImageInputs) -> Result<ImageName, ProviderError> {
    let missing = || ProviderError::new(Class::Invalid, "read the inputs", "`tag` is missing");
    ImageName::new(&want.repository, want.tag.as_deref().ok_or_else(missing)?)
}

/// The repository, the tag and the digest: a tag that was moved is not this image any more.
fn id(name: &ImageName, digest: &str) -> ContainerImageId {
    ContainerImageId::new(format!("{name}@{digest}"))
}

fn parsed(id: &ContainerImageId) -> Result<(ImageName, &str), ProviderError> {
    let parts = || {
        let (name, digest) = id.as_str().split_once('@')?;
        let (repository, tag) = name.rsplit_once(':')?;
        Some((ImageName::new(repository, tag).ok()?, digest))
    };
    let wrong =
        || ProviderError::new(Class::Invalid, "read the image", format!("`{id}` is no id of an image, as in `registry/web:v1@sha256:…`"));
    parts().ok_or_else(wrong)
}

fn observed(id: &ContainerImageId, name: &ImageName, digest: &str) -> Observed<ContainerImage> {
    let nothing = ImageSource {
        digest: String::new(),
        form: ImageForm::Layout,
        path: String::new(),
        dockerfile: None,
        target: None,
        platform: None,
        build_args: None,
    };
    Observed {
        id: id.clone(),
        inputs: ContainerImageInputs {
            repository: name.whole_repository(),
            source: nothing,
            tag: Some(name.tag.clone()),
            build_secrets: None,
            username: None,
            password: None,
        },
        outputs: ContainerImageOutputs { digest: digest.to_owned(), reference: format!("{}@{digest}", name.whole_repository()) },
        condition: Condition::Ready,
    }
}

/// Works on files on a thread that may wait for them.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, AssetError> + Send + 'static) -> Result<T, ProviderError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(ProviderError::new(Class::Other, "work on files", error.to_string())),
    }
}

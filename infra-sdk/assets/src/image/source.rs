//! What an image is made of.

use std::collections::BTreeMap;

use infra_core::{Block, Expr, Input, Lookup, Stack, Stop, choices};
use serde::{Deserialize, Serialize};

choices! {
    /// In what form an image is there before it is pushed.
    pub enum ImageForm {
        /// A folder with a Dockerfile: it is built.
        Dockerfile = "dockerfile",
        /// A folder in the layout of the Open Container Initiative, with its `index.json`.
        Layout = "layout",
        /// A tar archive of such a layout, or one that `docker save` wrote.
        Tarball = "tarball",
    }
}

/// What an image is made of: `Image::dockerfile("web").target("prod").add(stack)?`.
///
/// An image of a Dockerfile is built when it is pushed, by the first of `docker`, `podman`, `buildah` and `buildctl` that is
/// there and works; a layout or a tarball needs none of them. Files that the context's `.dockerignore` names do not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    pub(crate) form: ImageForm,
    pub(crate) path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dockerfile: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) platform: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) build_args: BTreeMap<String, String>,
}

impl Image {
    fn of(form: ImageForm, path: String) -> Image {
        Image { form, path, dockerfile: None, target: None, platform: None, build_args: BTreeMap::new() }
    }

    /// What a Dockerfile makes of a folder, its context; named from the stack's folder.
    pub fn dockerfile(context: impl Into<String>) -> Image {
        Image::of(ImageForm::Dockerfile, context.into())
    }

    /// An image in a folder of the OCI image layout.
    pub fn layout(folder: impl Into<String>) -> Image {
        Image::of(ImageForm::Layout, folder.into())
    }

    /// An image in a tar archive: of an OCI layout, or as `docker save` writes it.
    pub fn tarball(file: impl Into<String>) -> Image {
        Image::of(ImageForm::Tarball, file.into())
    }

    /// The Dockerfile, from the context. Default: `Dockerfile`.
    #[must_use]
    pub fn file(mut self, dockerfile: impl Into<String>) -> Image {
        self.dockerfile = Some(dockerfile.into());
        self
    }

    /// The stage of the Dockerfile that is built. Default: the last.
    #[must_use]
    pub fn target(mut self, stage: impl Into<String>) -> Image {
        self.target = Some(stage.into());
        self
    }

    /// What it runs on, as in `linux/arm64`. Default: what the builder runs on, or the only one there is in a layout.
    #[must_use]
    pub fn platform(mut self, platform: impl Into<String>) -> Image {
        self.platform = Some(platform.into());
        self
    }

    /// Sets an argument of the build. It stays in the history of the image, so it is no place for a secret: see
    /// `build_secrets` of the resource.
    #[must_use]
    pub fn build_arg(mut self, name: impl Into<String>, value: impl Into<String>) -> Image {
        self.build_args.insert(name.into(), value.into());
        self
    }

    /// Has the digest of all that it is made of taken. Nothing is built yet.
    ///
    /// # Errors
    /// As [`Archive::add`](crate::Archive::add).
    #[track_caller]
    pub fn add(self, stack: &Stack) -> Result<ImageSource, Stop> {
        let digest = stack.lookup(self.clone())?;
        let Image { form, path, dockerfile, target, platform, build_args } = self;
        Ok(ImageSource { digest, form, path, dockerfile, target, platform, build_args: Some(build_args).filter(|args| !args.is_empty()) })
    }
}

impl Lookup for Image {
    const KIND: &'static str = "asset:image";
    const LOCAL: bool = true;
    type Answer = String;
}

/// What an image is made of, with its digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Block)]
pub struct ImageSource {
    /// The digest of all that the image is made of, as in `sha256:…`. Of a layout it is the image's own.
    pub digest: String,
    /// In what form it is there.
    pub form: ImageForm,
    /// The context, the layout's folder or the archive, from the stack's folder.
    #[input(local)]
    pub path: String,
    /// The Dockerfile, from the context. Default: `Dockerfile`.
    pub dockerfile: Option<String>,
    /// The stage that is built. Default: the last.
    pub target: Option<String>,
    /// What it runs on, as in `linux/arm64`.
    pub platform: Option<String>,
    /// Arguments of the build, none of them secret.
    pub build_args: Option<BTreeMap<String, String>>,
}

impl Input<ImageSource> for &ImageSource {
    fn into_expr(self) -> Expr {
        self.clone().into_expr()
    }
}

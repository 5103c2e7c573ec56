//! An image in a registry.

use std::collections::BTreeMap;

use infra_core::{Outputs, Resource};
use serde::{Deserialize, Serialize};

use crate::ImageSource;

/// An image in a registry, built if need be, and pushed. Whoever runs it takes [`reference`](ContainerImage::reference),
/// which has its digest: then another image is another revision, and the same one is none.
///
/// An image never changes: another source is another image under another tag, and the old one is removed when nothing of
/// the stack uses it any more; `.retain_on_delete()` leaves it for the registry's own rules.
///
/// A repository of ECR needs no credentials but those of the environment. For other registries they are `username` and
/// `password`, or those that `docker login` has left on this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(
    handle = ContainerImage, id = ContainerImageId, outputs = ContainerImageOutputs, kind = "oci:registry/image",
    iam(
        "ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer",
        create(
            "ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
        ),
        delete("ecr:BatchDeleteImage"),
    ),
)]
pub struct ContainerImageInputs {
    /// The repository with its registry's host, as in `123456789012.dkr.ecr.eu-west-1.amazonaws.com/web`. Without TLS only
    /// one on this machine is spoken to.
    #[input(replace)]
    pub repository: String,
    /// What the image is made of: `Image::dockerfile("web").add(stack)?`.
    #[input(replace, write_only)]
    pub source: ImageSource,
    /// Its tag, of letters, digits, `_`, `.` and `-`. One that the program gives is moved where it is in use; by default each
    /// image has one of its own, made of the stack's and the resource's name.
    #[input(replace, name = 128)]
    pub tag: Option<String>,
    /// Secrets that the build may read, by id, as `RUN --mount=type=secret,id=…` does: they are in no layer. Another value
    /// alone builds nothing.
    #[input(secret, write_only)]
    pub build_secrets: Option<BTreeMap<String, String>>,
    /// Who pushes, where the registry asks and is none of ECR's.
    #[input(write_only)]
    pub username: Option<String>,
    /// The password or token of who pushes.
    #[input(secret, write_only)]
    pub password: Option<String>,
}

/// What the registry has of a [`ContainerImage`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = ContainerImage)]
pub struct ContainerImageOutputs {
    /// The digest of its manifest, as in `sha256:…`.
    #[output(stable)]
    pub digest: String,
    /// The repository with the digest, as in `registry/web@sha256:…`: what runs this very image and no other.
    #[output(stable)]
    pub reference: String,
}

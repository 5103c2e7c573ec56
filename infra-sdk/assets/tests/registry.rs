//! Images against a real registry: what is sent, what is not, and what is there afterwards.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]
#![allow(clippy::disallowed_methods, reason = "a test waits where the engine would")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

#[path = "../src/live/layout_fixture.rs"]
mod fixture;
mod support;

use std::fs;
use std::path::Path;

use fixture::{layout, saved, sha256};
use infra_apply::{Class, Creation, Lifecycle as _, ProviderError};
use infra_assets::live::{Images, Workshop};
use infra_assets::{ContainerImage, ContainerImageId, ContainerImageInputs, Image, ImageForm, ImageSource};
use infra_core::lookup::Question;
use infra_core::{Lookup as _, Tags};
use support::{Rules, Server, breaking};

/// A stack's folder, and what images are made with there.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Bench {
        Bench { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn workshop(&self) -> Workshop {
        Workshop::new(self.folder.path(), self.path(".infra/assets"))
    }

    /// As of a process that has just begun.
    fn images(&self) -> Images {
        Images::new(self.workshop(), None)
    }

    async fn source(&self, form: ImageForm, name: &str) -> ImageSource {
        let image = match form {
            ImageForm::Dockerfile => Image::dockerfile(name),
            ImageForm::Layout => Image::layout(name),
            ImageForm::Tarball => Image::tarball(name),
        };
        let digest = self.digest(&image).await;
        let path = self.path(name).display().to_string();
        ImageSource { digest, form, path, dockerfile: None, target: None, platform: None, build_args: None }
    }

    async fn digest(&self, image: &Image) -> String {
        let query = serde_json::to_value(image).unwrap();
        let question = Question { kind: Image::KIND.into(), query, declared: Default::default(), provider: None };
        self.workshop().answer(&question).await.unwrap().as_str().unwrap().to_owned()
    }

    async fn layout(&self, server: &Server, name: &str, tag: &str, layers: &[&[u8]]) -> ContainerImageInputs {
        fs::create_dir_all(self.path(name)).unwrap();
        layout(&self.path(name), &[("linux/amd64", layers)]);
        want(server, tag, self.source(ImageForm::Layout, name).await)
    }
}

fn want(server: &Server, tag: &str, source: ImageSource) -> ContainerImageInputs {
    let repository = format!("{}/team/web", server.host);
    ContainerImageInputs { repository, source, tag: Some(tag.into()), build_secrets: None, username: None, password: None }
}

async fn create(images: &Images, want: &ContainerImageInputs) -> Result<ContainerImageId, ProviderError> {
    ContainerImage::create(images, want, Creation { tags: &Tags::new(), token: "t" }).await
}

async fn find(images: &Images, want: &ContainerImageInputs) -> Option<ContainerImageId> {
    ContainerImage::find(images, want, Creation { tags: &Tags::new(), token: "t" }).await.unwrap()
}

async fn is_there(images: &Images, id: &ContainerImageId) -> bool {
    !ContainerImage::read(images, std::slice::from_ref(id)).await.unwrap().is_empty()
}

/// Bytes that no compression makes smaller, other ones for another seed.
fn noise(length: usize, mut seed: u64) -> Vec<u8> {
    let next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[tokio::test]
async fn an_image_is_pushed_as_it_is_and_known_by_its_digest() {
    let Some(server) = Server::start(Rules::default()) else { return };
    let bench = Bench::new();
    let large = noise(5_000_000, 1);
    let want = bench.layout(&server, "app", "v1", &[b"small", &large]).await;
    let id = create(&bench.images(), &want).await.unwrap();
    assert_eq!(id.as_str(), format!("{}/team/web:v1@{}", server.host, want.source.digest));
    let found = ContainerImage::read(&bench.images(), std::slice::from_ref(&id)).await.unwrap();
    assert_eq!(found[0].outputs.digest, want.source.digest);
    assert_eq!(found[0].outputs.reference, format!("{}/team/web@{}", server.host, want.source.digest));
    assert_eq!(server.blob(&sha256(&large)).unwrap(), large);
    assert_eq!(server.blob(&sha256(b"small")).unwrap(), b"small");
    let manifest = fs::read(bench.path("app/blobs/sha256").join(want.source.digest.trim_start_matches("sha256:"))).unwrap();
    assert_eq!(server.blob(&want.source.digest).unwrap(), manifest);
}

#[tokio::test]
async fn what_the_registry_has_is_not_sent_again() {
    let Some(server) = Server::start(Rules::default()) else { return };
    let bench = Bench::new();
    let want = bench.layout(&server, "app", "v1", &[b"base", b"first"]).await;
    let id = create(&bench.images(), &want).await.unwrap();
    let (layers, manifests) = (server.count("POST"), server.count("PUT /v2/team/web/manifests/"));
    assert_eq!((layers, manifests), (3, 1));
    // The whole image is there: nothing is written.
    assert_eq!(create(&bench.images(), &want).await.unwrap(), id);
    assert_eq!((server.count("POST"), server.count("PUT /v2/team/web/manifests/")), (layers, manifests));
    // Another image shares a layer and the configuration: only the other layer is sent.
    let other = bench.layout(&server, "next", "v2", &[b"base", b"second"]).await;
    create(&bench.images(), &other).await.unwrap();
    assert_eq!((server.count("POST"), server.count("PUT /v2/team/web/manifests/")), (layers + 1, manifests + 1));
}

#[tokio::test]
async fn an_interrupted_push_goes_on_with_the_layers_that_are_missing() {
    let Some(server) = Server::start(Rules::default()) else { return };
    let bench = Bench::new();
    let layers: Vec<Vec<u8>> = (1..=24).map(|seed| noise(1_000_000, seed)).collect();
    let layers: Vec<&[u8]> = layers.iter().map(Vec::as_slice).collect();
    let want = bench.layout(&server, "app", "v1", &layers).await;
    let through = ContainerImageInputs { repository: format!("{}/team/web", breaking(&server, 8_000_000)), ..want.clone() };
    let error = create(&bench.images(), &through).await.unwrap_err();
    assert_eq!(error.class, Class::Unavailable, "{error}");
    assert_eq!(find(&bench.images(), &want).await, None, "an image without its manifest is none");
    let there = layers.iter().filter(|layer| server.has(&sha256(layer))).count();
    assert!((1..24).contains(&there), "{there} layers were there");
    let sent = server.count("POST");
    let id = create(&bench.images(), &want).await.unwrap();
    assert!(is_there(&bench.images(), &id).await);
    assert_eq!(server.count("POST") - sent, 25 - there, "of 24 layers and a configuration");
    assert!(layers.iter().all(|layer| server.blob(&sha256(layer)).unwrap() == *layer));
}

#[tokio::test]
async fn what_a_run_pushed_before_it_died_is_found() {
    let Some(server) = Server::start(Rules::default()) else { return };
    let bench = Bench::new();
    let want = bench.layout(&server, "app", "v1", &[b"one"]).await;
    assert_eq!(find(&bench.images(), &want).await, None);
    let id = create(&bench.images(), &want).await.unwrap();
    assert_eq!(find(&bench.images(), &want).await, Some(id));
    // Under the same tag, but made of something else.
    let other = bench.layout(&server, "next", "v1", &[b"two"]).await;
    assert_eq!(find(&bench.images(), &other).await, None);
}

#[tokio::test]
async fn a_tag_that_was_moved_is_another_image() {
    let Some(server) = Server::start(Rules { deletes: true, ..Rules::default() }) else { return };
    let bench = Bench::new();
    let first = create(&bench.images(), &bench.layout(&server, "app", "v1", &[b"one"]).await).await.unwrap();
    let second = create(&bench.images(), &bench.layout(&server, "next", "v1", &[b"two"]).await).await.unwrap();
    assert!(!is_there(&bench.images(), &first).await && is_there(&bench.images(), &second).await);
    // The end of the first must not be that of the second.
    ContainerImage::delete(&bench.images(), &first).await.unwrap();
    assert!(is_there(&bench.images(), &second).await);
}

#[tokio::test]
async fn an_image_is_deleted_and_one_that_has_another_tag_too_is_not() {
    let Some(server) = Server::start(Rules { deletes: true, ..Rules::default() }) else { return };
    let bench = Bench::new();
    let mut want = bench.layout(&server, "app", "v1", &[b"one"]).await;
    let first = create(&bench.images(), &want).await.unwrap();
    want.tag = Some("v2".into());
    let second = create(&bench.images(), &want).await.unwrap();
    let error = ContainerImage::delete(&bench.images(), &first).await.unwrap_err().to_string();
    assert!(error.contains("its image has the tag `v2` too; leave images there with `.retain_on_delete()`"), "{error}");
    assert!(is_there(&bench.images(), &first).await && is_there(&bench.images(), &second).await);

    let alone = create(&bench.images(), &bench.layout(&server, "next", "v3", &[b"two"]).await).await.unwrap();
    ContainerImage::delete(&bench.images(), &alone).await.unwrap();
    assert!(!is_there(&bench.images(), &alone).await && is_there(&bench.images(), &first).await);
    ContainerImage::delete(&bench.images(), &alone).await.unwrap();
}

#[tokio::test]
async fn a_registry_that_deletes_nothing_says_so() {
    let Some(server) = Server::start(Rules::default()) else { return };
    let bench = Bench::new();
    let id = create(&bench.images(), &bench.layout(&server, "app", "v1", &[b"one"]).await).await.unwrap();
    let error = ContainerImage::delete(&bench.images(), &id).await.unwrap_err();
    assert_eq!(error.class, Class::Invalid);
    assert!(error.to_string().contains("it deletes no images; leave images there"), "{error}");
}

#[tokio::test]
async fn a_closed_registry_lets_in_who_the_program_says_and_a_plan_without_them_goes_by_the_record() {
    let Some(server) = Server::start(Rules { closed: true, deletes: true }) else { return };
    let bench = Bench::new();
    let mut want = bench.layout(&server, "app", "v1", &[b"one"]).await;
    assert_eq!(create(&bench.images(), &want).await.unwrap_err().class, Class::Denied);
    (want.username, want.password) = (Some("me".into()), Some("wrong".into()));
    let denied = create(&bench.images(), &want).await.unwrap_err();
    assert_eq!(denied.class, Class::Denied);
    assert!(!denied.to_string().contains("wrong"), "{denied}");
    want.password = Some("pass word".into());
    let images = bench.images();
    let id = create(&images, &want).await.unwrap();
    assert!(is_there(&images, &id).await);
    assert!(is_there(&bench.images(), &id).await, "nobody told this one who may look");
    let error = ContainerImage::delete(&bench.images(), &id).await.unwrap_err();
    assert!(error.class == Class::Denied && error.to_string().contains("`docker login 127.0.0.1"), "{error}");
    ContainerImage::delete(&images, &id).await.unwrap();
    assert!(!is_there(&images, &id).await);
}

#[tokio::test]
async fn a_saved_tarball_is_pushed_without_any_builder() {
    let Some(server) = Server::start(Rules::default()) else { return };
    let bench = Bench::new();
    saved(&bench.path("web.tar"), &b"layer ".repeat(1000));
    let want = want(&server, "v1", bench.source(ImageForm::Tarball, "web.tar").await);
    let id = create(&bench.images(), &want).await.unwrap();
    assert!(is_there(&bench.images(), &id).await);
    assert_eq!(find(&bench.images(), &want).await, Some(id.clone()));
    let manifest = server.blob(id.as_str().split_once('@').unwrap().1).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["annotations"]["infra.source"], want.source.digest.as_str());
    for part in [&manifest["config"], &manifest["layers"][0]] {
        let content = server.blob(part["digest"].as_str().unwrap()).unwrap();
        assert_eq!(content.len() as u64, part["size"].as_u64().unwrap());
    }
}

#[tokio::test]
async fn a_dockerfile_is_built_once_and_what_was_built_is_pushed() {
    let Some(server) = Server::start(Rules::default()) else { return };
    let bench = Bench::new();
    fs::create_dir_all(bench.path("web")).unwrap();
    fs::write(bench.path("web/Dockerfile"), "FROM scratch\n").unwrap();
    saved(&bench.path("made.tar"), b"layer");
    builder(&bench.path("bin"), &bench.path("made.tar"), "");
    let images = || bench.images().with_path(format!("{}:/usr/bin:/bin", bench.path("bin").display()));
    let want = want(&server, "v1", bench.source(ImageForm::Dockerfile, "web").await);
    let id = create(&images(), &want).await.unwrap();
    assert!(is_there(&images(), &id).await);
    let builds = || fs::read_to_string(bench.path("bin/log")).unwrap().lines().filter(|line| line.starts_with("build ")).count();
    assert_eq!(create(&images(), &want).await.unwrap(), id);
    assert_eq!(builds(), 1, "what is in the registry needs no builder");
    let scratch = fs::read_dir(bench.path(".infra/assets")).unwrap().count();
    assert_eq!(scratch, 0, "nothing is left of the build");
}

#[tokio::test]
async fn a_real_builder_builds_what_the_dockerfile_says() {
    let Some(server) = Server::start(Rules::default()) else { return };
    let bench = Bench::new();
    fs::create_dir_all(bench.path("web")).unwrap();
    fs::write(bench.path("web/hello"), "hello\n").unwrap();
    fs::write(bench.path("web/Dockerfile"), "FROM scratch\nARG VERSION\nLABEL version=$VERSION\nCOPY hello /hello\n").unwrap();
    let mut source = bench.source(ImageForm::Dockerfile, "web").await;
    let question = Image::dockerfile("web").build_arg("VERSION", "2 1");
    source.build_args = Some([("VERSION".to_owned(), "2 1".to_owned())].into());
    source.digest = bench.digest(&question).await;
    let mut want = want(&server, "v1", source);
    want.build_secrets = Some([("pip".to_owned(), "hunter2".to_owned())].into());
    let id = match create(&bench.images(), &want).await {
        Ok(id) => id,
        Err(error) if error.to_string().contains("no builder works here") => {
            eprintln!("SKIPPED: {error}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let json = |digest: &str| serde_json::from_slice::<serde_json::Value>(&server.blob(digest).unwrap()).unwrap();
    let manifest = json(id.as_str().split_once('@').unwrap().1);
    assert_eq!(json(manifest["config"]["digest"].as_str().unwrap())["config"]["Labels"]["version"], "2 1");
    let layers = manifest["layers"].as_array().unwrap();
    let last = server.blob(layers.last().unwrap()["digest"].as_str().unwrap()).unwrap();
    let mut files = tar::Archive::new(flate2::read::GzDecoder::new(last.as_slice()));
    let names: Vec<String> = files.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string()).collect();
    assert_eq!(names, ["hello"]);
    assert_eq!(find(&bench.images(), &want).await, Some(id), "what was built is known again without a builder");
}

#[tokio::test]
async fn what_was_changed_since_the_plan_is_not_deployed() {
    let Some(server) = Server::start(Rules::default()) else { return };
    let bench = Bench::new();
    fs::create_dir_all(bench.path("web")).unwrap();
    fs::write(bench.path("web/Dockerfile"), "FROM scratch\n").unwrap();
    let source = bench.source(ImageForm::Dockerfile, "web").await;
    saved(&bench.path("made.tar"), b"layer");
    let images = bench.images().with_path(format!("{}:/usr/bin:/bin", bench.path("bin").display()));
    // Once before the build, and once while it runs.
    builder(&bench.path("bin"), &bench.path("made.tar"), &format!("echo late > {}/late", bench.path("web").display()));
    let during = create(&images, &want(&server, "v1", source.clone())).await.unwrap_err().to_string();
    let before = create(&images, &want(&server, "v1", source)).await.unwrap_err().to_string();
    for error in [before, during] {
        assert!(error.contains("it is not what it was when the plan was made"), "{error}");
    }
    assert_eq!(server.count("PUT"), 0);
}

/// A builder that gives a ready image.
fn builder(folder: &Path, image: &Path, also: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::create_dir_all(folder).unwrap();
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> {}/log\ncase $1 in build) {also} ;; save) cp {} \"$3\" ;; esac\n",
        folder.display(),
        image.display()
    );
    let script = script.replace("build)  ;;", "build) : ;;");
    fs::write(folder.join("docker"), script).unwrap();
    fs::set_permissions(folder.join("docker"), fs::Permissions::from_mode(0o755)).unwrap();
}

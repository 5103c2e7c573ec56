//! Images in files, as they are found and as they are broken.

use super::*;
use crate::live::layout_fixture::{layout, saved, sha256};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn problem(result: Result<LocalImage, AssetError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn the_only_image_of_a_layout_is_taken_as_it_is() {
    let folder = folder();
    let digests = layout(folder.path(), &[("linux/amd64", &[b"one", b"two"])]);
    let image = open(folder.path(), None).unwrap();
    assert_eq!(image.digest(), digests[0]);
    let blobs: Vec<&str> = image.blobs.iter().map(|blob| blob.digest.as_str()).collect();
    assert_eq!(&blobs[..2], [sha256(b"one"), sha256(b"two")]);
    assert_eq!(blobs.len(), 3);
}

#[test]
fn of_several_images_the_platform_says_which() {
    let folder = folder();
    let digests = layout(folder.path(), &[("linux/amd64", &[b"one"]), ("linux/arm64", &[b"two"])]);
    assert_eq!(open(folder.path(), Some("linux/arm64")).unwrap().digest(), digests[1]);
    let several = problem(open(folder.path(), None));
    assert!(several.ends_with("it has several images (linux/amd64, linux/arm64): say which with `.platform(…)`"), "{several}");
    let other = problem(open(folder.path(), Some("linux/s390x")));
    assert!(other.ends_with("it has no image for linux/s390x; it has linux/amd64, linux/arm64"), "{other}");
}

#[test]
fn an_index_in_the_index_is_followed_and_statements_about_images_are_not_images() {
    let (inner, outer) = (folder(), folder());
    let digests = layout(inner.path(), &[("linux/amd64", &[b"one"])]);
    layout(outer.path(), &[("linux/amd64", &[b"one"])]);
    let mut index = fs::read_to_string(inner.path().join("index.json")).unwrap();
    let statement = r#"{"annotations": {"vnd.docker.reference.type": "attestation-manifest"}, "digest": "sha256:00"}, "#;
    index = index.replacen("\"manifests\":[", &format!("\"manifests\":[{statement}"), 1);
    let digest = sha256(index.as_bytes());
    fs::write(outer.path().join("blobs/sha256").join(digest.trim_start_matches("sha256:")), &index).unwrap();
    let whole = json!({"manifests": [{"mediaType": INDEX, "digest": digest, "size": index.len()}]});
    fs::write(outer.path().join("index.json"), whole.to_string()).unwrap();
    assert_eq!(open(outer.path(), None).unwrap().digest(), digests[0]);
}

#[test]
fn a_broken_layout_is_told_by_what_is_broken() {
    let folder = folder();
    assert!(problem(open(&folder.path().join("none"), None)).ends_with("none: it is not there"));
    assert!(problem(open(folder.path(), None)).contains("index.json"));
    let digests = layout(folder.path(), &[("linux/amd64", &[b"one"])]);
    let blob = |digest: &str| folder.path().join("blobs/sha256").join(digest.trim_start_matches("sha256:"));
    fs::write(blob(&sha256(b"one")), "longer").unwrap();
    assert!(problem(open(folder.path(), None)).ends_with("it has another length than the manifest says"));
    fs::write(blob(&digests[0]), "{}").unwrap();
    assert!(problem(open(folder.path(), None)).ends_with("it is not what its digest says"));
    fs::write(folder.path().join("index.json"), json!({"manifests": [{"digest": "sha256:../../etc/passwd"}]}).to_string()).unwrap();
    assert!(problem(open(folder.path(), None)).ends_with("`sha256:../../etc/passwd` is no SHA-256 digest"));
}

#[test]
fn what_docker_saves_gets_a_manifest_and_compressed_layers_that_are_always_the_same() {
    let (folder, layer) = (folder(), b"layer ".repeat(10_000));
    let file = folder.path().join("web.tar");
    saved(&file, &layer);
    let unpacked = |name: &str| open_tarball(&file, Some("linux/amd64"), &folder.path().join(name)).unwrap();
    let image = unpacked("a");
    assert_eq!(image.digest(), unpacked("b").digest());
    assert!(image.blobs[0].length < layer.len() as u64 / 10);
    let mut plain = Vec::new();
    let file_of_layer = File::open(&image.blobs[0].path).unwrap();
    io::copy(&mut flate2::read::GzDecoder::new(file_of_layer), &mut plain).unwrap();
    assert_eq!(plain, layer);
    let manifest: Json = serde_json::from_slice(&image.manifest).unwrap();
    assert_eq!(manifest["config"]["digest"], image.blobs[1].digest.as_str());
    let other = problem(open_tarball(&file, Some("linux/arm64"), &folder.path().join("c")));
    assert!(other.ends_with("its image is not for linux/arm64"), "{other}");
}

#[test]
fn an_archive_cannot_name_a_file_outside_of_itself() {
    let folder = folder();
    fs::create_dir(folder.path().join("in")).unwrap();
    fs::write(folder.path().join("secret"), "x").unwrap();
    let saved = folder.path().join("in/manifest.json");
    fs::write(&saved, json!([{"Config": "../secret", "Layers": []}]).to_string()).unwrap();
    let error = problem(docker(&folder.path().join("in"), &saved, None));
    assert!(error.ends_with("it names `../secret`, which the archive does not have"), "{error}");
}

#[test]
fn what_an_image_was_made_of_is_in_its_manifest() {
    let folder = folder();
    layout(folder.path(), &[("linux/amd64", &[b"one"])]);
    let image = open(folder.path(), None).unwrap();
    let known = image.clone().made_of("sha256:1");
    let manifest: Json = serde_json::from_slice(&known.manifest).unwrap();
    assert_eq!(manifest["annotations"][SOURCE], "sha256:1");
    assert_eq!(known.blobs.len(), image.blobs.len());
    assert_ne!(known.digest(), image.digest());
}

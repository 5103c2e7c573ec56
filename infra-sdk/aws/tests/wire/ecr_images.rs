//! Manifests in a repository of ECR: put, seen and taken away by their tags.

use aws_sdk_ecr::Client;
use infra_aws::ecr::{Images, Manifest, Tag};

use crate::wire;

/// The digest of a manifest's text is given to ECR, which holds it against the text; the local cloud takes any.
const DIGEST: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

fn manifest() -> Manifest {
    let body = r#"{"schemaVersion":2,"layers":[],"config":{"size":2}}"#.to_owned();
    Manifest { digest: DIGEST.to_owned(), body, media_type: "application/vnd.oci.image.manifest.v1+json".to_owned() }
}

#[test]
fn a_manifest_is_put_seen_and_taken_away_by_its_tag() {
    let wire = wire();
    wire.runtime.block_on(async {
        let client = Client::new(&wire.sdk);
        client.create_repository().repository_name("images/web").send().await.unwrap();
        let images = Images::new(&wire.sdk);
        let at = |tag| Tag { account: "123456789012", region: "us-west-2", repository: "images/web", tag };
        assert_eq!(images.manifest(at("v1")).await.unwrap(), None);
        images.put(at("v1"), &manifest()).await.unwrap();
        images.put(at("v1"), &manifest()).await.unwrap();
        assert_eq!(images.manifest(at("v1")).await.unwrap().unwrap().digest, DIGEST);
        images.put(at("v2"), &manifest()).await.unwrap();
        images.remove(at("v1")).await.unwrap();
        images.remove(at("v1")).await.unwrap();
        assert_eq!(images.manifest(at("v1")).await.unwrap(), None);
        assert_eq!(images.manifest(at("v2")).await.unwrap().unwrap().body, manifest().body);
    });
}

#[test]
fn a_repository_that_is_not_there_has_no_images() {
    let wire = wire();
    let images = Images::new(&wire.sdk);
    let at = Tag { account: "123456789012", region: "us-west-2", repository: "images/none", tag: "v1" };
    assert_eq!(wire.runtime.block_on(images.manifest(at)).unwrap(), None);
    wire.runtime.block_on(images.remove(at)).unwrap();
    assert!(wire.runtime.block_on(images.put(at, &manifest())).is_err());
}

#[test]
fn who_may_push_is_told() {
    let wire = wire();
    let (name, password) = wire.runtime.block_on(Images::new(&wire.sdk).login("us-west-2")).unwrap();
    assert_eq!(name, "AWS");
    assert!(!password.is_empty());
}

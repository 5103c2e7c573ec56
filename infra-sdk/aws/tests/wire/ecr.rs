//! Repositories of images.

use infra_aws::ecr::{Encryption, EncryptionType, Mutability, Repository};
use infra_aws::iam::{PolicyDocument, Principal};
use serde_json::json;

use crate::conformance::{change, make};
use crate::wire;

fn rule(count: u32) -> serde_json::Value {
    let selection = json!({"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": count});
    json!({"rules": [{"rulePriority": 1, "description": "few", "selection": selection, "action": {"type": "expire"}}]})
}

#[test]
fn a_repository_changes_its_policies_and_settings_in_place() {
    let repository = || Repository::new("r").name("wire/images");
    let pulls = |account: &str| PolicyDocument::new().allow(["ecr:BatchGetImage"]).by(Principal::account(account));
    let made = make::<Repository>(|stack| {
        repository()
            .tag_mutability(Mutability::Immutable)
            .scan_on_push(true)
            .encryption(Encryption::new().encryption_type(EncryptionType::Aes256))
            .lifecycle_policy(rule(10))
            .policy(pulls("123456789012"))
            .force_delete(true)
            .tags([("Name", "images"), ("Old", "1")])
            .add(stack);
    });
    assert_eq!(made.output("uri"), "123456789012.dkr.ecr.us-west-2.amazonaws.com/wire/images");
    change(&made, |stack| {
        let changed = repository().tag_mutability(Mutability::Mutable).scan_on_push(false).lifecycle_policy(rule(20));
        drop(changed.policy(pulls("210987654321")).force_delete(false).tags([("Name", "other"), ("New", "2")]).add(stack));
    });
    change(&made, |stack| drop(repository().lifecycle_policy(json!({})).policy(PolicyDocument::new()).add(stack)));
    made.delete();
}

#[test]
fn images_are_deleted_with_their_repository_only_where_that_was_said() {
    let made = make::<Repository>(|stack| drop(Repository::new("r").name("wire/full").add(stack)));
    let client = aws_sdk_ecr::Client::new(&wire().sdk);
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": format!("sha256:{}", "a".repeat(64))},
        "layers": [],
    });
    let put = client.put_image().repository_name("wire/full").image_tag("1").image_manifest(manifest.to_string());
    wire().runtime.block_on(put.send()).unwrap();
    let refused = wire().runtime.block_on(made.handler.delete(&made.id)).unwrap_err();
    assert!(refused.to_string().contains("force_delete"), "{refused}");
    change(&made, |stack| drop(Repository::new("r").name("wire/full").force_delete(true).add(stack)));
    made.delete();
}

//! Buckets, their policies, and what lies in them.

use infra_apply::{Class, Creation, Registry};
use infra_aws::iam::{PolicyDocument, Principal, RoleArn};
use infra_aws::s3::{
    AbacStatus, AccelerationStatus, Bucket, BucketAcl, BucketArn, BucketBuilder, BucketEncryption, BucketLogging, BucketName,
    BucketNotification, BucketObject, BucketObjectBuilder, BucketPolicy, CorsMethod, CorsRule, EventDestination, IntelligentTiering,
    LifecycleRule, LogKeyFormat, MinimumTransitionSize, NoncurrentTransition, ObjectEncryption, ObjectLockMode, ObjectLockRetention,
    ObjectOwnership, ObjectStorageClass, PublicAccessBlock, RedirectHost, Replication, ReplicationRule, RequestMetrics, RoutingRule,
    RuleStatus, SseAlgorithm, StorageTransition, Tiering, TieringAccess, TransitionClass, Versioning, Website, WebsiteProtocol,
};
use infra_core::{Resource as _, Set, Stack, Tags};

use crate::conformance::{Made, change, inputs, live_through, make};
use crate::wire;

fn plain(name: &str) -> BucketBuilder {
    Bucket::new("b").name(name)
}

fn bucket(name: &'static str) -> Made<'static> {
    make::<Bucket>(move |stack| drop(plain(name).add(stack)))
}

fn client() -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::new(&wire().sdk)
}

#[test]
fn a_bucket_lives_and_all_that_is_not_its_name_changes_in_place() {
    let logs = make::<Bucket>(|stack| {
        // moto does deliver logs.
        drop(
            plain("wire-logs")
                .force_destroy(true)
                .object_ownership(ObjectOwnership::BucketOwnerPreferred)
                .acl(BucketAcl::PublicRead)
                .add(stack),
        );
    });
    // moto tells one permission of a grant only, so this list is told as none that has a word.
    wire().runtime.block_on(client().put_bucket_acl().bucket("wire-logs").acl("log-delivery-write".into()).send()).unwrap();
    let first = |stack: &Stack| {
        let bucket = plain("wire-whole")
            .versioning(Versioning::Enabled)
            .encryption(BucketEncryption::aes256())
            .public_access_block(PublicAccessBlock::all())
            .object_ownership(ObjectOwnership::BucketOwnerEnforced)
            .lifecycle_rules([
                LifecycleRule::new().id("old").status(RuleStatus::Enabled).prefix("tmp/").expiration_in_days(30),
                LifecycleRule::new()
                    .id("large")
                    .status(RuleStatus::Enabled)
                    .prefix("data/")
                    .tags([("kind", "raw")])
                    .object_size_greater_than(1024)
                    .transitions([StorageTransition::new().storage_class(TransitionClass::Glacier).days(90)])
                    .noncurrent_expiration_in_days(7)
                    .noncurrent_versions_kept(3)
                    .noncurrent_transitions([NoncurrentTransition::new().storage_class(TransitionClass::StandardIa).days(30)])
                    .abort_incomplete_uploads_after_days(2),
            ])
            .minimum_transition_size(MinimumTransitionSize::VariesByClass)
            .cors_rules([CorsRule::new().allowed_methods([CorsMethod::Get]).allowed_origins(["https://example.com"])])
            .logging(BucketLogging::new().bucket(BucketName::new(&logs.id)).prefix("whole/").key_format(LogKeyFormat::PartitionedByEvent))
            .notification(BucketNotification::new().event_bridge(true))
            .website(
                Website::new()
                    .index_document("index.html")
                    .error_document("error.html")
                    .routing_rules([RoutingRule::new().key_prefix("old/").new_key_prefix("new/").redirect_code("302")]),
            )
            .acceleration(AccelerationStatus::Enabled)
            .request_metrics([RequestMetrics::new().id("all"), RequestMetrics::new().id("some").prefix("data/").tags([("kind", "raw")])])
            .intelligent_tiering([IntelligentTiering::new()
                .id("archive")
                .status(RuleStatus::Enabled)
                .tiers([Tiering::new().tier(TieringAccess::Archive).days(90)])])
            .abac_status(AbacStatus::Enabled)
            .force_destroy(true)
            .tags([("Name", "whole"), ("Old", "1")]);
        drop(bucket.add(stack));
    };
    let made = make::<Bucket>(first);
    change(&made, |stack| {
        let bucket = plain("wire-whole")
            .versioning(Versioning::Suspended)
            .encryption(BucketEncryption::new().algorithm(SseAlgorithm::Kms).kms_key("alias/aws/s3").bucket_key(true))
            .public_access_block(PublicAccessBlock::nothing().ignore_public_acls(true))
            .object_ownership(ObjectOwnership::ObjectWriter)
            .acl(BucketAcl::AuthenticatedRead)
            .lifecycle_rules([LifecycleRule::new()
                .id("old")
                .status(RuleStatus::Disabled)
                .tags([("kind", "raw")])
                .expiration_date("2030-01-01T00:00:00Z")])
            .cors_rules([CorsRule::new()
                .id("any")
                .allowed_methods([CorsMethod::Put, CorsMethod::Post])
                .allowed_origins(["*"])
                .allowed_headers(["*"])
                .exposed_headers(["etag"])
                .max_age(60)])
            .logging(BucketLogging::new().bucket(BucketName::new(&logs.id)).prefix("other/").key_format(LogKeyFormat::Simple))
            .notification(BucketNotification::new().event_bridge(false))
            .website(Website::new().redirect_all_to(RedirectHost::new().host_name("example.com").protocol(WebsiteProtocol::Https)))
            .acceleration(AccelerationStatus::Suspended)
            .request_metrics([RequestMetrics::new().id("some").prefix("other/")])
            .intelligent_tiering([IntelligentTiering::new()
                .id("archive")
                .status(RuleStatus::Disabled)
                .prefix("data/")
                .tiers([Tiering::new().tier(TieringAccess::DeepArchive).days(180)])])
            .abac_status(AbacStatus::Disabled)
            .force_destroy(false)
            .tags([("Name", "other"), ("New", "2")]);
        drop(bucket.add(stack));
    });
    change(&made, |stack| {
        let bucket = plain("wire-whole")
            .lifecycle_rules(Vec::<LifecycleRule>::new())
            .cors_rules(Vec::<CorsRule>::new())
            .logging(BucketLogging::off())
            .website(Website::off())
            .request_metrics(Vec::<RequestMetrics>::new())
            .intelligent_tiering(Vec::<IntelligentTiering>::new())
            .tags(Vec::<(&str, &str)>::new());
        drop(bucket.add(stack));
    });
    assert_eq!(made.output("arn"), "arn:aws:s3:::wire-whole");
    assert_eq!(made.output("region"), "us-west-2");
    made.delete();
    logs.delete();
}

#[test]
fn a_bucket_tells_others_and_is_copied_to_another_and_stops_doing_so() {
    let copies = make::<Bucket>(|stack| drop(plain("wire-copies").versioning(Versioning::Enabled).add(stack)));
    let rule = || ReplicationRule::new().id("all").status(RuleStatus::Enabled).bucket(BucketArn::new("arn:aws:s3:::wire-copies"));
    let role = || Replication::new().role(RoleArn::new("arn:aws:iam::123456789012:role/copier"));
    let queue = || EventDestination::new().destination("arn:aws:sqs:us-west-2:123456789012:jobs");
    let told = |destination| BucketNotification::new().queues([destination]);
    let source = || plain("wire-source").versioning(Versioning::Enabled);
    let made = make::<Bucket>(|stack| {
        let one = rule().priority(1).prefix("a/").storage_class(TransitionClass::StandardIa);
        let events = queue().events(["s3:ObjectCreated:*"]).prefix("in/").suffix(".csv");
        drop(source().replication(role().rules([one])).notification(told(events)).add(stack));
    });
    change(&made, |stack| {
        let tagged = rule().priority(2).tags([("copy", "1")]).delete_markers(RuleStatus::Enabled);
        let encrypted = tagged.kms_key("arn:aws:kms:us-west-2:123456789012:key/k").within_15_minutes(RuleStatus::Enabled);
        let events = queue().events(["s3:ObjectRemoved:*", "s3:ObjectCreated:Put"]);
        drop(source().replication(role().rules([encrypted])).notification(told(events)).add(stack));
    });
    change(&made, |stack| {
        let nobody = BucketNotification::new().queues(Vec::<EventDestination>::new());
        drop(plain("wire-source").replication(Replication::off()).notification(nobody).add(stack));
    });
    made.delete();
    copies.delete();
}

#[test]
fn an_object_lock_comes_with_the_bucket_and_cannot_be_taken_from_it() {
    let retention = |days| ObjectLockRetention::new().mode(ObjectLockMode::Governance).days(days);
    let locked = |days| plain("wire-locked").object_lock(true).object_lock_retention(retention(days));
    let made = make::<Bucket>(|stack| drop(locked(1).add(stack)));
    change(&made, |stack| drop(locked(2).add(stack)));
    let (have, want) = (made.read().inputs, inputs(|stack| drop(plain("wire-locked").object_lock(false).add(stack))));
    let error = wire().runtime.block_on(made.handler.update(&made.id, &have, &want)).unwrap_err();
    assert_eq!(error.class, Class::Invalid);
    assert!(error.to_string().contains("cannot be taken from a bucket"), "{error}");
    made.delete();
}

/// Writes two versions of one object and deletes another, so that versions and markers lie in a bucket.
fn fill(bucket: &str) {
    let s3 = client();
    wire().runtime.block_on(async {
        for content in ["1", "2"] {
            s3.put_object().bucket(bucket).key("a").body(content.as_bytes().to_vec().into()).send().await.unwrap();
        }
        s3.put_object().bucket(bucket).key("b").body(b"3".to_vec().into()).send().await.unwrap();
        s3.delete_object().bucket(bucket).key("b").send().await.unwrap();
    });
}

#[test]
fn a_bucket_that_is_not_empty_goes_with_all_versions_only_where_that_was_said() {
    let made = make::<Bucket>(|stack| drop(plain("wire-full").versioning(Versioning::Enabled).add(stack)));
    fill("wire-full");
    let error = wire().runtime.block_on(made.handler.delete(&made.id)).unwrap_err();
    assert_eq!(error.class, Class::Invalid, "it is not tried again for minutes");
    assert!(error.to_string().contains("set its `force_destroy`"), "{error}");
    let versions = wire().runtime.block_on(client().list_object_versions().bucket("wire-full").send()).unwrap();
    assert_eq!((versions.versions().len(), versions.delete_markers().len()), (3, 1), "nothing was touched");
    change(&made, |stack| drop(plain("wire-full").force_destroy(true).add(stack)));
    made.delete();
}

#[test]
fn a_bucket_of_somebody_else_is_not_taken_for_ones_own() {
    let made = bucket("wire-taken");
    let want = inputs(|stack| drop(plain("wire-taken").add(stack)));
    let tags = Tags::from([("infra:token".into(), "another".into())]);
    let error = wire().runtime.block_on(made.handler.create(&want, Creation { tags: &tags, token: "another" })).unwrap_err();
    assert_eq!(error.class, Class::Exists);
    made.delete();
}

#[test]
fn a_buckets_policy_lives_beside_it_and_takes_the_place_of_no_other() {
    let made = bucket("wire-policy");
    let policy = |action: &str| {
        let by = Principal::account("123456789012");
        let document = PolicyDocument::new().allow([action]).by(by).on(["arn:aws:s3:::wire-policy/*"]);
        BucketPolicy::new("p").bucket(BucketName::new("wire-policy")).document(document)
    };
    let first = make::<BucketPolicy>(|stack| drop(policy("s3:GetObject").add(stack)));
    let want = inputs(|stack| drop(policy("s3:DeleteObject").add(stack)));
    let new = Creation { tags: &Tags::new(), token: "another" };
    let error = wire().runtime.block_on(first.handler.create(&want, new)).unwrap_err();
    assert_eq!(error.class, Class::Exists);
    change(&first, |stack| drop(policy("s3:PutObject").add(stack)));
    first.delete();
    made.delete();
}

fn object(key: &str) -> BucketObjectBuilder<Set, Set> {
    BucketObject::new("o").bucket(BucketName::new("wire-objects")).key(key)
}

#[test]
fn objects_of_text_of_bytes_and_of_files_live_in_a_bucket() {
    let home = make::<Bucket>(|stack| drop(plain("wire-objects").force_destroy(true).add(stack)));
    let text = make::<BucketObject>(|stack| {
        let object = object("a b/ü.txt").content("SELECT 1;\n").content_type("text/plain; charset=utf-8").cache_control("max-age=60");
        let object = object.metadata([("origin", "wire")]).storage_class(ObjectStorageClass::StandardIa);
        drop(object.tags([("Name", "a + b = c"), ("Old", "1")]).add(stack));
    });
    change(&text, |stack| drop(object("a b/ü.txt").content("SELECT 1;\n").tags([("Name", "only the tags")]).add(stack)));
    change(&text, |stack| {
        let object = object("a b/ü.txt").content("SELECT 2;\n").content_disposition("inline").encryption(ObjectEncryption::Aes256);
        drop(object.metadata([("origin", "other"), ("more", "1")]).add(stack));
    });
    change(&text, |stack| {
        drop(object("a b/ü.txt").content("SELECT 2;\n").metadata([("origin", "other")]).add(stack));
    });
    let found = text.read().inputs;
    let found = found.as_object().unwrap();
    assert_eq!(found["content_type"].as_str(), Some("text/plain; charset=utf-8"), "what is not mentioned stays");
    assert_eq!(found["tags"].as_object().unwrap()["Name"].as_str(), Some("only the tags"), "as do tags");

    // Somebody writes past the engine: that shows, and is repaired.
    let s3 = client();
    let other = s3.put_object().bucket("wire-objects").key("a b/ü.txt").body(b"DROP TABLE jobs;".to_vec().into());
    wire().runtime.block_on(other.send()).unwrap();
    change(&text, |stack| drop(object("a b/ü.txt").content("SELECT 2;\n").add(stack)));
    text.delete();

    live_through::<BucketObject>(
        |stack| drop(object("bytes").content_base64("AP8=").content_encoding("identity").add(stack)),
        |stack| drop(object("bytes").content_base64("AP7/").website_redirect("/elsewhere").add(stack)),
    );
    home.delete();
}

const ONE: &str = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
const TWO: &str = "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3";

#[test]
fn a_file_is_sent_as_it_was_when_the_program_ran_or_not_at_all() {
    let home = make::<Bucket>(|stack| drop(plain("wire-files").add(stack)));
    let path = std::env::temp_dir().join(format!("infra-wire-{}", std::process::id()));
    let source = path.to_str().unwrap().to_owned();
    let object = |digest: &str| {
        BucketObject::new("o").bucket(BucketName::new("wire-files")).key("file").source(source.as_str()).source_digest(digest)
    };
    std::fs::write(&path, "one").unwrap();
    let made = make::<BucketObject>(|stack| drop(object(ONE).add(stack)));
    std::fs::write(&path, "two").unwrap();
    change(&made, |stack| drop(object(TWO).add(stack)));
    let stored = wire().runtime.block_on(async {
        let answer = client().get_object().bucket("wire-files").key("file").send().await.unwrap();
        answer.body.collect().await.unwrap().into_bytes()
    });
    assert_eq!(stored, "two".as_bytes());

    std::fs::write(&path, "three").unwrap();
    let (have, want) = (made.read().inputs, inputs(|stack| drop(object(ONE).add(stack))));
    let error = wire().runtime.block_on(made.handler.update(&made.id, &have, &want)).unwrap_err();
    assert_eq!(error.class, Class::Invalid);
    assert!(error.to_string().contains("is not as it was when the program ran"), "{error}");

    std::fs::write(&path, "one").unwrap();
    let mut registry = Registry::new();
    registry.folder = std::env::temp_dir();
    infra_aws::sdk::register(&mut registry, &wire().sdk);
    let name = path.file_name().unwrap().to_str().unwrap();
    let want = inputs(|stack| {
        let object = BucketObject::new("o").bucket(BucketName::new("wire-files")).key("file").source(name);
        drop(object.source_digest(ONE).add(stack));
    });
    let there = registry.handler(BucketObject::KIND).unwrap();
    wire().runtime.block_on(there.update(&made.id, &have, &want)).expect("a path is counted from the stack's folder");

    let tags = Tags::from([("infra:token".into(), "another".into())]);
    let want = inputs(|stack| drop(BucketObject::new("o").bucket(BucketName::new("wire-files")).key("file").content("x").add(stack)));
    let error = wire().runtime.block_on(made.handler.create(&want, Creation { tags: &tags, token: "another" })).unwrap_err();
    assert_eq!(error.class, Class::Exists, "an object that is there already is nobody's to take");
    std::fs::remove_file(&path).unwrap();
    made.delete();
    home.delete();
}

#[test]
fn in_the_first_region_too_a_bucket_that_is_there_already_is_no_new_one() {
    use infra_aws::sdk::{Connection, connect};
    let local = wire().sdk.endpoint_url().map(str::to_owned);
    let connection = Connection { region: Some("us-east-1".into()), local, ..Connection::default() };
    let mut registry = Registry::new();
    infra_aws::sdk::register(&mut registry, &wire().runtime.block_on(connect(&connection)).unwrap());
    let handler = registry.handler(Bucket::KIND).unwrap();
    let want = inputs(|stack| drop(plain("wire-first-region").add(stack)));
    let tags = |token: &str| Tags::from([("infra:token".into(), token.into())]);
    let create = |token: &str| wire().runtime.block_on(handler.create(&want, Creation { tags: &tags(token), token }));
    let id = create("one").unwrap();
    assert_eq!(create("one").unwrap(), id, "the same step again");
    assert_eq!(create("two").unwrap_err().class, Class::Exists, "S3 itself answers that it was made");
    let found = wire().runtime.block_on(handler.read(std::slice::from_ref(&id))).unwrap().remove(0);
    assert_eq!(found.outputs.as_object().unwrap()["region"].as_str(), Some("us-east-1"));
    wire().runtime.block_on(handler.delete(&id)).unwrap();
}

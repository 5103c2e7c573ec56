//! Secrets, their values, and how they change by themselves.

use infra_apply::{Class, Creation, Handler};
use infra_aws::secretsmanager::{Rotation, Secret, SecretArn, SecretVersion};
use infra_core::{Resource as _, Tags};

use crate::conformance::{Made, change, inputs, make};
use crate::wire;

fn client() -> aws_sdk_secretsmanager::Client {
    aws_sdk_secretsmanager::Client::new(&wire().sdk)
}

fn value(secret: &str) -> String {
    let answer = wire().runtime.block_on(client().get_secret_value().secret_id(secret).send()).unwrap();
    answer.secret_string().unwrap().to_owned()
}

fn tags(resource: &str, token: &str) -> Tags {
    [("infra:stack", "wire"), ("infra:resource", resource), ("infra:token", token)].map(|(key, value)| (key.into(), value.into())).into()
}

#[test]
fn a_secret_lives_and_takes_its_values_from_versions() {
    let secret = make::<Secret>(|stack| {
        drop(Secret::new("s").name("wire/db").description("first").recovery_window_in_days(0).tags([("Old", "1")]).add(stack));
    });
    change(&secret, |stack| {
        let secret = Secret::new("s").name("wire/db").description("second").kms_key("arn:aws:kms:us-west-2:123456789012:key/one");
        drop(secret.tags([("New", "2")]).add(stack));
    });
    let version = |text: &str| inputs(|stack| drop(SecretVersion::new("v").secret(SecretArn::new(&secret.id)).value(text).add(stack)));
    let made = make::<SecretVersion>(|stack| drop(SecretVersion::new("v").secret(SecretArn::new(&secret.id)).value("hunter1").add(stack)));
    assert_eq!(value(&secret.id), "hunter1");
    let first = made.output("version_id");
    let update = |have: &str, want: &str| {
        wire().runtime.block_on(made.handler.update(&made.id, &version(have), &version(want))).unwrap();
    };
    update("hunter1", "hunter1");
    assert_eq!(made.output("version_id"), first, "the same value is no new version");
    update("hunter1", "hunter2");
    assert_eq!(value(&secret.id), "hunter2");
    assert_ne!(made.output("version_id"), first);
    assert!(!format!("{:?}", made.read()).contains("hunter"), "a value is never read back");
    made.delete();
    assert_eq!(value(&secret.id), "hunter2", "the value stays as long as its secret");
    secret.delete();
}

#[test]
fn a_secret_can_be_a_value_by_itself_and_changes_it() {
    let secret = |text: &'static str| Secret::new("s").name("wire/own").recovery_window_in_days(0).value(text);
    let made = make::<Secret>(|stack| drop(secret("one").add(stack)));
    assert_eq!(value(&made.id), "one");
    let (have, want) = (inputs(|stack| drop(secret("one").add(stack))), inputs(|stack| drop(secret("two").add(stack))));
    wire().runtime.block_on(made.handler.update(&made.id, &have, &want)).unwrap();
    assert_eq!(value(&made.id), "two");
    made.delete();
}

fn handler() -> &'static dyn Handler {
    wire().registry.handler(Secret::KIND).unwrap().as_ref()
}

#[test]
fn a_secret_that_waits_for_its_end_is_brought_back_by_the_resource_that_had_it_and_by_no_other() {
    let want =
        inputs(|stack| drop(Secret::new("s").name("wire/again").recovery_window_in_days(7).value("new").description("again").add(stack)));
    let create = |tags: &Tags, token: &str| wire().runtime.block_on(handler().create(&want, Creation { tags, token }));
    let first = create(&tags("aws:secretsmanager/secret:s", "one"), "one").unwrap();
    wire().runtime.block_on(handler().delete(&first)).unwrap();
    assert!(wire().runtime.block_on(handler().read(std::slice::from_ref(&first))).unwrap().is_empty(), "what waits for its end is gone");
    wire().runtime.block_on(handler().delete(&first)).expect("a second time too");

    let error = create(&tags("aws:secretsmanager/secret:other", "two"), "two").unwrap_err();
    assert_eq!(error.class, Class::Exists);
    assert!(error.to_string().contains("can still be brought back"), "{error}");

    let again = create(&tags("aws:secretsmanager/secret:s", "three"), "three").unwrap();
    assert_eq!(again, first, "the same secret");
    assert_eq!(value(&again), "new");
    let three = tags("aws:secretsmanager/secret:s", "three");
    let found = wire().runtime.block_on(handler().find(&want, Creation { tags: &three, token: "three" })).unwrap();
    assert_eq!(found, Some(again.clone()), "it carries the new token");
    wire().runtime.block_on(client().delete_secret().secret_id(again).force_delete_without_recovery(true).send()).unwrap();
}

#[test]
fn a_rotation_begins_changes_and_ends() {
    let secret = make::<Secret>(|stack| {
        drop(Secret::new("s").name("wire/rotated").recovery_window_in_days(0).value("first").add(stack));
    });
    let function = lambda();
    let rotation =
        |days: i64| Rotation::new("r").secret(SecretArn::new(&secret.id)).function(function.as_str()).after_days(days).immediately(false);
    let made: Made<'_> = make::<Rotation>(|stack| drop(rotation(30).add(stack)));
    change(&made, |stack| drop(rotation(60).add(stack)));
    made.delete();
    secret.delete();
}

/// A function that exists, which is all that the local cloud asks for.
fn lambda() -> String {
    let iam = aws_sdk_iam::Client::new(&wire().sdk);
    let lambda = aws_sdk_lambda::Client::new(&wire().sdk);
    wire().runtime.block_on(async {
        let trust = r#"{"Version":"2012-10-17","Statement":[]}"#;
        let role = iam.create_role().role_name("wire-rotator").assume_role_policy_document(trust).send().await.unwrap();
        let code = aws_sdk_lambda::types::FunctionCode::builder().zip_file(aws_sdk_lambda::primitives::Blob::new(EMPTY_ZIP)).build();
        let call = lambda.create_function().function_name("wire-rotate").runtime("python3.12".into()).handler("a.b").code(code);
        let function = call.role(role.role().unwrap().arn()).send().await.unwrap();
        function.function_arn().unwrap().to_owned()
    })
}

/// The end of an archive in which nothing is.
const EMPTY_ZIP: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

//! Keys and names for them.

use infra_aws::iam::{PolicyDocument, Principal};
use infra_aws::kms::{Alias, Key, KeyId, KeySpec, KeyUsage};

use crate::conformance::{change, live_through, make};
use crate::wire;

fn policy(action: &str) -> infra_aws::iam::StatementBuilder {
    PolicyDocument::new().allow([action]).by(Principal::account("123456789012")).on(["*"])
}

#[test]
fn a_key_lives_and_waits_for_its_end_as_long_as_it_was_told_to() {
    let made = make::<Key>(|stack| {
        let key = Key::new("k").description("first").policy(policy("kms:*")).rotation(true).pending_window_in_days(10);
        drop(key.tags([("Old", "1")]).add(stack));
    });
    change(&made, |stack| {
        let key = Key::new("k").description("second").rotation(false).enabled(false).pending_window_in_days(7);
        drop(key.tags([("New", "2")]).add(stack));
    });
    // moto takes a period of rotation and forgets it.
    change(&made, |stack| drop(Key::new("k").enabled(true).rotation(true).add(stack)));
    let id = made.id.clone();
    made.delete();
    let kms = aws_sdk_kms::Client::new(&wire().sdk);
    let key = wire().runtime.block_on(kms.describe_key().key_id(id).send()).unwrap();
    let key = key.key_metadata().unwrap();
    assert_eq!(key.key_state().unwrap().as_str(), "PendingDeletion");
    let (made, end) = (key.creation_date().unwrap().secs(), key.deletion_date().unwrap().secs());
    assert_eq!((end - made + 3600) / 86400, 7, "days");
}

#[test]
fn a_key_that_signs_gets_no_new_material() {
    let signs = |words: &'static str| Key::new("k").spec(KeySpec::EccNistP256).usage(KeyUsage::SignVerify).description(words);
    live_through::<Key>(|stack| drop(signs("one").add(stack)), |stack| drop(signs("two").add(stack)));
}

#[test]
fn an_alias_comes_to_stand_for_another_key() {
    let (one, two) = (make::<Key>(|stack| drop(Key::new("a").add(stack))), make::<Key>(|stack| drop(Key::new("b").add(stack))));
    let alias = |key: &str| Alias::new("n").name("wire/app").key(KeyId::new(key));
    let made = make::<Alias>(|stack| drop(alias(&one.id).add(stack)));
    let other = make::<Alias>(|stack| drop(Alias::new("o").name("wire/other").key(KeyId::new(&one.id)).add(stack)));
    let ids = [made.id.clone(), "alias/wire/gone".into(), other.id.clone()];
    let mut several = wire().runtime.block_on(made.handler.read(&ids)).unwrap();
    several.sort_by(|one, other| one.id.cmp(&other.id));
    assert_eq!(several, [made.read(), other.read()], "from the list and from a description the same is told");
    other.delete();
    change(&made, |stack| drop(alias(&two.id).add(stack)));
    assert_eq!(made.output("arn"), "arn:aws:kms:us-west-2:123456789012:alias/wire/app");
    made.delete();
    one.delete();
    two.delete();
}

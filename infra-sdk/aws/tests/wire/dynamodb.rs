//! Tables and their indexes.

use infra_apply::{Class, Creation};
use infra_aws::dynamodb::{
    AttributeType, BillingMode, ContributorInsights, GlobalIndex, GlobalIndexBuilder, LocalIndex, Projection, StreamView, Table,
    TableBuilder,
};
use infra_core::{Set, Tags};

use crate::conformance::{Made, change, inputs, make};
use crate::wire;

fn locks() -> TableBuilder<Set, Set> {
    Table::new("locks").name("wire-locks").attributes([("LockID", AttributeType::String)]).hash_key("LockID")
}

#[test]
fn a_table_lives_with_a_capacity_and_then_on_demand() {
    let made = make::<Table>(|stack| {
        drop(locks().billing_mode(BillingMode::Provisioned).read_capacity(2).write_capacity(1).tags([("Old", "1")]).add(stack));
    });
    change(&made, |stack| drop(locks().read_capacity(3).write_capacity(4).tags([("New", "2")]).add(stack)));
    change(&made, |stack| drop(locks().billing_mode(BillingMode::PayPerRequest).add(stack)));
    change(&made, |stack| drop(locks().ttl_attribute("Expires").add(stack)));
    change(&made, |stack| drop(locks().ttl_attribute("").point_in_time_recovery(true).add(stack)));
    change(&made, |stack| drop(locks().point_in_time_recovery(false).deletion_protection(true).add(stack)));
    let error = wire().runtime.block_on(made.handler.delete(&made.id)).unwrap_err();
    assert!(!error.class.is_temporary(), "a protected table is not asked for again and again: {error}");
    change(&made, |stack| drop(locks().deletion_protection(false).contributor_insights(ContributorInsights::Throttled).add(stack)));
    change(&made, |stack| drop(locks().contributor_insights(ContributorInsights::Off).add(stack)));
    assert_eq!(made.output("arn"), "arn:aws:dynamodb:us-west-2:123456789012:table/wire-locks");
    made.delete();
}

/// A table of mails with these attributes in indexes.
fn mails(indexed: &[&'static str]) -> TableBuilder<Set, Set> {
    let names = ["id", "sent"].iter().chain(indexed);
    let attributes: Vec<_> = names.map(|name| (*name, AttributeType::String)).collect();
    Table::new("mails").name("wire-mails").hash_key("id").range_key("sent").attributes(attributes)
}

fn by(hash: &str) -> GlobalIndexBuilder<Set, Set> {
    GlobalIndex::new().hash_key(hash).projection(Projection::keys_only())
}

/// Asks as the engine does, which hears that more is to come until nothing is.
fn change_until_done(made: &Made<'_>, want: TableBuilder<Set, Set>) -> usize {
    let want = inputs(|stack| drop(want.clone().add(stack)));
    let have = made.read().inputs;
    for calls in 1..20 {
        match wire().runtime.block_on(made.handler.update(&made.id, &have, &want)) {
            Ok(()) => return calls,
            Err(error) => assert_eq!(error.class, Class::NotYet, "{error}"),
        }
    }
    panic!("it never ends");
}

#[test]
fn indexes_come_and_go_one_at_a_time_until_all_are_as_wanted() {
    let local = || [("by-from", LocalIndex::new().range_key("from").projection(Projection::of(["subject"])))];
    let first = || mails(&["to", "from"]).global_indexes([("by-to", by("to"))]).local_indexes(local()).stream(StreamView::NewImage);
    let made = make::<Table>(|stack| drop(first().add(stack)));
    assert!(made.output("stream_arn").contains("wire-mails/stream/"));

    let all = || {
        let from = GlobalIndex::new().hash_key("from").range_key("sent").projection(Projection::of(["subject", "size"]));
        mails(&["to", "from"]).global_indexes([("by-to", by("to")), ("by-sender", from), ("by-time", by("sent"))]).stream(StreamView::Off)
    };
    let calls = change_until_done(&made, all());
    assert_eq!(calls, 3, "the stream goes and two indexes come");
    // A new key under an old name needs the old one to go, and nothing is left that a plan could show.
    let other = || mails(&["from"]).global_indexes([("by-to", by("from"))]);
    assert_eq!(change_until_done(&made, other()), 4, "three indexes go and one comes");
    let found = made.read().inputs;
    let indexes = found.as_object().unwrap()["global_indexes"].as_object().unwrap().clone();
    assert_eq!(indexes.keys().collect::<Vec<_>>(), ["by-to"]);
    assert_eq!(indexes["by-to"].as_object().unwrap()["hash_key"].as_str(), Some("from"));
    assert_eq!(change_until_done(&made, other()), 1, "nothing is left to do");
    made.delete();
}

#[test]
fn a_table_with_a_capacity_gives_it_to_its_indexes_too() {
    // moto forgets the class that a table was made with, and limits on demand that it is changed to.
    let provisioned =
        |units: i64| mails(&["to"]).name("wire-shares").read_capacity(units).write_capacity(units).global_indexes([("by-to", by("to"))]);
    let made = make::<Table>(|stack| drop(provisioned(2).add(stack)));
    let index = |made: &Made<'_>| {
        let found = made.read().inputs;
        found.as_object().unwrap()["global_indexes"].as_object().unwrap()["by-to"].reveal()["read_capacity"].clone()
    };
    assert_eq!(index(&made), 2);
    let own = mails(&["to"])
        .name("wire-shares")
        .global_indexes([("by-to", by("to").read_capacity(7).write_capacity(8))])
        .read_capacity(2)
        .write_capacity(2);
    change_until_done(&made, own);
    assert_eq!(index(&made), 7);
    change(&made, |stack| drop(mails(&["to"]).name("wire-shares").billing_mode(BillingMode::PayPerRequest).add(stack)));
    made.delete();
}

#[test]
fn a_table_of_somebody_else_is_not_taken_for_ones_own() {
    let table = || Table::new("t").name("wire-taken").attributes([("id", AttributeType::Number)]).hash_key("id");
    let made = make::<Table>(|stack| drop(table().add(stack)));
    let tags = Tags::from([("infra:token".into(), "another".into())]);
    let want = inputs(|stack| drop(table().add(stack)));
    let error = wire().runtime.block_on(made.handler.create(&want, Creation { tags: &tags, token: "another" })).unwrap_err();
    assert_eq!(error.class, Class::Exists, "{error}");
    made.delete();
}

//! Things go wrong: what stops, what goes on, and what the next run makes of it.

use infra_apply::Class;
use infra_core::Stack;
use infra_testing::{Fault, Verb, World};
use infra_tests::{Fleet, Machine, Net, Part};
use serde_json::json;

fn two_branches(stack: &Stack) {
    let a = Net::new("a").range("10.0.0.0/16").add(stack);
    Part::new("a-part").net(&a).range("10.0.1.0/24").add(stack);
    let b = Net::new("b").range("10.1.0.0/16").add(stack);
    Part::new("b-part").net(&b).range("10.1.1.0/24").add(stack);
    stack.export("a", a.gateway());
}

#[test]
fn a_failed_step_stops_what_needs_it_and_nothing_else_and_the_next_run_goes_on() {
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Create, "a"));
    let first = world.deploy(&two_branches, json!({}));
    assert_eq!(first.changes, ["create net a", "create net b", "create part b-part"]);
    let (address, problem) = &first.outcome.failed[0];
    assert_eq!(address.to_string(), "toy:net/net:a");
    assert!(problem.to_string().contains("failure.rs:") && problem.to_string().contains("refused by the test"), "{problem}");
    assert_eq!(first.outcome.skipped.iter().map(|address| address.name().to_owned()).collect::<Vec<_>>(), ["a-part"]);
    assert!(world.state.exports.is_empty(), "outputs stay as they were");
    assert_eq!(world.deploy(&two_branches, json!({})).complete().changes, ["create net a", "create part a-part"]);
}

#[test]
fn a_reply_that_was_lost_makes_no_second_object() {
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Create, "a").reply_lost());
    world.deploy(&two_branches, json!({})).complete();
    assert_eq!(world.cloud.objects().len(), 4);
}

#[test]
fn when_all_replies_are_lost_the_next_run_finds_what_was_made() {
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Create, "a").reply_lost());
    world.cloud.inject(Fault::refuse(Verb::Find, "a").class(Class::Unavailable).times(1000));
    let first = world.deploy(&two_branches, json!({}));
    assert_eq!(first.outcome.failed.len(), 1);
    assert_eq!(world.cloud.objects().len(), 3, "it was made all the same");
    world.cloud.heal();
    let second = world.deploy(&two_branches, json!({})).complete();
    assert_eq!(second.changes, ["create part a-part"]);
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn throttling_and_things_still_in_use_are_waited_out() {
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Create, "b").class(Class::Throttled).times(5));
    world.deploy(&two_branches, json!({})).complete();
    world.cloud.inject(Fault::refuse(Verb::Delete, "b").class(Class::InUse).times(5));
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn a_destruction_goes_on_past_a_failure_and_the_row_stays() {
    let mut world = World::new();
    world.deploy(&two_branches, json!({})).complete();
    world.cloud.inject(Fault::refuse(Verb::Delete, "a-part"));
    let first = world.destroy();
    assert_eq!(first.outcome.failed.len(), 1);
    assert_eq!(world.state.rows.keys().map(|address| address.name().to_owned()).collect::<Vec<_>>(), ["a", "a-part"]);
    assert_eq!(world.destroy().complete().changes, ["delete part a-part", "delete net a"]);
}

fn fleet(image: &'static str) -> impl Fn(&Stack) {
    move |stack| drop(Fleet::new("f").image(image).add(stack))
}

#[test]
fn when_the_new_object_cannot_be_made_the_old_one_stays() {
    let mut world = World::new();
    world.deploy(&fleet("one"), json!({})).complete();
    world.cloud.inject(Fault::refuse(Verb::Create, "f"));
    assert_eq!(world.deploy(&fleet("two"), json!({})).outcome.failed.len(), 1);
    assert_eq!(world.cloud.objects().len(), 1);
    assert!(!world.deploy(&fleet("one"), json!({})).complete().plan.has_changes(), "going back is nothing");
    assert_eq!(world.deploy(&fleet("two"), json!({})).complete().changes, ["create fleet f", "delete fleet f"]);
}

#[test]
fn when_the_old_object_cannot_be_deleted_it_is_kept_as_a_generation_and_tried_again() {
    let mut world = World::new();
    world.deploy(&fleet("one"), json!({})).complete();
    for (image, expected) in [("two", 2), ("three", 3)] {
        world.cloud.inject(Fault::refuse(Verb::Delete, "f").times(2));
        world.deploy(&fleet(image), json!({}));
        world.cloud.heal();
        assert_eq!(world.cloud.objects().len(), expected);
    }
    let last = world.deploy(&fleet("three"), json!({})).complete();
    assert_eq!(last.changes, ["delete fleet f", "delete fleet f"], "same goal: no second create");
    assert_eq!(world.cloud.objects().len(), 1);
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn a_failed_update_keeps_the_object_and_is_tried_again() {
    let mut world = World::new();
    let sized = |size: i32| move |stack: &Stack| drop(Machine::new("m").size(size).add(stack));
    world.deploy(&sized(1), json!({})).complete();
    world.cloud.inject(Fault::refuse(Verb::Update, "m"));
    assert_eq!(world.deploy(&sized(2), json!({})).outcome.failed.len(), 1);
    assert_eq!(world.deploy(&sized(2), json!({})).complete().changes, ["update machine m"]);
}

#[test]
fn a_lost_reply_of_an_update_or_a_delete_does_no_harm() {
    let mut world = World::new();
    let sized = |size: i32| move |stack: &Stack| drop(Machine::new("m").size(size).add(stack));
    world.deploy(&sized(1), json!({})).complete();
    world.cloud.inject(Fault::refuse(Verb::Update, "m").reply_lost());
    world.deploy(&sized(2), json!({})).complete();
    world.cloud.inject(Fault::refuse(Verb::Delete, "m").reply_lost());
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty());
}

#[test]
fn what_is_stuck_is_told_at_once_and_is_changed_by_the_next_deployment_and_not_replaced() {
    let other = |size: i32| move |stack: &Stack| drop(Machine::new("other").size(size).add(stack));
    let mut world = World::new();
    world.cloud.stick("other", "it does not start");
    let failed = world.deploy(&other(1), json!({}));
    assert!(failed.outcome.failed[0].1.to_string().contains("does not become ready: it does not start"), "{:?}", failed.outcome);
    let again = world.deploy(&other(1), json!({}));
    assert_eq!((again.outcome.failed.len(), again.changes.len()), (1, 0), "nothing is made again");
    assert_eq!(world.deploy(&other(2), json!({})).complete().changes, ["update machine other"]);
    assert!(!world.plan(&other(2), json!({})).unwrap().has_changes());
}

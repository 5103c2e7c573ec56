//! Things go wrong: what stops, what goes on, and what the next run makes of it.

use infra_apply::{Class, Event};
use infra_core::{Address, Stack};
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

#[test]
fn outputs_stay_as_they_were_where_something_fails() {
    let program = |gateway: &'static str, more: bool| {
        move |stack: &Stack| {
            let net = Net::new("net").range("10.0.0.0/16").add(stack);
            stack.export("gateway", infra_core::output!("{} {}", gateway, net.gateway()));
            if more {
                let m = Machine::new("m").net(&net).add(stack);
                stack.export("more", m.address());
            }
        }
    };
    let mut world = World::new();
    world.deploy(&program("old", false), json!({})).complete();
    let before = world.state.exports.clone();
    world.cloud.inject(Fault::refuse(Verb::Create, "m"));
    assert_eq!(world.deploy(&program("new", true), json!({})).outcome.failed.len(), 1);
    assert_eq!(world.state.exports, before);
    assert_eq!(before["gateway"].as_str(), Some("old net-1.gateway"));
    let again = world.deploy(&program("new", true), json!({})).complete();
    assert_eq!((again.output("gateway").as_deref(), world.state.exports.len()), (Some("new net-1.gateway"), 2));
}

#[test]
fn what_is_not_begun_is_said_to_be_so_because_of_what_failed_however_far_away() {
    let program = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        let part = Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
        let machine = Machine::new("m").part(&part).add(stack);
        Fleet::new("led").image("one").leader(&machine).add(stack);
        Machine::new("beside").net(&net).add(stack);
    };
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Create, "part"));
    let ended = world.deploy(&program, json!({}));
    assert_eq!(ended.outcome.failed.len(), 1);
    let skipped = ended.events.iter().filter_map(|event| match event {
        Event::Skipped { address, because_of } => Some((address.name(), because_of.as_ref().map(Address::name))),
        _ => None,
    });
    assert_eq!(skipped.collect::<Vec<_>>(), [("m", Some("part")), ("led", Some("part"))]);
    assert!(ended.changes.contains(&"create machine beside".to_owned()));
}

#[test]
fn of_a_change_that_was_half_done_the_record_has_what_was_asked_before_and_only_the_rest_is_done() {
    let machine = |size: i32, script: &'static str| {
        move |stack: &Stack| {
            Net::new("net").range("10.0.0.0/16").dns(size > 1).add(stack);
            Machine::new("m").size(size).script(script).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&machine(1, "old"), json!({})).complete();
    let m = Address::new("toy:run/machine", "m");
    let asked = world.state.object(&m).unwrap().inputs.clone();
    // The service takes the first half and says no to the second; of the network it does all, and says no to it.
    world.cloud.inject(Fault::refuse(Verb::Update, "m"));
    world.cloud.inject(Fault::refuse(Verb::Update, "net").reply_lost().class(Class::Denied));
    let failed = world.deploy(&machine(2, "new"), json!({}));
    assert_eq!(failed.outcome.failed.len(), 2);
    assert!(world.cloud.change("toy:run/machine", "m", "size", json!(2)));
    assert_eq!(world.state.object(&m).unwrap().inputs, asked, "what was asked last and answered");

    let net = Address::new("toy:net/net", "net");
    let before = world.state.object(&net).unwrap().clone();
    world.refresh().unwrap();
    let row = world.state.object(&net).unwrap();
    assert_eq!(row.inputs, before.inputs);
    let next = world.deploy(&machine(2, "new"), json!({})).complete();
    assert_eq!(next.changes, ["update machine m"], "the network is as asked already");
    assert_ne!(world.state.object(&net).unwrap().outputs["revision"], before.outputs["revision"]);
    assert!(!world.plan(&machine(2, "new"), json!({})).unwrap().has_changes());
}

#[test]
fn a_delete_that_fails_leaves_the_object_as_it_was_recorded_and_nothing_is_deleted_twice() {
    let mut world = World::new();
    world.deploy(&two_branches, json!({})).complete();
    let before = world.state.clone();
    world.cloud.inject(Fault::refuse(Verb::Delete, "a-part"));
    let ended = world.deploy(&|_: &Stack| {}, json!({}));
    assert_eq!(ended.changes, ["delete part a-part", "delete part b-part", "delete net b"]);
    for name in ["a", "a-part"] {
        let find = |state: &infra_plan::State| {
            state.rows.iter().find(|(address, _)| address.name() == name).and_then(|(_, row)| row.object.clone()).unwrap()
        };
        assert_eq!(find(&world.state), find(&before), "{name}");
    }
    assert_eq!(world.state.exports, before.exports, "they are those of the last deployment that went through");
    assert_eq!(world.deploy(&|_: &Stack| {}, json!({})).complete().changes, ["delete part a-part", "delete net a"]);
}

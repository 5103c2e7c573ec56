//! An order holds also through a resource that stands between the two and of which nothing changes.

use infra_apply::Event;
use infra_core::{Stack, output};
use infra_testing::{Deployed, Fault, Verb, World};
use infra_tests::{Fleet, Machine, Net, Part};
use serde_json::json;

/// Three networks in a row, of which nobody uses more of another than its order; the one between stays as it is.
fn row(range: &'static str, dns: bool) -> impl Fn(&Stack) {
    move |stack| {
        let a = Net::new("z-first").range(range).dns(dns).add(stack);
        let b = Net::new("between").range("10.1.0.0/16").depends_on(&a).add(stack);
        Net::new("a-last").range(range).dns(dns).depends_on(&b).add(stack);
    }
}

const RANGE: &str = "10.0.0.0/16";

fn deployed() -> World {
    let mut world = World::new();
    world.deploy(&row(RANGE, false), json!({})).complete();
    // Calls that take their time show who waits for whom.
    world.cloud.take_time(3);
    world
}

/// When steps of a resource began and ended, as `+name` and `-name`.
fn course(deployed: &Deployed) -> Vec<String> {
    let line = |event: &Event| match event {
        Event::Started { address, .. } => Some(format!("+{}", address.name())),
        Event::Finished { address, .. } => Some(format!("-{}", address.name())),
        _ => None,
    };
    deployed.events.iter().filter_map(line).collect()
}

#[test]
fn what_is_changed_waits_for_what_it_needs_through_one_that_stays() {
    let mut world = deployed();
    let changed = world.deploy(&row(RANGE, true), json!({})).complete();
    assert_eq!(course(&changed), ["+z-first", "-z-first", "+a-last", "-a-last"]);
}

#[test]
fn what_it_needs_through_one_that_stays_having_failed_it_is_skipped_because_of_that() {
    let mut world = deployed();
    world.cloud.inject(Fault::refuse(Verb::Update, "z-first"));
    let ended = world.deploy(&row(RANGE, true), json!({}));
    assert_eq!(ended.changes, ["update net z-first"]);
    let because = ended.events.iter().find_map(|event| match event {
        Event::Skipped { address, because_of } => Some((address.name(), because_of.as_ref().map(|address| address.name()))),
        _ => None,
    });
    assert_eq!(because, Some(("a-last", Some("z-first"))));
}

#[test]
fn what_goes_is_deleted_before_what_it_needed_through_one_that_stays() {
    let mut world = deployed();
    let between = |stack: &Stack| drop(Net::new("between").range("10.1.0.0/16").add(stack));
    let ended = world.deploy(&between, json!({})).complete();
    assert_eq!(course(&ended), ["+a-last", "-a-last", "+z-first", "-z-first"]);
}

#[test]
fn two_that_are_replaced_with_one_between_that_stays_are_made_in_order_and_deleted_the_other_way() {
    let mut world = deployed();
    let ended = world.deploy(&row("10.2.0.0/16", false), json!({})).complete();
    let expected = ["+z-first", "-z-first", "+a-last", "-a-last", "+a-last", "-a-last", "+z-first", "-z-first"];
    assert_eq!(course(&ended), expected);
    assert_eq!(ended.changes, ["create net z-first", "create net a-last", "delete net a-last", "delete net z-first"]);
    assert!(!world.plan(&row("10.2.0.0/16", false), json!({})).unwrap().has_changes());
}

#[test]
fn what_takes_the_name_of_one_that_goes_comes_after_it_also_where_one_that_stays_is_between() {
    let before = |stack: &Stack| {
        let gone = Fleet::new("gone").name("web").image("one").add(stack);
        let between = Net::new("between").range(RANGE).depends_on(&gone).add(stack);
        Fleet::new("last").image("one").depends_on(&between).add(stack);
    };
    let after = |stack: &Stack| {
        let first = Fleet::new("first").name("web").image("two").add(stack);
        let between = Net::new("between").range(RANGE).depends_on(&first).add(stack);
        Fleet::new("last").image("two").depends_on(&between).add(stack);
    };
    let mut world = World::new();
    world.deploy(&before, json!({})).complete();
    world.deploy(&after, json!({})).complete();
    assert!(!world.plan(&after, json!({})).unwrap().has_changes());
    assert_eq!(world.cloud.objects().len(), 3);
}

/// A part whose place another one takes, a network that comes after the one, or the other, and a fleet that comes after that:
/// the old fleet would go before the old part, which goes before the other, after which the new fleet is made.
fn room_between(moved: bool, used: bool) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range(RANGE).add(stack);
        let part = Part::new("part").net(&net).range(if moved { "10.0.2.0/24" } else { "10.0.1.0/24" }).add(stack);
        let first = if moved { Part::new("taker").net(&net).range("10.0.1.0/24").add(stack) } else { part };
        let between = Net::new("between").range("10.1.0.0/16").depends_on(&first).add(stack);
        let fleet = Fleet::new("last").image(if moved { "two" } else { "one" }).depends_on(&between).add(stack);
        if used {
            Machine::new("user").script(output!("of {}", fleet.id())).depends_on(&first).add(stack);
        }
    }
}

#[test]
fn an_order_through_one_that_stays_is_given_up_where_it_closes_a_circle() {
    for seed in 0..10 {
        let mut world = World::new();
        world.deploy(&room_between(false, false), json!({})).complete();
        world.cloud.take_time(seed);
        let ended = world.deploy(&room_between(true, false), json!({})).complete();
        assert!(ended.plan.notes.is_empty(), "{:?}", ended.plan.notes);
        let at = |change: &str| ended.changes.iter().position(|made| made == change).unwrap();
        assert!(at("create part part") < at("delete part part") && at("delete part part") < at("create part taker"));
        assert!(at("create part taker") < at("create fleet last") && at("create fleet last") < at("delete fleet last"));
        assert!(!world.plan(&room_between(true, false), json!({})).unwrap().has_changes());
    }
}

#[test]
fn it_is_given_up_before_an_order_that_somebody_needs_who_holds_on_to_something() {
    for seed in 0..10 {
        let mut world = World::new();
        world.deploy(&room_between(false, true), json!({})).complete();
        world.cloud.take_time(seed);
        let ended = world.deploy(&room_between(true, true), json!({})).complete();
        assert!(ended.plan.notes.is_empty(), "{:?}", ended.plan.notes);
        let at = |change: &str| ended.changes.iter().position(|made| made == change).unwrap();
        assert!(at("update machine user") < at("delete fleet last"));
        assert!(at("delete part part") < at("create part taker") && at("create part taker") < at("update machine user"));
        assert!(!world.plan(&room_between(true, true), json!({})).unwrap().has_changes());
    }
}

//! What replacements that were interrupted, or went half way, have left: old objects that still go after those who use them.

use infra_apply::Class;
use infra_core::Stack;
use infra_plan::Selection;
use infra_testing::{Crash, Fault, Verb, World};
use infra_tests::{Machine, Net, Part, Way};
use serde_json::json;

#[test]
fn an_old_object_that_holds_on_to_what_goes_first_takes_along_who_uses_it() {
    let before = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Part::new("stays").net(&net).range("10.0.1.0/24").add(stack);
        let moves = Part::new("moves").net(&net).range("10.0.11.0/24").add(stack);
        let machine = Machine::new("machine").part(&moves).size(0).add(stack);
        Way::new("way").net(&net).to("0").replace_with(&machine).add(stack);
    };
    let after = |stack: &Stack| {
        let net = Net::new("net").range("10.1.0.0/16").delete_before_create().add(stack);
        let stays = Part::new("stays").net(&net).range("10.0.1.0/24").add(stack);
        let other = Net::new("other").range("10.0.0.0/16").add(stack);
        Part::new("moves").net(&other).range("10.0.11.0/24").add(stack);
        Machine::new("machine").part(&stays).size(0).seed("seed").add(stack);
    };
    let mut start = World::new().recreating();
    start.cloud.take_time(93);
    start.cloud.ready_after(1);
    start.deploy(&before, json!({})).complete();
    let graph = start.graph(&after, json!({}));
    let mut died = 0;
    for at in 0..40 {
        for crash in [Crash::BeforeCall(at), Crash::AfterCall(at), Crash::AtRecord(at)] {
            let mut world = start.fork();
            died += usize::from(world.deploy_until(&graph, crash));
            world.deploy(&after, json!({})).complete();
            assert!(!world.plan(&after, json!({})).unwrap().has_changes(), "{crash:?}");
            world.destroy().complete();
            assert!(world.cloud.objects().is_empty(), "{crash:?}");
        }
    }
    assert!(died > 30, "{died}");
}

#[test]
fn two_old_objects_that_would_go_with_two_containers_do_not_wait_for_each_other() {
    let before = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        let stays = Part::new("stays").net(&net).range("10.0.1.0/24").add(stack);
        let other = Net::new("other").range("10.0.0.0/16").add(stack);
        let moves = Part::new("moves").net(&other).range("10.0.6.0/24").deleted_with(&other).add(stack);
        Machine::new("machine").part(&stays).size(0).depends_on(&moves).add(stack);
    };
    let after = |stack: &Stack| {
        let net = Net::new("net").range("10.2.0.0/16").add(stack);
        let stays = Part::new("stays").net(&net).range("10.0.1.0/24").add(stack);
        Part::new("moves").net(&net).range("10.0.6.0/24").deleted_with(&net).add(stack);
        Machine::new("machine").part(&stays).size(0).add(stack);
    };
    let mut start = World::new().recreating();
    start.cloud.contain("toy:net/part", "net");
    start.cloud.take_time(7);
    start.cloud.seen_after(1);
    start.cloud.ready_after(3);
    start.deploy(&before, json!({})).complete();
    let mut refused = 0;
    for name in ["net", "other", "stays", "machine", "moves"] {
        for verb in [Verb::Update, Verb::Delete, Verb::Create] {
            let mut world = start.fork();
            world.cloud.inject(Fault::refuse(verb, name).class(Class::Unavailable).times(u32::MAX));
            let without = Selection { excludes: vec!["net".to_owned()], ..Selection::default() };
            let first = world.deploy_within(&after, json!({}), &without);
            refused += usize::from(first.is_ok_and(|first| !first.outcome.failed.is_empty()));
            world.cloud.heal();
            world.deploy(&after, json!({})).complete();
            assert!(!world.plan(&after, json!({})).unwrap().has_changes(), "{verb:?} of {name}");
            world.destroy().complete();
            assert!(world.cloud.objects().is_empty(), "{verb:?} of {name}");
        }
    }
    assert!(refused > 0);
}

#[test]
fn an_old_object_that_nobody_waits_for_goes_after_one_that_waits_for_a_later_plan() {
    let program = |range: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range(range).add(stack);
            let machine = Machine::new("machine").net(&net).add(stack);
            let other = Net::new("other").range(range).add(stack);
            stack.after("later", &other.gateway(), |parts, _: String| drop(Part::new("part").net(&other).range("10.9.0.0/24").add(parts)));
            // The part waits for what completes its network, so that the old way stays until a new part is there; and with it
            // the old network, which the way used through the machine.
            Way::new("way").net(&other).to("0").through(&machine).add(stack);
        }
    };
    let mut world = World::new().recreating();
    world.deploy(&program("10.0.0.0/16"), json!({})).complete();
    let changed = program("10.1.0.0/16");
    let deployed = world.deploy(&changed, json!({})).complete();
    let deletes: Vec<&String> = deployed.changes.iter().filter(|change| change.starts_with("delete")).collect();
    assert_eq!(deletes, ["delete part later/part", "delete way way", "delete net net", "delete net other"]);
    assert!(!world.plan(&changed, json!({})).unwrap().has_changes());
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

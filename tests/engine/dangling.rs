//! References that the program does not mention any more, to what goes in the same change.

use infra_core::Stack;
use infra_testing::World;
use infra_tests::{Fleet, Machine, Net};
use serde_json::json;

fn with_net(stack: &Stack) {
    let net = Net::new("net").range("10.0.0.0/16").add(stack);
    Machine::new("m").net(&net).add(stack);
}

fn silent(stack: &Stack) {
    Machine::new("m").size(2).add(stack);
}

const NOTE: &str = "`net` of toy:run/machine:m refers to net-1 of toy:net/net:net, which goes: the program does not mention it any \
                    more, so it stays as it is; point it elsewhere, or the cloud may refuse the delete";

#[test]
fn the_plan_names_the_field_and_what_it_refers_to() {
    let mut world = World::new();
    world.deploy(&with_net, json!({})).complete();
    assert_eq!(world.plan(&silent, json!({})).unwrap().notes, [NOTE]);
}

#[test]
fn it_does_so_too_where_the_reference_was_dropped_by_an_earlier_deployment() {
    let beside = |stack: &Stack| {
        Net::new("net").range("10.0.0.0/16").add(stack);
        Machine::new("m").size(2).add(stack);
    };
    let mut world = World::new();
    world.deploy(&with_net, json!({})).complete();
    world.deploy(&beside, json!({})).complete();
    assert_eq!(world.plan(&silent, json!({})).unwrap().notes, [NOTE]);
}

#[test]
fn what_points_elsewhere_or_goes_too_needs_no_note() {
    let elsewhere = |stack: &Stack| {
        let other = Net::new("other").range("10.9.0.0/16").add(stack);
        Machine::new("m").net(&other).add(stack);
    };
    let gone = |stack: &Stack| drop(Fleet::new("fleet").image("one").add(stack));
    let mut world = World::new();
    world.deploy(&with_net, json!({})).complete();
    assert!(world.plan(&elsewhere, json!({})).unwrap().notes.is_empty());
    assert!(world.plan(&gone, json!({})).unwrap().notes.is_empty());
}

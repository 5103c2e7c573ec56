//! The cloud changes behind the engine's back.

use infra_core::Stack;
use infra_plan::Action;
use infra_testing::World;
use infra_tests::{Machine, Net, Part};
use serde_json::json;

fn program(stack: &Stack) {
    let net = Net::new("net").range("10.0.0.0/16").dns(true).tags([("Name", "main")]).add(stack);
    let part = Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
    Machine::new("m").part(&part).size(1).add(stack);
}

#[test]
fn what_vanished_is_made_again() {
    let mut world = World::new();
    world.deploy(&program, json!({})).complete();
    world.cloud.remove("toy:run/machine", "m");
    assert_eq!(world.deploy(&program, json!({})).complete().changes, ["create machine m"]);
}

#[test]
fn what_was_changed_is_shown_as_drift_and_changed_back() {
    let mut world = World::new();
    world.deploy(&program, json!({})).complete();
    world.cloud.change("toy:run/machine", "m", "size", serde_json::json!(9));
    let plan = world.plan(&program, json!({})).unwrap();
    let Action::Update { changes, .. } = &plan.steps[0].action else { panic!("{:?}", plan.steps) };
    assert_eq!((changes[0].change.path.as_str(), changes[0].drift), ("size", true));
    world.deploy(&program, json!({})).complete();
    assert_eq!(world.cloud.object("toy:run/machine", "m").unwrap().1.inputs["size"], serde_json::json!(1).into());
}

#[test]
fn a_tag_that_somebody_added_is_taken_away_and_one_that_went_comes_back() {
    let mut world = World::new();
    world.deploy(&program, json!({})).complete();
    world.cloud.change("toy:net/net", "net", "tags", serde_json::json!({"Name": "main", "Extra": "1"}));
    assert_eq!(world.deploy(&program, json!({})).complete().changes, ["update net net"]);
    world.cloud.change("toy:net/net", "net", "tags", serde_json::json!({}));
    assert_eq!(world.deploy(&program, json!({})).complete().changes, ["update net net"]);
}

#[test]
fn drift_in_what_cannot_change_replaces() {
    let mut world = World::new();
    world.deploy(&program, json!({})).complete();
    world.cloud.change("toy:net/net", "net", "range", serde_json::json!("10.5.0.0/16"));
    let deployed = world.deploy(&program, json!({})).complete();
    assert!(deployed.changes.contains(&"create net net".to_owned()), "{:?}", deployed.changes);
    assert!(!world.deploy(&program, json!({})).complete().plan.has_changes());
}

#[test]
fn looking_changes_nothing() {
    let mut world = World::new();
    world.deploy(&program, json!({})).complete();
    world.cloud.change("toy:run/machine", "m", "size", serde_json::json!(9));
    let before = (world.cloud.objects(), world.state.clone());
    world.plan(&program, json!({})).unwrap();
    assert_eq!((world.cloud.objects(), world.state.clone()), before);
}

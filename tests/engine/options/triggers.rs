//! Replaced, because a value has become another one.

use super::*;
use infra_core::{Output, Secret};

fn machine(version: &'static str) -> impl Fn(&Stack) {
    move |stack| drop(Machine::new("m").size(1).triggers([version]).add(stack))
}

#[test]
fn a_changed_value_replaces_and_the_same_one_does_not() {
    let mut world = World::new();
    world.deploy(&machine("1"), json!({})).complete();
    assert!(!world.plan(&machine("1"), json!({})).unwrap().has_changes());
    let deployed = world.deploy(&machine("2"), json!({})).complete();
    assert_eq!(deployed.changes, ["create machine m", "delete machine m"]);
    assert_eq!(reason(&deployed.plan, "m"), "trigger 1 changes");
    assert!(!world.plan(&machine("2"), json!({})).unwrap().has_changes());
}

#[test]
fn an_object_without_triggers_takes_them_over_and_lays_them_down_without_being_replaced() {
    let plain = |stack: &Stack| drop(Machine::new("m").size(1).add(stack));
    let mut world = World::new();
    world.deploy(&plain, json!({})).complete();
    assert!(world.deploy(&machine("1"), json!({})).complete().changes.is_empty());
    assert_eq!(world.plan(&machine("2"), json!({})).unwrap().counts().replace, 1, "it took them over");
    assert!(world.deploy(&plain, json!({})).complete().changes.is_empty());
    assert!(world.deploy(&machine("3"), json!({})).complete().changes.is_empty());
}

#[test]
fn a_secret_triggers_and_is_nowhere_in_clear() {
    let program = |word: &'static str| move |stack: &Stack| drop(Machine::new("m").triggers([Secret::new(word.to_owned())]).add(stack));
    let mut world = World::new();
    let mut everything = String::new();
    for (word, changes) in [("hunter2", 1), ("hunter2", 0), ("correct horse", 2)] {
        let deployed = world.deploy(&program(word), json!({})).complete();
        assert_eq!(deployed.changes.len(), changes, "{word}");
        everything += &format!("{}{:?}{:?}", serde_json::to_string(&world.state).unwrap(), deployed.plan, deployed.events);
        everything += &serde_json::to_string(&deployed.plan.redacted()).unwrap();
    }
    assert!(!everything.contains("hunter2") && !everything.contains("horse"), "{everything}");
}

fn on_the_revision(dns: bool) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range("10.0.0.0/16").dns(dns).add(stack);
        Machine::new("stable").triggers([net.gateway()]).add(stack);
        let revision: Output<String> = net.revision();
        Machine::new("moves").triggers([revision]).add(stack);
    }
}

#[test]
fn an_output_that_changes_triggers_although_it_is_unknown_and_one_that_stays_does_not() {
    let mut world = World::new();
    world.deploy(&on_the_revision(true), json!({})).complete();
    assert!(!world.plan(&on_the_revision(true), json!({})).unwrap().has_changes());
    let changes = world.deploy(&on_the_revision(false), json!({})).complete().changes;
    assert_eq!(changes, ["update net net", "create machine moves", "delete machine moves"]);
    assert!(!world.plan(&on_the_revision(false), json!({})).unwrap().has_changes(), "what it became is recorded");
}

#[test]
fn a_run_that_died_on_the_way_does_not_forget_what_it_triggered() {
    for record in 0.. {
        let mut world = World::new();
        world.deploy(&on_the_revision(true), json!({})).complete();
        let old = world.cloud.object("toy:run/machine", "moves").unwrap().0;
        let graph = world.graph(&on_the_revision(false), json!({}));
        let died = world.deploy_until(&graph, Crash::AtRecord(record));
        world.deploy_graph(&graph).unwrap().complete();
        assert_ne!(world.cloud.object("toy:run/machine", "moves").unwrap().0, old, "after record {record}");
        assert_eq!(world.cloud.objects().len(), 3, "after record {record}");
        if !died {
            assert!(record > 4);
            break;
        }
    }
}

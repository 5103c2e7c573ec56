//! One object in another's place, in both orders, alone and mixed.

use infra_core::Stack;
use infra_plan::{Action, Reason, Replacement};
use infra_testing::World;
use infra_tests::{Fleet, Machine, Net, Part};
use serde_json::json;

fn network(range: &'static str, zone: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range(range).add(stack);
        let part = Part::new("part").net(&net).range("10.0.1.0/24").zone(zone).add(stack);
        Machine::new("inside").part(&part).add(stack);
        Machine::new("beside").net(&net).add(stack);
    }
}

#[test]
fn the_new_object_is_made_first_dependants_follow_and_the_old_one_goes_last() {
    let mut world = World::new();
    world.deploy(&network("10.0.0.0/16", "a"), json!({})).complete();
    let replaced = world.deploy(&network("10.1.0.0/16", "a"), json!({})).complete();
    assert_eq!(
        replaced.changes,
        [
            "create net net",
            "create part part",
            "update machine beside",
            "create machine inside",
            "delete machine inside",
            "delete part part",
            "delete net net",
        ]
    );
    assert!(!world.deploy(&network("10.1.0.0/16", "a"), json!({})).complete().plan.has_changes());
    assert_eq!(world.cloud.objects().len(), 4);
}

#[test]
fn where_two_cannot_be_the_old_one_goes_first_and_so_do_its_dependants() {
    let mut world = World::new();
    world.deploy(&network("10.0.0.0/16", "a"), json!({})).complete();
    let replaced = world.deploy(&network("10.0.0.0/16", "b"), json!({})).complete();
    assert_eq!(replaced.changes, ["delete machine inside", "delete part part", "create part part", "create machine inside"]);
}

#[test]
fn every_replacement_says_which_field_forced_it_and_whose_replacement_started_it() {
    let mut world = World::new();
    world.deploy(&network("10.0.0.0/16", "a"), json!({})).complete();
    let plan = world.plan(&network("10.1.0.0/16", "a"), json!({})).unwrap();
    let reason = |name: &str| {
        let step = plan.steps.iter().find(|step| step.address.name() == name && matches!(step.action, Action::Create { .. })).unwrap();
        let Action::Create { replaces: Some(Replacement { reason: Reason::Field { path, because_of }, .. }), .. } = &step.action else {
            panic!("{name} is not replaced")
        };
        (path.clone(), because_of.as_ref().map(ToString::to_string))
    };
    assert_eq!(reason("net"), ("range".into(), None));
    assert_eq!(reason("part"), ("net".into(), Some("toy:net/net:net".into())));
    assert_eq!(reason("inside"), ("part".into(), Some("toy:net/part:part".into())));
}

#[test]
fn a_generated_name_lets_the_new_one_come_first_and_a_fixed_one_does_not() {
    let fleet = |name: Option<&'static str>, image: &'static str| {
        move |stack: &Stack| drop(Fleet::new("web").image(image).maybe_name(name).add(stack))
    };
    let mut world = World::new();
    world.deploy(&fleet(None, "one"), json!({})).complete();
    assert_eq!(world.deploy(&fleet(None, "two"), json!({})).complete().changes, ["create fleet web", "delete fleet web"]);
    let mut world = World::new();
    world.deploy(&fleet(Some("web"), "one"), json!({})).complete();
    assert_eq!(world.deploy(&fleet(Some("web"), "two"), json!({})).complete().changes, ["delete fleet web", "create fleet web"]);
}

#[test]
fn a_dependency_dropped_while_its_target_is_deleted_still_orders_them() {
    let mut world = World::new();
    let before = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Net::new("other").range("10.9.0.0/16").add(stack);
        Machine::new("m").net(&net).add(stack);
    };
    let after = |stack: &Stack| {
        let other = Net::new("other").range("10.9.0.0/16").add(stack);
        Machine::new("m").net(&other).add(stack);
    };
    world.deploy(&before, json!({})).complete();
    assert_eq!(world.deploy(&after, json!({})).complete().changes, ["update machine m", "delete net net"]);
}

#[test]
fn a_dependency_dropped_in_the_run_that_deletes_its_target_first_still_orders_them() {
    let program = |range: &'static str, on: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range(range).delete_before_create().add(stack);
            let other = Net::new("other").range("10.9.0.0/16").add(stack);
            let on = if on == "net" { &net } else { &other };
            Machine::new("m").net(on).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16", "net"), json!({})).complete();
    world.cloud.take_time(1);
    let changes = world.deploy(&program("10.1.0.0/16", "other"), json!({})).complete().changes;
    assert_eq!(changes, ["update machine m", "delete net net", "create net net"]);
}

#[test]
fn what_takes_the_place_of_another_resource_waits_until_it_has_left() {
    let mut world = World::new().recreating();
    let part = |name: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range("10.0.0.0/16").add(stack);
            Part::new(name).net(&net).range("10.0.1.0/24").add(stack);
        }
    };
    world.deploy(&part("zebra"), json!({})).complete();
    assert_eq!(world.deploy(&part("ant"), json!({})).complete().changes, ["delete part zebra", "create part ant"]);
}

#[test]
fn what_moves_into_the_place_of_what_goes_is_made_after_that_has_gone() {
    let program = |part: &'static str, zone: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range("10.0.0.0/16").add(stack);
            let part = Part::new(part).net(&net).range("10.0.1.0/24").zone(zone).add(stack);
            Machine::new("m").part(&part).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&program("zebra", "a"), json!({})).complete();
    let changes = world.deploy(&program("ant", "b"), json!({})).complete().changes;
    assert_eq!(changes, ["delete machine m", "delete part zebra", "create part ant", "create machine m"]);
    assert!(!world.plan(&program("ant", "b"), json!({})).unwrap().has_changes());
}

#[test]
fn both_orders_in_one_graph_close_no_circle() {
    // The part must go first; the fleet that is led from inside it is new before old; the net's other user is changed.
    let program = |zone: &'static str, image: &'static str, dns: bool| {
        move |stack: &Stack| {
            let net = Net::new("net").range("10.0.0.0/16").dns(dns).add(stack);
            let part = Part::new("part").net(&net).range("10.0.1.0/24").zone(zone).add(stack);
            let leader = Machine::new("leader").part(&part).add(stack);
            Fleet::new("fleet").image(image).leader(&leader).add(stack);
            Machine::new("beside").net(&net).script(net.revision()).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&program("a", "one", true), json!({})).complete();
    world.deploy(&program("b", "two", false), json!({})).complete();
    assert!(!world.deploy(&program("b", "two", false), json!({})).complete().plan.has_changes());
    assert_eq!(world.cloud.objects().len(), 5);
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

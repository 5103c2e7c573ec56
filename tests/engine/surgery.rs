//! After any change by hand, the state opens, plans and destroys.

use infra_core::{Address, Stack};
use infra_plan::{Intent, Record, State};
use infra_testing::{Crash, MockObject, World};
use infra_tests::{Fleet, Machine, Net, Part};
use proptest::prelude::*;
use serde_json::json;

/// A network with that name, what is in it, and a fleet whose name is generated.
fn program(net: &'static str, fleet: &'static str) -> impl Fn(&Stack) {
    move |stack: &Stack| {
        let net = Net::new(net).range("10.0.0.0/16").add(stack);
        let part = Part::new("part").net(net.id()).range("10.0.1.0/24").add(stack);
        let machine = Machine::new("machine").part(part.id()).password("hunter2").add(stack);
        Fleet::new(fleet).image("linux").leader(machine.id()).add(stack);
    }
}

fn deployed() -> World {
    let mut world = World::new().recreating();
    world.deploy(&program("net", "fleet"), json!({})).complete();
    world
}

fn net(name: &str) -> Address {
    Address::new("toy:net/net", name)
}

fn fleet(name: &str) -> Address {
    Address::new("toy:run/fleet", name)
}

/// Applies a record the way that a journal brings it back.
fn record(world: &mut World, record: Record) {
    let text = serde_json::to_string(&record).unwrap();
    world.state.apply(serde_json::from_str(&text).unwrap());
}

fn moved(world: &mut World, from: Address, to: Address) {
    world.state.check_move(&from, &to).unwrap();
    record(world, Record::Moved { from, to });
}

#[test]
fn a_moved_resource_is_found_under_its_new_name_and_nothing_is_made_or_deleted() {
    let mut world = deployed();
    moved(&mut world, net("net"), net("core"));
    moved(&mut world, fleet("fleet"), fleet("crew"));
    let deployed = world.deploy(&program("core", "crew"), json!({})).complete();
    assert!(deployed.changes.is_empty(), "{:?}", deployed.changes);
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn a_resource_that_takes_the_name_of_a_moved_one_does_not_take_the_name_of_its_object() {
    let mut world = deployed();
    moved(&mut world, fleet("fleet"), fleet("crew"));
    let both = |stack: &Stack| {
        program("net", "crew")(stack);
        Fleet::new("fleet").image("linux").add(stack);
    };
    assert_eq!(world.deploy(&both, json!({})).complete().changes, ["create fleet fleet"]);
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn what_is_moved_back_and_forth_is_replaced_under_a_name_that_was_never_given() {
    let mut world = deployed();
    moved(&mut world, fleet("fleet"), fleet("crew"));
    moved(&mut world, fleet("crew"), fleet("fleet"));
    let other = |stack: &Stack| {
        program("net", "crew")(stack);
        Fleet::new("fleet").image("bsd").add(stack);
    };
    world.deploy(&other, json!({})).complete();
    let names: Vec<_> = world.cloud.objects().into_values().filter_map(|object| object.inputs.get("name").cloned()).collect();
    assert_eq!(names.len(), 2);
    assert_ne!(names[0], names[1]);
    assert!(!world.plan(&other, json!({})).unwrap().has_changes());
}

#[test]
fn a_forgotten_resource_stays_in_the_cloud_and_another_can_be_made() {
    let mut world = deployed();
    let (kept, _) = world.cloud.object("toy:run/fleet", "fleet").unwrap();
    record(&mut world, Record::Forgotten { address: fleet("fleet") });
    let deployed = world.deploy(&program("net", "fleet"), json!({})).complete();
    assert_eq!(deployed.changes, ["create fleet fleet"], "under another physical name");
    record(&mut world, Record::Forgotten { address: fleet("fleet") });
    let outcome = world.destroy().outcome;
    assert!(!outcome.is_complete(), "the cloud keeps what a forgotten object uses");
    assert!(world.cloud.objects().contains_key(&kept));
}

#[test]
fn what_an_interrupted_create_of_a_forgotten_resource_left_is_not_taken_over() {
    let mut world = World::new().recreating();
    let one = |stack: &Stack| drop(Fleet::new("fleet").image("linux").add(stack));
    let graph = world.graph(&one, json!({}));
    assert!(world.deploy_until(&graph, Crash::AfterCall(0)));
    record(&mut world, Record::Forgotten { address: fleet("fleet") });
    world.deploy(&one, json!({})).complete();
    assert_eq!(world.cloud.objects().len(), 2);
    world.destroy().complete();
    assert_eq!(world.cloud.objects().len(), 1);
}

#[test]
fn an_undone_change_leaves_nothing_to_do() {
    let mut world = deployed();
    let before = world.state.clone();
    for change in [
        Record::Moved { from: net("net"), to: net("core") },
        Record::Forgotten { address: fleet("fleet") },
        Record::Restored { state: Box::new(before.replaced_by(State::new("other"))), undoes: None },
    ] {
        record(&mut world, change);
        assert!(world.plan(&program("net", "fleet"), json!({})).unwrap().has_changes());
        let undoes = Some(world.state.serial);
        record(&mut world, Record::Restored { state: Box::new(before.clone()), undoes });
        assert!(!world.plan(&program("net", "fleet"), json!({})).unwrap().has_changes());
    }
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

/// A change by hand: which, on which resource, and with which new name.
fn change() -> impl Strategy<Value = (u8, usize, usize)> {
    (0_u8..3, 0_usize..6, 0_usize..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_any_changes_by_hand_at_any_moment_the_state_plans_and_destroys(
        call in 0_usize..8,
        changes in prop::collection::vec(change(), 1..6),
        again in any::<bool>(),
    ) {
        let mut world = World::new().recreating();
        let graph = world.graph(&program("net", "fleet"), json!({}));
        world.deploy_until(&graph, Crash::AfterCall(call));
        let addresses = [net("net"), net("core"), Address::new("toy:net/part", "part"), Address::new("toy:run/machine", "machine"),
            fleet("fleet"), fleet("crew")];
        let mut before = world.state.clone();
        for (what, at, to) in changes {
            let (address, to) = (addresses[at].clone(), addresses[to].clone());
            let kept = world.state.clone();
            let change = match what {
                0 => Record::Moved { from: address, to },
                1 => Record::Forgotten { address },
                _ => Record::Restored { state: Box::new(before), undoes: Some(world.state.serial) },
            };
            record(&mut world, change);
            before = kept;
            prop_assert_eq!(world.state.circle(), []);
        }
        let fork = world.fork();
        let planned = fork.plan(&program("net", "fleet"), json!({})).is_ok();
        prop_assert!(planned);
        if again {
            // What was forgotten may stand in the way in the cloud; planning is never refused.
            let graph = world.graph(&program("core", "crew"), json!({}));
            prop_assert!(world.deploy_graph(&graph).is_ok());
        }
        let objects = world.state.rows.values().flat_map(|row| row.object.iter().chain(&row.old));
        let known: Vec<String> = objects.map(|object| object.id.clone()).collect();
        // What is being made is found again; anything else that no row knows was forgotten, and may be in the way.
        let is_made = |address: Address| matches!(world.state.rows.get(&address).map(|row| &row.intent), Some(Some(Intent::Create { .. })));
        let unknown = |id: &String, object: &MockObject| !known.contains(id) && !is_made(Address::new(object.kind.clone(), &*object.name));
        let forgotten = world.cloud.objects().iter().any(|(id, object)| unknown(id, object));
        let destroyed = world.destroy();
        prop_assert!(destroyed.outcome.is_complete() || forgotten, "{:?}", destroyed.outcome.failed);
        if destroyed.outcome.is_complete() {
            prop_assert!(world.state.rows.is_empty());
        }
    }
}

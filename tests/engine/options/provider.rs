//! Resources in other regions and accounts than the environment's.

use super::*;
use infra_core::Provider;
use std::collections::BTreeMap;

fn at(region: &str) -> Provider {
    Provider { cloud: "toy".into(), place: BTreeMap::from([("region".into(), region.into())]), access: BTreeMap::new() }
}

fn net(region: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let there = stack.scope("there").provider(at(region));
        let net = Net::new("net").range("10.0.0.0/16").add(&there);
        Machine::new("m").net(&net).add(&there);
        Fleet::new("here").image("one").add(stack);
    }
}

fn place(world: &World, kind: &str, name: &str) -> String {
    world.cloud.object(kind, name).unwrap().1.place
}

#[test]
fn what_a_scope_declares_is_where_the_scope_says_and_the_rest_where_the_environment_does() {
    let mut world = World::new();
    world.deploy(&net("south"), json!({})).complete();
    assert_eq!(place(&world, "toy:net/net", "there/net"), "toy (region south)");
    assert_eq!(place(&world, "toy:run/machine", "there/m"), "toy (region south)");
    assert_eq!(place(&world, "toy:run/fleet", "here"), "");
    assert!(!world.plan(&net("south"), json!({})).unwrap().has_changes());
}

#[test]
fn another_place_needs_another_object_and_the_old_one_is_deleted_where_it_is() {
    let mut world = World::new();
    world.deploy(&net("south"), json!({})).complete();
    let deployed = world.deploy(&net("north"), json!({})).complete();
    assert_eq!(reason(&deployed.plan, "there/net"), "it moves from toy (region south) to toy (region north)");
    assert_eq!(deployed.changes, ["create net there/net", "create machine there/m", "delete machine there/m", "delete net there/net"]);
    assert_eq!(place(&world, "toy:net/net", "there/net"), "toy (region north)");
    assert_eq!(world.cloud.objects().len(), 3);
}

#[test]
fn another_way_into_the_same_place_is_recorded_and_moves_nothing() {
    let with = |role: Option<&str>| {
        let mut provider = at("south");
        provider.access.extend(role.map(|role| ("role".to_owned(), role.to_owned())));
        move |stack: &Stack| drop(Net::new("net").range("10.0.0.0/16").provider(&provider).add(stack))
    };
    let mut world = World::new();
    world.deploy(&with(None), json!({})).complete();
    assert!(world.deploy(&with(Some("deployer")), json!({})).complete().changes.is_empty());
    let recorded = world.state.rows.values().next().unwrap().object.as_ref().unwrap().lifecycle.provider.clone().unwrap();
    assert_eq!(recorded.access["role"], "deployer");
}

#[test]
fn to_name_the_environments_own_place_moves_nothing() {
    let silent = |stack: &Stack| drop(Net::new("net").range("10.0.0.0/16").add(stack));
    let named = |stack: &Stack| drop(Net::new("net").range("10.0.0.0/16").provider(at("home")).add(stack));
    let mut world = World::new();
    world.deploy(&silent, json!({})).complete();
    assert!(world.plan(&named, json!({})).unwrap().steps.iter().all(|step| !step.action.is_change()));
}

#[test]
fn what_the_program_does_not_declare_any_more_is_found_where_its_record_says() {
    let mut world = World::new();
    world.deploy(&net("south"), json!({})).complete();
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty());
    world.deploy(&net("south"), json!({})).complete();
    world.deploy(&nothing, json!({})).complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn credentials_for_a_place_matter_only_where_something_there_is_in_the_plan() {
    let mut world = World::new();
    world.deploy(&net("south"), json!({})).complete();
    world.cloud.lock_out("north");
    assert!(!world.plan(&net("south"), json!({})).unwrap().has_changes());
    let ended = world.deploy(&net("north"), json!({}));
    let problem = ended.outcome.failed[0].1.to_string();
    assert!(problem.contains("failed to reach toy (region north)") && problem.contains("credentials"), "{problem}");
    assert_eq!(world.cloud.objects().len(), 3, "what cannot be made anew is not deleted");
    world.cloud.lock_out("south");
    let Err(error) = world.plan(&net("south"), json!({})) else { panic!("what is there cannot be looked at") };
    assert!(error.to_string().contains("toy (region south)"), "{error}");
}

#[test]
fn a_run_that_died_while_it_made_something_elsewhere_finds_it_there() {
    for call in 0.. {
        let mut world = World::new();
        let graph = world.graph(&net("south"), json!({}));
        let died = world.deploy_until(&graph, Crash::AfterCall(call));
        world.deploy_graph(&graph).unwrap().complete();
        assert_eq!(world.cloud.objects().len(), 3, "after call {call}");
        if !died {
            assert!(call > 2);
            break;
        }
    }
}

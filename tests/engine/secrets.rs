//! No byte of a secret outside of the cloud, and no secret lost on its way there.

use infra_core::{Secret, Stack, ops, output};
use infra_testing::{Deployed, Fault, Verb, World};
use infra_tests::{Machine, Net, Vault};
use serde_json::json;

fn told(world: &World, deployed: &Deployed) -> String {
    let state = serde_json::to_string(&world.state).unwrap();
    let problems: String = deployed.outcome.failed.iter().map(|(_, problem)| problem.to_string()).collect();
    format!("{state}{problems}{:?}{:?}{:?}", deployed.events, deployed.outcome, deployed.plan)
}

fn keyed(stack: &Stack) {
    let vault = Vault::new("v").password("hunter2").add(stack);
    Machine::new("m").script(output!("open with {}", vault.key())).add(stack);
    stack.export("key", output!("key={}", vault.key()));
}

#[test]
fn a_secret_that_the_cloud_makes_reaches_who_uses_it_and_the_outputs() {
    let mut world = World::new();
    let first = world.deploy(&keyed, json!({})).complete();
    let script = |world: &World| world.cloud.object("toy:run/machine", "m").unwrap().1.inputs["script"].clone();
    assert_eq!(script(&world).as_str(), Some("open with vault-1.key"));
    assert_eq!(first.output("key").as_deref(), Some("key=vault-1.key"));
    assert!(!told(&world, &first).contains("vault-1.key"));
}

#[test]
fn where_nothing_changes_a_secret_makes_no_record_and_is_still_given_out() {
    let mut world = World::new();
    world.deploy(&keyed, json!({})).complete();
    let serial = world.state.serial;
    let again = world.deploy(&keyed, json!({})).complete();
    assert_eq!(again.output("key").as_deref(), Some("key=vault-1.key"));
    assert_eq!((world.state.serial, again.plan.unchanged.len()), (serial, 2));
    assert!(!told(&world, &again).contains("vault-1.key"));
}

#[test]
fn an_output_that_echoes_a_secret_is_secret() {
    let mut world = World::new();
    let program = |stack: &Stack| {
        let net = Net::new("net").range(Secret::new("10.47.0.0/16".to_owned())).add(stack);
        Machine::new("m").script(net.range()).add(stack);
        stack.export("range", net.range());
    };
    for _ in 0..2 {
        let deployed = world.deploy(&program, json!({})).complete();
        assert!(!told(&world, &deployed).contains("10.47"), "{}", told(&world, &deployed));
    }
    let serial = world.state.serial;
    assert!(!world.deploy(&program, json!({})).complete().plan.has_changes());
    assert_eq!(world.state.serial, serial);
}

#[test]
fn the_words_of_a_service_do_not_tell_a_secret() {
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Create, "v").saying("'hunter2' is too short"));
    let failed = world.deploy(&keyed, json!({}));
    assert_eq!(failed.outcome.failed.len(), 1);
    assert!(!told(&world, &failed).contains("hunter2"));
    assert!(failed.outcome.failed[0].1.to_string().contains("'(secret)' is too short"));
}

#[test]
fn a_function_that_cannot_take_a_secret_does_not_tell_it() {
    let program = |stack: &Stack| {
        let range = infra_core::Output::<String>::from_input("hunter2".to_owned()).secret();
        Net::new("net").range(ops::cidr_subnet(range, 8_u8, 1_u32)).add(stack);
    };
    let error = World::new().plan(&program, json!({})).unwrap_err().to_string();
    assert!(error.contains("cidr_subnet") && !error.contains("hunter2"), "{error}");
}

#[test]
fn a_secret_with_unknown_parts_is_not_shown_by_debug() {
    let program = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Machine::new("m").script(output!("hunter2 {}", net.gateway()).secret()).add(stack);
    };
    let world = World::new();
    let shown = format!("{:?} {:?}", world.graph(&program, json!({})), world.plan(&program, json!({})).unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_null_in_a_document_is_no_difference() {
    let mut world = World::new();
    let program = |stack: &Stack| drop(Vault::new("v").password("p").policy(json!({"who": null, "what": 1})).add(stack));
    world.deploy(&program, json!({})).complete();
    assert!(!world.plan(&program, json!({})).unwrap().has_changes());
}

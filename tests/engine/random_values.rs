//! Random passwords: made once, kept sealed, made anew when they are told to be.

use std::sync::Arc;

use infra_apply::{Handler, Registry};
use infra_core::{Resource as _, Stack};
use infra_random_values::{RandomPassword, RandomString};
use infra_testing::{Crash, World};
use infra_tests::Machine;
use serde_json::json;

fn handler(kind: &str) -> Arc<dyn Handler> {
    let mut registry = Registry::new();
    infra_random_values::register(&mut registry);
    registry.handler(kind).unwrap().clone()
}

fn world() -> World {
    World::new().serving(handler(RandomPassword::KIND)).serving(handler(RandomString::KIND))
}

fn program(keeper: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let password = RandomPassword::new("db").length(20_u16).min_digits(3_u16).symbols(false).keepers([("for", keeper)]).add(stack);
        let label = RandomString::new("label").length(8_u16).upper(false).symbols(false).add(stack);
        Machine::new("m").password(password.value()).script(label.value()).add(stack);
        stack.export("password", password.value());
    }
}

/// What the machine was given.
fn given(world: &World) -> (String, String) {
    let inputs = world.cloud.object("toy:run/machine", "m").unwrap().1.inputs;
    let text = |name: &str| inputs[name].as_str().unwrap().to_owned();
    (text("password"), text("script"))
}

#[test]
fn a_password_stays_until_a_keeper_changes_and_nothing_else_learns_it() {
    let mut world = world();
    let first = world.deploy(&program("a"), json!({})).complete();
    let (password, label) = given(&world);
    assert_eq!((password.len(), label.len()), (20, 8));
    assert!(password.chars().filter(char::is_ascii_digit).count() >= 3 && password.chars().all(|c| c.is_ascii_alphanumeric()));
    assert_eq!(first.output("password"), Some(password.clone()));
    let said = format!("{}{:?}{:?}{:?}", serde_json::to_string(&world.state).unwrap(), first.plan, first.outcome, first.events);
    assert!(!said.contains(&password) && said.contains(&label));

    let serial = world.state.serial;
    assert!(world.deploy(&program("a"), json!({})).complete().changes.is_empty());
    assert_eq!((given(&world), world.state.serial), ((password.clone(), label.clone()), serial));

    world.deploy(&program("b"), json!({})).complete();
    let (other, same) = given(&world);
    assert!(other != password && same == label);
    world.destroy().complete();
    assert!(world.state.rows.is_empty() && world.cloud.objects().is_empty());
}

#[test]
fn wherever_a_run_dies_the_password_that_was_used_is_the_one_that_is_kept() {
    for step in 0.. {
        let mut died = false;
        for crash in [Crash::AtRecord(step), Crash::BeforeCall(step), Crash::AfterCall(step)] {
            let mut world = world();
            let graph = world.graph(&program("a"), json!({}));
            died |= world.deploy_until(&graph, crash);
            let deployed = world.deploy(&program("a"), json!({})).complete();
            assert_eq!(deployed.output("password"), Some(given(&world).0), "{crash:?}");
            assert!(!world.plan(&program("a"), json!({})).unwrap().has_changes(), "{crash:?}");
            world.destroy().complete();
            assert!(world.state.rows.is_empty(), "{crash:?}");
        }
        if !died {
            assert!(step > 5);
            break;
        }
    }
}

#[test]
fn rules_that_cannot_be_met_are_an_error_that_names_them() {
    let mut world = world();
    let program = |stack: &Stack| drop(RandomPassword::new("db").length(4_u16).min_digits(3_u16).min_lower(2_u16).add(stack));
    let failed = world.deploy(&program, json!({}));
    assert!(failed.outcome.failed[0].1.to_string().contains("at least 5 characters are asked for, and `length` is 4"));
    assert!(world.state.rows.is_empty());
}

#[test]
fn a_password_that_goes_to_another_stack_stays_what_it_is() {
    let key = Arc::new(infra_seal::DataKey::generate("test/local").unwrap());
    let mut old = world().sealing(key.clone());
    old.deploy(&program("a"), json!({})).complete();
    let before = given(&old);
    let moved = |stack: &Stack| {
        let stack = &stack.scope("moved");
        let password = RandomPassword::new("db").length(20_u16).min_digits(3_u16).symbols(false).keepers([("for", "a")]);
        let password = password.moved_from_stack("old", "db").add(stack);
        let label = RandomString::new("label").length(8_u16).upper(false).symbols(false).moved_from_stack("old", "label").add(stack);
        Machine::new("m").password(password.value()).script(label.value()).moved_from_stack("old", "m").add(stack);
        stack.export("password", password.value());
    };
    let mut new = world().sealing(key);
    new.cloud = old.cloud.fork();
    new.neighbours.insert("old".into(), old.state);
    let deployed = new.deploy(&moved, json!({})).complete();
    assert_eq!(deployed.output("password"), Some(before.0.clone()));
    let inputs = new.cloud.objects().into_keys().map(|id| id.to_string()).collect::<Vec<_>>();
    assert_eq!(inputs.len(), 1, "the machine alone is in the cloud: {inputs:?}");
    assert!(new.neighbours["old"].rows.is_empty() && new.neighbours["old"].handed.is_empty());
    let kept = format!("{}{}", serde_json::to_string(&new.state).unwrap(), serde_json::to_string(&new.neighbours).unwrap());
    assert!(!kept.contains(&before.0));
    assert!(!new.plan(&moved, json!({})).unwrap().has_changes());
}

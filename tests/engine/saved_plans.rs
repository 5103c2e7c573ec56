//! Plans that are kept and performed later: exactly what was agreed to, or nothing.

use infra_apply::{Engine, Interrupt, Journal, StoreError};
use infra_core::{Diagnostic, Graph, Secret, Stack};
use infra_plan::{Plan, SavedPlan, Selection, Setting};
use infra_testing::World;
use infra_tests::{Machine, Net, Vault};
use serde_json::json;

fn program(size: i32, password: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        Net::new("net").range("10.0.0.0/16").dns(true).add(stack);
        Machine::new("m").size(size).password(Secret::new(password.to_owned())).add(stack);
        Vault::new("v").password("hunter2").add(stack);
    }
}

fn here() -> Setting {
    Setting { name: "production".into(), account: Some("123456789012".into()), region: "eu-west-1".into() }
}

fn deployed() -> World {
    let mut world = World::new();
    world.state.salt = "a salt of its own".into();
    world.deploy(&program(1, "canary-1"), json!({})).complete();
    world
}

fn planned(world: &World, size: i32, password: &'static str) -> (Graph, Plan) {
    let program = program(size, password);
    (world.graph(&program, json!({})), world.plan(&program, json!({})).unwrap())
}

/// As it comes back from a file.
fn saved(world: &World, size: i32, password: &'static str) -> SavedPlan {
    let (graph, plan) = planned(world, size, password);
    let text = serde_json::to_string(&SavedPlan::new(&plan, &graph, &world.state, &Selection::default(), here())).unwrap();
    assert!(!text.contains("canary") && !text.contains("hunter2") && !text.contains(&world.state.salt), "{text}");
    serde_json::from_str(&text).unwrap()
}

fn said(outcome: Result<(), Vec<Diagnostic>>) -> String {
    outcome
        .unwrap_err()
        .iter()
        .map(|problem| format!("{}{}", problem.resource.as_ref().map(|r| format!("{r}: ")).unwrap_or_default(), problem.problem))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_plan_made_anew_of_the_same_is_allowed_and_so_is_one_that_does_less() {
    let world = deployed();
    let saved = saved(&world, 2, "canary-1");
    assert_eq!(saved.check_state("test", &here(), &world.state), Ok(()));
    let (graph, plan) = planned(&world, 2, "canary-1");
    assert_eq!(saved.check_plan(&plan, &graph, &world.state), Ok(()));
    assert!(world.cloud.change("toy:run/machine", "m", "size", json!(2)));
    let (graph, plan) = planned(&world, 2, "canary-1");
    assert!(!plan.has_changes());
    assert_eq!(saved.check_plan(&plan, &graph, &world.state), Ok(()));
}

#[test]
fn an_action_that_is_not_in_the_plan_is_refused_whatever_it_is_due_to() {
    let world = deployed();
    let saved = saved(&world, 2, "canary-1");
    let refused = |world: &World| {
        let (graph, plan) = planned(world, 2, "canary-1");
        said(saved.check_plan(&plan, &graph, &world.state))
    };
    let drifted = world.fork();
    assert!(drifted.cloud.change("toy:net/net", "net", "dns", json!(false)));
    assert_eq!(refused(&drifted), "toy:net/net:net: would be changed, which the saved plan does not say");
    let gone = world.fork();
    assert!(gone.cloud.remove("toy:run/machine", "m"));
    assert_eq!(refused(&gone), "toy:run/machine:m: would be made in another way than the saved plan says");
    let other = world.fork();
    assert!(other.cloud.change("toy:run/machine", "m", "size", json!(7)));
    assert_eq!(refused(&other), "toy:run/machine:m: would be changed in another way than the saved plan says");
}

#[test]
fn a_program_that_changed_is_refused_also_where_only_a_secret_did() {
    let world = deployed();
    let saved = saved(&world, 2, "canary-1");
    for (size, password) in [(3, "canary-1"), (2, "canary-2")] {
        let (graph, plan) = planned(&world, size, password);
        assert_eq!(said(saved.check_plan(&plan, &graph, &world.state)), "the program declares something else than when the plan was saved");
    }
}

#[test]
fn a_state_that_moved_on_and_another_place_are_refused() {
    let mut world = deployed();
    let saved = saved(&world, 2, "canary-1");
    let before = world.state.clone();
    world.deploy(&program(3, "canary-1"), json!({})).complete();
    let moved = said(saved.check_state("test", &here(), &world.state));
    assert!(moved.starts_with("the state has moved on: the saved plan was made after record"), "{moved}");
    let salt = infra_plan::State { salt: "other".into(), ..before.clone() };
    assert_eq!(said(saved.check_state("test", &here(), &salt)), "the saved plan was made for another state than this one");
    let there = Setting { account: Some("210987654321".into()), ..here() };
    let elsewhere = said(saved.check_state("web", &there, &before));
    assert_eq!(
        elsewhere,
        "the saved plan is one of stack `test`, not of `web`\nthe saved plan is for environment `production` (account 123456789012, eu-west-1), \
         and this is environment `production` (account 210987654321, eu-west-1)"
    );
    let newer = SavedPlan { version: 2, ..saved };
    assert!(said(newer.check_state("test", &here(), &before)).contains("has version 2, and this engine reads version 1"));
}

#[test]
fn the_engine_itself_performs_no_plan_for_a_state_that_moved_on() {
    let mut world = deployed();
    let (graph, plan) = planned(&world, 2, "canary-1");
    world.deploy(&program(3, "canary-1"), json!({})).complete();
    world.cloud.forget_calls();
    let engine = Engine::new(world.cloud.registry(graph.schemas.values()));
    let mut journal = Journal::in_memory(world.state.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let outcome = runtime.block_on(engine.apply(&plan, &mut journal, &Interrupt::new(), &()));
    assert!(matches!(outcome.store, Some(StoreError::MovedOn { .. })) && !outcome.is_complete());
    assert!(world.cloud.calls().is_empty() && journal.state() == &world.state);
    assert_eq!(outcome.skipped.len(), plan.steps.len());
}

//! Actions: run once, again when an input or a trigger changes, and never by a look at them.

use std::sync::{Arc, Mutex};

use infra_apply::{Class, Doing, Event, ProviderError, RunOnce, Runner};
use infra_core::{Outputs, Resource, Secret, Stack};
use infra_plan::{RenderOptions, render};
use infra_testing::{Crash, Fault, Verb, World};
use infra_tests::{Errand, Machine};
use serde::{Deserialize, Serialize};
use serde_json::json;

const KIND: &str = "toy:run/errand";

/// A machine, what is done on it once, and another machine that uses what came of it.
fn program(what: &'static str, trigger: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let machine = Machine::new("database").size(1).add(stack);
        let errand = Errand::new("setup").what(what).on(&machine).triggers([trigger]).add(stack);
        Machine::new("server").script(errand.said()).add(stack);
        stack.export("said", errand.said());
    }
}

fn text(world: &World, program: &impl Fn(&Stack)) -> String {
    render(&world.plan(program, json!({})).unwrap(), &RenderOptions { width: 80, colour: false })
}

fn script(world: &World) -> String {
    world.cloud.object("toy:run/machine", "server").unwrap().1.inputs["script"].as_str().unwrap().to_owned()
}

#[test]
fn three_plans_a_refresh_and_two_deployments_run_it_once() {
    let mut world = World::new();
    world.plan(&program("fill", "1"), json!({})).unwrap();
    let first = world.deploy(&program("fill", "1"), json!({})).complete();
    assert_eq!(first.changes, ["create machine database", "run errand setup", "create machine server"]);
    assert_eq!((script(&world), first.output("said")), ("errand-1.said".to_owned(), Some("errand-1.said".to_owned())));

    assert!(!world.plan(&program("fill", "1"), json!({})).unwrap().has_changes());
    world.refresh().unwrap();
    assert!(world.deploy(&program("fill", "1"), json!({})).complete().changes.is_empty());
    assert!(!world.plan(&program("fill", "1"), json!({})).unwrap().has_changes());
    assert_eq!(world.cloud.runs(KIND, "setup").len(), 1);
}

#[test]
fn another_input_or_trigger_runs_it_again_and_the_plan_says_why() {
    let mut world = World::new();
    assert!(text(&world, &program("fill", "1")).contains("> Errand setup  runs\n"));
    world.deploy(&program("fill", "1"), json!({})).complete();
    let again = text(&world, &program("empty", "2"));
    assert!(again.contains("> Errand setup  runs again: what changes; trigger 1 changes\n"), "{again}");
    assert!(again.contains("Plan: 1 to change, 1 to run, 1 unchanged"), "{again}");
    let again = world.deploy(&program("empty", "2"), json!({})).complete();
    assert_eq!(again.changes, ["run errand setup", "update machine server"]);
    assert_eq!((world.cloud.runs(KIND, "setup").len(), script(&world)), (2, "errand-2.said".to_owned()));
    assert!(again.events.iter().any(|event| matches!(event, Event::Finished { doing: Doing::Running, .. })));
    assert!(!world.plan(&program("empty", "2"), json!({})).unwrap().has_changes());
}

#[test]
fn what_it_is_done_on_being_another_one_runs_it_again() {
    let on = |seed: &'static str| {
        move |stack: &Stack| {
            let machine = Machine::new("database").triggers([seed]).add(stack);
            Errand::new("setup").what("fill").on(&machine).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&on("a"), json!({})).complete();
    let deployed = world.deploy(&on("b"), json!({})).complete();
    assert_eq!(deployed.changes, ["create machine database", "run errand setup", "delete machine database"]);
}

#[test]
fn a_failed_run_is_told_and_is_made_up_for_by_the_next_deployment() {
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Run, "setup").class(Class::Other).saying("no such table"));
    let failed = world.deploy(&program("fill", "1"), json!({}));
    let problem = failed.outcome.failed[0].1.to_string();
    assert!(problem.contains("failed to run it: Run: no such table") && problem.contains("it is run again"), "{problem}");
    assert_eq!(failed.outcome.skipped.len(), 1, "who uses what comes of it waits");
    assert_eq!(world.plan(&program("fill", "1"), json!({})).unwrap().counts().run, 1);
    world.deploy(&program("fill", "1"), json!({})).complete();

    // One that fails when it is run again leaves what came of it before, until it succeeds.
    world.cloud.inject(Fault::refuse(Verb::Run, "setup"));
    assert_eq!(world.deploy(&program("fill", "2"), json!({})).outcome.failed.len(), 1);
    assert_eq!(script(&world), "errand-1.said");
    assert_eq!(world.deploy(&program("fill", "2"), json!({})).complete().changes, ["run errand setup", "update machine server"]);
}

#[test]
fn one_that_may_have_run_is_not_repeated_by_the_same_deployment_but_by_the_next() {
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Run, "setup").reply_lost());
    let lost = world.deploy(&program("fill", "1"), json!({}));
    let problem = lost.outcome.failed[0].1.to_string();
    assert!(problem.contains("it may have run"), "{problem}");
    assert_eq!(world.cloud.runs(KIND, "setup").len(), 1);
    world.deploy(&program("fill", "1"), json!({})).complete();
    assert_eq!(world.cloud.runs(KIND, "setup").len(), 2);
}

#[test]
fn what_a_cloud_does_not_take_yet_is_tried_again_at_once() {
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Run, "setup").class(Class::Throttled).times(3));
    world.deploy(&program("fill", "1"), json!({})).complete();
    assert_eq!(world.cloud.runs(KIND, "setup").len(), 1);
}

#[test]
fn wherever_a_deployment_dies_it_runs_at_least_once_and_at_most_twice() {
    let mut twice = 0;
    for step in 0.. {
        let mut died = false;
        for crash in [Crash::AtRecord(step), Crash::BeforeCall(step), Crash::AfterCall(step)] {
            let mut world = World::new();
            let graph = world.graph(&program("fill", "1"), json!({}));
            died |= world.deploy_until(&graph, crash);
            world.deploy(&program("fill", "1"), json!({})).complete();
            let runs = world.cloud.runs(KIND, "setup").len();
            assert!((1..=2).contains(&runs), "{crash:?}: {runs}");
            twice += usize::from(runs == 2);
            assert!(!world.plan(&program("fill", "1"), json!({})).unwrap().has_changes(), "{crash:?}");
            world.destroy().complete();
            assert!(world.state.rows.is_empty(), "{crash:?}");
        }
        if !died {
            // Only where it had run and nobody could write that down.
            assert_eq!((twice, step > 5), (2, true));
            break;
        }
    }
}

#[test]
fn its_end_calls_nothing() {
    let mut world = World::new();
    world.deploy(&program("fill", "1"), json!({})).complete();
    assert_eq!(world.destroy().complete().changes, ["delete machine server", "delete machine database"]);
    assert!(world.state.rows.is_empty());

    world.deploy(&program("fill", "1"), json!({})).complete();
    let without = |stack: &Stack| drop(Machine::new("database").size(1).add(stack));
    world.deploy(&without, json!({})).complete();
    assert_eq!(world.cloud.runs(KIND, "setup").len(), 2);
}

#[test]
fn one_that_is_protected_is_not_run_a_second_time() {
    let program = |what: &'static str| move |stack: &Stack| drop(Errand::new("setup").what(what).protect().add(stack));
    let mut world = World::new();
    world.deploy(&program("drop all"), json!({})).complete();
    let refused = world.plan(&program("drop some"), json!({})).unwrap_err().to_string();
    assert!(refused.contains("setup"), "{refused}");
}

/// A chore that is really done, at a desk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = Chore, id = ChoreId, outputs = ChoreOutputs, kind = "toy:run/chore", action)]
pub struct ChoreInputs {
    /// What is done.
    pub what: String,
    /// What it must not tell.
    #[input(secret)]
    pub password: Option<String>,
}

/// What came of a [`Chore`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Outputs)]
#[outputs(of = Chore)]
pub struct ChoreOutputs {
    /// What was said.
    pub said: String,
}

/// Where runs leave their tokens.
#[derive(Default)]
pub struct Desk {
    /// The tokens.
    pub runs: Vec<String>,
    /// Whether anybody remembers.
    pub known: bool,
}

/// A chore that says what it was told, and may remember having been run.
impl RunOnce for Chore {
    type Client = Arc<Mutex<Desk>>;

    const SERVICE: &'static str = "test";

    async fn run(client: &Self::Client, want: &ChoreInputs, token: &str) -> Result<ChoreOutputs, ProviderError> {
        let mut desk = client.lock().unwrap();
        desk.runs.push(token.to_owned());
        Ok(ChoreOutputs { said: format!("done with {}", want.password.as_deref().unwrap_or("nothing")) })
    }

    async fn ran(client: &Self::Client, want: &ChoreInputs, token: &str) -> Result<Option<ChoreOutputs>, ProviderError> {
        let desk = client.lock().unwrap();
        let ran = desk.known && desk.runs.iter().any(|other| other == token);
        Ok(ran.then(|| ChoreOutputs { said: format!("{} was done", want.what) }))
    }
}

fn secretive(stack: &Stack) {
    let errand = Chore::new("setup").what("fill").password(Secret::new("hunter2".to_owned())).add(stack);
    Machine::new("server").script(errand.said()).add(stack);
    stack.export("said", errand.said());
}

#[test]
fn what_repeats_a_secret_is_one() {
    let mut world = World::new().serving(Arc::new(Runner::<Chore>::new(Arc::default())));
    let deployed = world.deploy(&secretive, json!({})).complete();
    assert_eq!(deployed.output("said"), Some("done with hunter2".to_owned()));
    let said = format!("{}{:?}{:?}{:?}", serde_json::to_string(&world.state).unwrap(), deployed.plan, deployed.outcome, deployed.events);
    assert!(!said.contains("hunter2"), "{said}");
    assert_eq!(world.deploy(&secretive, json!({})).complete().output("said"), Some("done with hunter2".to_owned()));
}

#[test]
fn one_that_is_known_to_have_run_is_not_run_again_wherever_the_deployment_died() {
    for step in 0.. {
        let mut died = false;
        for crash in [Crash::AtRecord(step), Crash::BeforeCall(step), Crash::AfterCall(step)] {
            let desk = Arc::new(Mutex::new(Desk { known: true, ..Desk::default() }));
            let mut world = World::new().serving(Arc::new(Runner::<Chore>::new(desk.clone())));
            let graph = world.graph(&secretive, json!({}));
            died |= world.deploy_until(&graph, crash);
            world.deploy(&secretive, json!({})).complete();
            assert_eq!(desk.lock().unwrap().runs.len(), 1, "{crash:?}");
            assert!(script(&world).contains("done"), "{crash:?}");
            assert!(!world.plan(&secretive, json!({})).unwrap().has_changes(), "{crash:?}");
        }
        if !died {
            break;
        }
    }
    assert!(Chore::schema().action && Chore::schema().inputs.iter().all(|input| input.replace));
}

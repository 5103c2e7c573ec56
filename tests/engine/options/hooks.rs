//! Commands beside the steps.

use super::*;
use infra_core::{Command, Moment, Secret};
use std::path::Path;

/// A command that adds a word to a file.
fn note(folder: &Path, word: impl infra_core::Input<String>) -> Command {
    Command::shell("echo \"$WORD\" >> \"$FILE\"").env("WORD", word).env("FILE", folder.join("log").display().to_string())
}

fn log(folder: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
    std::fs::remove_file(folder.join("log")).ok();
    text.lines().map(str::to_owned).collect()
}

const MOMENTS: [Moment; 6] =
    [Moment::BeforeCreate, Moment::AfterCreate, Moment::BeforeUpdate, Moment::AfterUpdate, Moment::BeforeDelete, Moment::AfterDelete];

/// A machine with a hook at each moment, and one that uses it.
fn hooked(folder: &Path, size: i32, part: Option<&'static str>) -> impl Fn(&Stack) {
    let folder = folder.to_owned();
    move |stack| {
        let part = part.map(|range| {
            let net = Net::new("net").range("10.0.0.0/16").add(stack);
            Part::new("part").net(&net).range(range).add(stack)
        });
        let machine = MOMENTS.into_iter().fold(Machine::new("m").size(size).maybe_part(part.as_ref()), |machine, moment| {
            machine.hook(moment, |_| note(&folder, format!("{moment:?}")))
        });
        machine.add(stack);
    }
}

#[test]
fn each_runs_at_its_moment_and_a_replacement_is_a_create_and_a_delete() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut world = World::new();
    world.deploy(&hooked(folder, 1, None), json!({})).complete();
    assert_eq!(log(folder), ["BeforeCreate", "AfterCreate"]);
    assert!(!world.plan(&hooked(folder, 1, None), json!({})).unwrap().has_changes());
    world.deploy(&hooked(folder, 2, None), json!({})).complete();
    assert_eq!(log(folder), ["BeforeUpdate", "AfterUpdate"]);
    world.deploy(&hooked(folder, 2, Some("10.0.1.0/24")), json!({})).complete();
    assert_eq!(log(folder), ["BeforeCreate", "AfterCreate", "BeforeDelete", "AfterDelete"]);
    world.deploy(&hooked(folder, 2, Some("10.0.1.0/24")), json!({})).complete();
    assert!(log(folder).is_empty(), "what is left alone runs nothing");
    world.destroy().complete();
    assert_eq!(log(folder), ["BeforeDelete", "AfterDelete"], "those of the end are remembered with the object");
}

#[test]
fn they_are_given_outputs_of_the_object_and_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let program = move |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        let machine = Machine::new("m").net(&net);
        let machine = machine.hook(Moment::AfterCreate, |m| note(&path, infra_core::output!("{} {}", m.address(), net.gateway())));
        machine.hook(Moment::BeforeDelete, |m| note(&path, infra_core::output!("bye {}", m.id()))).add(stack);
    };
    let mut world = World::new();
    world.deploy(&program, json!({})).complete();
    assert_eq!(log(folder.path()), ["machine-2.address net-1.gateway"]);
    world.destroy().complete();
    assert_eq!(log(folder.path()), ["bye machine-2"]);
}

fn failing(moment: Moment, code: i32) -> impl Fn(&Stack) {
    move |stack| {
        let machine = Machine::new("m").size(code).hook(moment, |_| Command::shell(format!("echo no luck; exit {code}")));
        let m = machine.add(stack);
        Fleet::new("led").image("one").leader(&m).add(stack);
    }
}

#[test]
fn one_that_fails_before_stops_the_step_and_nothing_was_called() {
    let mut world = World::new();
    let ended = world.deploy(&failing(Moment::BeforeCreate, 3), json!({}));
    assert!(ended.changes.is_empty() && ended.outcome.skipped.len() == 1, "{:?}", ended.changes);
    let problem = ended.outcome.failed[0].1.to_string();
    assert!(problem.contains("before it is made, failed with exit code 3; it said last: no luck"), "{problem}");
    assert!(world.state.rows.is_empty());
    world.deploy(&failing(Moment::BeforeCreate, 0), json!({})).complete();
}

#[test]
fn one_that_fails_after_is_recorded_with_the_object_and_runs_again_in_the_next_deployment() {
    let mut world = World::new();
    let ended = world.deploy(&failing(Moment::AfterCreate, 3), json!({}));
    assert_eq!(ended.changes, ["create machine m"]);
    assert_eq!((ended.outcome.failed.len(), ended.outcome.skipped.len()), (1, 1));
    let object = world.state.object(&infra_core::Address::new("toy:run/machine", "m")).unwrap();
    assert!(object.problem.as_ref().unwrap().contains("exit code 3"), "{object:?}");

    let again = world.deploy(&failing(Moment::AfterCreate, 3), json!({}));
    assert!(again.changes.is_empty() && again.outcome.failed.len() == 1, "{:?}", again.changes);
    world.deploy(&failing(Moment::AfterCreate, 0), json!({})).complete();
    assert!(world.state.rows.values().all(|row| row.object.as_ref().is_some_and(|object| object.problem.is_none())));
    assert!(!world.plan(&failing(Moment::AfterCreate, 0), json!({})).unwrap().has_changes());
}

#[test]
fn a_run_that_died_before_the_one_after_is_made_up_for() {
    let folder = tempfile::tempdir().unwrap();
    for record in 0.. {
        let mut world = World::new();
        let graph = world.graph(&hooked(folder.path(), 1, None), json!({}));
        let died = world.deploy_until(&graph, Crash::AtRecord(record));
        world.deploy_graph(&graph).unwrap().complete();
        let log = log(folder.path());
        assert!(log.contains(&"AfterCreate".to_owned()), "after record {record}: {log:?}");
        if !died {
            assert!(record > 1);
            break;
        }
    }
}

#[test]
fn one_that_fails_before_a_delete_keeps_the_object() {
    let mut world = World::new();
    let program = |stack: &Stack| drop(Machine::new("m").hook(Moment::BeforeDelete, |_| Command::new("false")).add(stack));
    world.deploy(&program, json!({})).complete();
    let ended = world.destroy();
    assert!(ended.changes.is_empty() && ended.outcome.failed.len() == 1, "{:?}", ended.changes);
    assert_eq!(world.cloud.objects().len(), 1);
    let without = |stack: &Stack| drop(Machine::new("m").add(stack));
    world.deploy(&without, json!({})).complete();
    world.destroy().complete();
}

#[test]
fn a_secret_reaches_a_command_by_its_environment_only_and_no_message_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let secret = || Secret::new("hunter2".to_owned());
    let program = move |stack: &Stack| {
        let leak = Command::shell("echo \"$WORD\"; exit 1").env("WORD", secret());
        let machine = Machine::new("m").hook(Moment::BeforeCreate, |_| note(&path, secret()));
        machine.hook(Moment::AfterCreate, |_| leak).add(stack);
    };
    let mut world = World::new();
    let ended = world.deploy(&program, json!({}));
    assert_eq!(log(folder.path()), ["hunter2"]);
    let everything = format!("{:?}{:?}{:?}", ended.outcome, ended.events, serde_json::to_string(&world.state).unwrap());
    assert!(everything.contains("it said last: (secret)") && !everything.contains("hunter2"), "{everything}");

    let seen = |stack: &Stack| drop(Machine::new("m").hook(Moment::AfterCreate, |_| Command::new("x").arg(secret())).add(stack));
    assert!(refusal(&world, &seen)[0].problem.contains("everybody on the machine can see"));
    let late = |stack: &Stack| drop(Machine::new("m").hook(Moment::AfterDelete, |_| Command::new("x").env("W", secret())).add(stack));
    assert!(refusal(&world, &late)[0].problem.contains("nobody knows any more"));
}

#[test]
fn one_that_takes_too_long_is_ended() {
    let program = |stack: &Stack| {
        let slow = Command::new("sleep").arg("1000").timeout(std::time::Duration::from_secs(1));
        drop(Machine::new("m").hook(Moment::BeforeCreate, |_| slow).add(stack));
    };
    let problem = World::new().deploy(&program, json!({})).outcome.failed[0].1.to_string();
    assert!(problem.contains("it took longer than 1 seconds"), "{problem}");
}

#[test]
fn the_plan_shows_what_will_run() {
    let mut world = World::new();
    let program = |size: i32| {
        move |stack: &Stack| {
            let register = |m: &Machine| Command::new("register").arg(m.address()).arg("two words");
            let machine =
                Machine::new("m").size(size).hook(Moment::AfterCreate, register).hook(Moment::BeforeUpdate, |_| Command::new("true"));
            machine.hook(Moment::AfterDelete, |_| Command::new("true").arg("gone")).add(stack);
        }
    };
    insta::assert_snapshot!(text(&world, &program(1)), @r#"
  + Machine m
      size  1
      after it is made, runs register m.address "two words"

Plan: 1 to create
"#);
    let without = |size: i32| {
        move |stack: &Stack| {
            let machine = Machine::new("m").size(size).hook(Moment::BeforeUpdate, |_| Command::new("true"));
            machine.hook(Moment::AfterDelete, |_| Command::new("true").arg("gone")).add(stack);
        }
    };
    world.deploy(&without(1), json!({})).complete();
    insta::assert_snapshot!(text(&world, &without(2)), @r#"
  ~ Machine m  machine-1
      size  1 → 2
      before it is changed, runs true

Plan: 1 to change
"#);
    insta::assert_snapshot!(text(&world, &nothing), @r#"
  - Machine m  machine-1, no longer declared
      after it is deleted, runs true gone

Plan: 1 to delete
"#);
}

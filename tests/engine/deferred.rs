//! Parts of a program that wait for a value: declared when it is known, in the same deployment, and left alone until then.

use infra_apply::PlanError;
use infra_core::program::{Program, Request, Response};
use infra_core::{Lookup, Output, Stack, Stop};
use infra_plan::{Plan, RenderOptions, Selection, render};
use infra_testing::{Crash, Fault, Verb, World};
use infra_tests::{Machine, Net, Part, Vault};
use serde::Serialize;
use serde_json::json;

/// A network, and a part for each word of one of its outputs; another `revision` comes with every change.
fn zoned(range: &'static str, dns: bool) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range(range).dns(dns).add(stack);
        Machine::new("m").size(1).add(stack);
        stack.after("zones", &net.revision(), |zones, revision: String| {
            for (at, word) in revision.split('.').enumerate() {
                Part::new(word).net(&net).range(format!("10.0.{at}.0/24")).add(zones);
            }
            stack.export("words", revision.split('.').count());
        });
    }
}

const RANGE: &str = "10.0.0.0/16";

fn text(plan: &Plan) -> String {
    render(plan, &RenderOptions { width: 80, colour: false })
}

fn deployed() -> World {
    let mut world = World::new();
    world.deploy(&zoned(RANGE, false), json!({})).complete();
    world
}

#[test]
fn what_waits_for_a_value_is_shown_as_deferred_and_made_in_the_same_deployment() {
    let mut world = World::new();
    insta::assert_snapshot!(text(&world.plan(&zoned(RANGE, false), json!({})).unwrap()), @r#"
  + Net net
      dns    false
      range  "10.0.0.0/16"

  + Machine m
      size  1

  zones is deferred until net.revision is known

Plan: 2 to create
"#);
    let deployed = world.deploy(&zoned(RANGE, false), json!({})).complete();
    assert_eq!(deployed.changes[..2], ["create net net", "create machine m"]);
    assert!(
        deployed.changes.len() > 2 && deployed.changes[2..].iter().all(|change| change.starts_with("create part zones/")),
        "{:?}",
        deployed.changes
    );
    assert_eq!(deployed.later.len(), 1);
    assert!(!deployed.later[0].is_waiting());
}

#[test]
fn a_second_deployment_knows_the_value_from_the_start_and_does_nothing() {
    let mut world = deployed();
    let plan = world.plan(&zoned(RANGE, false), json!({})).unwrap();
    assert!(!plan.has_changes() && !plan.is_waiting() && plan.left_out.is_empty());
    let again = world.deploy(&zoned(RANGE, false), json!({})).complete();
    assert!(again.changes.is_empty() && again.later.is_empty());
    assert_eq!(world.state.exports["words"].reveal(), json!(2));
}

#[test]
fn while_a_value_is_not_known_again_all_that_was_declared_for_it_stays_with_its_outputs() {
    let mut world = deployed();
    let rows = world.state.rows.len();
    let plan = world.plan(&zoned(RANGE, true), json!({})).unwrap();
    insta::assert_snapshot!(text(&plan), @r#"
  ~ Net net  net-1
      dns  false → true

  zones is deferred until net.revision is known; the 2 resources that it has
  stay as they are

Plan: 1 to change, 1 unchanged, 2 left out
"#);
    world.cloud.inject(Fault::refuse(Verb::Update, "net"));
    let failed = world.deploy(&zoned(RANGE, true), json!({}));
    assert!(!failed.outcome.is_complete() && failed.later.is_empty());
    assert!(world.state.rows.len() == rows && world.state.exports.contains_key("words"));

    let deployed = world.deploy(&zoned(RANGE, true), json!({})).complete();
    assert_eq!(deployed.changes[0], "update net net");
    assert_eq!(deployed.later.len(), 1);
    assert!(!world.plan(&zoned(RANGE, true), json!({})).unwrap().has_changes());
}

#[test]
fn what_is_replaced_stays_until_what_is_deferred_has_left_it() {
    let mut world = deployed();
    let deployed = world.deploy(&zoned("10.1.0.0/16", false), json!({})).complete();
    assert_eq!(deployed.changes[0], "create net net");
    assert_eq!(deployed.changes.last().unwrap(), "delete net net", "{:?}", deployed.changes);
    assert!(deployed.plan.notes.iter().any(|note| note.contains("is deleted by a later plan")), "{:?}", deployed.plan.notes);
    assert_eq!(world.cloud.objects().values().filter(|object| &*object.kind == "toy:net/net").count(), 1);
    assert!(!world.plan(&zoned("10.1.0.0/16", false), json!({})).unwrap().has_changes());
}

/// A network that stays in the cloud when it leaves the stack, a machine that uses it, and one that is deferred and uses that.
fn keeping(dns: bool, kept: bool) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range(RANGE).dns(dns).add(stack);
        let machine = kept.then(|| {
            let kept = Net::new("kept").range("10.1.0.0/16").retain_on_delete().add(stack);
            Machine::new("m").net(&kept).add(stack)
        });
        stack.after("zones", &net.revision(), |zones, _: String| {
            let deferred = Machine::new("deferred");
            drop(match &machine {
                Some(machine) => deferred.depends_on(machine).add(zones),
                None => deferred.add(zones),
            });
        });
    }
}

#[test]
fn what_stays_in_the_cloud_leaves_the_stack_after_what_is_deferred_has_left_it() {
    let mut world = World::new();
    world.deploy(&keeping(false, true), json!({})).complete();
    let plan = world.plan(&keeping(true, false), json!({})).unwrap();
    assert!(plan.notes.iter().any(|note| note.contains("kept leaves the stack with a later plan")), "{:?}", plan.notes);
    let deployed = world.deploy(&keeping(true, false), json!({})).complete();
    assert_eq!(deployed.changes, ["update net net", "delete machine m"]);
    assert!(!world.plan(&keeping(true, false), json!({})).unwrap().has_changes());
    assert!(world.cloud.object("toy:net/net", "kept").is_some() && world.state.rows.len() == 2);
}

#[test]
fn what_is_gone_from_the_cloud_leaves_the_stack_after_what_is_deferred_has_left_it_too() {
    let mut world = World::new();
    world.deploy(&keeping(false, true), json!({})).complete();
    assert!(world.cloud.remove("toy:net/net", "kept"));
    let mut other = world.fork();
    assert_eq!(world.deploy(&keeping(true, false), json!({})).complete().changes, ["update net net", "delete machine m"]);
    assert!(!world.plan(&keeping(true, false), json!({})).unwrap().has_changes());
    // Where what used it is gone as well, that leaves it first.
    assert!(other.cloud.remove("toy:run/machine", "m"));
    other.deploy(&keeping(true, false), json!({})).complete();
    assert!(!other.plan(&keeping(true, false), json!({})).unwrap().has_changes());
}

#[test]
fn what_is_replaced_on_request_is_replaced_once_although_parts_of_the_program_wait_for_it() {
    let mut world = deployed();
    let replace = Selection { replace: vec!["net".to_owned()], ..Selection::default() };
    let deployed = world.deploy_within(&zoned(RANGE, false), json!({}), &replace).unwrap().complete();
    assert_eq!(deployed.changes.iter().filter(|change| *change == "create net net").count(), 1, "{:?}", deployed.changes);
    assert!(!world.plan(&zoned(RANGE, false), json!({})).unwrap().has_changes());
}

#[test]
fn what_is_not_deferred_any_more_is_deleted_and_a_destruction_needs_no_values() {
    let mut world = deployed();
    let mut other = world.fork();
    let without = |stack: &Stack| {
        Net::new("net").range(RANGE).dns(false).add(stack);
        Machine::new("m").size(1).add(stack);
    };
    let changes = world.deploy(&without, json!({})).complete().changes;
    assert!(changes.len() == 2 && changes.iter().all(|change| change.starts_with("delete part zones/")), "{changes:?}");
    assert!(!world.state.exports.contains_key("words"));
    other.destroy().complete();
    assert!(other.cloud.objects().is_empty() && other.state.rows.is_empty());
}

#[test]
fn a_part_may_wait_within_another_and_what_is_not_targeted_waits_longer() {
    let nested = |stack: &Stack| {
        let net = Net::new("net").range(RANGE).add(stack);
        stack.after("outer", &net.gateway(), |outer, gateway: String| {
            let machine = Machine::new("m").script(gateway).add(outer);
            outer
                .after("inner", &machine.address(), |inner, address: String| drop(Vault::new("v").password("p").label(address).add(inner)));
        });
    };
    let mut world = World::new();
    let targets = Selection { targets: vec!["net".into()], ..Selection::default() };
    assert_eq!(world.deploy_within(&nested, json!({}), &targets).unwrap().complete().changes, ["create net net"]);
    let deployed = world.deploy(&nested, json!({})).complete();
    assert_eq!(deployed.changes, ["create machine outer/m", "create vault outer/inner/v"]);
    assert!(!world.plan(&nested, json!({})).unwrap().has_changes());
}

#[test]
fn a_secret_is_nothing_to_wait_for() {
    let program = |stack: &Stack| {
        let vault = Vault::new("v").password("hunter2").add(stack);
        stack.after("keys", &vault.key(), |keys, key: String| drop(Machine::new("m").script(key).add(keys)));
    };
    let mut world = World::new();
    let graph = world.graph(&program, json!({}));
    world.deploy_graph(&graph).unwrap().complete();
    let Err(PlanError::Wrong(problems)) = world.plan(&program, json!({})) else { panic!("nothing was said") };
    let said = problems[0].to_string();
    assert!(said.contains("after keys") && said.contains("secret") && said.contains("deferred.rs:"), "{said}");
    assert!(!said.contains("v-1.key"));
}

fn problems<M>(program: &impl Program<M>) -> String {
    let known = [("zones".to_owned(), json!("a"))].into();
    match program.run(&Request { stack: "test".into(), known, ..Request::default() }) {
        Response::Failed(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        other => panic!("the program is accepted: {other:?}"),
    }
}

#[test]
fn what_is_deferred_stays_in_its_scope_has_its_own_name_and_takes_the_value_as_it_is() {
    let value = || Output::<String>::from_input("a");
    let outside = |stack: &Stack| stack.after("zones", &value(), |_, _: String| drop(Machine::new("m").add(stack)));
    let said = problems(&outside);
    assert!(said.contains("toy:run/machine:m: is declared by what is deferred as zones") && said.contains("deferred.rs:"), "{said}");
    let twice = |stack: &Stack| {
        stack.after("zones", &value(), |_, _: String| {});
        stack.after("zones", &value(), |_, _: String| {});
    };
    let said = problems(&twice);
    assert!(said.contains("two parts of the stack are deferred under this name") && said.matches("deferred.rs:").count() == 2, "{said}");
    let number = |stack: &Stack| stack.after("zones", &Output::<i32>::from_input(1), |_, _: i32| {});
    assert!(problems(&number).contains("not of the type that the program expects"));
}

/// Asks which zones a network has.
#[derive(Serialize)]
struct ZonesOf {
    gateway: String,
}

impl Lookup for ZonesOf {
    const KIND: &'static str = "toy:net/zones";
    type Answer = Vec<String>;
}

#[test]
fn a_question_about_what_is_not_made_yet_is_asked_after_it_was_made_and_waits_only_where_it_is() {
    let program = |dns: bool| {
        move |stack: &Stack| {
            let net = Net::new("net").range(RANGE).dns(dns).add(stack);
            stack.after("zones", &net.gateway(), |zones, gateway: String| -> Result<(), Stop> {
                for (at, zone) in zones.lookup(ZonesOf { gateway })?.iter().enumerate() {
                    Part::new(zone).net(&net).range(format!("10.0.{at}.0/24")).add(zones);
                }
                Ok(())
            });
        }
    };
    // Only what is asked with the network's own value is answered: a question asked before would find nobody who knows.
    let asked = ZonesOf { gateway: "net-1.gateway".into() };
    let mut world = World::new().answering(&asked, &vec!["a".into(), "b".into()]);
    let plan = world.plan(&program(false), json!({})).unwrap();
    assert!(plan.is_waiting() && text(&plan).contains("zones is deferred until net.gateway is known"));
    let deployed = world.deploy(&program(false), json!({})).complete();
    assert_eq!(deployed.changes, ["create net net", "create part zones/a", "create part zones/b"]);
    // What it is about changes, and what was asked of it stays: there is nothing to wait for.
    let changed = world.deploy(&program(true), json!({})).complete();
    assert!(changed.changes == ["update net net"] && changed.later.is_empty() && !changed.plan.is_waiting());
    // Another network: the question waits for it again.
    let other = |stack: &Stack| program(true)(&stack.scope("other"));
    world.allow_recreate = true;
    assert!(world.plan(&other, json!({})).unwrap().is_waiting());
}

#[test]
fn what_was_interrupted_in_a_part_that_has_another_scope_is_settled_before_it_moves_whatever_is_selected() {
    let before = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        stack.after("later", &net.revision(), |parts, value: String| drop(Machine::new("m").script(value).add(parts)));
    };
    let after = |stack: &Stack| {
        let scope = stack.scope("s").moved_from("/");
        let net = Net::new("net").range("10.0.0.0/16").add(&scope);
        scope.after("later", &net.revision(), |parts, value: String| drop(Machine::new("m").script(value).add(parts)));
    };
    let mut start = World::new();
    start.deploy(&before, json!({})).complete();
    let mut died = 0;
    for at in 0..8 {
        for crash in [Crash::BeforeCall(at), Crash::AfterCall(at), Crash::AtRecord(at)] {
            let mut world = start.fork();
            died += usize::from(world.destroy_until(crash) && !world.state.rows.is_empty());
            let only = Selection { targets: ["s/net".to_owned()].into(), with_needs: true, ..Selection::default() };
            world.deploy_within(&after, json!({}), &only).unwrap().complete();
            world.deploy(&after, json!({})).complete();
            assert!(!world.plan(&after, json!({})).unwrap().has_changes(), "{crash:?}");
        }
    }
    assert!(died > 3, "{died}");
}

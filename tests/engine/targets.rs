//! Plans of a part of a stack: only what is meant is touched, and what cannot be had without more is said.

use infra_apply::PlanError;
use infra_core::Stack;
use infra_plan::{RenderOptions, Selection, render};
use infra_testing::{Crash, Fault, Verb, World};
use infra_tests::{Fleet, Machine, Net, Part};
use serde_json::json;

/// Two networks with a part and a machine each; what is given changes all of them.
fn two(size: i32, dns: bool, range: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        for name in ["blue", "green"] {
            let scope = stack.scope(name);
            let net = Net::new("net").range(range).dns(dns).add(&scope);
            let part = Part::new("part").net(&net).range("10.0.1.0/24").add(&scope);
            let machine = Machine::new("m").part(&part).net(&net).size(size).add(&scope);
            stack.export(format!("{name}-address"), machine.address());
            stack.export(format!("{name}-size"), machine.size());
        }
    }
}

const RANGE: &str = "10.0.0.0/16";

fn deployed() -> World {
    let mut world = World::new();
    world.deploy(&two(1, false, RANGE), json!({})).complete();
    world
}

fn only(targets: &[&str]) -> Selection {
    Selection { targets: targets.iter().map(ToString::to_string).collect(), ..Selection::default() }
}

fn without(excludes: &[&str]) -> Selection {
    Selection { excludes: excludes.iter().map(ToString::to_string).collect(), ..Selection::default() }
}

/// What is said against a plan, a line each.
#[track_caller]
fn refusal(planned: Result<impl Sized, PlanError>) -> String {
    match planned {
        Err(PlanError::Wrong(problems)) => {
            let said = problems.iter().map(|problem| {
                let subject = problem.resource.as_ref().map(ToString::to_string).or(problem.field.clone()).unwrap_or_default();
                format!("{subject}: {}; {}", problem.problem, problem.help.clone().unwrap_or_default())
            });
            said.collect::<Vec<_>>().join("\n")
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("nothing was said"),
    }
}

#[test]
fn only_the_targets_change_and_all_else_keeps_its_exact_row_although_the_program_changed() {
    let mut world = deployed();
    let before = world.state.clone();
    let deployed = world.deploy_within(&two(2, true, RANGE), json!({}), &only(&["blue/*"])).unwrap().complete();
    assert_eq!(deployed.changes, ["update net blue/net", "update machine blue/m"]);
    for (address, row) in &before.rows {
        let left_out = address.name().starts_with("green/");
        assert!(!left_out || world.state.rows[address] == *row, "{address}");
    }
    assert_eq!(before.rows.len(), 6);
    let rest = world.deploy(&two(2, true, RANGE), json!({})).complete();
    assert_eq!(rest.changes, ["update net green/net", "update machine green/m"]);
}

#[test]
fn what_a_target_needs_is_used_as_it_is_and_not_changed() {
    let mut world = deployed();
    let deployed = world.deploy_within(&two(2, true, RANGE), json!({}), &only(&["blue/m"])).unwrap().complete();
    assert_eq!(deployed.changes, ["update machine blue/m"]);
}

#[test]
fn a_target_that_needs_something_new_names_it_and_the_option_that_takes_it_along() {
    let mut world = World::new();
    let program = two(1, false, RANGE);
    assert_eq!(
        refusal(world.plan_within(&program, json!({}), &only(&["blue/part"]))),
        "toy:net/part:blue/part: needs toy:net/net:blue/net, which does not exist yet and is left out of this plan; \
         add `--target toy:net/net:blue/net`, or `--with-needs` for all that the targets need"
    );
    let with_needs = Selection { with_needs: true, ..only(&["blue/m"]) };
    let deployed = world.deploy_within(&program, json!({}), &with_needs).unwrap().complete();
    assert_eq!(deployed.changes, ["create net blue/net", "create part blue/part", "create machine blue/m"]);
}

#[test]
fn what_a_target_needed_before_does_not_go_with_what_it_needs_now() {
    let before = |stack: &Stack| {
        let net = Net::new("net").range(RANGE).add(stack);
        Machine::new("m").depends_on(&net).add(stack);
    };
    let after = |stack: &Stack| drop(Machine::new("m").add(stack));
    let mut world = World::new();
    world.deploy(&before, json!({})).complete();
    let with_needs = Selection { with_needs: true, ..only(&["m"]) };
    assert!(world.deploy_within(&after, json!({}), &with_needs).unwrap().complete().changes.is_empty());
    assert_eq!(world.deploy(&after, json!({})).complete().changes, ["delete net net"]);
}

#[test]
fn what_a_target_needs_and_somebody_deleted_is_as_if_it_were_new() {
    let world = deployed();
    assert!(world.cloud.remove("toy:run/machine", "blue/m") && world.cloud.remove("toy:net/part", "blue/part"));
    let said = refusal(world.plan_within(&two(1, false, RANGE), json!({}), &only(&["blue/m"])));
    assert!(said.contains("needs toy:net/part:blue/part, which is gone from the cloud"), "{said}");
}

#[test]
fn what_is_excluded_stays_and_so_does_what_needs_it_anew() {
    let mut world = World::new();
    let program = two(1, false, RANGE);
    let deployed = world.deploy_within(&program, json!({}), &without(&["blue/part"])).unwrap().complete();
    assert_eq!(deployed.changes, ["create net green/net", "create net blue/net", "create part green/part", "create machine green/m"]);
    insta::assert_snapshot!(render(&world.plan_within(&program, json!({}), &without(&["blue/part"])).unwrap(), &RenderOptions { width: 100, colour: false }), @r#"
  left out, excluded: blue/part

  left out, needs toy:net/part:blue/part, which is left out and not there to be used: blue/m

Nothing to do: all 4 resources that were looked at are as the program says.
"#);
}

#[test]
fn an_excluded_resource_that_uses_what_would_be_deleted_keeps_it() {
    let mut world = deployed();
    let nothing = |_: &Stack| {};
    let deployed = world.deploy_within(&nothing, json!({}), &without(&["blue/m"])).unwrap().complete();
    assert_eq!(deployed.changes, ["delete machine green/m", "delete part green/part", "delete net green/net"]);
    assert_eq!(world.cloud.objects().len(), 3);
    let destroyed = world.destroy_within(&without(&["blue/part"])).unwrap().complete();
    assert_eq!(destroyed.changes, ["delete machine blue/m"]);
}

#[test]
fn what_a_pattern_excludes_in_every_scope_receives_no_call_and_the_rest_is_deployed() {
    let mut world = deployed();
    let deployed = world.deploy_within(&two(2, true, RANGE), json!({}), &without(&["*/m", "gr*/net"])).unwrap().complete();
    assert_eq!(deployed.changes, ["update net blue/net"]);
    let deeper = without(&["**/m"]);
    let deployed = world.deploy_within(&two(2, true, RANGE), json!({}), &deeper).unwrap().complete();
    assert_eq!(deployed.changes, ["update net green/net"]);
    let destroyed = world.destroy_within(&without(&["blue/**"])).unwrap().complete();
    assert_eq!(destroyed.changes, ["delete machine green/m", "delete part green/part", "delete net green/net"]);
}

#[test]
fn a_target_that_would_go_under_what_uses_it_is_refused_with_the_option_that_takes_that_along() {
    let mut world = deployed();
    let expected = "toy:net/net:blue/net: would be replaced, and toy:net/part:blue/part, which uses it, is left out of this plan; \
         add `--target toy:net/part:blue/part`, or `--with-dependants` for all that needs the targets";
    let other = two(1, false, "10.1.0.0/16");
    let said = refusal(world.plan_within(&other, json!({}), &only(&["blue/net"])));
    assert_eq!(said.replace("toy:run/machine:blue/m", "toy:net/part:blue/part"), expected);
    let said = refusal(world.destroy_within(&only(&["blue/net"])));
    assert!(said.contains("would be destroyed, and") && said.contains("--with-dependants"), "{said}");
    assert!(world.cloud.objects().len() == 6 && world.cloud.changes().is_empty());

    let with_dependants = Selection { with_dependants: true, ..only(&["blue/net"]) };
    let destroyed = world.destroy_within(&with_dependants).unwrap().complete();
    assert_eq!(destroyed.changes, ["delete machine blue/m", "delete part blue/part", "delete net blue/net"]);
    assert!(world.state.rows.keys().all(|address| address.name().starts_with("green/")));
}

#[test]
fn outputs_of_what_is_left_out_stay_as_they_were() {
    let mut world = deployed();
    let before = world.state.exports.clone();
    let deployed = world.deploy_within(&two(2, false, RANGE), json!({}), &only(&["blue/m"])).unwrap().complete();
    assert_eq!(world.state.exports["green-size"], before["green-size"]);
    assert_eq!(world.state.exports["blue-size"].reveal(), json!(2));
    assert_eq!(deployed.outcome.exports.len(), 4);
    world.destroy_within(&only(&["blue/m"])).unwrap().complete();
    assert_eq!(world.state.exports.len(), 4);
    let new = World::new().deploy_within(&two(1, false, RANGE), json!({}), &without(&["green/**"])).unwrap().complete();
    assert_eq!(new.outcome.exports.len(), 2, "what was never made has no outputs");
}

#[test]
fn what_is_neither_meant_nor_needed_is_not_even_read() {
    let program = |size: i32| {
        move |stack: &Stack| {
            Machine::new("m").size(size).add(stack);
            Fleet::new("f").image("one").add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&program(1), json!({})).complete();
    let asks_for_fleets = |world: &World| world.cloud.calls().iter().any(|call| &*call.kind == "toy:run/fleet");
    world.deploy_within(&program(2), json!({}), &only(&["m"])).unwrap().complete();
    assert!(!asks_for_fleets(&world));
    world.destroy_within(&only(&["m"])).unwrap().complete();
    assert!(!asks_for_fleets(&world));
    world.deploy(&program(2), json!({})).complete();
    assert!(asks_for_fleets(&world));
}

#[test]
fn a_resource_is_replaced_on_request_and_what_follows_from_that_with_it() {
    let mut world = deployed();
    let program = two(1, false, RANGE);
    let replace = |address: &str| Selection { replace: vec![address.to_owned()], ..Selection::default() };
    let plan = world.plan_within(&program, json!({}), &replace("blue/part")).unwrap();
    assert!(render(&plan, &RenderOptions::default()).contains("± Part part  replaced: as was asked for"));
    let deployed = world.deploy_within(&program, json!({}), &replace("toy:net/part:blue/part")).unwrap().complete();
    assert_eq!(deployed.changes, ["delete machine blue/m", "delete part blue/part", "create part blue/part", "create machine blue/m"]);
    assert!(!world.plan(&program, json!({})).unwrap().has_changes());
}

#[test]
fn a_wrong_address_is_an_error_that_names_the_nearest() {
    let world = deployed();
    let program = two(1, false, RANGE);
    let replace = Selection { replace: vec!["blue/prat".into()], ..Selection::default() };
    let said = refusal(world.plan_within(&program, json!({}), &replace));
    assert_eq!(said, "--replace blue/prat: names no resource of this stack; did you mean `toy:net/part:blue/part`?");
    let said =
        refusal(world.plan_within(&program, json!({}), &Selection { targets: vec!["blu/*".into(), "bleu/m".into()], ..without(&["x"]) }));
    assert_eq!(said.lines().count(), 3, "{said}");
    let both = Selection { replace: vec!["blue/m".into()], ..only(&["green/*"]) };
    assert!(refusal(world.plan_within(&program, json!({}), &both)).contains("--replace blue/m: is left out of this plan"));
}

#[test]
fn a_part_that_fails_is_no_reason_to_touch_the_rest() {
    let mut world = deployed();
    world.cloud.inject(Fault::refuse(Verb::Update, "blue/m"));
    let deployed = world.deploy_within(&two(2, false, RANGE), json!({}), &only(&["blue/*"])).unwrap();
    assert!(!deployed.outcome.is_complete() && deployed.changes.iter().all(|change| change.contains("blue/")));
}

#[test]
fn what_was_interrupted_under_a_former_name_is_settled_where_the_new_one_is_a_target() {
    let mut world = World::new();
    world.deploy(&|stack: &Stack| drop(Net::new("old").range("10.0.0.0/16").add(stack)), json!({})).complete();
    // The record of the end is lost, and what was begun stays open.
    assert!(world.destroy_until(Crash::AtRecord(1)));
    let renamed = |stack: &Stack| drop(Net::new("new").range("10.0.0.0/16").moved_from("old").add(stack));
    // It moves whatever is meant.
    let beside = |stack: &Stack| {
        renamed(stack);
        Machine::new("m").add(stack);
    };
    world.fork().deploy_within(&beside, json!({}), &only(&["m"])).unwrap().complete();
    world.deploy_within(&renamed, json!({}), &only(&["new"])).unwrap().complete();
    assert!(world.cloud.object("toy:net/net", "new").is_some());
    assert!(!world.plan(&renamed, json!({})).unwrap().has_changes());
}

#[test]
fn what_is_protected_is_not_in_the_way_of_a_plan_that_leaves_it_alone_in_the_end() {
    let program = |range: &'static str| {
        move |stack: &Stack| {
            let other = Net::new("other").range("10.9.0.0/16").add(stack);
            let net = Net::new("net").range(range).add(stack);
            Part::new("part").net(if range == "10.0.0.0/16" { &net } else { &other }).range("10.0.1.0/24").add(stack);
            Part::new("kept").net(&net).range("10.0.2.0/24").protect().add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16"), json!({})).complete();
    // The network stays because of the part that is left out, and so does the protected part.
    let plan = world.plan_within(&program("10.1.0.0/16"), json!({}), &without(&["part"])).unwrap();
    assert!(!plan.has_changes(), "{:?}", plan.steps);
    let mut spared = world.fork();
    let unprotected = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").protect().add(stack);
        Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
    };
    spared.state.apply(infra_plan::Record::Forgotten { address: infra_core::Address::new("toy:net/part", "kept") });
    assert!(spared.cloud.remove("toy:net/part", "kept"));
    spared.deploy(&unprotected, json!({})).complete();
    assert!(spared.destroy_within(&without(&["part"])).unwrap().complete().changes.is_empty());
}

#[test]
fn what_a_target_needs_and_an_interrupted_run_left_unready_is_named_before_anything_is_done() {
    let program = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Machine::new("m").script(net.revision()).add(stack);
    };
    let mut world = World::new();
    world.cloud.ready_after(9);
    assert!(world.deploy_until(&world.graph(&program, json!({})), Crash::AtRecord(1)));
    // A person has settled what was in doubt.
    let made = world.cloud.object("toy:net/net", "net").map(|(id, _)| id);
    world.state.apply(infra_plan::Record::Decided { address: infra_core::Address::new("toy:net/net", "net"), made });
    let said = refusal(world.plan_within(&program, json!({}), &only(&["m"])));
    assert!(said.contains("needs toy:net/net:net, which is not ready yet and is left out"), "{said}");
    world.deploy_within(&program, json!({}), &Selection { with_needs: true, ..only(&["m"]) }).unwrap().complete();
}

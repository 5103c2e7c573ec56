//! A rename of which the program says nothing is recognised, and the line to add is said.

use infra_apply::PlanError;
use infra_core::Stack;
use infra_testing::World;
use infra_tests::{Fleet, Machine, Net, Part};
use serde_json::json;

fn old(stack: &Stack) {
    let net = Net::new("net").range("10.0.0.0/16").add(stack);
    let part = Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
    let machine = Machine::new("machine").part(&part).password("hunter2").seed("seed").add(stack);
    Fleet::new("fleet").image("linux").leader(&machine).add(stack);
}

fn refused(before: &impl Fn(&Stack), after: &impl Fn(&Stack)) -> String {
    let mut world = World::new();
    world.deploy(before, json!({})).complete();
    match world.plan(after, json!({})) {
        Err(PlanError::Wrong(problems)) => {
            let text = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
            let kept = text.lines().filter(|line| !line.contains("declared at"));
            world.allow_recreate = true;
            assert!(world.plan(after, json!({})).unwrap().has_changes());
            kept.collect::<Vec<_>>().join("\n")
        }
        Err(error) => panic!("{error}"),
        Ok(plan) => format!("{:?}", plan.counts()),
    }
}

#[test]
fn everything_renamed_at_once_is_recognised_through_its_references() {
    let new = |stack: &Stack| {
        let net = Net::new("a").range("10.0.0.0/16").add(stack);
        let part = Part::new("b").net(&net).range("10.0.1.0/24").add(stack);
        let machine = Machine::new("c").part(&part).password("hunter2").seed("seed").add(stack);
        Fleet::new("d").image("linux").leader(&machine).add(stack);
    };
    insta::assert_snapshot!(refused(&old, &new), @r#"
toy:net/net:a: is new, and toy:net/net:net, with equal inputs, goes: that looks like another name
  help: add `.moved_from("net")`; if another object is meant, say `--allow-recreate`
toy:net/part:b: is new, and toy:net/part:part, with equal inputs, goes: that looks like another name
  help: add `.moved_from("part")`; if another object is meant, say `--allow-recreate`
toy:run/machine:c: is new, and toy:run/machine:machine, with equal inputs, goes: that looks like another name
  help: add `.moved_from("machine")`; if another object is meant, say `--allow-recreate`
toy:run/fleet:d: is new, and toy:run/fleet:fleet, with equal inputs, goes: that looks like another name
  help: add `.moved_from("fleet")`; if another object is meant, say `--allow-recreate`
"#);
}

#[test]
fn a_scope_that_got_another_name_is_recognised_and_can_be_moved_as_a_whole() {
    let before = |stack: &Stack| old(&stack.scope("green"));
    let after = |stack: &Stack| old(&stack.scope("blue"));
    insta::assert_snapshot!(refused(&before, &after), @r#"
toy:net/net:blue/net: is new, and toy:net/net:green/net, with equal inputs, goes: that looks like another name
  help: add `.moved_from("/green/net")` (or `.moved_from("/green")` to the scope `blue`); if another object is meant, say `--allow-recreate`
toy:net/part:blue/part: is new, and toy:net/part:green/part, with equal inputs, goes: that looks like another name
  help: add `.moved_from("/green/part")` (or `.moved_from("/green")` to the scope `blue`); if another object is meant, say `--allow-recreate`
toy:run/machine:blue/machine: is new, and toy:run/machine:green/machine, with equal inputs, goes: that looks like another name
  help: add `.moved_from("/green/machine")` (or `.moved_from("/green")` to the scope `blue`); if another object is meant, say `--allow-recreate`
toy:run/fleet:blue/fleet: is new, and toy:run/fleet:green/fleet, with equal inputs, goes: that looks like another name
  help: add `.moved_from("/green/fleet")` (or `.moved_from("/green")` to the scope `blue`); if another object is meant, say `--allow-recreate`
"#);
}

#[test]
fn several_that_are_equal_are_all_named() {
    let two = |stack: &Stack| {
        Net::new("a").range("10.0.0.0/16").add(stack);
        Net::new("b").range("10.0.0.0/16").add(stack);
    };
    insta::assert_snapshot!(refused(&two, &|stack: &Stack| drop(Net::new("c").range("10.0.0.0/16").add(stack))), @r#"
toy:net/net:c: is new, and toy:net/net:a and toy:net/net:b, with equal inputs, go: that looks like another name
  help: add the one that it is: `.moved_from("a")` or `.moved_from("b")`; if another object is meant, say `--allow-recreate`
"#);
}

#[test]
fn what_differs_is_another_resource() {
    let one = |stack: &Stack| drop(Net::new("a").range("10.0.0.0/16").dns(true).add(stack));
    for (dns, range) in [(None, "10.0.0.0/16"), (Some(false), "10.0.0.0/16"), (Some(true), "10.1.0.0/16")] {
        let other = |stack: &Stack| drop(Net::new("b").range(range).maybe_dns(dns).add(stack));
        assert!(refused(&one, &other).starts_with("Counts { create: 1"), "{dns:?} {range}");
    }
    let password = |name: &'static str, password: &'static str| move |stack: &Stack| drop(Machine::new(name).password(password).add(stack));
    assert!(refused(&password("a", "x"), &password("b", "y")).starts_with("Counts"));
    assert!(refused(&password("a", "x"), &password("b", "x")).contains("`.moved_from(\"a\")`"));
}

#[test]
fn a_name_that_the_program_gives_is_compared_and_a_generated_one_is_not() {
    let fleet = |name: &'static str, physical: Option<&'static str>| {
        move |stack: &Stack| drop(Fleet::new(name).image("linux").maybe_name(physical).add(stack))
    };
    assert!(refused(&fleet("a", None), &fleet("b", None)).contains("moved_from"));
    assert!(refused(&fleet("a", Some("x")), &fleet("b", Some("y"))).starts_with("Counts"));
    assert!(refused(&fleet("a", Some("x")), &fleet("b", Some("x"))).contains("moved_from"));
}

#[test]
fn what_is_made_again_where_it_vanished_is_no_rename() {
    let mut world = World::new();
    let one = |stack: &Stack| drop(Net::new("a").range("10.0.0.0/16").add(stack));
    world.deploy(&one, json!({})).complete();
    world.cloud.remove("toy:net/net", "a");
    assert_eq!(world.deploy(&one, json!({})).complete().changes, ["create net a"]);
}

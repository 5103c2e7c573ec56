//! A resource that gets another name, scope or type is the same object, and nothing that uses it is touched.

use infra_apply::PlanError;
use infra_core::{Address, NoOutputs, Resource, Stack};
use infra_plan::{RenderOptions, render};
use infra_testing::{Crash, World};
use infra_tests::{Crew, Fleet, Machine, Net, Part};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What a [`Net`] was called once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Resource)]
#[resource(handle = OldNet, id = OldNetId, outputs = NoOutputs, kind = "toy:net/old-net")]
pub struct OldNetInputs {
    /// The range.
    #[input(replace)]
    pub range: String,
}

/// A network, what is in it, and a fleet with a generated name.
fn old(stack: &Stack) {
    let net = Net::new("net").range("10.0.0.0/16").add(stack);
    let part = Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
    let machine = Machine::new("machine").part(&part).add(stack);
    Fleet::new("fleet").image("linux").leader(&machine).add(stack);
}

/// The same, with other names for two of them.
fn new(stack: &Stack) {
    let net = Net::new("core").range("10.0.0.0/16").moved_from("net").add(stack);
    let part = Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
    let machine = Machine::new("machine").part(&part).add(stack);
    Fleet::new("crew").image("linux").leader(&machine).moved_from("squad").moved_from("fleet").add(stack);
}

fn deployed(program: &impl Fn(&Stack)) -> World {
    let mut world = World::new();
    world.deploy(program, json!({})).complete();
    world
}

fn refused(world: &World, program: &impl Fn(&Stack)) -> String {
    match world.plan(program, json!({})) {
        Err(PlanError::Wrong(problems)) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        Err(error) => panic!("{error}"),
        Ok(plan) => panic!("{}", render(&plan, &RenderOptions::default())),
    }
}

/// The places of the program that differ from one machine to the next.
fn without_places(text: &str) -> String {
    let place = |word: &str| word.contains(".rs:");
    text.split(' ').map(|word| if place(word) { "(place)" } else { word }).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_renamed_resource_is_moved_without_a_call_and_the_plan_says_so() {
    let mut world = deployed(&old);
    let plan = world.plan(&new, json!({})).unwrap();
    insta::assert_snapshot!(render(&plan, &RenderOptions::default()), @r#"
  > Net core  moved from net
  > Fleet crew  moved from fleet

Plan: 2 to move, 4 unchanged
"#);
    let before = world.cloud.objects();
    assert!(world.deploy(&new, json!({})).complete().changes.is_empty());
    assert_eq!(world.cloud.objects(), before);
    assert!(!world.plan(&new, json!({})).unwrap().has_changes(), "the lines may stay");
    let part = world.state.object(&Address::new("toy:net/part", "part")).unwrap();
    assert_eq!(part.dependencies, [Address::new("toy:net/net", "core")].into());
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn a_stack_that_never_had_the_old_name_makes_the_new_one() {
    let mut world = World::new();
    assert_eq!(world.deploy(&new, json!({})).complete().changes.len(), 4);
}

#[test]
fn a_move_and_a_change_come_in_one_plan() {
    let mut world = deployed(&old);
    let changed = |stack: &Stack| {
        let net = Net::new("core").range("10.0.0.0/16").dns(true).moved_from("net").add(stack);
        let part = Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
        let machine = Machine::new("machine").part(&part).add(stack);
        Fleet::new("crew").image("bsd").leader(&machine).moved_from("fleet").add(stack);
    };
    let deployed = world.deploy(&changed, json!({})).complete();
    assert_eq!(deployed.changes, ["update net net", "create fleet crew", "delete fleet fleet"]);
    assert!(!world.plan(&changed, json!({})).unwrap().has_changes());
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn a_whole_scope_is_moved_with_the_names_in_it() {
    let inside = |stack: &Stack| {
        old(stack);
        old(&stack.scope("deep"));
    };
    let mut world = deployed(&|stack: &Stack| inside(&stack.scope("green")));
    let renamed = |stack: &Stack| inside(&stack.scope("blue").moved_from("green"));
    assert!(world.deploy(&renamed, json!({})).complete().changes.is_empty());
    let inner = |stack: &Stack| new(&stack.scope("blue").moved_from("green"));
    let mut other = deployed(&|stack: &Stack| old(&stack.scope("green")));
    assert!(other.deploy(&inner, json!({})).complete().changes.is_empty(), "both moves at once");
    let out = |stack: &Stack| inside(&stack.scope("a").scope("b").moved_from("/blue"));
    assert!(world.deploy(&out, json!({})).complete().changes.is_empty());
    assert!(!world.plan(&out, json!({})).unwrap().has_changes());
    let mut rootless = deployed(&old);
    let scoped = |stack: &Stack| old(&stack.scope("green").moved_from("/"));
    assert!(rootless.deploy(&scoped, json!({})).complete().changes.is_empty(), "out of no scope");
    let back = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").moved_from("/green/net").add(stack);
        old(&stack.scope("green"));
        drop(net);
    };
    assert!(refused(&rootless, &back).contains("still declared"));
}

#[test]
fn a_resource_of_another_type_whose_ids_are_the_same_is_taken_over() {
    let mut world = deployed(&|stack: &Stack| drop(OldNet::new("net").range("10.0.0.0/16").add(stack)));
    let retyped = |stack: &Stack| drop(Net::new("core").range("10.0.0.0/16").moved_from("toy:net/old-net:net").add(stack));
    assert!(refused(&world, &retyped).contains("there is no Net"), "the toy cloud has no such network");
    world.cloud.retype("toy:net/old-net", "net", Net::schema());
    let plan = world.plan(&retyped, json!({})).unwrap();
    assert!(render(&plan, &RenderOptions::default()).contains("moved from toy:net/old-net net"));
    assert!(world.deploy(&retyped, json!({})).complete().changes.is_empty());
    assert!(!world.plan(&retyped, json!({})).unwrap().has_changes());
}

#[test]
fn two_types_of_one_thing_are_changed_one_for_the_other_and_back() {
    let mut world = World::new();
    world.cloud.alias("toy:run/crew", "toy:run/fleet");
    let fleet = |stack: &Stack| drop(Fleet::new("web").image("linux").moved_from("toy:run/crew:web").add(stack));
    let crew = |stack: &Stack| drop(Crew::new("web").image("linux").count(2).moved_from("toy:run/fleet:web").add(stack));
    world.deploy(&fleet, json!({})).complete();
    assert_eq!(world.deploy(&crew, json!({})).complete().changes, ["update fleet web"]);
    assert!(world.deploy(&fleet, json!({})).complete().changes.is_empty(), "what the program does not say any more stays");
    assert_eq!(world.cloud.objects().len(), 1);
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn what_is_gone_under_both_types_is_made_again_under_the_new_one() {
    let mut world = deployed(&|stack: &Stack| drop(Fleet::new("web").image("linux").add(stack)));
    let crew = |stack: &Stack| drop(Crew::new("web").image("linux").moved_from("toy:run/fleet:web").add(stack));
    assert!(refused(&world, &crew).contains("there is no Crew"), "the fleet is there, and nobody would look after it");
    world.cloud.alias("toy:run/crew", "toy:run/fleet");
    world.cloud.remove("toy:run/fleet", "web");
    assert_eq!(world.deploy(&crew, json!({})).complete().changes, ["create fleet web"]);
    assert!(!world.plan(&crew, json!({})).unwrap().has_changes());
}

#[test]
fn what_an_interrupted_destruction_deleted_may_be_of_another_type_afterwards() {
    let mut world = deployed(&|stack: &Stack| drop(Fleet::new("web").image("linux").add(stack)));
    world.cloud.alias("toy:run/crew", "toy:run/fleet");
    world.destroy_until(Crash::AfterCall(1));
    assert!(world.cloud.objects().is_empty() && !world.state.rows.is_empty(), "it died between the call and its record");
    let crew = |stack: &Stack| drop(Crew::new("web").image("linux").moved_from("toy:run/fleet:web").add(stack));
    assert_eq!(world.deploy(&crew, json!({})).complete().changes, ["create fleet web"]);
}

#[test]
fn what_is_not_one_move_is_refused_with_both_names() {
    let world = deployed(&old);
    let twice = |stack: &Stack| {
        Net::new("x").range("10.0.0.0/16").moved_from("net").add(stack);
        Net::new("y").range("10.0.0.0/16").moved_from("net").add(stack);
    };
    let still = |stack: &Stack| {
        Net::new("net").range("10.0.0.0/16").add(stack);
        Net::new("x").range("10.0.0.0/16").moved_from("net").add(stack);
    };
    insta::assert_snapshot!(without_places(&refused(&world, &twice)), @r#"
toy:net/net:y: is moved from toy:net/net:net, and so is toy:net/net:x, declared at (place)  declared at (place)  help: keep `.moved_from(…)` on the one that it is
"#);
    insta::assert_snapshot!(without_places(&refused(&world, &still)), @r#"
toy:net/net:x: is moved from toy:net/net:net, which is still declared at (place)  declared at (place)  help: take that declaration away, or this `.moved_from(…)`: one object cannot be both
"#);
    let two = deployed(&|stack: &Stack| {
        old(stack);
        Net::new("other").range("10.1.0.0/16").add(stack);
    });
    let both = |stack: &Stack| drop(Net::new("x").range("10.0.0.0/16").moved_from("net").moved_from("other").add(stack));
    insta::assert_snapshot!(without_places(&refused(&two, &both)), @r#"
toy:net/net:x: is said to be both toy:net/net:net and toy:net/net:other, and the state has both
  declared at (place)  help: keep one `.moved_from(…)`: what the other names is another resource
"#);
}

#[test]
fn a_protected_resource_can_be_moved_and_stays_protected() {
    let one = |stack: &Stack| drop(Net::new("net").range("10.0.0.0/16").protect().add(stack));
    let moved = |stack: &Stack| drop(Net::new("core").range("10.0.0.0/16").protect().moved_from("net").add(stack));
    let mut world = deployed(&one);
    assert!(world.deploy(&moved, json!({})).complete().changes.is_empty());
    assert!(refused(&world, &|_: &Stack| {}).contains("protected"));
    let replaced = |stack: &Stack| drop(Net::new("new").range("10.1.0.0/16").protect().moved_from("core").add(stack));
    assert!(refused(&world, &replaced).contains("protected"));
}

#[test]
fn a_renamed_resource_that_vanished_is_made_under_its_new_name() {
    let one = |stack: &Stack| drop(Net::new("net").range("10.0.0.0/16").add(stack));
    let moved = |stack: &Stack| drop(Net::new("core").range("10.0.0.0/16").moved_from("net").add(stack));
    let mut world = deployed(&one);
    world.cloud.remove("toy:net/net", "net");
    assert_eq!(world.deploy(&moved, json!({})).complete().changes, ["create net core"]);
}

#[test]
fn killed_anywhere_in_a_deployment_with_moves_the_next_one_finishes() {
    let (mut start, mut died) = (deployed(&old), 0);
    start.state.serial = 0;
    let changed = |stack: &Stack| {
        new(stack);
        Net::new("more").range("10.9.0.0/16").add(stack);
    };
    let graph = start.graph(&changed, json!({}));
    let crashes = (0..12).flat_map(|at| [Crash::AtRecord(at), Crash::BeforeCall(at), Crash::AfterCall(at)]);
    for crash in crashes {
        let mut world = start.fork();
        died += usize::from(world.deploy_until(&graph, crash));
        let deployed = world.deploy(&changed, json!({})).complete();
        assert!(deployed.changes.iter().all(|change| change == "create net more"), "{crash:?}: {:?}", deployed.changes);
        assert_eq!(world.cloud.objects().len(), 5, "{crash:?}");
        assert!(!world.plan(&changed, json!({})).unwrap().has_changes(), "{crash:?}");
        world.destroy().complete();
        assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty(), "{crash:?}");
    }
    assert!(died > 10, "{died}");
}

#[test]
fn what_an_interrupted_run_left_is_settled_before_it_is_moved() {
    let graph = World::new().graph(&old, json!({}));
    for at in 0..12 {
        let mut world = World::new();
        world.deploy_until(&graph, Crash::AfterCall(at));
        assert!(world.plan(&new, json!({})).is_ok());
        world.deploy(&new, json!({})).complete();
        assert_eq!(world.cloud.objects().len(), 4, "{at}");
        assert!(!world.plan(&new, json!({})).unwrap().has_changes(), "{at}");
    }
}

//! Lives without trouble: made, left alone, changed, deleted, in order.

use infra_core::program::{Program, Request, Response};
use infra_core::{Address, Attr, Expr, Graph, Output, Stack};
use infra_testing::World;
use infra_tests::{Machine, Net, Part};
use serde_json::json;

fn nothing(_: &Stack) {}

fn chain(stack: &Stack) {
    let net = Net::new("a").range("10.0.0.0/16").add(stack);
    let part = Part::new("b").net(&net).range("10.0.1.0/24").add(stack);
    Machine::new("c").part(&part).add(stack);
}

#[test]
fn an_empty_program_does_nothing() {
    let mut world = World::new();
    let deployed = world.deploy(&nothing, json!({})).complete();
    assert!(!deployed.plan.has_changes() && deployed.changes.is_empty());
}

#[test]
fn what_is_declared_is_made_after_what_it_needs_and_deleted_before_it() {
    let mut world = World::new();
    assert_eq!(world.deploy(&chain, json!({})).complete().changes, ["create net a", "create part b", "create machine c"]);
    assert_eq!(world.destroy().complete().changes, ["delete machine c", "delete part b", "delete net a"]);
    assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty());
}

#[test]
fn a_second_deploy_does_nothing() {
    let mut world = World::new();
    world.deploy(&chain, json!({})).complete();
    let again = world.deploy(&chain, json!({})).complete();
    assert!(!again.plan.has_changes() && again.changes.is_empty());
    assert_eq!(again.plan.unchanged.len(), 3);
}

#[test]
fn what_is_no_longer_declared_is_deleted_dependants_first() {
    let mut world = World::new();
    world.deploy(&chain, json!({})).complete();
    assert_eq!(world.deploy(&nothing, json!({})).complete().changes, ["delete machine c", "delete part b", "delete net a"]);
}

#[test]
fn an_order_from_depends_on_alone_holds_and_is_kept_when_the_program_has_no_more_of_it() {
    let mut world = World::new();
    let program = |stack: &Stack| {
        let first = Net::new("z-first").range("10.0.0.0/16").add(stack);
        Net::new("a-second").range("10.1.0.0/16").depends_on(&first).add(stack);
    };
    assert_eq!(world.deploy(&program, json!({})).complete().changes, ["create net z-first", "create net a-second"]);
    assert_eq!(world.deploy(&nothing, json!({})).complete().changes, ["delete net a-second", "delete net z-first"]);
}

#[test]
fn what_is_already_gone_is_forgotten_without_a_call() {
    let mut world = World::new();
    world.deploy(&chain, json!({})).complete();
    assert!(world.cloud.remove("toy:run/machine", "c"));
    assert_eq!(world.deploy(&nothing, json!({})).complete().changes, ["delete part b", "delete net a"]);
    assert!(world.state.rows.is_empty());
}

#[test]
fn a_field_that_is_no_longer_mentioned_is_left_as_it_is() {
    let mut world = World::new();
    let with = |stack: &Stack| drop(Net::new("a").range("10.0.0.0/16").dns(true).add(stack));
    let without = |stack: &Stack| drop(Net::new("a").range("10.0.0.0/16").add(stack));
    world.deploy(&with, json!({})).complete();
    let deployed = world.deploy(&without, json!({})).complete();
    assert!(deployed.changes.is_empty() && !deployed.plan.has_changes());
    assert!(world.cloud.change("toy:net/net", "a", "dns", serde_json::Value::Bool(false)));
    assert!(world.deploy(&without, json!({})).complete().changes.is_empty(), "it is not managed any more");
}

#[test]
fn outputs_come_and_go_with_the_program() {
    let mut world = World::new();
    let exporting = |stack: &Stack| {
        let net = Net::new("a").range("10.0.0.0/16").add(stack);
        stack.export("gateway", net.gateway());
    };
    let silent = |stack: &Stack| drop(Net::new("a").range("10.0.0.0/16").add(stack));
    let deployed = world.deploy(&exporting, json!({})).complete();
    assert_eq!(deployed.output("gateway").as_deref(), Some("net-1.gateway"));
    assert_eq!(world.state.exports.len(), 1);
    assert!(world.deploy(&silent, json!({})).complete().plan.has_changes());
    assert!(world.state.exports.is_empty());
}

fn problems<M>(program: &impl Program<M>) -> String {
    let request = Request { stack: "test".into(), ..Request::default() };
    match program.run(&request) {
        Response::Failed(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        other => panic!("the program is accepted: {other:?}"),
    }
}

#[test]
fn a_name_declared_twice_names_both_places_and_a_scope_makes_it_two_names() {
    let twice = |stack: &Stack| {
        Net::new("a").range("10.0.0.0/16").add(stack);
        Net::new("a").range("10.1.0.0/16").add(stack);
    };
    let problem = problems(&twice);
    assert!(problem.contains("toy:net/net:a") && problem.matches("basics.rs:").count() == 2, "{problem}");
    let scoped = |stack: &Stack| {
        Net::new("a").range("10.0.0.0/16").add(&stack.scope("blue"));
        Net::new("a").range("10.1.0.0/16").add(&stack.scope("green"));
    };
    assert_eq!(World::new().deploy(&scoped, json!({})).complete().changes, ["create net blue/a", "create net green/a"]);
}

#[test]
fn a_name_with_a_forbidden_character_is_refused_with_its_place() {
    let problem = problems(&|stack: &Stack| drop(Net::new("a b").range("10.0.0.0/16").add(stack)));
    assert!(problem.contains("basics.rs:") && problem.contains("not allowed in a name"), "{problem}");
}

fn looped() -> Graph {
    let world = World::new();
    let mut graph = world.graph(
        &|stack: &Stack| {
            Machine::new("a").script("x").add(stack);
            Machine::new("b").script("y").add(stack);
        },
        json!({}),
    );
    for (node, other) in [(0, "b"), (1, "a")] {
        let other = Attr { resource: Address::new("toy:run/machine", other), output: "address".into() };
        graph.nodes[node].inputs.insert("script".into(), Expr::Attr(other));
    }
    graph
}

#[test]
fn a_circle_is_refused_with_everyone_in_it_and_nothing_is_done() {
    let mut world = World::new();
    let straight = |stack: &Stack| ["a", "b"].into_iter().for_each(|name| drop(Machine::new(name).add(stack)));
    world.deploy(&straight, json!({})).complete();
    // Not even what is there already is looked at.
    world.cloud.forget_calls();
    let error = world.plan_graph(&looped()).unwrap_err().to_string();
    assert!(error.contains("toy:run/machine:a needs toy:run/machine:b needs toy:run/machine:a"), "{error}");
    assert!(world.cloud.calls().is_empty());
}

#[test]
fn a_reference_to_what_is_not_declared_is_refused() {
    let elsewhere: Output<String> = Output::attr(&Address::new("toy:run/machine", "ghost"), "address");
    let program = move |stack: &Stack| drop(Machine::new("a").script(&elsewhere).add(stack));
    let error = World::new().plan(&program, json!({})).unwrap_err().to_string();
    assert!(error.contains("needs toy:run/machine:ghost") && error.contains("basics.rs:"), "{error}");
}

#[test]
fn an_output_that_a_type_does_not_have_is_refused() {
    let program = |stack: &Stack| {
        let a = Machine::new("a").add(stack);
        let wrong: Output<String> = Output::attr(infra_core::Declared::address(&a), "adress");
        Machine::new("b").script(wrong).add(stack);
    };
    let error = World::new().plan(&program, json!({})).unwrap_err().to_string();
    assert!(error.contains("has no output `adress`") && error.contains("`script`"), "{error}");
}

#[test]
fn a_step_that_waits_for_its_object_lets_another_begin() {
    let took = |machines: usize| {
        let mut world = World::new();
        world.parallel = 1;
        world.cloud.ready_after(20);
        let program = |stack: &Stack| (0..machines).for_each(|at| drop(Machine::new(format!("m{at}")).add(stack)));
        world.deploy(&program, json!({})).complete().took
    };
    assert!(took(4) < took(1) * 2, "{:?} {:?}", took(4), took(1));
}

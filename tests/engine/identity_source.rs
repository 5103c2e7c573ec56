//! What `infra import` prints for an object compiles, and then plans as unchanged.

use std::collections::BTreeMap;

use infra_core::{Resource, Stack, Value};
use infra_plan::{State, declaration};
use infra_testing::World;
use infra_tests::{Fleet, Gate, Latch, Machine, Net, Rule};
use serde_json::json;

/// The printed declarations, as functions: written by the test below with `INFRA_BLESS=1`, and compiled with it.
mod printed {
    include!("imported/toys.printed");
}

const WRITTEN: &str = include_str!("imported/toys.printed");

/// What somebody made without the engine.
fn theirs(stack: &Stack) {
    let net = Net::new("net").range("10.0.0.0/16").dns(false).tags([("team", "core \"a\""), ("$x", "\\")]).add(stack);
    let script = "#!/bin/sh\necho \"#\" > /tmp/x\n";
    let machine = Machine::new("machine").net(&net).size(3).script(script).add(stack);
    Fleet::new("fleet").image("linux").name("their-fleet").leader(&machine).count(0).add(stack);
    Gate::new("gate")
        .nets([&net])
        .rules([
            Rule::new().port(80).from(&net).latch(Latch::Hand).hours([1, 2]),
            Rule::new().port(-1).hours([0; 0]),
            Rule::new().port(443).latch(Latch::Spring),
        ])
        .latch(Latch::Hand)
        .r#type("drawbridge")
        .width(5.0)
        .marks([("a b", 1), ("c", -2)])
        .policy(json!({"Statement": [{"Action": ["a", "b"], "Effect": "Allow", "n": 1.5, "none": null}], "Text": "\u{7}\"\\"}))
        .script("one line")
        .key("hunter2")
        .add(stack);
    Gate::new("bare").nets([&net; 0]).rules([] as [Rule; 0]).add(stack);
}

fn world() -> World {
    let mut other = World::new();
    other.deploy(&theirs, json!({})).complete();
    let mut world = World::new();
    world.cloud = other.cloud.fork();
    world
}

#[test]
fn what_is_printed_compiles_and_plans_as_unchanged() {
    let mut world = world();
    let schemas = [Net::schema(), Machine::schema(), Fleet::schema(), Gate::schema()];
    let registry = world.cloud.registry(schemas.iter());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let mut text = String::new();
    for (id, object) in world.cloud.objects() {
        let found = runtime.block_on(registry.handler(&object.kind).unwrap().read(std::slice::from_ref(&id))).unwrap().remove(0);
        let Value::Object(inputs) = found.inputs else { panic!("{id}") };
        let schema = schemas.iter().find(|schema| schema.kind == object.kind).unwrap();
        let function = object.name.replace('-', "_");
        let printed = declaration(schema, &object.name, &id, &inputs, &State::default());
        let body: String = printed.lines().map(|line| format!("{line}\n")).collect();
        text.push_str(&format!("pub(super) fn {function}(stack: &infra_core::Stack) {{\n{body}let _ = {function};\n}}\n\n"));
    }
    if std::env::var_os("INFRA_BLESS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/engine/imported/toys.printed"), &text).unwrap();
    }
    assert_eq!(text, WRITTEN, "run the test with INFRA_BLESS=1 to write what is printed now");
    assert!(!text.contains("hunter2") && text.contains("// `key` is secret"), "{text}");

    let program = |stack: &Stack| {
        printed::net(stack);
        printed::machine(stack);
        printed::fleet(stack);
        printed::gate(stack);
        printed::bare(stack);
    };
    let plan = world.plan(&program, json!({})).unwrap();
    assert_eq!((plan.counts().import, plan.steps.iter().filter(|step| step.action.is_change()).count()), (5, 0));
    assert!(world.deploy(&program, json!({})).complete().changes.is_empty());
    assert!(!world.plan(&program, json!({})).unwrap().has_changes());
}

#[test]
fn an_id_that_the_state_knows_is_said_to_be_a_resource_of_the_stack() {
    let mut world = World::new();
    world.deploy(&theirs, json!({})).complete();
    let (id, _) = world.cloud.object("toy:net/net", "net").unwrap();
    let inputs = BTreeMap::from([("net".to_owned(), Value::from(id.as_str()))]);
    let printed = declaration(&Machine::schema(), "blue/web-1", "machine-9", &inputs, &world.state);
    insta::assert_snapshot!(printed.replace(&id, "(id)"), @r#"
use infra_tests::{Machine, NetId};

// `net` is toy:net/net:net of this stack: `&net`, if that is what its handle is called.
let web_1 = Machine::new("web-1")
    .net(NetId::new("(id)"))
    .import("machine-9")
    .add(&stack.scope("blue"));
"#);
}

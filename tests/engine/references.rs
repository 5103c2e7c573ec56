//! Outputs of other stacks: typed, live, remembered, and never a lock.

use infra_core::program::{Program, Request, Response};
use infra_core::{OUTPUTS_OF_STACK, Stack, Stop, Value};
use infra_plan::References;
use infra_testing::World;
use infra_tests::{Machine, Net, NetId, Part};
use serde_json::json;

fn network(range: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range(range).add(stack);
        stack.export("net", net.id());
        stack.export("sizes", vec![1, 2]);
    }
}

fn app(stack: &Stack) -> Result<(), Stop> {
    let network = stack.reference("network");
    Part::new("part").net(network.output::<NetId>("net")?).range("10.0.1.0/24").add(stack);
    for size in network.value::<Vec<i32>>("sizes")? {
        Machine::new(format!("m{size}")).size(size).add(stack);
    }
    Ok(())
}

fn upstream() -> World {
    let mut world = World::new();
    world.deploy(&network("10.0.0.0/16"), json!({})).complete();
    world
}

#[test]
fn a_stack_uses_the_outputs_of_another_one_and_remembers_which() {
    let upstream = upstream();
    let mut world = World::new().with_output("network", "net", "net-7").with_output("network", "sizes", json!([1, 2]));
    assert!(world.plan(&app, json!({})).is_ok());
    world = world.beside("network", &upstream);
    assert_eq!(world.deploy(&app, json!({})).complete().changes, ["create part part", "create machine m1", "create machine m2"]);
    let net = world.cloud.object("toy:net/part", "part").unwrap().1.inputs["net"].clone();
    assert_eq!(net, upstream.state.exports["net"]);
    assert_eq!(world.state.references["network"].keys().collect::<Vec<_>>(), ["net", "sizes"]);
    let again = world.deploy(&app, json!({})).complete();
    assert!(again.changes.is_empty() && again.plan.notes.is_empty());
}

#[test]
fn what_changed_upstream_is_said_downstream_before_anything_is_done_about_it() {
    let mut world = World::new().beside("network", &upstream());
    world.deploy(&app, json!({})).complete();
    world = world.with_output("network", "net", "net-9");
    let plan = world.plan(&app, json!({})).unwrap();
    assert_eq!(plan.notes, ["output `net` of stack `network` has changed since the last deployment: \"net-1\" -> \"net-9\""]);
    world.deploy(&app, json!({})).complete();
    assert!(world.plan(&app, json!({})).unwrap().notes.is_empty());
}

#[test]
fn what_is_not_used_any_more_is_forgotten_with_the_last_use() {
    let mut world = World::new().beside("network", &upstream());
    world.deploy(&app, json!({})).complete();
    let mut destroyed = world.fork();
    world.deploy(&|stack: &Stack| drop(Machine::new("m1").size(1).add(stack)), json!({})).complete();
    assert_eq!(world.state.references, References::new());
    destroyed.destroy().complete();
    assert_eq!(destroyed.state.references, References::new());
}

fn said<M>(program: &impl Program<M>, outputs: serde_json::Value) -> String {
    let outputs = outputs.as_object().unwrap().iter().map(|(name, value)| (name.clone(), serde_json::from_value(value.clone()).unwrap()));
    let references = [("network".to_owned(), outputs.collect())].into();
    match program.run(&Request { stack: "app".into(), references, ..Request::default() }) {
        Response::Failed(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        other => panic!("the program is accepted: {other:?}"),
    }
}

#[test]
fn an_output_that_is_missing_or_of_another_type_names_both_stacks_and_the_line() {
    let missing = said(&app, json!({"vpc": "v", "sizes": []}));
    assert!(missing.starts_with("stack `app` refers to output `net` of stack `network`, which is not one that it has"), "{missing}");
    assert!(missing.contains("references.rs:") && missing.contains("its outputs are `sizes`, `vpc`"), "{missing}");
    let wrong = said(&app, json!({"net": ["net-1"], "sizes": []}));
    assert!(wrong.contains("which is a list, and not a `NetId`"), "{wrong}");
    let wrong = said(&app, json!({"net": "net-1", "sizes": ["small"]}));
    assert!(wrong.contains("output `sizes` of stack `network`, which is a list, and not a list, each item an integer"), "{wrong}");
    let own = said(&|stack: &Stack| stack.reference("app").output::<String>("x").map(drop), json!({}));
    assert!(own.contains("which is its own"), "{own}");
}

#[test]
fn a_secret_stays_one_and_one_that_is_not_kept_is_an_error_that_does_not_show_it() {
    let program = |stack: &Stack| -> Result<(), Stop> {
        Machine::new("m").script(stack.reference("network").output::<String>("password")?).add(stack);
        Ok(())
    };
    let secret = Value::Secret(Box::new(Value::from("hunter2")));
    let mut world = World::new().with_output("network", "password", secret.clone());
    world.deploy(&program, json!({})).complete();
    assert_eq!(world.cloud.object("toy:run/machine", "m").unwrap().1.inputs["script"].reveal(), json!("hunter2"));
    assert!(!serde_json::to_string(&world.state).unwrap().contains("hunter2"));
    assert!(!world.plan(&program, json!({})).unwrap().has_changes());

    let decides = |stack: &Stack| stack.reference("network").value::<String>("password").map(drop);
    let refused = said(&decides, json!({"password": {"$secret": "hunter2"}}));
    assert!(refused.contains("a program that decides on it would show it") && !refused.contains("hunter2"), "{refused}");
    let lost = said(&program, json!({"password": {"$digest": "ab"}}));
    assert!(lost.contains("is secret, and its value is not kept"), "{lost}");
}

#[test]
fn a_program_asks_for_another_stack_once() {
    match app.run(&Request { stack: "app".into(), ..Request::default() }) {
        Response::Unanswered(questions) => {
            assert_eq!(questions.len(), 1);
            assert_eq!((questions[0].kind.as_str(), &questions[0].query), (OUTPUTS_OF_STACK, &json!({"stack": "network"})));
        }
        other => panic!("it asks nothing: {other:?}"),
    }
}

//! A plan for machines is as its schema says.

use infra_core::{Secret, Stack, output};
use infra_plan::Plan;
use infra_testing::World;
use infra_tests::{Fleet, Machine, Net, Part, Vault};
use serde_json::{Value as Json, json};

const SCHEMA: &str = include_str!("../../infra-sdk/docs/plan.schema.json");

/// What the schema has against a document.
fn problems(document: &Json) -> Vec<String> {
    let schema: Json = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn printed(plan: &Plan) -> Json {
    serde_json::to_value(plan.redacted()).unwrap()
}

fn whole(range: &'static str, image: &'static str, size: i32) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range(range).tags([("Name", "main")]).add(stack);
        let part = Part::new("part").net(&net).range("10.0.1.0/24").deleted_with(&net).add(stack);
        let machine = Machine::new("m").part(&part).size(size).script(output!("join {}", net.gateway())).triggers([size]).add(stack);
        Fleet::new("kept").image(image).retain_on_delete().add(stack);
        Fleet::new("led").image("same").leader(&machine).replace_with(&machine).add(stack);
        Vault::new("vault").password(Secret::new("word".to_owned())).policy(json!({"allow": ["all"]})).add(stack);
        stack.export("address", machine.address());
    }
}

#[test]
fn plans_of_every_action_are_as_the_schema_says() {
    let mut world = World::new();
    world.cloud.contain("toy:net/part", "net");
    let mut plans = vec![world.plan(&whole("10.0.0.0/16", "one", 1), json!({})).unwrap()];
    world.deploy(&whole("10.0.0.0/16", "one", 1), json!({})).complete();
    plans.push(world.plan(&whole("10.0.0.0/16", "two", 2), json!({})).unwrap());
    plans.push(world.plan(&whole("10.1.0.0/16", "one", 1), json!({})).unwrap());
    world.cloud.change("toy:net/net", "net", "dns", json!(true));
    plans.push(world.plan(&|stack: &Stack| drop(Net::new("net").range("10.0.0.0/16").dns(false).add(stack)), json!({})).unwrap());
    world.cloud.remove("toy:run/fleet", "led");
    plans.push(world.plan(&|_: &Stack| {}, json!({})).unwrap());
    let mut actions: Vec<String> = Vec::new();
    for plan in &plans {
        let document = printed(plan);
        assert_eq!(problems(&document), Vec::<String>::new(), "{document:#}");
        let steps = document["steps"].as_array().unwrap();
        actions.extend(steps.iter().flat_map(|step| step["action"].as_object().unwrap().keys().cloned()));
    }
    actions.sort();
    actions.dedup();
    assert_eq!(actions, ["create", "delete", "forget", "retain", "sweep", "update"]);
}

#[test]
fn the_schema_refuses_what_it_does_not_know() {
    let world = World::new();
    let mut document = printed(&world.plan(&whole("10.0.0.0/16", "one", 1), json!({})).unwrap());
    document["steps"][0]["action"] = json!({"explode": {}});
    assert_eq!(problems(&document).len(), 1);
    document["steps"][0]["action"] = json!({"forget": {"id": "x"}});
    document["version"] = json!(2);
    assert_eq!(problems(&document).len(), 1);
}

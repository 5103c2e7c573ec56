//! A plan for machines is as its schema says.

use infra_core::{Address, Diagnostic, Finding, Level, Location, Secret, Stack, output};
use infra_plan::Plan;
use infra_testing::World;
use infra_tests::{Fleet, Machine, Net, Part, Vault};
use serde_json::{Value as Json, json};

const SCHEMA: &str = include_str!("../../infra-sdk/docs/plan.schema.json");

/// What the schema has against a document. Only what that schema uses of JSON Schema is known here; a crate that knows all of
/// it would change features of crates below the SDK, which would then be built twice.
fn problems(document: &Json) -> Vec<String> {
    let schema: Json = serde_json::from_str(SCHEMA).unwrap();
    let mut problems = Vec::new();
    check(&schema, &schema, document, "", &mut problems);
    problems
}

fn check(root: &Json, schema: &Json, document: &Json, at: &str, problems: &mut Vec<String>) {
    let known =
        ["$schema", "$defs", "title", "description", "type", "properties", "required", "additionalProperties", "items", "enum", "const"];
    let more = ["$ref", "oneOf", "anyOf", "minimum", "pattern"];
    let rules = schema.as_object().unwrap();
    assert!(
        rules.keys().all(|rule| known.contains(&rule.as_str()) || more.contains(&rule.as_str())),
        "{rules:?} has a rule that nobody holds"
    );
    let holds = |schema: &Json| {
        let mut inner = Vec::new();
        check(root, schema, document, at, &mut inner);
        inner.is_empty()
    };
    if let Some(path) = rules.get("$ref").and_then(Json::as_str) {
        check(root, root.pointer(path.trim_start_matches('#')).unwrap(), document, at, problems);
    }
    let alternatives = |rule: &str| rules.get(rule).and_then(Json::as_array).map(|all| all.iter().filter(|schema| holds(schema)).count());
    if alternatives("oneOf").is_some_and(|hold| hold != 1) || alternatives("anyOf") == Some(0) {
        problems.push(format!("{at}: is none of what it may be: {document}"));
    }
    let is = |name: &str| match name {
        "object" => document.is_object(),
        "array" => document.is_array(),
        "string" => document.is_string(),
        "integer" => document.is_u64() || document.is_i64(),
        "boolean" => document.is_boolean(),
        "null" => document.is_null(),
        other => panic!("{other} is no type"),
    };
    let types = rules.get("type").map(|types| types.as_array().cloned().unwrap_or_else(|| vec![types.clone()]));
    if types.is_some_and(|types| !types.iter().any(|name| is(name.as_str().unwrap()))) {
        problems.push(format!("{at}: is of another type: {document}"));
    }
    let constant = rules.get("const").is_some_and(|only| only != document);
    if constant || rules.get("enum").and_then(Json::as_array).is_some_and(|words| !words.contains(document)) {
        problems.push(format!("{at}: has another value: {document}"));
    }
    if rules.contains_key("pattern") && document.as_str().is_some_and(|text| text.splitn(3, ':').count() != 3) {
        problems.push(format!("{at}: is no address: {document}"));
    }
    if let (Some(items), Some(list)) = (rules.get("items"), document.as_array()) {
        list.iter().enumerate().for_each(|(index, item)| check(root, items, item, &format!("{at}/{index}"), problems));
    }
    let Some(fields) = document.as_object() else { return };
    let (properties, additional) = (rules.get("properties"), rules.get("additionalProperties"));
    for (name, field) in fields {
        let at = format!("{at}/{name}");
        match properties.and_then(|properties| properties.get(name)).or(additional) {
            Some(Json::Bool(false)) => problems.push(format!("{at}: is not known")),
            Some(schema) => check(root, schema, field, &at, problems),
            None => {}
        }
    }
    let required = rules.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    problems.extend(required.filter(|name| !fields.contains_key(*name)).map(|name| format!("{at}: lacks {name}")));
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

#[test]
fn what_policies_say_fits_the_schema_too() {
    let mut document = printed(&World::new().plan(&whole("10.0.0.0/16", "one", 1), json!({})).unwrap());
    let about = Diagnostic::new("it is open").with_resource(&Address::new("toy:net/net", "net")).with_location(&Location::default());
    let finding = Finding { policy: "closed".into(), level: Level::Warn, about: about.clone(), allowed: None };
    let allowed =
        Finding { allowed: Some("a test".into()), about: Diagnostic::new("a word").with_field("x").with_help("do"), ..finding.clone() };
    document["findings"] = json!([finding, allowed]);
    assert_eq!(problems(&document), Vec::<String>::new(), "{document:#}");
    document["findings"][0]["level"] = json!("shout");
    assert_eq!(problems(&document).len(), 1);
}

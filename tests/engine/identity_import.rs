//! An object that exists already becomes a resource of a stack, said in the program.

use infra_apply::PlanError;
use infra_core::{Address, Command, Moment, Stack, Tags, ops, output};
use infra_plan::{RenderOptions, render};
use infra_testing::{Crash, Fault, Verb, World};
use infra_tests::{Fleet, Machine, Net, Part, Vault};
use serde_json::json;

/// A world whose cloud has what another stack made, and that knows nothing of it; and the ids, by name.
fn found(program: &impl Fn(&Stack)) -> World {
    let mut other = World::new();
    other.deploy(program, json!({})).complete();
    let mut world = World::new();
    world.cloud = other.cloud.fork();
    world
}

fn net(stack: &Stack) {
    Net::new("theirs").range("10.0.0.0/16").dns(true).tags(Tags::from([("team".into(), "core".into())])).add(stack);
}

fn id(world: &World, kind: &str) -> String {
    let objects = world.cloud.objects();
    objects.into_iter().find(|(_, object)| &*object.kind == kind).map(|(id, _)| id).unwrap()
}

fn refused(world: &World, program: &impl Fn(&Stack)) -> String {
    match world.plan(program, json!({})) {
        Err(PlanError::Wrong(problems)) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        Err(error) => panic!("{error}"),
        Ok(plan) => panic!("{}", render(&plan, &RenderOptions::default())),
    }
}

#[test]
fn what_is_as_the_program_says_is_recorded_without_a_call_and_used_by_others() {
    let mut world = found(&net);
    let id = id(&world, "toy:net/net");
    let program = |stack: &Stack| {
        let net = Net::new("main").range("10.0.0.0/16").import(&id).add(stack);
        Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
        stack.export("gateway", net.gateway());
    };
    let plan = render(&world.plan(&program, json!({})).unwrap(), &RenderOptions::default()).replace(&id, "(id)");
    insta::assert_snapshot!(plan, @r#"
  < Net main  (id) is imported

  + Part part
      net    "(id)"
      range  "10.0.1.0/24"

  outputs
    + gateway  "(id).gateway"

Plan: 1 to create, 1 to import
"#);
    let deployed = world.deploy(&program, json!({})).complete();
    assert_eq!(deployed.changes, ["create part part"]);
    assert!(deployed.output("gateway").is_some());
    assert_eq!(world.state.object(&Address::new("toy:net/net", "main")).unwrap().id, id);
    assert!(!world.plan(&program, json!({})).unwrap().has_changes(), "managed already: the line may stay");
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty(), "it is the stack's own");
}

#[test]
fn what_differs_is_refused_field_by_field_or_updated_as_asked() {
    let mut world = found(&net);
    let id = id(&world, "toy:net/net");
    let net = |dns, range: &'static str| Net::new("main").range(range).dns(dns);
    let differs = refused(&world, &|stack: &Stack| drop(net(false, "10.0.0.0/16").import(&id).add(stack)));
    assert!(differs.contains("`dns` is true, and the program says false") && differs.contains(".import_and_update("), "{differs}");
    let fixed = refused(&world, &|stack: &Stack| drop(net(true, "10.9.0.0/16").import_and_update(&id).add(stack)));
    assert!(fixed.contains("cannot be changed") && fixed.contains("10.9.0.0/16"), "{fixed}");
    let program = |stack: &Stack| drop(net(false, "10.0.0.0/16").import_and_update(&id).add(stack));
    let plan = render(&world.plan(&program, json!({})).unwrap(), &RenderOptions::default()).replace(&id, "(id)");
    insta::assert_snapshot!(plan, @r#"
  < Net main  (id) is imported, and changed
      dns  true → false

Plan: 1 to import
"#);
    assert_eq!(world.deploy(&program, json!({})).complete().changes, ["update net theirs"]);
    let tags = world.cloud.objects()[&id].inputs["tags"].clone();
    let tags = tags.as_object().unwrap();
    assert_eq!(tags["infra:resource"].as_str(), Some("toy:net/net:main"));
    assert_eq!((tags["infra:stack"].as_str(), tags["team"].as_str()), (Some("test"), Some("core")), "signed, and its own tags kept");
    assert!(!world.plan(&program, json!({})).unwrap().has_changes());
}

#[test]
fn what_must_hold_of_it_and_what_runs_beside_it_can_be_about_its_id() {
    let start = found(&net);
    let id = id(&start, "toy:net/net");
    for dns in [true, false] {
        let program = |stack: &Stack| {
            let net = Net::new("main").range("10.0.0.0/16").dns(dns).import_and_update(&id);
            let net = net.postcondition(|net| ops::eq::<String>(output!("{}", net.id()), id.as_str()), "it is theirs");
            let test = |net: &Net| Command::shell("test -n \"$ID\"").env("ID", output!("{}", net.id()));
            net.hook(Moment::BeforeUpdate, test).hook(Moment::AfterUpdate, test).add(stack);
        };
        let mut world = start.fork();
        assert_eq!(world.deploy(&program, json!({})).complete().changes.len(), usize::from(!dns));
        assert!(!world.plan(&program, json!({})).unwrap().has_changes());
    }
}

#[test]
fn what_is_not_there_or_is_another_resources_is_refused() {
    let mut world = found(&net);
    let id = id(&world, "toy:net/net");
    let missing = refused(&world, &|stack: &Stack| drop(Net::new("main").range("10.0.0.0/16").import("net-404").add(stack)));
    assert!(missing.contains("there is no Net with that id"), "{missing}");
    let wrong_type = refused(&world, &|stack: &Stack| drop(Machine::new("main").import(&id).add(stack)));
    assert!(wrong_type.contains("there is no Machine with that id"), "{wrong_type}");
    let twice = |stack: &Stack| {
        Net::new("a").range("10.0.0.0/16").import(&id).add(stack);
        Net::new("b").range("10.0.0.0/16").import(&id).add(stack);
    };
    let twice = refused(&world, &twice);
    assert!(twice.contains("and so is toy:net/net:a"), "{twice}");
    world.deploy(&|stack: &Stack| drop(Net::new("a").range("10.0.0.0/16").import(&id).add(stack)), json!({})).complete();
    let both = |stack: &Stack| {
        Net::new("a").range("10.0.0.0/16").add(stack);
        Net::new("b").range("10.0.0.0/16").import(&id).add(stack);
    };
    let both = refused(&world, &both);
    assert!(both.contains("which this stack has as toy:net/net:a") && both.contains(".moved_from("), "{both}");
    let moved = |stack: &Stack| drop(Net::new("b").range("10.0.0.0/16").import(&id).moved_from("a").add(stack));
    assert!(world.deploy(&moved, json!({})).complete().changes.is_empty());
}

#[test]
fn a_name_that_the_program_does_not_give_is_the_objects_own() {
    let mut world = found(&|stack: &Stack| drop(Fleet::new("theirs").image("linux").name("their-fleet").add(stack)));
    let id = id(&world, "toy:run/fleet");
    let program = |stack: &Stack| drop(Fleet::new("mine").image("linux").import(&id).add(stack));
    assert!(world.deploy(&program, json!({})).complete().changes.is_empty());
    assert!(!world.plan(&program, json!({})).unwrap().has_changes());
}

#[test]
fn what_the_cloud_never_tells_is_taken_for_so_and_sent_where_updates_are_asked_for() {
    let theirs = |stack: &Stack| drop(Vault::new("theirs").password("hunter2").add(stack));
    let mut world = found(&theirs);
    let id = id(&world, "toy:run/vault");
    let program = |stack: &Stack| drop(Vault::new("mine").password("hunter2").import(&id).add(stack));
    assert!(world.deploy(&program, json!({})).complete().changes.is_empty());
    assert!(!world.plan(&program, json!({})).unwrap().has_changes());
    let mut world = found(&theirs);
    let program = |stack: &Stack| drop(Vault::new("mine").password("hunter3").import_and_update(&id).add(stack));
    let plan = world.plan(&program, json!({})).unwrap();
    assert!(!format!("{}{:?}", render(&plan, &RenderOptions::default()), plan.redacted()).contains("hunter"));
    assert_eq!(world.deploy(&program, json!({})).complete().changes, ["update vault theirs"]);
    assert!(!serde_json::to_string(&world.state).unwrap().contains("hunter"));
}

#[test]
fn a_secret_that_differs_is_not_told() {
    let world = found(&|stack: &Stack| drop(Machine::new("theirs").password("hunter2").add(stack)));
    let id = id(&world, "toy:run/machine");
    let text = refused(&world, &|stack: &Stack| drop(Machine::new("mine").password("hunter3").import(&id).add(stack)));
    assert!(text.contains("`password`") && !text.contains("hunter"), "{text}");
}

#[test]
fn killed_or_refused_in_the_middle_the_next_deployment_imports_it() {
    let start = found(&net);
    let id = id(&start, "toy:net/net");
    let program = |stack: &Stack| {
        let net = Net::new("main").range("10.0.0.0/16").dns(false).import_and_update(&id).add(stack);
        Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
    };
    let graph = start.graph(&program, json!({}));
    let mut died = 0;
    for crash in (0..12).flat_map(|at| [Crash::AtRecord(at), Crash::BeforeCall(at), Crash::AfterCall(at)]) {
        let mut world = start.fork();
        died += usize::from(world.deploy_until(&graph, crash));
        world.deploy(&program, json!({})).complete();
        assert_eq!(world.state.object(&Address::new("toy:net/net", "main")).unwrap().id, id, "{crash:?}");
        assert_eq!(world.cloud.objects().len(), 2, "{crash:?}");
        assert!(!world.plan(&program, json!({})).unwrap().has_changes(), "{crash:?}");
        world.destroy().complete();
        assert!(world.cloud.objects().is_empty(), "{crash:?}");
    }
    assert!(died > 10, "{died}");
    let mut world = start.fork();
    world.cloud.inject(Fault::refuse(Verb::Update, "theirs"));
    assert_eq!(world.deploy(&program, json!({})).outcome.failed.len(), 1);
    world.cloud.heal();
    assert!(world.deploy(&program, json!({})).complete().outcome.is_complete());
}

//! Calls of which the cloud cannot tell what became of them: nothing else waits for that.

use infra_apply::{Class, Event, PlanError};
use infra_core::{Address, Stack};
use infra_plan::{Record, RenderOptions, Selection, render};
use infra_testing::{Crash, Deployed, Fault, Verb, World};
use infra_tests::{Fleet, Machine, Net, Part};
use serde_json::json;

/// Two networks, a part and a machine in one of them, and a machine beside.
fn program(stack: &Stack) {
    let a = Net::new("a").range("10.0.0.0/16").add(stack);
    let part = Part::new("a-part").net(&a).range("10.0.1.0/24").add(stack);
    Machine::new("inside").part(&part).add(stack);
    Net::new("b").range("10.1.0.0/16").add(stack);
    Machine::new("beside").add(stack);
    stack.export("a", a.gateway());
}

fn address(kind: &str, name: &str) -> Address {
    Address::new(kind, name)
}

/// A world whose run died after it made the part, and whose cloud does not let anybody look for parts.
fn in_doubt() -> World {
    let mut world = World::new();
    world.parallel = 1;
    let graph = world.graph(&program, json!({}));
    for call in 0.. {
        let mut killed = world.fork();
        killed.parallel = 1;
        assert!(killed.deploy_until(&graph, Crash::AfterCall(call)));
        if killed.cloud.changes().last().is_some_and(|change| change == "create part a-part") {
            world = killed;
            break;
        }
    }
    world.cloud.inject(Fault::refuse(Verb::Find, "a-part").class(Class::Denied).saying("you may not list parts").times(u32::MAX));
    world
}

fn names(addresses: &[Address]) -> Vec<&str> {
    addresses.iter().map(Address::name).collect()
}

fn failures(deployed: &Deployed) -> Vec<String> {
    deployed.outcome.failed.iter().map(|(_, problem)| problem.to_string()).collect()
}

#[test]
fn what_the_cloud_cannot_tell_stays_open_and_everything_else_is_deployed() {
    let mut world = in_doubt();
    let deployed = world.deploy(&program, json!({}));
    assert_eq!(names(&deployed.outcome.skipped), ["inside"]);
    let [problem] = failures(&deployed).try_into().unwrap();
    for said in ["toy:net/part:a-part", "infra:token", "you may not list parts", "doubt.rs:", "state settle"] {
        assert!(problem.contains(said), "{said}: {problem}");
    }
    assert!(world.cloud.object("toy:run/machine", "beside").is_some() && world.cloud.object("toy:net/net", "b").is_some());
    assert!(world.state.rows[&address("toy:net/part", "a-part")].intent.is_some());
    assert!(world.state.exports.is_empty());
    let skipped = Some(address("toy:net/part", "a-part"));
    assert!(deployed.events.iter().any(|event| matches!(event, Event::Skipped { because_of, .. } if *because_of == skipped)));

    world.cloud.heal();
    assert_eq!(world.deploy(&program, json!({})).complete().changes, ["create machine inside"]);
    assert_eq!(world.cloud.objects().len(), 5);
}

#[test]
fn a_destruction_leaves_it_and_what_it_may_use_and_says_so() {
    let mut world = in_doubt();
    let destroyed = world.destroy();
    assert_eq!(failures(&destroyed).len(), 1);
    assert_eq!(names(&destroyed.outcome.skipped), ["a"], "the part may be in it");
    let left: Vec<_> = world.cloud.objects().into_values().map(|object| object.name).collect();
    assert_eq!(left, ["a", "a-part"]);
    world.cloud.heal();
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty() && world.state.rows.is_empty());
}

#[test]
fn what_is_in_doubt_is_among_what_needs_a_target_and_is_not_left_out_unsaid() {
    let mut world = in_doubt();
    world.cloud.heal();
    let only = Selection { targets: vec!["a".to_owned()], ..Selection::default() };
    let Err(PlanError::Wrong(problems)) = world.fork().destroy_within(&only) else { panic!("nothing was said") };
    assert!(problems[0].to_string().contains("toy:net/part:a-part, which uses it, is left out"), "{}", problems[0]);
    let destroyed = world.destroy_within(&Selection { with_dependants: true, ..only }).unwrap().complete();
    assert_eq!(destroyed.changes, ["delete part a-part", "delete net a"]);
}

#[test]
fn a_word_that_it_was_made_takes_it_over_and_a_word_that_it_was_not_makes_it_again() {
    let mut world = in_doubt();
    let part = address("toy:net/part", "a-part");
    let (id, _) = world.cloud.object("toy:net/part", "a-part").unwrap();
    world.state.check_settle(&part, Some(&id)).unwrap();
    world.state.apply(Record::Decided { address: part.clone(), made: Some(id) });
    assert!(!world.deploy(&program, json!({})).complete().changes.contains(&"create part a-part".to_owned()));
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());

    let mut world = in_doubt();
    world.cloud.remove("toy:net/part", "a-part");
    world.state.apply(Record::Decided { address: part, made: None });
    assert!(world.deploy(&program, json!({})).complete().changes.contains(&"create part a-part".to_owned()));
    assert_eq!(world.cloud.objects().len(), 5);
}

#[test]
fn a_replacement_in_doubt_keeps_what_it_replaces_and_those_who_use_it() {
    let fleet = |image: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range("10.0.0.0/16").dns(image == "one").add(stack);
            Fleet::new("f").image(image).depends_on(&net).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&fleet("one"), json!({})).complete();
    let graph = world.graph(&fleet("two"), json!({}));
    let mut killed = (0..).map(|call| {
        let mut killed = world.fork();
        killed.deploy_until(&graph, Crash::AfterCall(call));
        killed
    });
    let mut world = killed.find(|killed| killed.cloud.objects().len() == 3).unwrap();
    world.cloud.inject(Fault::refuse(Verb::Find, "f").class(Class::Unavailable).times(u32::MAX));
    let deployed = world.deploy(&fleet("three"), json!({}));
    assert_eq!(failures(&deployed).len(), 1);
    assert!(deployed.changes.iter().all(|change| !change.contains("fleet")), "{:?}", deployed.changes);
    world.cloud.heal();
    world.deploy(&fleet("three"), json!({})).complete();
    assert_eq!(world.cloud.objects().len(), 2);
}

#[test]
fn every_doubt_is_settled_on_its_own() {
    let many = |stack: &Stack| (0..5).for_each(|at| drop(Net::new(format!("n{at}")).range("10.0.0.0/16").add(stack)));
    let mut world = World::new();
    for at in 0..5 {
        world.cloud.inject(Fault::refuse(Verb::Create, &format!("n{at}")).reply_lost());
        world.cloud.inject(Fault::refuse(Verb::Find, &format!("n{at}")).class(Class::Denied));
    }
    assert_eq!(world.deploy(&many, json!({})).outcome.failed.len(), 5);
    world.cloud.inject(Fault::refuse(Verb::Find, "n3").class(Class::Denied).times(u32::MAX));
    let deployed = world.deploy(&many, json!({}));
    assert_eq!(failures(&deployed).len(), 1);
    let open: Vec<_> = world.state.rows.iter().filter(|(_, row)| row.intent.is_some()).map(|(address, _)| address.name()).collect();
    assert_eq!(open, ["n3"]);
    assert_eq!(world.cloud.objects().len(), 5);
}

#[test]
fn a_type_that_this_engine_does_not_know_holds_up_nothing_else() {
    let mut world = World::new();
    let with_net = |stack: &Stack| {
        Net::new("net").range("10.0.0.0/16").add(stack);
        Machine::new("m").add(stack);
    };
    world.parallel = 1;
    let graph = world.graph(&with_net, json!({}));
    assert!(world.deploy_until(&graph, Crash::AfterCall(0)));
    let unknown = world.state.rows.keys().next().unwrap().clone();
    let other = |stack: &Stack| drop(Fleet::new("f").image("i").add(stack));
    // A cloud that serves what the other program needs, and nothing else.
    let mut elsewhere = World::new();
    elsewhere.state = world.state.clone();
    let deployed = elsewhere.deploy(&other, json!({}));
    assert_eq!(deployed.changes, ["create fleet f"]);
    let [problem] = failures(&deployed).try_into().unwrap();
    assert!(problem.contains(&unknown.to_string()) && problem.contains("does not know what a"), "{problem}");
    assert!(elsewhere.state.rows[&unknown].intent.is_some());
}

#[test]
fn a_plan_says_what_is_in_doubt_and_what_waits_for_it() {
    let mut world = in_doubt();
    let plan = world.deploy(&program, json!({})).plan;
    insta::assert_snapshot!(render(&plan, &RenderOptions::default()), @r#"
  + Net b
      range  "10.1.0.0/16"

  + Machine beside

  ? Part a-part: in doubt: an interrupted run began a call of it, and failed to look for it: Find:
    you may not list parts

  ? Machine inside: waits until it is known what became of toy:net/part:a-part

  outputs
    + a  "net-1.gateway"

Plan: 2 to create, 2 held back, 1 unchanged
"#);
}

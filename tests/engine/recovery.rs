//! What an interrupted run leaves, moment by moment, and what the next one makes of it.

use infra_apply::{Class, Engine, Interrupt};
use infra_core::{Secret, Stack, output};
use infra_testing::{Crash, Fault, Verb, World};
use infra_tests::{Fleet, Machine, Net, Part, Vault};
use serde_json::json;

fn net(stack: &Stack) {
    Net::new("net").range("10.0.0.0/16").add(stack);
}

#[test]
fn a_create_in_doubt_is_not_given_up_when_the_cloud_cannot_be_asked_about_it() {
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Create, "net").reply_lost());
    world.cloud.inject(Fault::refuse(Verb::Find, "net").class(Class::Denied));
    assert_eq!(world.deploy(&net, json!({})).outcome.failed.len(), 1);
    assert!(world.deploy(&net, json!({})).complete().changes.is_empty(), "it was made already");
    assert_eq!(world.cloud.objects().len(), 1);
}

#[test]
fn a_create_in_doubt_is_not_given_up_when_the_second_try_is_refused() {
    // The copy that answers the search lags behind, and the service knows better.
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Create, "net").reply_lost());
    world.cloud.inject(Fault::refuse(Verb::Find, "net").blind().times(u32::MAX));
    world.cloud.inject(Fault::refuse(Verb::Create, "net").class(Class::Exists).later(1));
    assert_eq!(world.deploy(&net, json!({})).outcome.failed.len(), 1);
    world.cloud.heal();
    assert!(world.deploy(&net, json!({})).complete().changes.is_empty(), "it was made already");
    assert_eq!(world.cloud.objects().len(), 1);
}

#[test]
fn what_was_made_unheard_and_is_not_found_at_once_is_looked_for_by_the_same_run_before_it_is_made_again() {
    for silent in [false, true] {
        let mut world = World::new();
        let lost = Fault::refuse(Verb::Create, "net").reply_lost();
        world.cloud.inject(if silent { lost.silent() } else { lost });
        world.cloud.inject(Fault::refuse(Verb::Find, "net").blind().times(3));
        assert_eq!(world.deploy(&net, json!({})).complete().changes.len(), 1, "silent: {silent}");
        assert_eq!(world.cloud.objects().len(), 1);
    }
}

#[test]
fn what_was_made_in_doubt_and_is_not_found_at_once_is_looked_for_again_before_it_is_made_again() {
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Create, "net").reply_lost());
    world.cloud.inject(Fault::refuse(Verb::Find, "net").class(Class::Unavailable).times(1000));
    assert_eq!(world.deploy(&net, json!({})).outcome.failed.len(), 1);
    world.cloud.heal();
    world.cloud.inject(Fault::refuse(Verb::Find, "net").blind().times(3));
    assert!(world.deploy(&net, json!({})).complete().changes.is_empty());
    assert_eq!(world.cloud.objects().len(), 1);
}

#[test]
fn what_was_asked_in_secret_does_not_keep_its_object_from_being_found_or_changed() {
    let vault = |label: &'static str| move |stack: &Stack| drop(Vault::new("v").password("hunter2").label(label).add(stack));
    let mut world = World::new();
    let graph = world.graph(&vault("a"), json!({}));
    assert!(world.deploy_until(&graph, Crash::AfterCall(0)));
    assert!(world.deploy(&vault("a"), json!({})).complete().changes.is_empty());
    assert_eq!(world.deploy(&vault("b"), json!({})).complete().changes, ["update vault v"]);
    assert_eq!(world.cloud.object("toy:run/vault", "v").unwrap().1.inputs["password"].as_str(), Some("hunter2"));
}

#[test]
fn what_was_made_and_is_not_ready_is_waited_for_by_the_next_run() {
    let program = |stack: &Stack| {
        let first = Machine::new("first").add(stack);
        Machine::new("second").script(first.address()).add(stack);
    };
    let mut world = World::new();
    world.cloud.ready_after(5);
    let graph = world.graph(&program, json!({}));
    // Its create, and one look at it.
    assert!(world.deploy_until(&graph, Crash::BeforeCall(2)));
    world.deploy(&program, json!({})).complete();
    assert_eq!(world.cloud.object("toy:run/machine", "second").unwrap().1.inputs["script"].as_str(), Some("machine-1.address"));
    assert!(!world.plan(&program, json!({})).unwrap().has_changes());
}

#[test]
fn what_never_gets_ready_is_recorded_with_why_and_waited_for_by_the_next_run() {
    let program = |stack: &Stack| {
        let first = Machine::new("first").add(stack);
        Machine::new("second").script(first.address()).add(stack);
    };
    let mut world = World::new();
    world.cloud.ready_after(700);
    let ended = world.deploy(&program, json!({}));
    assert_eq!((ended.outcome.failed.len(), ended.outcome.skipped.len()), (1, 1));
    let first = infra_core::Address::new("toy:run/machine", "first");
    let object = world.state.object(&first).unwrap().clone();
    assert!(object.problem.as_deref().is_some_and(|why| why.contains("not ready")), "{:?}", object.problem);
    world.cloud.ready_after(0);
    assert_eq!(world.deploy(&program, json!({})).complete().changes, ["create machine second"]);
    assert_eq!(world.state.object(&first).unwrap().id, object.id);
    assert!(world.state.object(&first).unwrap().problem.is_none());
}

#[test]
fn what_was_just_made_and_is_not_seen_yet_is_not_made_again() {
    let mut world = World::new();
    world.cloud.seen_after(4);
    let graph = world.graph(&net, json!({}));
    assert!(world.deploy_until(&graph, Crash::AfterCall(0)));
    assert!(world.deploy(&net, json!({})).complete().changes.is_empty());
    assert_eq!(world.cloud.objects().len(), 1);
}

#[test]
fn after_an_interrupted_change_what_it_began_to_use_is_deleted_after_it() {
    let on = |which: usize| {
        move |stack: &Stack| {
            let nets = ["x", "a"].map(|name| Net::new(name).range("10.0.0.0/16").add(stack));
            Machine::new("m").net(&nets[which]).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&on(0), json!({})).complete();
    let graph = world.graph(&on(1), json!({}));
    // Two reads to plan, one before the change.
    assert!(world.deploy_until(&graph, Crash::AfterCall(3)));
    assert_eq!(world.cloud.changes(), ["update machine m"]);
    // Calls that take their time show who waits for whom: one that comes too early is made again.
    world.cloud.take_time(7);
    assert_eq!(world.destroy().complete().changes, ["delete machine m", "delete net a", "delete net x"]);
}

#[test]
fn after_an_interrupted_change_what_the_cloud_never_tells_is_sent_again() {
    let seeded = |seed: &'static str| move |stack: &Stack| drop(Machine::new("m").seed(seed).add(stack));
    let mut world = World::new();
    world.deploy(&seeded("old"), json!({})).complete();
    let graph = world.graph(&seeded("new"), json!({}));
    assert!(world.deploy_until(&graph, Crash::AfterCall(2)));
    world.deploy(&seeded("old"), json!({})).complete();
    assert_eq!(world.cloud.object("toy:run/machine", "m").unwrap().1.inputs["seed"].as_str(), Some("old"));
}

#[test]
fn after_an_interrupted_change_what_a_type_insists_on_and_the_cloud_never_tells_keeps_nothing_from_going_on() {
    let vault = |word: &'static str| move |stack: &Stack| drop(Vault::new("vault").password(Secret::new(word.to_owned())).add(stack));
    let mut world = World::new();
    world.deploy(&vault("one"), json!({})).complete();
    let graph = world.graph(&vault("two"), json!({}));
    assert!(world.deploy_until(&graph, Crash::AtRecord(1)));
    world.deploy_graph(&graph).unwrap().complete();
    assert!(!world.plan_graph(&graph).unwrap().has_changes());
}

#[test]
fn an_object_left_by_an_earlier_replacement_closes_no_circle() {
    let program = |part: usize, zone: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range("10.0.0.0/16").add(stack);
            let parts = ["1", "2"].map(|at| Part::new(format!("p{at}")).net(&net).range(format!("10.0.{at}.0/24")).add(stack));
            let other = Part::new("other").net(&net).range("10.0.9.0/24").zone(zone).add(stack);
            Machine::new("m").part(&parts[part]).script(output!("near {}", other.id())).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&program(0, "x"), json!({})).complete();
    world.cloud.inject(Fault::refuse(Verb::Delete, "m"));
    world.deploy(&program(1, "x"), json!({}));
    world.deploy(&program(1, "y"), json!({})).complete();
    assert!(!world.plan(&program(1, "y"), json!({})).unwrap().has_changes());
}

#[test]
fn going_back_to_a_name_that_an_object_left_behind_still_has_makes_room_first() {
    let called = |name: &'static str| move |stack: &Stack| drop(Fleet::new("f").name(name).image("i").add(stack));
    let mut world = World::new();
    world.deploy(&called("a"), json!({})).complete();
    world.cloud.inject(Fault::refuse(Verb::Delete, "f"));
    world.deploy(&called("b"), json!({}));
    assert_eq!(world.cloud.objects().len(), 2);
    world.deploy(&called("a"), json!({})).complete();
    assert_eq!(world.cloud.objects().len(), 1);
}

#[test]
fn a_name_that_another_gives_up_is_taken_when_it_is_free() {
    let called = |names: [&'static str; 2]| {
        move |stack: &Stack| {
            Fleet::new("x").name(names[0]).image("i").add(stack);
            Fleet::new("y").name(names[1]).image("i").add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&called(["a", "b"]), json!({})).complete();
    world.deploy(&called(["b", "c"]), json!({})).complete();
    assert_eq!(world.cloud.objects().len(), 2);
}

#[test]
fn names_that_change_places_are_both_given_up_first() {
    let called = |names: [&'static str; 3]| {
        move |stack: &Stack| {
            for (fleet, name) in ["x", "y", "z"].into_iter().zip(names) {
                Fleet::new(fleet).name(name).image("i").add(stack);
            }
        }
    };
    let mut world = World::new();
    world.deploy(&called(["a", "b", "c"]), json!({})).complete();
    for names in [["b", "a", "c"], ["c", "b", "a"], ["a", "c", "d"]] {
        world.deploy(&called(names), json!({})).complete();
        assert!(!world.plan(&called(names), json!({})).unwrap().has_changes());
    }
}

#[test]
fn a_plan_performed_without_the_recovery_before_it_makes_nothing_twice() {
    let mut world = World::new();
    let graph = world.graph(&net, json!({}));
    assert!(world.deploy_until(&graph, Crash::AfterCall(0)));
    let engine = Engine::new(world.cloud.registry(graph.schemas.values()));
    let mut journal = world.journal();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let outcome = runtime.block_on(async {
        let plan = engine.plan(&graph, &journal, &()).await.unwrap();
        engine.apply(&plan, &mut journal, &Interrupt::new(), &()).await
    });
    assert!(outcome.is_complete());
    assert_eq!(world.cloud.objects().len(), 1);
}

#[test]
fn a_document_too_deep_to_be_read_back_is_refused_with_its_field_before_anything_is_done() {
    let deep = |levels: usize| {
        let document = (0..levels).fold(json!(1), |inner, _| json!({ "in": inner }));
        move |stack: &Stack| drop(Vault::new("v").password("p").policy(document.clone()).add(stack))
    };
    let error = World::new().plan(&deep(100), json!({})).unwrap_err().to_string();
    assert!(error.contains("toy:run/vault:v: `policy`") && error.contains("recovery.rs:"), "{error}");
    let mut world = World::new();
    world.deploy(&deep(60), json!({})).complete();
    let state = serde_json::to_string(&world.state).unwrap();
    assert_eq!(serde_json::from_str::<infra_plan::State>(&state).unwrap(), world.state);
}

#[test]
fn what_turns_out_to_be_gone_while_it_is_deleted_is_deleted() {
    let mut world = World::new();
    world.deploy(&net, json!({})).complete();
    world.cloud.inject(Fault::refuse(Verb::Delete, "net").reply_lost());
    // It has no name any more when it is asked for again.
    world.cloud.inject(Fault::refuse(Verb::Delete, "").class(Class::NotFound));
    world.destroy().complete();
    assert!(world.state.rows.is_empty());
}

#[test]
fn a_graph_that_declares_a_resource_twice_is_refused() {
    let mut world = World::new();
    let mut graph = world.graph(&net, json!({}));
    graph.nodes.extend(graph.nodes.clone());
    let error = world.deploy_graph(&graph).err().unwrap().to_string();
    assert!(error.contains("declared twice") && error.contains("recovery.rs:"), "{error}");
}

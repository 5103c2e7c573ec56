//! What a plan says of values that are not there yet, and what becomes of it.

use infra_apply::Event;
use infra_core::{Address, Expr, Output, Stack};
use infra_plan::Action;
use infra_testing::World;
use infra_tests::{Fleet, Machine, Net, Part};
use serde_json::json;

#[test]
fn an_echo_that_turns_out_different_is_an_error_that_names_it_and_the_object_is_recorded() {
    let program = |stack: &Stack| {
        let m = Machine::new("m").size(3).add(stack);
        Fleet::new("led").image("one").leader(&m).add(stack);
    };
    let mut world = World::new();
    world.cloud.insist("toy:run/machine", "size", json!(8));
    let ended = world.deploy(&program, json!({}));
    let problem = &ended.outcome.failed[0].1;
    assert_eq!(problem.problem, "the cloud has 8 where 3 was asked for");
    assert_eq!((problem.resource.as_ref().unwrap().name(), problem.field.as_deref()), ("m", Some("size")));
    assert!(problem.declared.is_some());
    assert_eq!(ended.outcome.skipped.len(), 1, "what uses it waits");
    let object = world.state.object(&Address::new("toy:run/machine", "m")).unwrap();
    assert_eq!(object.problem.as_deref(), Some("the cloud has 8 where 3 was asked for"));
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn what_the_cloud_does_not_take_is_said_once_a_run_and_not_tried_for_ever() {
    let fleet = |stack: &Stack| drop(Fleet::new("web").image("one").count(2).add(stack));
    let mut world = World::new();
    world.cloud.insist("toy:run/fleet", "count", json!(5));
    for calls in [2, 1, 1] {
        let ended = world.deploy(&fleet, json!({})).complete();
        let said = ended.events.iter().filter(|event| matches!(event, Event::Noticed { message, .. } if message.contains("`count`")));
        assert_eq!((ended.changes.len(), said.count()), (calls, 1), "{:?}", ended.changes);
    }
}

#[test]
fn only_the_mark_of_a_secret_changing_is_no_call() {
    let machine = |secret: bool| {
        move |stack: &Stack| {
            let script = Output::<String>::from_expr(Expr::lit("plain words"));
            let script = if secret { script.secret() } else { script };
            Machine::new("m").script(script).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&machine(false), json!({})).complete();
    assert!(world.deploy(&machine(true), json!({})).complete().changes.is_empty());
    assert!(!serde_json::to_string(&world.state).unwrap().contains("plain words"), "it is marked from then on");
    assert!(world.deploy(&machine(false), json!({})).complete().changes.is_empty());
}

#[test]
fn a_replacement_that_goes_first_takes_along_only_what_an_input_forces() {
    let program = |range: &'static str| {
        move |stack: &Stack| {
            let net = Net::new("net").range(range).delete_before_create().add(stack);
            Part::new("forced").net(&net).range("10.0.1.0/24").add(stack);
            Machine::new("moved").net(&net).add(stack);
            Machine::new("told").script(net.gateway()).add(stack);
            Machine::new("after").depends_on(&net).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16"), json!({})).complete();
    let plan = world.plan(&program("10.1.0.0/16"), json!({})).unwrap();
    let done = |name: &str| {
        let of = plan.steps.iter().filter(|step| step.address.name() == name);
        of.map(|step| match &step.action {
            Action::Create { .. } => "create",
            Action::Update { .. } => "update",
            Action::Delete { .. } => "delete",
            _ => "note",
        })
        .collect::<Vec<_>>()
    };
    assert_eq!((done("net"), done("forced")), (vec!["delete", "create"], vec!["delete", "create"]));
    assert_eq!((done("moved"), done("told"), done("after")), (vec!["update"], vec!["update"], vec![]));
}

#[test]
fn a_change_that_leaves_an_output_the_same_leaves_alone_who_uses_it_however_deep() {
    let program = |size: i32, dns: bool| {
        move |stack: &Stack| {
            let net = Net::new("net").range("10.0.0.0/16").dns(dns).add(stack);
            let m = Machine::new("m").size(size).script(net.gateway()).add(stack);
            Fleet::new("deep").image(m.address()).leader(&m).add(stack);
            Machine::new("echo").script(net.range()).add(stack);
        }
    };
    let mut world = World::new();
    world.deploy(&program(1, true), json!({})).complete();
    assert_eq!(world.deploy(&program(1, false), json!({})).complete().changes, ["update net net"]);
    assert_eq!(world.deploy(&program(2, false), json!({})).complete().changes, ["update machine m"]);
}

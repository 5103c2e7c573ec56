//! Programs that are wrong, or end before their end: nothing of what they declared counts, and nothing is done.

use std::panic::{AssertUnwindSafe, catch_unwind};

use infra_apply::PlanError;
use infra_core::program::{Program, Request, Response};
use infra_core::{Expr, Stack, Stop, ops};
use infra_testing::World;
use infra_tests::{Machine, Net, Part};
use serde_json::json;

fn whole(stack: &Stack) {
    let net = Net::new("net").range("10.0.0.0/16").add(stack);
    Machine::new("m").net(&net).add(stack);
    stack.export("gateway", net.gateway());
}

/// Declares some, and cannot go on.
fn stops(stack: &Stack) -> Result<(), Stop> {
    Net::new("net").range("10.1.0.0/16").add(stack);
    stack.export("new", "output");
    Err(Stop::failed("there is no such file"))
}

/// Declares some twice, and the rest is as it should be.
fn doubles(stack: &Stack) {
    whole(stack);
    Net::new("net").range("10.1.0.0/16").add(stack);
}

fn response<M>(program: &impl Program<M>) -> Response {
    program.run(&Request { stack: "test".into(), ..Request::default() })
}

#[test]
fn a_program_that_fails_after_declaring_some_deletes_nothing_and_its_old_outputs_stay() {
    let mut world = World::new();
    world.deploy(&whole, json!({})).complete();
    let (objects, state) = (world.cloud.objects(), world.state.clone());
    for response in [response(&stops), response(&doubles)] {
        assert!(matches!(&response, Response::Failed(problems) if problems.len() == 1), "what it declared goes nowhere: {response:?}");
    }
    world.cloud.forget_calls();
    let said = catch_unwind(AssertUnwindSafe(|| world.deploy(&stops, json!({})).changes)).unwrap_err();
    assert!(said.downcast_ref::<String>().is_some_and(|said| said.contains("there is no such file")));
    catch_unwind(AssertUnwindSafe(|| world.deploy(&doubles, json!({})).changes)).unwrap_err();
    assert!(world.cloud.calls().is_empty());
    assert_eq!((world.cloud.objects(), &world.state), (objects, &state));
    assert!(!world.plan(&whole, json!({})).unwrap().has_changes());
}

#[test]
fn inputs_that_cannot_be_are_reported_all_at_once_with_field_and_place_and_nothing_is_done() {
    let mut world = World::new();
    let program = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Part::new("part").net(&net).range(ops::cidr_subnet("ten dots", 8_u8, 3_u32)).add(stack);
        Machine::new("m").net(&net).add(stack);
    };
    let mut graph = world.graph(&program, json!({}));
    graph.nodes[0].inputs.remove("range");
    graph.nodes[2].inputs.insert("sise".into(), Expr::lit("big"));
    let Err(PlanError::Wrong(problems)) = world.deploy_graph(&graph) else { panic!("nothing was said") };
    let said: Vec<(&str, &str)> =
        problems.iter().map(|problem| (problem.resource.as_ref().unwrap().name(), problem.field.as_deref().unwrap())).collect();
    assert_eq!(said, [("net", "range"), ("part", "range"), ("m", "sise")]);
    assert!(problems.iter().all(|problem| problem.declared.as_ref().is_some_and(|place| place.file.ends_with("programs.rs"))));
    assert!(world.cloud.calls().is_empty() && world.state.rows.is_empty());
}

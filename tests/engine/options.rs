//! What a program says of a resource besides its inputs.

use infra_apply::PlanError;
use infra_core::program::Program;
use infra_core::{Diagnostic, Stack};
use infra_plan::{Observed, RenderOptions, plan_destroy, render};
use infra_testing::{Crash, World};
use infra_tests::{Fleet, Machine, Net, Part};
use serde_json::json;

fn nothing(_: &Stack) {}

/// What the planner says against a program.
fn refusal<M>(world: &World, program: &impl Program<M>) -> Vec<Diagnostic> {
    match world.plan(program, json!({})) {
        Err(PlanError::Wrong(problems)) => problems,
        other => panic!("{other:?}"),
    }
}

/// What the planner says against destroying a stack.
fn refusal_to_destroy(world: &World) -> Vec<Diagnostic> {
    plan_destroy("test", &world.state, &Observed::default(), ToString::to_string).unwrap_err()
}

fn text<M>(world: &World, program: &impl Program<M>) -> String {
    render(&world.plan(program, json!({})).unwrap(), &RenderOptions { width: 80, colour: false })
}

mod protect {
    use super::*;

    /// A network of which the part is protected.
    fn protected(range: &'static str, size: i32) -> impl Fn(&Stack) {
        move |stack| {
            let net = Net::new("net").range(range).add(stack);
            let part = Part::new("part").net(&net).range("10.0.1.0/24").protect().add(stack);
            Machine::new("m").part(&part).size(size).protect().add(stack);
        }
    }

    fn unprotected(stack: &Stack) {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        let part = Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
        Machine::new("m").part(&part).size(1).add(stack);
    }

    fn deployed() -> World {
        let mut world = World::new();
        world.deploy(&protected("10.0.0.0/16", 1), json!({})).complete();
        world
    }

    #[test]
    fn what_is_protected_can_be_made_and_changed_in_place() {
        let mut world = deployed();
        assert_eq!(world.deploy(&protected("10.0.0.0/16", 2), json!({})).complete().changes, ["update machine m"]);
        assert!(!world.plan(&protected("10.0.0.0/16", 2), json!({})).unwrap().has_changes());
    }

    #[test]
    fn what_is_protected_and_no_longer_declared_is_not_deleted_and_all_that_would_be_is_said_at_once() {
        let world = deployed();
        let problems = refusal(&world, &nothing);
        let said: Vec<String> = problems.iter().map(|problem| format!("{:?}: {}", problem.resource, problem.problem)).collect();
        assert_eq!(
            said,
            [
                "Some(toy:net/part:part): is protected, and the program does not declare it any more",
                "Some(toy:run/machine:m): is protected, and the program does not declare it any more",
            ]
        );
        for problem in &problems {
            assert!(problem.declared.as_ref().unwrap().file.ends_with("options.rs"), "{problem}");
            assert!(problem.help.as_ref().unwrap().contains("without `.protect()`"), "{problem}");
        }
    }

    #[test]
    fn what_is_protected_is_not_replaced_as_a_consequence_and_the_reason_is_named() {
        let mut world = deployed();
        let graph = world.graph(&protected("10.1.0.0/16", 1), json!({}));
        let Err(PlanError::Wrong(problems)) = world.deploy_graph(&graph) else { panic!("nothing was said") };
        let said: Vec<&str> = problems.iter().map(|problem| problem.problem.as_str()).collect();
        assert_eq!(
            said,
            [
                "is protected, and would be replaced: net changes, since net is replaced",
                "is protected, and would be replaced: part changes, since part is replaced",
            ]
        );
        assert!(world.cloud.changes().is_empty(), "{:?}", world.cloud.changes());
    }

    #[test]
    fn a_stack_with_something_protected_is_not_destroyed() {
        let world = deployed();
        let said: Vec<String> = refusal_to_destroy(&world).into_iter().map(|problem| problem.problem).collect();
        assert_eq!(said, ["is protected, and would be destroyed", "is protected, and would be destroyed"]);
    }

    #[test]
    fn once_the_protection_is_taken_away_and_deployed_it_can_go() {
        let mut world = deployed();
        assert!(world.deploy(&unprotected, json!({})).complete().changes.is_empty());
        assert_eq!(world.deploy(&nothing, json!({})).complete().changes, ["delete machine m", "delete part part", "delete net net"]);
    }

    #[test]
    fn taking_the_protection_away_and_replacing_are_two_deployments() {
        let mut world = World::new();
        let net = |range: &'static str, protect: bool| {
            move |stack: &Stack| {
                let net = Net::new("net").range(range);
                drop(if protect { net.protect() } else { net }.add(stack));
            }
        };
        world.deploy(&net("10.0.0.0/16", true), json!({})).complete();
        let problems = refusal(&world, &net("10.1.0.0/16", false));
        assert!(problems[0].help.as_ref().unwrap().contains("takes the protection away"), "{}", problems[0]);
        world.deploy(&net("10.0.0.0/16", false), json!({})).complete();
        world.deploy(&net("10.1.0.0/16", false), json!({})).complete();
        assert_eq!(refusal(&world, &net("10.2.0.0/16", true)).len(), 1, "it holds from the plan on that says so");
    }

    #[test]
    fn what_is_protected_and_gone_from_the_cloud_is_made_again_or_forgotten() {
        let mut world = deployed();
        world.cloud.remove("toy:run/machine", "m");
        assert_eq!(world.deploy(&protected("10.0.0.0/16", 1), json!({})).complete().changes, ["create machine m"]);
        world.cloud.remove("toy:run/machine", "m");
        world.cloud.remove("toy:net/part", "part");
        assert_eq!(world.deploy(&nothing, json!({})).complete().changes, ["delete net net"]);
    }

    #[test]
    fn protection_outlives_a_run_that_died_while_it_made_or_changed_the_object() {
        let before = |stack: &Stack| drop(Machine::new("m").size(1).add(stack));
        let after = |stack: &Stack| drop(Machine::new("m").size(2).protect().add(stack));
        for first in [false, true] {
            let (mut call, mut refused) = (0, 0);
            loop {
                let mut world = World::new();
                if first {
                    world.deploy(&before, json!({})).complete();
                }
                let graph = world.graph(&after, json!({}));
                if !world.deploy_until(&graph, Crash::AfterCall(call)) {
                    break;
                }
                call += 1;
                let touched = world.cloud.object("toy:run/machine", "m").is_some_and(|(_, m)| m.inputs["size"] == json!(2).into());
                let graph = world.graph(&nothing, json!({}));
                let ended = world.deploy_graph(&graph);
                refused += usize::from(ended.is_err());
                assert!(ended.is_err() || !touched, "after call {call}");
            }
            assert!(refused > 0);
        }
    }
}

mod retain_on_delete {
    use super::*;

    fn retained(range: &'static str) -> impl Fn(&Stack) {
        move |stack| {
            let net = Net::new("net").range(range).retain_on_delete().add(stack);
            Machine::new("m").net(&net).add(stack);
        }
    }

    fn deployed() -> World {
        let mut world = World::new();
        world.deploy(&retained("10.0.0.0/16"), json!({})).complete();
        world
    }

    #[test]
    fn what_is_no_longer_declared_leaves_the_stack_and_stays_in_the_cloud() {
        let mut world = deployed();
        assert_eq!(world.deploy(&nothing, json!({})).complete().changes, ["delete machine m"]);
        assert!(world.cloud.object("toy:net/net", "net").is_some());
        assert_eq!(world.state.rows.len(), 0);
        assert!(!world.plan(&nothing, json!({})).unwrap().has_changes());
    }

    #[test]
    fn a_destruction_leaves_it_too() {
        let mut world = deployed();
        assert_eq!(world.destroy().complete().changes, ["delete machine m"]);
        assert_eq!((world.cloud.objects().len(), world.state.rows.len()), (1, 0));
    }

    #[test]
    fn the_object_whose_place_another_takes_stays_although_the_option_came_with_the_change() {
        let mut world = World::new();
        let before = |stack: &Stack| {
            let net = Net::new("net").range("10.0.0.0/16").add(stack);
            Machine::new("m").net(&net).add(stack);
        };
        world.deploy(&before, json!({})).complete();
        assert_eq!(world.deploy(&retained("10.1.0.0/16"), json!({})).complete().changes, ["create net net", "update machine m"]);
        assert_eq!(world.cloud.objects().len(), 3);
        assert!(world.state.rows.values().all(|row| row.old.is_empty()));
        assert!(!world.plan(&retained("10.1.0.0/16"), json!({})).unwrap().has_changes());
    }

    #[test]
    fn a_run_that_dies_on_the_way_deletes_it_neither_then_nor_later() {
        for record in 0.. {
            let mut world = deployed();
            let graph = world.graph(&retained("10.1.0.0/16"), json!({}));
            if !world.deploy_until(&graph, Crash::AtRecord(record)) {
                assert!(record > 3, "the run has records to die at");
                break;
            }
            world.deploy_graph(&graph).unwrap().complete();
            assert_eq!(world.cloud.objects().len(), 3, "after record {record}");
            assert_eq!(world.state.rows.len(), 2, "after record {record}");
        }
    }

    #[test]
    fn once_the_option_is_taken_away_and_deployed_it_is_deleted() {
        let mut world = deployed();
        let without = |stack: &Stack| drop(Net::new("net").range("10.0.0.0/16").add(stack));
        world.deploy(&without, json!({})).complete();
        assert_eq!(world.deploy(&nothing, json!({})).complete().changes, ["delete net net"]);
    }

    #[test]
    fn what_is_gone_already_is_forgotten_as_everything_is() {
        let mut world = deployed();
        world.cloud.remove("toy:run/machine", "m");
        world.cloud.remove("toy:net/net", "net");
        assert!(world.deploy(&nothing, json!({})).complete().changes.is_empty());
        assert!(world.state.rows.is_empty());
    }

    #[test]
    fn a_replacement_that_cannot_exist_beside_what_stays_is_refused() {
        let fleet =
            |image: &'static str| move |stack: &Stack| drop(Fleet::new("web").name("web").image(image).retain_on_delete().add(stack));
        let mut world = World::new();
        world.deploy(&fleet("one"), json!({})).complete();
        let problems = refusal(&world, &fleet("two"));
        assert_eq!(problems[0].problem, "is to stay in the cloud beside what takes its place, and there cannot be two with the same name");
        assert!(problems[0].declared.is_some() && problems[0].resource.is_some());
    }

    #[test]
    fn what_is_protected_too_is_not_let_go() {
        let mut world = World::new();
        let program = |stack: &Stack| drop(Net::new("net").range("10.0.0.0/16").protect().retain_on_delete().add(stack));
        world.deploy(&program, json!({})).complete();
        assert_eq!(refusal(&world, &nothing).len(), 1);
    }

    #[test]
    fn a_plan_says_what_is_kept_on_a_line_of_its_own() {
        let mut world = World::new();
        let program = |stack: &Stack| {
            let net = Net::new("net").range("10.0.0.0/16").add(stack);
            Machine::new("m").net(&net).retain_on_delete().add(stack);
        };
        world.deploy(&program, json!({})).complete();
        insta::assert_snapshot!(text(&world, &nothing), @r"
  ! toy:run/machine m  machine-2, no longer declared: kept in the cloud
  - toy:net/net net  net-1, no longer declared
! toy:net/net:net is deleted while toy:run/machine:m, which stays in the cloud, may still use it

Plan: 1 to delete, 1 to keep in the cloud
");
        let world = deployed();
        insta::assert_snapshot!(text(&world, &retained("10.1.0.0/16")), @r#"
  ± Net net  replaced: range changes
      range  "10.0.0.0/16" -> "10.1.0.0/16"  # cannot change in place

  ~ Machine m  machine-2
      net  "net-1" -> (known after apply: net.id)

  ! Net net  net-1, which another takes the place of: kept in the cloud
Plan: 1 to change, 1 to replace, 1 to keep in the cloud
"#);
    }
}

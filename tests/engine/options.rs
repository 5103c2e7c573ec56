//! What a program says of a resource besides its inputs.

use infra_apply::{Engine, Interrupt, Journal, PlanError};
use infra_core::program::Program;
use infra_core::{Diagnostic, Stack};
use infra_plan::{Observed, RenderOptions, plan_destroy, render};
use infra_testing::{Crash, World};
use infra_tests::{Fleet, Machine, Net, Part, Vault};
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

mod delete_before_create {
    use super::*;
    use infra_plan::Action;

    fn fleet(image: &'static str) -> impl Fn(&Stack) {
        move |stack| {
            let machine = Machine::new("m").add(stack);
            Fleet::new("web").image(image).leader(&machine).delete_before_create().add(stack);
        }
    }

    #[test]
    fn the_old_one_goes_first_although_both_could_exist() {
        let mut world = World::new();
        world.deploy(&fleet("one"), json!({})).complete();
        assert_eq!(world.deploy(&fleet("two"), json!({})).complete().changes, ["delete fleet web", "create fleet web"]);
        assert!(!world.plan(&fleet("two"), json!({})).unwrap().has_changes());
    }

    #[test]
    fn what_must_be_replaced_with_it_goes_first_too_and_what_is_beside_it_does_not() {
        let program = |range: &'static str, image: &'static str| {
            move |stack: &Stack| {
                let net = Net::new("net").range(range).delete_before_create().add(stack);
                Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
                Fleet::new("beside").image(image).add(stack);
            }
        };
        let mut world = World::new();
        world.deploy(&program("10.0.0.0/16", "one"), json!({})).complete();
        let deployed = world.deploy(&program("10.1.0.0/16", "two"), json!({})).complete();
        let place = |change: &str| deployed.changes.iter().position(|made| made == change).unwrap();
        assert!(place("delete part part") < place("delete net net"));
        assert!(place("delete net net") < place("create net net"));
        assert!(place("create net net") < place("create part part"));
        assert!(place("create fleet beside") < place("delete fleet beside"));
    }

    #[test]
    fn it_says_nothing_of_a_change_in_place_and_the_plan_says_why_the_order_is_so() {
        let mut world = World::new();
        let counted = |count: i32| move |stack: &Stack| drop(Fleet::new("web").image("i").count(count).delete_before_create().add(stack));
        world.deploy(&counted(1), json!({})).complete();
        assert_eq!(world.deploy(&counted(2), json!({})).complete().changes, ["update fleet web"]);
        let mut world = World::new();
        world.deploy(&fleet("one"), json!({})).complete();
        let plan = world.plan(&fleet("two"), json!({})).unwrap();
        let first = plan.steps.iter().find_map(|step| match &step.action {
            Action::Create { replaces: Some(replacement), .. } => replacement.delete_first.clone(),
            _ => None,
        });
        assert_eq!(first.as_deref(), Some("the program asks for this order"));
    }
}

mod replace_on_changes {
    use super::*;

    fn machine(size: i32, script: &'static str) -> impl Fn(&Stack) {
        move |stack| drop(Machine::new("m").size(size).script(script).replace_on_changes([Machine::SCRIPT]).add(stack))
    }

    #[test]
    fn a_difference_in_a_named_input_replaces_and_one_in_another_does_not() {
        let mut world = World::new();
        world.deploy(&machine(1, "a"), json!({})).complete();
        assert_eq!(world.deploy(&machine(2, "a"), json!({})).complete().changes, ["update machine m"]);
        assert_eq!(world.deploy(&machine(2, "b"), json!({})).complete().changes, ["create machine m", "delete machine m"]);
        assert!(!world.plan(&machine(2, "b"), json!({})).unwrap().has_changes());
    }

    #[test]
    fn what_was_changed_in_the_cloud_replaces_too() {
        let mut world = World::new();
        world.deploy(&machine(1, "a"), json!({})).complete();
        world.cloud.change("toy:run/machine", "m", "script", "drifted");
        assert_eq!(world.deploy(&machine(1, "a"), json!({})).complete().changes, ["create machine m", "delete machine m"]);
    }

    #[test]
    fn what_a_run_died_in_the_middle_of_making_is_finished_and_not_replaced() {
        let mut world = World::new();
        let graph = world.graph(&machine(1, "a"), json!({}));
        assert!(world.deploy_until(&graph, Crash::AfterCall(0)));
        world.cloud.change("toy:run/machine", "m", "script", json!(null));
        assert_eq!(world.deploy_graph(&graph).unwrap().complete().changes, ["update machine m"]);
    }

    #[test]
    fn the_plan_says_that_the_program_forces_it() {
        let mut world = World::new();
        world.deploy(&machine(1, "a"), json!({})).complete();
        insta::assert_snapshot!(text(&world, &machine(2, "b")), @r#"
  ± Machine m  replaced: script changes
      size    1 -> 2
      script  "a" -> "b"  # replaces, as the program says

Plan: 1 to replace
"#);
    }
}

mod ignore_changes {
    use super::*;

    fn fleet(image: &'static str, count: i32) -> impl Fn(&Stack) {
        move |stack| drop(Fleet::new("web").image(image).count(count).ignore_changes([Fleet::COUNT]).add(stack))
    }

    fn machine(size: i32, script: &'static str) -> impl Fn(&Stack) {
        move |stack| drop(Machine::new("m").size(size).script(script).ignore_changes([Machine::SIZE]).add(stack))
    }

    fn size(world: &World) -> serde_json::Value {
        world.cloud.object("toy:run/machine", "m").unwrap().1.inputs["size"].reveal()
    }

    #[test]
    fn it_is_made_as_the_program_says_and_later_differences_are_no_change() {
        let mut world = World::new();
        world.deploy(&machine(1, "a"), json!({})).complete();
        assert_eq!(size(&world), json!(1));
        assert!(!world.plan(&machine(5, "a"), json!({})).unwrap().has_changes());
        assert!(world.deploy(&machine(5, "a"), json!({})).complete().changes.is_empty());
        assert_eq!(size(&world), json!(1));
    }

    #[test]
    fn what_somebody_changed_in_the_cloud_stays() {
        let mut world = World::new();
        world.deploy(&machine(1, "a"), json!({})).complete();
        world.cloud.change("toy:run/machine", "m", "size", json!(7));
        assert!(world.deploy(&machine(1, "a"), json!({})).complete().changes.is_empty());
        assert_eq!(size(&world), json!(7));
    }

    #[test]
    fn an_update_of_another_input_sends_what_is_there() {
        let mut world = World::new();
        world.deploy(&machine(1, "a"), json!({})).complete();
        world.cloud.change("toy:run/machine", "m", "size", json!(7));
        assert_eq!(world.deploy(&machine(1, "b"), json!({})).complete().changes, ["update machine m"]);
        assert_eq!(size(&world), json!(7));
        assert!(!world.plan(&machine(1, "b"), json!({})).unwrap().has_changes());
    }

    #[test]
    fn what_changed_between_the_plan_and_its_performance_stays_too() {
        let mut world = World::new();
        world.deploy(&machine(1, "a"), json!({})).complete();
        let graph = world.graph(&machine(1, "b"), json!({}));
        let engine = Engine::new(world.cloud.registry(graph.schemas.values()));
        let mut journal = Journal::in_memory(world.state.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let outcome = runtime.block_on(async {
            let plan = engine.plan(&graph, &journal, &()).await.unwrap();
            world.cloud.change("toy:run/machine", "m", "size", json!(9));
            engine.apply(&plan, &graph.exports, &mut journal, &Interrupt::new(), &()).await
        });
        assert!(outcome.is_complete());
        assert_eq!(size(&world), json!(9));
    }

    #[test]
    fn what_was_never_given_stays_not_given() {
        let mut world = World::new();
        world.deploy(&|stack: &Stack| drop(Machine::new("m").add(stack)), json!({})).complete();
        assert!(!world.plan(&machine(5, "a"), json!({})).unwrap().steps.is_empty());
        world.deploy(&machine(5, "a"), json!({})).complete();
        assert!(!world.cloud.object("toy:run/machine", "m").unwrap().1.inputs.contains_key("size"));
    }

    #[test]
    fn an_input_that_cannot_change_forces_nothing_when_it_is_ignored() {
        let mut world = World::new();
        let net = |range: &'static str| move |stack: &Stack| drop(Net::new("net").range(range).ignore_changes([Net::RANGE]).add(stack));
        world.deploy(&net("10.0.0.0/16"), json!({})).complete();
        assert!(!world.plan(&net("10.1.0.0/16"), json!({})).unwrap().has_changes());
    }

    #[test]
    fn a_replacement_is_made_as_the_program_says() {
        let mut world = World::new();
        world.deploy(&fleet("one", 1), json!({})).complete();
        world.deploy(&fleet("two", 3), json!({})).complete();
        assert_eq!(world.cloud.object("toy:run/fleet", "web").unwrap().1.inputs["count"].reveal(), json!(3));
    }

    #[test]
    fn what_uses_the_echo_of_an_ignored_input_sees_what_is_there() {
        let mut world = World::new();
        let program = |range: &'static str| {
            move |stack: &Stack| {
                let net = Net::new("net").range(range).ignore_changes([Net::RANGE]).add(stack);
                Part::new("part").net(&net).range(net.range()).add(stack);
            }
        };
        world.deploy(&program("10.0.0.0/16"), json!({})).complete();
        assert!(!world.plan(&program("10.1.0.0/16"), json!({})).unwrap().has_changes());
    }

    fn vault(password: &'static str, label: &'static str) -> impl Fn(&Stack) {
        move |stack| drop(Vault::new("v").password(password).label(label).ignore_changes([Vault::PASSWORD]).add(stack))
    }

    #[test]
    fn a_secret_that_the_cloud_never_tells_stays_and_is_never_replaced_by_something_else() {
        let mut world = World::new();
        world.deploy(&vault("hunter2", "a"), json!({})).complete();
        assert!(world.deploy(&vault("hunter3", "a"), json!({})).complete().changes.is_empty());
        // The password is needed for an update, nobody but the program can know it, and what it says is another.
        let problems = refusal(&world, &vault("hunter3", "b"));
        assert_eq!(problems[0].field.as_deref(), Some("password"));
        assert!(!problems[0].to_string().contains("hunter"), "{}", problems[0]);
        assert_eq!(world.deploy(&vault("hunter2", "b"), json!({})).complete().changes, ["update vault v"]);
        let object = world.cloud.object("toy:run/vault", "v").unwrap().1;
        assert_eq!((object.inputs["password"].reveal(), object.inputs["label"].reveal()), (json!("hunter2"), json!("b")));
    }

    #[test]
    fn what_the_cloud_never_tells_and_does_not_insist_on_is_left_out_of_an_update() {
        let mut world = World::new();
        let machine = |password: &'static str, seed: &'static str, size: i32| {
            move |stack: &Stack| {
                let machine = Machine::new("m").password(password).seed(seed).size(size);
                drop(machine.ignore_changes([Machine::SEED, Machine::PASSWORD]).add(stack));
            }
        };
        world.deploy(&machine("hunter2", "one", 1), json!({})).complete();
        assert!(!world.plan(&machine("hunter3", "two", 1), json!({})).unwrap().has_changes());
        assert_eq!(world.deploy(&machine("hunter3", "two", 2), json!({})).complete().changes, ["update machine m"]);
        let object = world.cloud.object("toy:run/machine", "m").unwrap().1;
        let input = |name: &str| object.inputs[name].reveal();
        assert_eq!((input("password"), input("seed"), input("size")), (json!("hunter2"), json!("one"), json!(2)));
        assert!(!world.plan(&machine("hunter4", "three", 2), json!({})).unwrap().has_changes());
    }

    #[test]
    fn what_a_run_died_in_the_middle_of_making_is_finished_as_the_program_says() {
        for call in 0.. {
            let mut world = World::new();
            let graph = world.graph(&machine(3, "a"), json!({}));
            if !world.deploy_until(&graph, Crash::AfterCall(call)) {
                assert!(call > 0);
                break;
            }
            if let Some((id, _)) = world.cloud.object("toy:run/machine", "m") {
                // What the create could not say is still to be done.
                world.cloud.change("toy:run/machine", "m", "size", json!(null));
                world.deploy_graph(&graph).unwrap().complete();
                assert_eq!((size(&world), world.cloud.objects().contains_key(&id)), (json!(3), true), "after call {call}");
            }
        }
    }

    #[test]
    fn a_name_that_the_type_does_not_have_is_reported_with_the_place() {
        let world = World::new();
        let mut graph = world.graph(&machine(1, "a"), json!({}));
        graph.nodes[0].options.ignore_changes.insert("sise".into());
        let Err(PlanError::Wrong(problems)) = world.plan_graph(&graph) else { panic!("nothing was said") };
        assert_eq!(problems[0].field.as_deref(), Some("sise"));
        assert!(problems[0].problem.contains("`ignore_changes`") && problems[0].declared.is_some(), "{}", problems[0]);
    }
}

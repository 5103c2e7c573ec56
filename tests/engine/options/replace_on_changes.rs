//! Another object, because the program asks for it.

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
      size    1 → 2
      script  "a" → "b"  # replaces, as the program says

Plan: 1 to replace
"#);
}

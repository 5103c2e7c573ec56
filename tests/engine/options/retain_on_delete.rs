//! What leaves the stack and stays in the cloud.

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
    let fleet = |image: &'static str| move |stack: &Stack| drop(Fleet::new("web").name("web").image(image).retain_on_delete().add(stack));
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
    insta::assert_snapshot!(text(&world, &nothing), @r#"
  ! Machine m  machine-2, no longer declared: kept in the cloud
  - Net net  net-1, no longer declared

! toy:net/net:net is deleted while toy:run/machine:m, which stays in the cloud,
  may still use it

Plan: 1 to delete, 1 to keep in the cloud
"#);
    let world = deployed();
    insta::assert_snapshot!(text(&world, &retained("10.1.0.0/16")), @r#"
  ± Net net  replaced: range changes
      range  "10.0.0.0/16" → "10.1.0.0/16"  # cannot change in place

  ~ Machine m  machine-2
      net  "net-1" → (known after apply: net.id)

  ! Net net  net-1, which another takes the place of: kept in the cloud

Plan: 1 to change, 1 to replace, 1 to keep in the cloud
"#);
}

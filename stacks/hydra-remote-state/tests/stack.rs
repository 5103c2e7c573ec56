//! Hydra's remote state through the real planner and executor, on a simulated cloud.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use hydra_remote_state::hydra_remote_state;
use infra_plan::{Action, Plan, RenderOptions, render};
use infra_testing::World;
use serde_json::{Value, json};

fn config(changes: Value) -> Value {
    let mut config = json!({
        "remote_state_bucket_name": "states",
        "remote_locks_dynamodb_name": "locks",
        "remote_locks_read_capacity": 5,
        "remote_locks_write_capacity": 5,
    });
    for (key, value) in changes.as_object().unwrap() {
        config[key] = value.clone();
    }
    config
}

fn text(plan: &Plan) -> String {
    render(plan, &RenderOptions { width: 100, colour: false })
}

#[test]
fn the_whole_system_is_planned() {
    insta::assert_snapshot!(text(&World::new().plan(&hydra_remote_state, config(json!({}))).unwrap()), @r#"
  + Table terraform_state_locks
      attributes.LockID  "S"
      billing_mode       "PROVISIONED"
      hash_key           "LockID"
      name               "locks"
      read_capacity      5
      write_capacity     5

  + Bucket terraform_remote_state
      encryption.algorithm                         "AES256"
      force_destroy                                false
      name                                         "states"
      object_ownership                             "BucketOwnerEnforced"
      public_access_block.block_public_acls        true
      public_access_block.block_public_policy      true
      public_access_block.ignore_public_acls       true
      public_access_block.restrict_public_buckets  true
      versioning                                   "Enabled"

  outputs
    + lock_table  "locks"
    + state       "s3://states"

Plan: 2 to create
"#);
}

#[test]
fn a_bucket_that_stays_keeps_what_locks_the_states_in_it() {
    let mut world = World::new();
    world.deploy(&hydra_remote_state, config(json!({}))).complete();
    let gone = world.destroy().complete().changes;
    assert_eq!(gone, ["delete bucket terraform_remote_state", "delete table terraform_state_locks"]);
}

#[test]
fn it_is_made_in_two_calls_and_looked_at_in_two() {
    let mut world = World::new();
    world.deploy(&hydra_remote_state, config(json!({}))).complete();
    let made = world.cloud.calls().len();
    world.cloud.forget_calls();
    assert!(world.deploy(&hydra_remote_state, config(json!({}))).complete().changes.is_empty());
    assert_eq!((made, world.cloud.calls().len()), (4, 2), "each is made and read, and then read");
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn more_capacity_is_one_change_and_another_bucket_takes_the_place_of_the_first() {
    let mut world = World::new();
    world.deploy(&hydra_remote_state, config(json!({}))).complete();
    insta::assert_snapshot!(text(&world.plan(&hydra_remote_state, config(json!({"remote_locks_write_capacity": 9}))).unwrap()), @r#"
  ~ Table terraform_state_locks  table-1
      write_capacity  5 → 9

Plan: 1 to change, 1 unchanged
"#);
    let plan = world.plan(&hydra_remote_state, config(json!({"remote_state_bucket_name": "others"}))).unwrap();
    let steps: Vec<_> = plan.steps.iter().filter(|step| step.action.is_change()).collect();
    assert!(matches!(steps[0].action, Action::Create { replaces: Some(_), .. }), "{}", text(&plan));
    assert!(steps.iter().all(|step| step.address.name() == "terraform_remote_state"), "the table stays: {}", text(&plan));
}

#[test]
fn the_outputs_are_what_other_stacks_write_into_their_settings() {
    let mut world = World::new();
    world.deploy(&hydra_remote_state, config(json!({}))).complete();
    let export = |name: &str| world.state.exports[name].as_str().unwrap().to_owned();
    assert_eq!((export("lock_table").as_str(), export("state").as_str()), ("locks", "s3://states"));
}

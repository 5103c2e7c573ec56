//! The stack's first version, of which resources and inputs had other names: nothing is made anew for that.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod common;

use std::collections::BTreeMap;

use common::{CALL, config, deployed, text, world};
use hydra_batch::hydra_batch;
use infra_core::{Address, Graph};
use serde_json::{Value, json};

/// The stack as it was: every resource under the oldest name that it says it had.
fn as_it_was(graph: &Graph) -> Graph {
    let former = |node: &infra_core::Node| Some((node.address.to_string(), node.options.moved_from.first()?.address.to_string()));
    let former: BTreeMap<String, String> = graph.nodes.iter().filter_map(former).collect();
    let mut graph = serde_json::to_value(graph).unwrap();
    rename(&mut graph, &former);
    let mut graph: Graph = serde_json::from_value(graph).unwrap();
    graph.nodes.iter_mut().for_each(|node| node.options.moved_from.clear());
    graph
}

/// Renames what is written as a whole address.
fn rename(json: &mut Value, names: &BTreeMap<String, String>) {
    match json {
        Value::String(text) => {
            if let Some(name) = names.get(text) {
                text.clone_from(name);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        Value::Object(fields) => {
            let renamed = std::mem::take(fields).into_iter().map(|(key, mut value)| {
                rename(&mut value, names);
                (names.get(&key).cloned().unwrap_or(key), value)
            });
            *fields = renamed.collect();
        }
        _ => {}
    }
}

/// The configuration in the words of the first version.
fn older() -> Value {
    let mut older = config(json!({
        "batch_backend_store_identifier": "batchdbtest",
        "db_default_name": "batchdb",
        "allocated_storage": 20,
        "storage_type": "standard",
        "skip_final_snapshot": true,
        "publicly_accessible": true,
        "rds_subnet_group_name": "batch-subnets",
        "username_random_length": 15,
        "password_random_length": 15,
        "username_recovery_window": 0,
        "password_recovery_window": 0,
        "username_secret_name": "batch/test/admin_username",
        "password_secret_name": "batch/test/admin_password",
        "table_setup_script_bucket_name": "scripts",
        "table_setup_script_bucket_key": "table_setup.sql",
    }));
    older.as_object_mut().unwrap().remove("db_name");
    older
}

/// The same in those of the later one.
fn later() -> Value {
    config(json!({
        "db_identifier": "batchdbtest",
        "db_allocated_storage": 20,
        "db_storage_type": "standard",
        "db_skip_final_snapshot": true,
        "db_publicly_accessible": true,
        "db_subnet_group": "batch-subnets",
        "db_username_random_length": 15,
        "db_password_random_length": 15,
        "db_username_recovery_window": 0,
        "db_password_recovery_window": 0,
        "db_username_secret_name": "batch/test/admin_username",
        "db_password_secret_name": "batch/test/admin_password",
        "schema_setup_script_bucket_name": "scripts",
        "schema_setup_script_bucket_key": "table_setup.sql",
    }))
}

#[test]
fn the_older_names_of_inputs_mean_the_same_as_the_later_ones() {
    let world = world();
    let inputs = |graph: Graph| graph.nodes.into_iter().map(|node| (node.address, node.inputs)).collect::<BTreeMap<_, _>>();
    assert_eq!(inputs(world.graph(&hydra_batch, older())), inputs(world.graph(&hydra_batch, later())));
}

#[test]
fn what_was_deployed_under_the_older_names_is_taken_over_and_nothing_is_made_or_initialized_for_it() {
    let mut world = world();
    let first = as_it_was(&world.graph(&hydra_batch, older()));
    world.deploy_graph(&first).unwrap().complete();
    let known: Vec<String> = world.state.rows.keys().map(ToString::to_string).collect();
    for name in [
        "random:value/password:secrets/rds_password",
        "aws:secretsmanager/secret:secrets/admin_password",
        "aws:secretsmanager/secret-version:secrets/secret_password",
        "aws:rds/db-subnet-group:networking/db_subnet_group",
        "aws:s3/object:storage/table_setup_script",
        "aws:rds/db-instance:storage/batch_database",
        "aws:iam/role:permissions/lambda_service_role",
        "aws:batch/job-queue:batch/hydra-ml-queue",
        "aws:lambda/function:lambda/initialize_db",
        "aws:lambda/invocation:lambda/db_init",
    ] {
        assert!(known.iter().any(|known| known == name), "{name}: {known:?}");
    }
    let database =
        |world: &infra_testing::World, name: &str| world.cloud.object("aws:rds/db-instance", name).map(|(id, object)| (id, object.inputs));
    let (id, inputs) = database(&world, "storage/batch_database").or_else(|| database(&world, "batch_database")).unwrap();
    let runs = |world: &infra_testing::World| {
        ["db_init", "lambda/db_init", "initialize-db"].map(|name| world.cloud.runs(CALL, name).len()).iter().sum::<usize>()
    };
    assert_eq!(runs(&world), 1);

    let plan = world.plan(&hydra_batch, later()).unwrap();
    assert!(plan.steps.iter().all(|step| !step.action.is_change()), "{}", text(&plan));
    let taken = world.deploy(&hydra_batch, later()).complete();
    assert!(taken.changes.is_empty(), "{:?}", taken.changes);
    let row = world.state.object(&"aws:rds/db-instance:database".parse::<Address>().unwrap()).unwrap();
    assert_eq!(row.id, id);
    assert_eq!(world.cloud.objects()[&id].inputs["password"], inputs["password"]);
    assert_eq!(runs(&world), 1, "the tables are as they were");
    assert!(!world.state.rows.keys().any(|address| address.name().contains("rds_password")));
    assert!(!world.plan(&hydra_batch, later()).unwrap().has_changes());
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
}

#[test]
fn the_older_names_may_stay_in_a_program_that_never_had_them() {
    assert!(!deployed(json!({})).plan(&hydra_batch, config(json!({}))).unwrap().has_changes());
}

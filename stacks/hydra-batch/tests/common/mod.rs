//! What all tests of the stack begin with.

use std::sync::Arc;

use hydra_batch::hydra_batch;
use infra_apply::Registry;
use infra_core::Resource as _;
use infra_plan::{Plan, RenderOptions, render};
use infra_random_values::RandomPassword;
use infra_testing::World;
use serde_json::{Value, json};

/// The kind of the one action.
pub(crate) const CALL: &str = "aws:lambda/invocation";

/// A configuration that says what has no default, with changes.
pub(crate) fn config(changes: Value) -> Value {
    let mut config = json!({
        "subnets": ["subnet-1", "subnet-2"],
        "security_groups": ["sg-1"],
        "compute_environments": [{"name": "hydra-ml", "instance_type": "m5"}, {"name": "hydra-gpu", "instance_type": "g4dn"}],
        "compute_environment_max_vcpus": 64,
        "job_queues": [
            {"name": "hydra-ml-queue", "compute_environment": "hydra-ml"},
            {"name": "hydra-gpu-queue", "compute_environment": "hydra-gpu"},
        ],
        "db_instance_class": "db.t3.micro",
        "db_name": "batchdb",
    });
    for (key, value) in changes.as_object().unwrap() {
        config[key] = value.clone();
    }
    config
}

/// A world that draws random values as the engine does.
pub(crate) fn world() -> World {
    let mut registry = Registry::new();
    infra_random_values::register(&mut registry);
    World::new().serving(Arc::clone(registry.handler(RandomPassword::KIND).unwrap()))
}

/// One in which the stack is.
pub(crate) fn deployed(changes: Value) -> World {
    let mut world = world();
    world.deploy(&hydra_batch, config(changes)).complete();
    world
}

/// A plan as a person reads it.
pub(crate) fn text(plan: &Plan) -> String {
    render(plan, &RenderOptions { width: 120, colour: false })
}

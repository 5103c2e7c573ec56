//! Stacks as users have them: AirAware, and a thousand machines.

use infra_core::Stack;
use infra_sdk::aws::ec2::{AvailabilityZones, Instance};
use infra_testing::World;
use serde_json::{Value as Json, json};

/// A configuration of AirAware as the committed one.
pub fn airaware_config() -> Json {
    json!({
        "workers": 6,
        "range": "10.0.0.0/16",
        "bucket": "epa-data",
        "public_key": "ssh-ed25519 AAAA admin",
        "images": {"spark": "ami-spark", "postgres": "ami-postgres", "flask": "ami-flask", "ubuntu": "ami-ubuntu"},
        "flask": {"instance_type": "t2.micro", "min": 1, "max": 5, "grow_at": 5.0, "shrink_at": 1.0, "cooldown": 5},
    })
}

/// A world that answers what the stacks ask.
pub fn world() -> World {
    World::new().answering(&AvailabilityZones::default(), &vec!["us-west-2a".into(), "us-west-2b".into(), "us-west-2c".into()])
}

/// Machines of one kind, and nothing else.
pub fn machines(stack: &Stack, count: usize) {
    for number in 0..count {
        Instance::new(format!("machine-{number}")).image("ami-1").instance_type("t3.micro").add(stack);
    }
}

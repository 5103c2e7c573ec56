//! Every handler over the wire, against a local cloud that somebody else wrote.

mod conformance;
mod ec2_network;

use std::sync::OnceLock;

use infra_apply::Registry;
use infra_aws::sdk::{Connection, connect};
use tokio::runtime::Runtime;

/// One local cloud and one engine's worth of handlers for all tests of this file.
struct Wire {
    runtime: Runtime,
    registry: Registry,
}

fn wire() -> &'static Wire {
    static WIRE: OnceLock<Wire> = OnceLock::new();
    WIRE.get_or_init(|| {
        let runtime = Runtime::new().unwrap();
        let endpoint = std::env::var("INFRA_TEST_ENDPOINT").expect("INFRA_TEST_ENDPOINT names a local cloud");
        let connection = Connection { region: Some("us-west-2".into()), profile: None, local: Some(endpoint) };
        let sdk = runtime.block_on(connect(&connection)).unwrap();
        let mut registry = Registry::new();
        infra_aws::sdk::register(&mut registry, &sdk);
        Wire { runtime, registry }
    })
}

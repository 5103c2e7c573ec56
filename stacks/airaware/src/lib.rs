//! AirAware: a pipeline that makes maps of air quality. Spark computes into a Postgres in each of two zones; a fleet of
//! Flask servers in each zone reads the Postgres of that zone, behind one load balancer; Prometheus watches.
//!
//! One file a component. Each takes typed handles and returns them, so what can be wired wrongly does not compile.

mod access;
mod config;
mod flask;
mod load_balancer;
mod machine;
mod network;
mod postgres;
mod prometheus;
mod spark;

pub use config::{Access, Config, Firewall, Fleet, Images, Launch, Placement};

use infra_sdk::aws::ec2::KeyPair;
use infra_sdk::prelude::*;

/// The whole system.
///
/// # Errors
/// Where the region's zones are not known yet: the engine looks them up and runs this again.
pub fn airaware(stack: &Stack, config: Config) -> Result<(), Stop> {
    let network = network::network(stack, &config)?;
    let groups = access::security_groups(stack, &network, &config);
    let keys = KeyPair::new("admin").public_key(&config.public_key).add(stack);
    let shared = machine::Shared { keys, images: config.images.clone(), access: access::access(stack, &config), config: config.clone() };

    let lb = load_balancer::load_balancer(stack, &network, &groups);
    let [a, b] = network.zones;
    let [a, b] = [postgres::postgres(stack, a, &groups, &shared), postgres::postgres(stack, b, &groups, &shared)];
    let spark = spark::spark(stack, [&a, &b], &groups, &shared);
    for zone in [&a, &b] {
        prometheus::prometheus(stack, zone, &groups, &shared);
        flask::flask(stack, zone, &spark, &lb, &groups, &shared);
    }

    stack.export("url", output!("http://{}", lb.dns_name()));
    stack.export("spark_master", output!("spark://{}:7077", spark.master.private_dns_name()));
    stack.export("databases", [a.database.private_dns_name(), b.database.private_dns_name()]);
    Ok(())
}

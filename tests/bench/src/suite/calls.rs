//! How often a cloud is called for what, counted at the handlers on the simulated cloud. How many requests a handler makes
//! of one call is not counted here.

use infra_core::Stack;
use infra_testing::{Verb, World};
use serde_json::json;

use crate::stacks::{airaware_config, machines, world};
use crate::table::{Table, count, ratio, word};

/// Counts the calls of a deployment, an empty plan, a refresh and a destruction, of AirAware and of so many machines.
///
/// # Errors
/// Where the cloud cannot be read.
#[allow(clippy::cast_precision_loss, reason = "three places are shown")]
pub fn run(count_of_machines: usize) -> Result<Table, String> {
    let columns = ["stack", "objects", "deed", "read", "create", "update", "delete", "calls an object"];
    let mut table = Table::new(&columns);
    let mut note = |stack: &str, deed: &str, objects: usize, world: &World| {
        let calls = world.cloud.calls();
        let of = |verb: Verb| calls.iter().filter(|call| call.verb == verb).count() as u64;
        let verbs = [Verb::Read, Verb::Create, Verb::Update, Verb::Delete].map(of);
        let mut cells = vec![word(stack), count(objects as u64), word(deed)];
        cells.extend(verbs.map(count));
        cells.push(ratio(verbs.iter().sum::<u64>() as f64 / objects.max(1) as f64, 3));
        table.row(cells);
    };
    let name = format!("{count_of_machines} machines");
    let many = |stack: &Stack| machines(stack, count_of_machines);
    for stack in ["airaware", name.as_str()] {
        let mut world = world();
        let deploy = |world: &mut World| match stack {
            "airaware" => world.deploy(&airaware::airaware, airaware_config()).complete(),
            _ => world.deploy(&many, json!({})).complete(),
        };
        deploy(&mut world);
        let objects = world.cloud.objects().len();
        note(stack, "deploy", objects, &world);
        deploy(&mut world);
        note(stack, "empty plan", objects, &world);
        world.cloud.forget_calls();
        world.refresh().map_err(|error| error.to_string())?;
        note(stack, "refresh", objects, &world);
        world.destroy().complete();
        note(stack, "destroy", objects, &world);
    }
    Ok(table)
}

//! How well steps are scheduled: the time that a deployment takes beside the least that it could take, which is the longer
//! of the longest path and of all calls shared among as many as may work at a time. Clouds take their time; it is virtual.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use infra_apply::{Engine, Interrupt, Journal, Registry};
use infra_core::{Address, Expr, Graph, Value};
use infra_plan::State;

use crate::nothing::Nothing;
use crate::shape::graph_of;
use crate::slow::{CALL, Latency, slowed};
use crate::stacks::{airaware_config, world};
use crate::table::{Table, count, ratio, time, word};

/// What a deployment took, and the least that it could take.
#[derive(Clone, Copy, Debug)]
pub struct Quality {
    /// How many resources there are.
    pub resources: usize,
    /// What it took.
    pub took: Duration,
    /// The longest path.
    pub path: Duration,
    /// All calls, shared by as many as may work at a time.
    pub share: Duration,
}

impl Quality {
    /// What it took, in units of the least that it could take.
    pub fn ratio(&self) -> f64 {
        self.took.as_secs_f64() / self.path.max(self.share).as_secs_f64()
    }
}

/// How long AWS takes until what was made is ready, by kind: roughly what one sees.
pub fn aws(kind: &str, _: &Value) -> Duration {
    Duration::from_millis(match kind {
        "aws:ec2/nat_gateway" => 120_000,
        "aws:ec2/instance" => 25_000,
        "aws:elbv2/load_balancer" => 120_000,
        "aws:autoscaling/group" => 60_000,
        "aws:iam/instance_profile" => 8_000,
        "aws:ec2/vpc" | "aws:ec2/subnet" | "aws:ec2/internet_gateway" => 1_000,
        _ => 0,
    })
}

/// As long as the object's text says, in milliseconds.
pub fn told(_: &str, want: &Value) -> Duration {
    let text = want.as_object().and_then(|want| want.get("text")?.as_str()?.split(' ').next()?.parse().ok());
    Duration::from_millis(text.unwrap_or_default())
}

/// Deploys a graph on a slow cloud, `parallel` steps at a time.
///
/// # Errors
/// Where it does not go through.
pub fn deploy(graph: &Graph, registry: &Registry, latency: Latency, parallel: usize) -> Result<Quality, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().map_err(|error| error.to_string())?;
    let took = runtime.block_on(async {
        let mut journal = Journal::in_memory(State::new("salt"));
        let mut engine = Engine::new(slowed(registry, latency));
        engine.parallel = parallel;
        let plan = engine.plan(graph, &journal, &()).await.map_err(|error| error.to_string())?;
        let began = tokio::time::Instant::now();
        let outcome = engine.apply(&plan, &mut journal, &Interrupt::new(), &()).await;
        if outcome.is_complete() { Ok(began.elapsed()) } else { Err(format!("{outcome:?}")) }
    })?;
    // The one call that makes it, the wait, and the one that sees it ready.
    let alone = |inputs: &BTreeMap<String, Expr>, kind: &str| {
        let known = inputs.iter().filter_map(|(name, input)| Some((name.clone(), input.value()?))).collect();
        CALL + latency(kind, &Value::Object(known)).max(CALL)
    };
    let (mut ends, mut work) = (HashMap::<Address, Duration>::new(), Duration::ZERO);
    for node in in_order(graph) {
        let takes = alone(&node.inputs, node.address.kind());
        let begin = node.dependencies().iter().filter_map(|need| ends.get(need)).max().copied().unwrap_or_default();
        ends.insert(node.address.clone(), begin + takes);
        work += CALL * 2;
    }
    let share = work / u32::try_from(parallel).unwrap_or(u32::MAX);
    Ok(Quality { resources: graph.nodes.len(), took, path: ends.values().max().copied().unwrap_or_default(), share })
}

/// The nodes, each after those it needs.
fn in_order(graph: &Graph) -> Vec<&infra_core::Node> {
    let (mut placed, mut left) = (std::collections::HashSet::new(), graph.nodes.iter().collect::<Vec<_>>());
    let mut order = Vec::new();
    while !left.is_empty() {
        let before = left.len();
        left.retain(|node| {
            let ready = node.dependencies().iter().all(|need| placed.contains(need));
            if ready {
                placed.insert(node.address.clone());
                order.push(*node);
            }
            !ready
        });
        if left.len() == before {
            break;
        }
    }
    order
}

/// A random graph of things: each needs up to three earlier ones, and takes from nothing to five minutes.
///
/// # Errors
/// Where the program of it is wrong.
pub fn random(seed: u64, size: usize) -> Result<Graph, String> {
    let mut drawn = 0_u64;
    let mut below = |limit: usize| {
        let mut hash = DefaultHasher::new();
        drawn += 1;
        (seed, drawn).hash(&mut hash);
        usize::try_from(hash.finish() % limit.max(1) as u64).unwrap_or_default()
    };
    let latencies = [0, 200, 1_000, 2_000, 5_000, 25_000, 60_000, 120_000, 300_000];
    let mut nodes = Vec::with_capacity(size);
    for number in 0..size {
        // Most are quick, as they are in a cloud.
        let latency = latencies[below(latencies.len()).min(below(latencies.len()))];
        let needs = (0..below(4).min(number)).map(|_| below(number)).collect::<std::collections::BTreeSet<usize>>();
        nodes.push((format!("{latency} ms"), needs.into_iter().collect::<Vec<_>>()));
    }
    graph_of(&nodes)
}

/// Measures AirAware, and as many random graphs of each size.
///
/// # Errors
/// The first that fails.
pub fn run(sizes: &[usize], seeds: u64, parallel: usize) -> Result<Table, String> {
    let columns = ["graph", "resources", "took", "longest path", "calls shared", "times the bound"];
    let mut table = Table::new(&columns);
    let mut add = |name: String, quality: &Quality| {
        table.row(vec![
            word(name),
            count(quality.resources as u64),
            time(quality.took),
            time(quality.path),
            time(quality.share),
            ratio(quality.ratio(), 3),
        ]);
    };
    let world = world();
    let graph = world.graph(&airaware::airaware, airaware_config());
    add("airaware".into(), &deploy(&graph, &world.cloud.registry(graph.schemas.values()), aws, parallel)?);
    for size in sizes {
        for seed in 0..seeds {
            let graph = random(seed, *size)?;
            add(format!("random {seed}"), &deploy(&graph, &Nothing::registry(&State::new("salt")).0, told, parallel)?);
        }
    }
    Ok(table)
}

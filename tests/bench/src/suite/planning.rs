//! Planning what is unchanged, and what is new: processor time, memory and allocations of the engine with its look at the cloud and
//! of the planner alone. The graph and the state are there already.

use std::time::{Duration, Instant};

use infra_apply::{Engine, Interrupt, Journal};
use infra_core::Graph;
use infra_plan::{Observed, State, plan};

use crate::nothing::Nothing;
use crate::shape::{Shape, graph};
use crate::table::{Table, bytes, count, ratio, time, word};

/// What making one plan took of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// How many allocations there were.
    pub allocations: u64,
    /// The most bytes at a time beyond what there was before.
    pub peak: u64,
}

/// A deployed graph: itself and its state.
///
/// # Errors
/// Where it cannot be deployed.
pub fn deployed(shape: Shape, size: usize) -> Result<(Graph, State), String> {
    let graph = graph(shape, size, 1)?;
    let state = block_on(async {
        let mut journal = Journal::in_memory(State::new("salt"));
        let engine = Engine::new(Nothing::registry(journal.state()).0);
        let plan = engine.plan(&graph, &journal, &()).await.map_err(|error| error.to_string())?;
        let outcome = engine.apply(&plan, &mut journal, &Interrupt::new(), &()).await;
        if outcome.is_complete() { Ok(journal.into_state()) } else { Err(format!("{outcome:?}")) }
    })?;
    Ok((graph, state))
}

fn block_on<T>(future: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|error| error.to_string())?;
    runtime.block_on(future)
}

/// Plans with the engine, which looks first; returns how many resources are unchanged.
///
/// # Errors
/// What the planner says against it.
pub fn look_and_plan(graph: &Graph, engine: &Engine, journal: &Journal) -> Result<usize, String> {
    block_on(async { Ok(engine.plan(graph, journal, &()).await.map_err(|error| error.to_string())?.unchanged.len()) })
}

/// What the planner alone allocates for a graph whose resources are unchanged, or all new.
///
/// # Errors
/// Where it cannot be planned, or the plan is not what was meant.
pub fn weigh(shape: Shape, size: usize, unchanged: bool) -> Result<Weight, String> {
    let (graph, state) = match unchanged {
        true => deployed(shape, size)?,
        false => (graph(shape, size, 1)?, State::new("salt")),
    };
    let mut planned = None;
    let info = allocation_counter::measure(|| planned = Some(plan(&graph, &state, &Observed::default())));
    match planned {
        Some(Ok(plan)) if (plan.unchanged.len(), plan.steps.len()) == (if unchanged { (size, 0) } else { (0, size) }) => {
            Ok(Weight { allocations: info.count_total, peak: info.bytes_max })
        }
        other => Err(format!("the plan is not what was meant: {:?}", other.map(|plan| plan.map(|plan| plan.counts())))),
    }
}

/// Measures plans of graphs of these shapes and sizes, the mean of some tries each: more of small ones.
///
/// # Errors
/// The first that fails.
pub fn run(shapes: &[Shape], sizes: &[usize], tries: u32) -> Result<Table, String> {
    let columns = ["shape", "resources", "plan", "look and plan", "planner alone", "a resource", "peak memory", "allocations a resource"];
    let mut table = Table::new(&columns);
    for shape in shapes {
        for size in sizes {
            let (graph, state) = deployed(*shape, *size)?;
            for unchanged in [true, false] {
                let state = if unchanged { state.clone() } else { State::new("salt") };
                let engine = Engine::new(Nothing::registry(&state).0);
                let journal = Journal::in_memory(state.clone());
                let tries = tries * u32::try_from(10_000 / (*size).clamp(1, 10_000)).unwrap_or(1);
                let whole = mean(tries, || look_and_plan(&graph, &engine, &journal))?;
                let alone = mean(tries, || plan(&graph, &state, &Observed::default()).map_err(|problems| format!("{problems:?}")))?;
                let weight = weigh(*shape, *size, unchanged)?;
                table.row(vec![
                    word(shape.name()),
                    count(*size as u64),
                    word(if unchanged { "unchanged" } else { "all new" }),
                    time(whole),
                    time(alone),
                    time(whole / u32::try_from(*size).unwrap_or(u32::MAX).max(1)),
                    bytes(weight.peak),
                    ratio(ratio_of(weight.allocations, *size), 1),
                ]);
            }
        }
    }
    Ok(table)
}

#[allow(clippy::cast_precision_loss, reason = "it is shown with one place")]
fn ratio_of(allocations: u64, size: usize) -> f64 {
    allocations as f64 / size as f64
}

/// The processor time of one of some tries: of all of them, shared, since a system may count in steps of milliseconds.
fn mean<T>(tries: u32, mut work: impl FnMut() -> Result<T, String>) -> Result<Duration, String> {
    let (began, ran_before) = (Instant::now(), ran());
    let mut worked = Ok(());
    // Counting allocations is no work of the planner's.
    allocation_counter::opt_out(|| worked = (0..tries.max(1)).try_for_each(|_| work().map(drop)));
    worked?;
    // Where the system does not tell the thread's own time, there is the clock's.
    let took = ran().zip(ran_before).map_or_else(|| began.elapsed(), |(now, then)| now.saturating_sub(then));
    Ok(took / tries.max(1))
}

/// How long this thread has run on a processor, which does not depend on what else the machine does.
fn ran() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

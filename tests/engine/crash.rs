//! Every way to die: at each record and at each call of each operation on each program, the next run finishes.
//!
//! What is compared is what the clouds have: one whose run was killed and started again, and one whose run went through.

use infra_core::{Graph, Secret, Stack, output};
use infra_testing::{Crash, Fault, Verb, World};
use infra_tests::{Fleet, Machine, Net, Part, Vault};
use serde_json::json;

/// No byte of it may be anywhere but in the cloud.
const CANARY: &str = "canary-4711";

/// A program in two versions: what is deployed first, and what it is changed to.
struct Case {
    name: &'static str,
    first: fn(&Stack),
    second: fn(&Stack),
}

/// A network with two zones, a database in each, workers, and a fleet behind them.
fn network(stack: &Stack, range: &str, zone: &str, size: i32, workers: usize) {
    let net = Net::new("net").range(range).dns(true).tags([("Name", "main")]).add(stack);
    let parts = ["a", "b"].map(|at| {
        let range = format!("10.0.{}.0/24", u8::from(at == "b"));
        Part::new(format!("part-{at}")).net(&net).range(range).zone(format!("{zone}{at}")).add(stack)
    });
    let databases = parts.each_ref().map(|part| {
        let name = format!("database-{}", workers_name(part));
        Machine::new(name).part(part).size(size).password(Secret::new(CANARY.to_owned())).seed("seed").add(stack)
    });
    for worker in 0..workers {
        let script = output!("join {} {}", databases[0].address(), net.gateway());
        Machine::new(format!("worker-{worker}")).net(&net).script(script).size(size).add(stack);
    }
    Fleet::new("front").image(format!("image-{size}")).leader(&databases[1]).count(2).add(stack);
    let vault = Vault::new("vault").password(Secret::new(CANARY.to_owned())).label(size.to_string()).add(stack);
    Machine::new("keeper").script(output!("open with {}", vault.key())).add(stack);
    stack.export("database", databases[0].address());
    stack.export("key", vault.key());
}

fn workers_name(part: &Part) -> String {
    infra_core::Declared::address(part).name().trim_start_matches("part-").to_owned()
}

fn chain(stack: &Stack, range: &str, zone: &str, size: i32) {
    let net = Net::new("one").range(range).add(stack);
    let part = Part::new("two").net(&net).range("10.0.1.0/24").zone(zone).add(stack);
    let machine = Machine::new("three").part(&part).size(size).add(stack);
    let fleet = Fleet::new("four").image("image").leader(&machine).add(stack);
    Net::new("five").range("10.5.0.0/16").dns(size > 1).depends_on(&fleet).add(stack);
}

fn fan(stack: &Stack, range: &str, users: usize, size: i32) {
    let net = Net::new("hub").range(range).add(stack);
    for user in 0..users {
        Machine::new(format!("user-{user}")).net(&net).size(size).seed(size.to_string()).add(stack);
    }
}

/// Fixed names go first, generated ones come first, and both use one another.
fn fleets(stack: &Stack, image: &str, name: &str, zone: &str) {
    let net = Net::new("net").range("10.0.0.0/16").add(stack);
    let part = Part::new("part").net(&net).range("10.0.1.0/24").zone(zone).add(stack);
    let leader = Machine::new("leader").part(&part).script(image).add(stack);
    Fleet::new("fixed").name(name).image(image).leader(&leader).add(stack);
    Fleet::new("free").image(image).add(stack);
    Machine::new("beside").net(&net).script(output!("near {}", part.id())).add(stack);
}

const CASES: &[Case] = &[
    Case {
        name: "a network that grows",
        first: |stack| network(stack, "10.0.0.0/16", "x", 1, 1),
        second: |stack| network(stack, "10.0.0.0/16", "x", 2, 2),
    },
    Case {
        name: "a network in another range and with fewer workers",
        first: |stack| network(stack, "10.0.0.0/16", "x", 1, 2),
        second: |stack| network(stack, "10.1.0.0/16", "y", 1, 1),
    },
    Case {
        name: "a chain that is changed",
        first: |stack| chain(stack, "10.0.0.0/16", "x", 1),
        second: |stack| chain(stack, "10.0.0.0/16", "x", 2),
    },
    Case {
        name: "a chain replaced from its root",
        first: |stack| chain(stack, "10.0.0.0/16", "x", 1),
        second: |stack| chain(stack, "10.1.0.0/16", "x", 2),
    },
    Case {
        name: "a chain replaced from its middle, where the old must go first",
        first: |stack| chain(stack, "10.0.0.0/16", "x", 1),
        second: |stack| chain(stack, "10.0.0.0/16", "y", 1),
    },
    Case {
        name: "a fan whose hub is replaced",
        first: |stack| fan(stack, "10.0.0.0/16", 4, 1),
        second: |stack| fan(stack, "10.1.0.0/16", 4, 2),
    },
    Case { name: "a fan that shrinks", first: |stack| fan(stack, "10.0.0.0/16", 5, 1), second: |stack| fan(stack, "10.0.0.0/16", 1, 1) },
    Case {
        name: "replacements in both orders",
        first: |stack| fleets(stack, "one", "called", "x"),
        second: |stack| fleets(stack, "two", "called", "y"),
    },
    Case { name: "a program of nothing", first: |stack| fleets(stack, "one", "called", "x"), second: |_| {} },
];

/// What is done to a world, and may be cut short.
enum Operation<'a> {
    Deploy(&'a Graph),
    Destroy,
}

impl Operation<'_> {
    fn until(&self, world: &mut World, crash: Crash) -> bool {
        match self {
            Operation::Deploy(graph) => world.deploy_until(graph, crash),
            Operation::Destroy => world.destroy_until(crash),
        }
    }

    #[track_caller]
    fn through(&self, world: &mut World, at: &str) {
        let deployed = match self {
            Operation::Deploy(graph) => world.deploy_graph(graph).unwrap_or_else(|error| panic!("{at}: {error}")),
            Operation::Destroy => world.destroy(),
        };
        let told = format!("{:?} {:?} {:?}", deployed.events, deployed.outcome, deployed.plan);
        assert!(!told.contains(CANARY), "{at}: a secret is told");
        assert!(deployed.outcome.is_complete(), "{at}: {:?}\nskipped: {:?}", deployed.outcome.failed, deployed.outcome.skipped);
    }
}

/// Kills an operation at every point of one sort; returns at how many.
fn killed_everywhere(before: &World, operation: &Operation<'_>, name: &str, crash: fn(usize) -> Crash) -> usize {
    let mut uncut = before.fork();
    operation.through(&mut uncut, name);
    let expected = uncut.cloud.without_ids();
    for point in 0.. {
        let (crash, mut world) = (crash(point), before.fork());
        let at = format!("{name}, {crash:?}");
        if !operation.until(&mut world, crash) {
            return point;
        }
        let state = serde_json::to_string(&world.state).unwrap();
        assert!(!state.contains(CANARY), "{at}: a secret is kept");
        let mut abandoned = world.fork();
        operation.through(&mut world, &at);
        assert_eq!(world.cloud.without_ids(), expected, "{at}: the cloud is another one");
        match operation {
            Operation::Deploy(graph) => {
                let plan = world.plan_graph(graph).unwrap();
                assert!(!plan.has_changes(), "{at}: {:?}", plan.steps);
                // Given up instead of finished, what is there goes without a trace; every other point is enough.
                if point % 2 == 0 {
                    Operation::Destroy.through(&mut abandoned, &at);
                    assert!(abandoned.cloud.objects().is_empty() && abandoned.state.rows.is_empty(), "{at}: something is left");
                }
            }
            Operation::Destroy => assert!(world.state.rows.is_empty() && world.state.exports.is_empty(), "{at}: {:?}", world.state),
        }
    }
    0
}

/// A world in which a case was changed while nothing could be deleted: old objects stand beside the new ones.
fn left_behind(case: &Case) -> World {
    let mut world = World::new();
    world.deploy(&case.first, json!({})).complete();
    for name in world.cloud.objects().values().map(|object| &object.name) {
        world.cloud.inject(Fault::refuse(Verb::Delete, name).times(u32::MAX));
    }
    world.deploy(&case.second, json!({}));
    world.cloud.heal();
    world
}

/// How the cloud is in which things die.
#[derive(Clone, Copy)]
enum Weather {
    /// Calls take no time, and all is there at once.
    Fair,
    /// Calls take their time, as the seed has it, so that many are under way when the run dies; objects are seen late and
    /// ready later.
    Slow(u64),
}

/// Kills every operation of every case.
fn matrix(weather: Weather, crash: fn(usize) -> Crash) -> usize {
    let mut points = 0;
    for case in CASES {
        let mut world = World::new();
        if let Weather::Slow(seed) = weather {
            world.cloud.take_time(seed);
            world.cloud.seen_after(2);
            world.cloud.ready_after(2);
        }
        let (first, second) = (world.graph(&case.first, json!({})), world.graph(&case.second, json!({})));
        points += killed_everywhere(&world, &Operation::Deploy(&first), &format!("first deployment of {}", case.name), crash);
        Operation::Deploy(&first).through(&mut world, case.name);
        points += killed_everywhere(&world, &Operation::Deploy(&second), &format!("change of {}", case.name), crash);
        Operation::Deploy(&second).through(&mut world, case.name);
        points += killed_everywhere(&world, &Operation::Destroy, &format!("destruction of {}", case.name), crash);
        if matches!(weather, Weather::Fair) {
            points += killed_everywhere(&left_behind(case), &Operation::Deploy(&first), &format!("return of {}", case.name), crash);
        }
    }
    points
}

#[test]
fn killed_at_any_record_the_next_run_finishes() {
    let points = matrix(Weather::Fair, Crash::AtRecord) + matrix(Weather::Slow(1), Crash::AtRecord);
    assert!(points > 800, "{points} points");
}

#[test]
fn killed_before_any_call_the_next_run_finishes() {
    let points = matrix(Weather::Fair, Crash::BeforeCall) + matrix(Weather::Slow(2), Crash::BeforeCall);
    assert!(points > 800, "{points} points");
}

#[test]
fn killed_after_any_call_whose_reply_is_lost_the_next_run_finishes() {
    let points = matrix(Weather::Fair, Crash::AfterCall) + matrix(Weather::Slow(3), Crash::AfterCall);
    assert!(points > 800, "{points} points");
}

#[test]
fn with_a_disk_that_is_full_from_any_record_on_the_run_stops_and_the_next_one_finishes() {
    let points = matrix(Weather::Fair, Crash::FullDisk) + matrix(Weather::Slow(4), Crash::FullDisk);
    assert!(points > 800, "{points} points");
}

#[test]
fn a_run_whose_disk_is_full_makes_no_call_that_is_not_written_down_and_does_not_end_well() {
    for case in CASES {
        let world = World::new();
        let graph = world.graph(&case.first, json!({}));
        for record in 0.. {
            let mut full = world.fork();
            full.cloud.take_time(record);
            let Some(deployed) = full.deploy_with(&graph, Crash::FullDisk(record as usize)) else { break };
            assert!(deployed.outcome.store.is_some() && !deployed.outcome.is_complete(), "{}, record {record}", case.name);
            let known: usize =
                full.state.rows.values().map(|row| row.old.len() + usize::from(row.object.is_some() || row.intent.is_some())).sum();
            assert!(full.cloud.objects().len() <= known, "{}, record {record}: something is not tracked", case.name);
            // Of each step it is said what became of it. What is said to be done is recorded, and in doubt is only what was
            // begun: a disk that fails may have kept some of what it was given, so that more may be recorded than is known.
            let ended = &deployed.outcome;
            let told = ended.done + ended.failed.len() + ended.skipped.len() + ended.in_doubt.len();
            assert_eq!(told, deployed.plan.steps.len(), "{}, record {record}", case.name);
            let row = |address| full.state.rows.get(address);
            assert!(ended.in_doubt.iter().all(|address| row(address).is_some()), "{}, record {record}", case.name);
            let unsaid: Vec<_> = ended.failed.iter().map(|(address, _)| address).chain(&ended.skipped).chain(&ended.in_doubt).collect();
            let done = deployed.plan.steps.iter().map(|step| &step.address).filter(|address| !unsaid.contains(address));
            let settled = |address| {
                row(address).is_some_and(|row| row.intent.is_none() && row.object.as_ref().is_some_and(|object| !object.unfinished))
            };
            assert!({ done }.all(settled), "{}, record {record}", case.name);
        }
    }
}

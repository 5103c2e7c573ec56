//! Two stacks of which one uses the outputs of the other: neither waits for the other, and none is refused because of it.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use infra_apply::lease::Acquired;
use infra_apply::{Engine, FileLog, Holder, Interrupt, Journal, StoreError};
use infra_core::{Graph, Stack, Stop, Value};
use infra_plan::State;
use infra_store::object_store::ObjectStore;
use infra_store::object_store::memory::InMemory;
use infra_store::object_store::path::Path;
use infra_store::{Bucket, Opened};
use infra_testing::{MockCloud, World};
use infra_tests::{Machine, Net, NetId, Part};
use serde_json::json;
use tempfile::TempDir;

fn network(size: i32) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        for number in 0..40 {
            Machine::new(format!("machine-{number}")).net(&net).size(size).add(stack);
        }
        stack.export("net", net.id());
        stack.export("size", size);
    }
}

fn app(stack: &Stack) -> Result<(), Stop> {
    let network = stack.reference("network");
    Part::new("part").net(network.output::<NetId>("net")?).range("10.0.1.0/24").add(stack);
    for number in 0..40 {
        Machine::new(format!("app-{number}")).size(network.value::<i32>("size")?).add(stack);
    }
    Ok(())
}

/// Where the states of both stacks are.
enum Place {
    Folder(TempDir),
    Memory(Arc<InMemory>),
}

/// A journal that is open for a run, which nobody else opens until it is closed.
struct Open {
    journal: Journal,
    lease: Option<Acquired>,
}

impl Place {
    fn both() -> [Place; 2] {
        [Place::Folder(tempfile::tempdir().unwrap()), Place::Memory(Arc::new(InMemory::new()))]
    }

    fn bucket(store: &Arc<InMemory>, stack: &str) -> Bucket {
        Bucket::new(Arc::clone(store) as Arc<dyn ObjectStore>, Path::from(stack), format!("memory:///{stack}"), format!("{stack}/local"))
    }

    fn file(folder: &TempDir, stack: &str) -> PathBuf {
        folder.path().join(stack).join("journal")
    }

    async fn open(&self, stack: &str) -> Result<Open, StoreError> {
        self.open_as(stack, stack).await
    }

    async fn open_as(&self, stack: &str, run: &str) -> Result<Open, StoreError> {
        let command = format!("infra deploy {stack}");
        let holder = Holder { owner: "ann".into(), host: "box".into(), pid: 7, run: run.into(), command, since: 0 };
        match self {
            Place::Folder(folder) => {
                let (journal, _) =
                    FileLog::open_for(&Place::file(folder, stack), &format!("{stack}/local"), Some(&holder), || "salt".into())?;
                Ok(Open { journal, lease: None })
            }
            Place::Memory(store) => {
                let Opened { journal, lease } = Place::bucket(store, stack).open(&holder, || "salt".into()).await?;
                Ok(Open { journal, lease: Some(lease) })
            }
        }
    }

    /// What is remembered of a stack, as a command reads it for another stack's program.
    async fn peek(&self, stack: &str) -> State {
        match self {
            Place::Folder(folder) => FileLog::peek(&Place::file(folder, stack), &format!("{stack}/local")).unwrap().unwrap().0,
            Place::Memory(store) => Place::bucket(store, stack).peek().await.unwrap().unwrap(),
        }
    }

    /// The graph of the application, with the outputs that the network has now.
    async fn app(&self) -> Graph {
        let mut world = World::new();
        world.stack = "app".to_owned();
        for (name, value) in self.peek("network").await.exports {
            world = world.with_output("network", &name, value);
        }
        world.graph(&app, json!({}))
    }

    /// A run of a stack from its opening to its end.
    async fn run(&self, cloud: &MockCloud, graph: &Graph) {
        let mut open = self.open(&graph.stack).await.unwrap();
        open.deploy(cloud, graph).await;
        open.close().await;
    }
}

impl Open {
    async fn deploy(&mut self, cloud: &MockCloud, graph: &Graph) {
        let engine = Engine::new(cloud.registry(graph.schemas.values()));
        engine.recover(&mut self.journal, &graph.stack, &()).await.unwrap();
        let plan = engine.plan(graph, &self.journal, &()).await.unwrap();
        assert!(plan.has_changes());
        let outcome = engine.apply(&plan, &mut self.journal, &Interrupt::new(), &()).await;
        assert!(outcome.is_complete(), "{outcome:?}");
    }

    async fn close(self) {
        drop(self.journal);
        if let Some(lease) = self.lease {
            lease.release().await.unwrap();
        }
    }
}

fn network_graph(size: i32) -> Graph {
    let mut world = World::new();
    world.stack = "network".to_owned();
    world.graph(&network(size), json!({}))
}

/// A cloud in which calls take their time, so that runs at the same time are at it by turns.
fn cloud() -> MockCloud {
    let cloud = MockCloud::new();
    cloud.take_time(5);
    cloud
}

/// So long nobody waits who does not wait for ever.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(3600), what).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn while_a_stack_is_deployed_another_that_uses_its_outputs_plans_and_deploys_with_the_last_ones() {
    for place in Place::both() {
        let cloud = cloud();
        place.run(&cloud, &network_graph(1)).await;
        let mut upstream = place.open("network").await.unwrap();
        assert!(place.open_as("network", "another").await.is_err(), "it is held");
        soon(async { place.run(&cloud, &place.app().await).await }).await;
        assert_eq!(place.peek("app").await.references["network"]["size"], Value::from(json!(1)));
        upstream.deploy(&cloud, &network_graph(2)).await;
        assert_eq!(place.peek("network").await.exports["size"], Value::from(json!(2)));
        upstream.close().await;
    }
}

#[tokio::test(start_paused = true)]
async fn while_a_stack_that_uses_outputs_is_deployed_the_one_that_it_has_them_from_plans_and_deploys() {
    for place in Place::both() {
        let cloud = cloud();
        place.run(&cloud, &network_graph(1)).await;
        let graph = place.app().await;
        let mut downstream = place.open("app").await.unwrap();
        assert!(place.open_as("app", "another").await.is_err(), "it is held");
        soon(place.run(&cloud, &network_graph(2))).await;
        downstream.deploy(&cloud, &graph).await;
        downstream.close().await;
        // What it used is older than what there is now, which its next plan says.
        assert_eq!(place.peek("app").await.references["network"]["size"], Value::from(json!(1)));
        let journal = place.open("app").await.unwrap().journal;
        let engine = Engine::new(cloud.registry(place.app().await.schemas.values()));
        let plan = engine.plan(&place.app().await, &journal, &()).await.unwrap();
        assert!(plan.notes.iter().any(|note| note.contains("output `size` of stack `network` has changed")), "{:?}", plan.notes);
    }
}

#[tokio::test(start_paused = true)]
async fn both_are_deployed_at_the_same_time_and_both_end() {
    for place in Place::both() {
        let cloud = cloud();
        place.run(&cloud, &network_graph(1)).await;
        let (graph, began) = (place.app().await, cloud.changes().len());
        let next = network_graph(2);
        soon(async { tokio::join!(place.run(&cloud, &next), place.run(&cloud, &graph)) }).await;
        // Changes of one come between changes of the other: neither waited for the other's end.
        let of_app: Vec<bool> = cloud.changes()[began..].iter().map(|change| change.contains("app-") || change.contains("part")).collect();
        let turns = of_app.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(turns > 1, "{of_app:?}");
    }
}

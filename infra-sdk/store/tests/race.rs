//! Two engines at one state: at most one changes the cloud, and the other is told who that is.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::sync::Arc;
use std::time::Duration;

use infra_apply::lease::{Lease, LeaseError, LeaseStore};
use infra_apply::{Engine, FileLog, Holder, Interrupt, Journal, Outcome, StoreError};
use infra_core::{Graph, Stack};
use infra_store::object_store::ObjectStore;
use infra_store::object_store::memory::InMemory;
use infra_store::object_store::path::Path;
use infra_store::{Bucket, ObjectLease, Opened};
use infra_testing::{MockCloud, World};
use infra_tests::{Machine, Net};
use serde_json::json;

fn holder(run: &str) -> Holder {
    Holder { owner: "ann".into(), host: "box".into(), pid: 7, run: run.into(), command: "infra deploy web".into(), since: 0 }
}

fn program(stack: &Stack) {
    let net = Net::new("net").range("10.0.0.0/16").add(stack);
    for number in 0..20 {
        Machine::new(format!("machine-{number}")).net(&net).size(1).add(stack);
    }
}

fn bucket(store: &Arc<InMemory>) -> Bucket {
    Bucket::new(Arc::clone(store) as Arc<dyn ObjectStore>, Path::from("web"), "memory:///web", "test/local")
}

/// A deployment with a journal that is open.
async fn deploy(cloud: &MockCloud, graph: &Graph, journal: &mut Journal) -> Outcome {
    let engine = Engine::new(cloud.registry(graph.schemas.values()));
    engine.recover(journal, &graph.stack, &()).await.unwrap();
    let plan = engine.plan(graph, journal, &()).await.unwrap();
    engine.apply(&plan, journal, &Interrupt::new(), &()).await
}

async fn run(bucket: &Bucket, cloud: &MockCloud, graph: &Graph, name: &str) -> Result<Outcome, StoreError> {
    let Opened { mut journal, lease } = bucket.open(&holder(name), || "salt".into()).await?;
    let outcome = deploy(cloud, graph, &mut journal).await;
    lease.release().await?;
    Ok(outcome)
}

fn objects_of(cloud: &MockCloud) -> usize {
    cloud.objects().len()
}

#[tokio::test(start_paused = true)]
async fn of_two_engines_at_one_bucket_one_deploys_and_the_other_says_who_it_is() {
    let (store, world) = (Arc::new(InMemory::new()), World::new());
    world.cloud.take_time(1);
    let graph = world.graph(&program, json!({}));
    let bucket = bucket(&store);
    let (one, two) = tokio::join!(run(&bucket, &world.cloud, &graph, "1"), run(&bucket, &world.cloud, &graph, "2"));
    let refused = [&one, &two].into_iter().filter_map(|end| end.as_ref().err()).collect::<Vec<_>>();
    assert_eq!(refused.len(), 1);
    assert!(matches!(refused[0], StoreError::Lease(LeaseError::Held { .. })), "{}", refused[0]);
    assert!(refused[0].to_string().contains("ann on box (process 7"), "{}", refused[0]);
    assert_eq!((objects_of(&world.cloud), world.cloud.changes().len()), (21, 21));
    let again = run(&bucket, &world.cloud, &graph, "3").await.unwrap();
    assert!(again.is_complete() && again.done == 0);
}

#[tokio::test(start_paused = true)]
async fn of_two_engines_at_one_folder_one_deploys_and_the_other_says_who_it_is() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::new());
    world.cloud.take_time(1);
    let graph = world.graph(&program, json!({}));
    let path = folder.path().join("journal");
    let run = async |name: &str| {
        let (mut journal, _) = FileLog::open_for(&path, "test/local", Some(&holder(name)), || "salt".into())?;
        Ok::<_, StoreError>(deploy(&world.cloud, &graph, &mut journal).await)
    };
    let (one, two) = tokio::join!(run("1"), run("2"));
    assert!(one.unwrap().is_complete());
    let refused = two.unwrap_err();
    assert!(matches!(&refused, StoreError::Locked { holder: Some(holder), .. } if holder.run == "1"), "{refused}");
    assert_eq!((objects_of(&world.cloud), world.cloud.changes().len()), (21, 21));
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_wakes_up_after_its_lease_makes_not_one_more_call() {
    let (store, world) = (Arc::new(InMemory::new()), World::new());
    let graph = world.graph(&program, json!({}));
    let bucket = bucket(&store);
    let mut sleeper = bucket.open(&holder("1"), || "salt".into()).await.unwrap();
    tokio::time::advance(Duration::from_secs(3600)).await;
    let outcome = deploy_blind(&world.cloud, &graph, &mut sleeper.journal).await;
    assert!(matches!(outcome.store, Some(StoreError::Lost { .. })), "{:?}", outcome.store);
    assert_eq!((outcome.done, world.cloud.calls().len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_ends_in_the_middle_of_a_run_ends_its_calls() {
    let (store, world) = (Arc::new(InMemory::new()), World::new());
    world.cloud.take_time(7);
    let chain = |stack: &Stack| {
        let mut net = Net::new("net-0").range("10.0.0.0/16").add(stack);
        for number in 1..200 {
            net = Net::new(format!("net-{number}")).range("10.0.0.0/16").depends_on(&net).add(stack);
        }
    };
    let graph = world.graph(&chain, json!({}));
    // A lease that is given once and can never be renewed.
    let once = Once(ObjectLease::new(Arc::clone(&store) as Arc<dyn ObjectStore>, Path::from("lease"), "memory:///web".into()));
    let bucket = bucket(&store).leased_by(Arc::new(once));
    let mut opened = bucket.open(&holder("1"), || "salt".into()).await.unwrap();
    let at_the_end = async {
        #[allow(clippy::disallowed_methods, reason = "it looks after a while, as nothing says when a run has nothing left to do")]
        tokio::time::sleep(Duration::from_secs(45)).await;
        world.cloud.calls().len()
    };
    let (outcome, calls) = tokio::join!(deploy_blind(&world.cloud, &graph, &mut opened.journal), at_the_end);
    assert!(matches!(outcome.store, Some(StoreError::Lost { .. })), "{:?}", outcome.store);
    assert!(outcome.done > 10 && outcome.done < 190, "{} done", outcome.done);
    assert_eq!(world.cloud.calls().len(), calls, "nothing is called after the end");
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_does_not_know_yet_that_it_lost_its_lease_is_fenced_by_the_log() {
    let (store, world) = (Arc::new(InMemory::new()), World::new());
    let graph = world.graph(&program, json!({}));
    let bucket = bucket(&store);
    let mut stale = bucket.open(&holder("1"), || "salt".into()).await.unwrap();
    let seen = bucket.status().await.unwrap().unwrap();
    assert!(bucket.unlock(&seen).await.unwrap());
    assert!(run(&bucket, &world.cloud, &graph, "2").await.unwrap().is_complete());
    world.cloud.forget_calls();
    let outcome = deploy_blind(&world.cloud, &graph, &mut stale.journal).await;
    assert!(matches!(&outcome.store, Some(StoreError::Fenced { holder: Some(holder), .. }) if holder.run == "2"), "{:?}", outcome.store);
    assert_eq!(world.cloud.changes(), Vec::<String>::new());
    assert_eq!(objects_of(&world.cloud), 21);
}

/// Performs what a plan from an empty state says: what a run had planned before it slept.
async fn deploy_blind(cloud: &MockCloud, graph: &Graph, journal: &mut Journal) -> Outcome {
    let mut engine = Engine::new(cloud.registry(graph.schemas.values()));
    let plan = engine.plan(graph, &Journal::in_memory(infra_plan::State::new("salt")), &()).await.unwrap();
    engine.parallel = 1;
    engine.apply(&plan, journal, &Interrupt::new(), &()).await
}

/// A lease that is written once.
struct Once(ObjectLease);

#[async_trait::async_trait]
impl LeaseStore for Once {
    fn place(&self) -> String {
        self.0.place()
    }

    async fn read(&self) -> Result<Option<infra_apply::lease::Seen>, LeaseError> {
        self.0.read().await
    }

    async fn write(&self, lease: &Lease, over: Option<&str>) -> Result<Option<String>, LeaseError> {
        match over {
            None => self.0.write(lease, None).await,
            Some(_) => Err(LeaseError::store("renew", "memory:///web", "no route to host")),
        }
    }
}

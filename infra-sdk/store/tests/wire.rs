//! A bucket over the wire: S3 of the local cloud, which somebody else wrote.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::sync::Arc;

use futures::future::join_all;
use infra_apply::lease::LeaseError;
use infra_apply::{Engine, Holder, Interrupt, Journal, Outcome, StoreError};
use infra_core::{Address, Graph, Stack};
use infra_local::{LocalCloud, TemporaryCloud};
use infra_plan::{Intent, Record};
use infra_store::object_store::aws::AmazonS3Builder;
use infra_store::object_store::path::Path;
use infra_store::object_store::{Error, ObjectStore, PutMode, PutOptions};
use infra_store::{Bucket, Opened};
use infra_testing::{MockCloud, World};
use infra_tests::{Machine, Net};
use serde_json::json;

fn holder(run: &str) -> Holder {
    Holder { owner: "ann".into(), host: "box".into(), pid: 7, run: run.into(), command: "infra deploy web".into(), since: 0 }
}

/// A local cloud with an empty bucket.
fn s3() -> (TemporaryCloud, Arc<dyn ObjectStore>) {
    let cloud = LocalCloud::temporary().unwrap();
    let url = cloud.endpoint().url.clone();
    let signed = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
    ureq::put(format!("{url}/states")).header("Authorization", signed).send_empty().unwrap();
    let s3 = AmazonS3Builder::new().with_bucket_name("states").with_region("us-east-1").with_endpoint(url).with_allow_http(true);
    (cloud, Arc::new(s3.with_access_key_id("local").with_secret_access_key("local").build().unwrap()))
}

fn bucket(store: &Arc<dyn ObjectStore>) -> Bucket {
    Bucket::new(Arc::clone(store), Path::from("team/test/local"), "s3://states/team/test/local", "test/local")
}

fn program(stack: &Stack) {
    let net = Net::new("net").range("10.0.0.0/16").add(stack);
    for number in 0..20 {
        Machine::new(format!("machine-{number}")).net(&net).size(1).add(stack);
    }
}

async fn deploy(cloud: &MockCloud, graph: &Graph, journal: &mut Journal) -> Outcome {
    let engine = Engine::new(cloud.registry(graph.schemas.values()));
    let plan = engine.plan(graph, journal, &()).await.unwrap();
    engine.apply(&plan, journal, &Interrupt::new(), &()).await
}

async fn run(bucket: &Bucket, cloud: &MockCloud, graph: &Graph, name: &str) -> Result<Outcome, StoreError> {
    let Opened { mut journal, lease } = bucket.open(&holder(name), || "salt".into()).await?;
    let outcome = deploy(cloud, graph, &mut journal).await;
    lease.release().await?;
    Ok(outcome)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_writers_of_one_object_one_succeeds() {
    let (_cloud, store) = s3();
    for round in 0..40 {
        let path = Path::from(format!("race/{round}"));
        let put = async |writer: usize| {
            let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
            store.put_opts(&path, format!("writer {writer}").into(), options).await
        };
        let ends = join_all((0..8).map(put)).await;
        let won = ends.iter().filter(|end| end.is_ok()).count();
        assert!(ends.iter().all(|end| matches!(end, Ok(_) | Err(Error::AlreadyExists { .. }))), "{ends:?}");
        assert_eq!(won, 1, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_engines_at_one_bucket_one_deploys_and_the_other_says_who_it_is() {
    let (_cloud, store) = s3();
    let (bucket, world) = (bucket(&store), World::new());
    let graph = world.graph(&program, json!({}));
    let (one, two) = tokio::join!(run(&bucket, &world.cloud, &graph, "1"), run(&bucket, &world.cloud, &graph, "2"));
    let refused = [&one, &two].into_iter().filter_map(|end| end.as_ref().err()).collect::<Vec<_>>();
    assert_eq!(refused.len(), 1);
    assert!(matches!(refused[0], StoreError::Lease(LeaseError::Held { .. })), "{}", refused[0]);
    assert!(refused[0].to_string().contains("s3://states/team/test/local: ann on box (process 7"), "{}", refused[0]);
    assert_eq!((world.cloud.objects().len(), world.cloud.changes().len()), (21, 21));
    assert!(run(&bucket, &world.cloud, &graph, "3").await.unwrap().is_complete());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_the_lease_without_knowing_it_is_fenced_by_the_log() {
    let (_cloud, store) = s3();
    let (bucket, world) = (bucket(&store), World::new());
    let graph = world.graph(&program, json!({}));
    let mut stale = bucket.open(&holder("1"), || "salt".into()).await.unwrap();
    let seen = bucket.status().await.unwrap().unwrap();
    assert!(bucket.unlock(&seen).await.unwrap());
    assert!(run(&bucket, &world.cloud, &graph, "2").await.unwrap().is_complete());
    world.cloud.forget_calls();
    let outcome = deploy(&world.cloud, &graph, &mut stale.journal).await;
    assert!(matches!(&outcome.store, Some(StoreError::Fenced { holder: Some(holder), .. }) if holder.run == "2"), "{:?}", outcome.store);
    assert_eq!(world.cloud.changes(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_journal_reads_back_from_its_snapshot_and_with_its_history() {
    let (_cloud, store) = s3();
    let bucket = bucket(&store);
    let record = |number: usize| Record::Begun {
        address: Address::new("t:t/t", format!("r{number}")),
        intent: Intent::Delete { id: number.to_string() },
    };
    let Opened { mut journal, lease } = bucket.open(&holder("1"), || "salt".into()).await.unwrap();
    for number in 0..300 {
        journal.record(record(number)).await.unwrap();
    }
    lease.release().await.unwrap();
    let snapshots = join_all([store.list_with_delimiter(Some(&Path::from("team/test/local/snapshot")))]).await;
    assert!(!snapshots[0].as_ref().unwrap().objects.is_empty());
    assert_eq!(bucket.peek().await.unwrap().as_ref(), Some(journal.state()));
    assert_eq!(bucket.history().await.unwrap().unwrap().records, (0..300).map(record).collect::<Vec<_>>());
}

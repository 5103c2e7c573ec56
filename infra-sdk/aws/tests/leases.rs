//! Leases in a table, over the wire.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use infra_apply::Holder;
use infra_apply::lease::{Acquired, Lease, LeaseError, LeaseStore, Terms, acquire, release_by_force, status};
use infra_aws::dynamodb::TableLease;
use infra_aws::sdk::{Connection, connect};
use infra_local::{LocalCloud, TemporaryCloud};

const ID: &str = "states/team/web/production";

fn holder(run: &str) -> Holder {
    Holder { owner: "ann".into(), host: "box".into(), pid: 7, run: run.into(), command: "infra deploy web".into(), since: 0 }
}

/// A table as Terraform's users make it.
async fn table() -> (TemporaryCloud, SdkConfig) {
    let cloud = LocalCloud::temporary().unwrap();
    let local = Some(cloud.endpoint().url.clone());
    let sdk = connect(&Connection { region: Some("us-east-1".into()), local, ..Connection::default() }).await.unwrap();
    let key = AttributeDefinition::builder().attribute_name("LockID").attribute_type(ScalarAttributeType::S).build().unwrap();
    let hash = KeySchemaElement::builder().attribute_name("LockID").key_type(KeyType::Hash).build().unwrap();
    let create = Client::new(&sdk).create_table().table_name("locks").attribute_definitions(key).key_schema(hash);
    create.billing_mode(BillingMode::PayPerRequest).send().await.unwrap();
    (cloud, sdk)
}

fn lease(sdk: &SdkConfig) -> Arc<TableLease> {
    Arc::new(TableLease::new(sdk, "locks", ID, "s3://states/team/web/production"))
}

async fn take(sdk: &SdkConfig, run: &str) -> Result<Acquired, LeaseError> {
    acquire(lease(sdk), holder(run), Terms::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_terraforms_holds_a_lease_for_one_run_at_a_time() {
    let (_cloud, sdk) = table().await;
    assert!(status(lease(&sdk).as_ref()).await.unwrap().is_none());
    let runs: Vec<String> = (0..8).map(|run| run.to_string()).collect();
    let taken = futures::future::join_all(runs.iter().map(|run| take(&sdk, run))).await;
    let refused = taken.iter().filter_map(|taken| taken.as_ref().err());
    assert!(refused.clone().all(|error| matches!(error, LeaseError::Held { .. })), "{:?}", refused.collect::<Vec<_>>());
    let mut held: Vec<Acquired> = taken.into_iter().filter_map(Result::ok).collect();
    assert_eq!(held.len(), 1, "of eight at once one has it");
    let seen = status(lease(&sdk).as_ref()).await.unwrap().unwrap();
    assert_eq!(seen.lease.generation, 1);

    let item =
        Client::new(&sdk).get_item().table_name("locks").key("LockID", AttributeValue::S(ID.into())).send().await.unwrap().item.unwrap();
    let info: serde_json::Value = serde_json::from_str(item["Info"].as_s().unwrap()).unwrap();
    assert_eq!((&info["Who"], &info["Path"]), (&"ann@box".into(), &ID.into()), "what Terraform shows");

    held.remove(0).release().await.unwrap();
    let next = take(&sdk, "next").await.unwrap();
    assert_eq!((next.generation(), next.taken_from()), (2, None));
    let seen = status(lease(&sdk).as_ref()).await.unwrap().unwrap();
    assert!(release_by_force(lease(&sdk).as_ref(), &seen).await.unwrap());
    assert!(take(&sdk, "after").await.is_ok());
    next.release().await.unwrap();
    assert!(status(lease(&sdk).as_ref()).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_over_what_is_not_there_any_more_is_refused() {
    let (_cloud, sdk) = table().await;
    let lease = lease(&sdk);
    let stored = Lease { version: 1, generation: 1, holder: Some(holder("1")), renewed: 0, lasts: 60 };
    let first = lease.write(&stored, None).await.unwrap().unwrap();
    assert_eq!(lease.write(&stored, None).await.unwrap(), None);
    let second = lease.write(&stored, Some(&first)).await.unwrap().unwrap();
    assert_eq!(lease.write(&stored, Some(&first)).await.unwrap(), None);
    let seen = lease.read().await.unwrap().unwrap();
    assert_eq!((seen.tag, seen.lease), (second, stored));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_terraforms_own_is_left_alone_and_a_missing_table_is_named() {
    let (_cloud, sdk) = table().await;
    let locked = Client::new(&sdk).put_item().table_name("locks").item("LockID", AttributeValue::S(ID.into()));
    locked.item("Info", AttributeValue::S("{\"Who\":\"bob@desk\"}".into())).send().await.unwrap();
    let refused = take(&sdk, "1").await.err().unwrap().to_string();
    assert!(refused.contains("a lock of another tool") && refused.contains("bob@desk"), "{refused}");
    let nowhere = TableLease::new(&sdk, "none", ID, "s3://states/team/web/production");
    let refused = nowhere.read().await.unwrap_err().to_string();
    assert!(refused.contains("failed to read the lease on s3://states/team/web/production: GetItem"), "{refused}");
}

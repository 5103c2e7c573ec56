//! Hydra's remote state: made in one command, left alone, changed, damaged, repaired, used, ended.

use aws_sdk_dynamodb::types::{AttributeDefinition, AttributeValue, KeySchemaElement, ProvisionedThroughput};
use aws_sdk_s3::types::{CreateBucketConfiguration, PublicAccessBlockConfiguration, VersioningConfiguration};
use hydra_remote_state::hydra_remote_state;
use infra_plan::{Action, Plan};
use serde_json::{Value as Json, json};

use crate::station::{Station, text};

const BUCKET: &str = "hydra-global-state";
const TABLE: &str = "hydra-global-state-locks";

pub(crate) fn config(write: i64, destroy_states: bool) -> Json {
    json!({
        "remote_state_bucket_name": BUCKET,
        "remote_locks_dynamodb_name": TABLE,
        "remote_locks_read_capacity": 5,
        "remote_locks_write_capacity": write,
        "destroy_states": destroy_states,
    })
}

/// What a plan changes: the resource, and the inputs.
fn changes(plan: &Plan) -> Vec<(String, Vec<String>)> {
    let steps = plan.steps.iter().filter(|step| step.action.is_change());
    let of = |action: &Action| match action {
        Action::Update { changes, .. } => changes.iter().map(|change| change.change.root().to_owned()).collect(),
        _ => panic!("{}", text(plan)),
    };
    steps.map(|step| (step.address.name().to_owned(), of(&step.action))).collect()
}

#[test]
fn hydras_remote_state_is_made_changed_repaired_and_ended_with_all_states_in_it() {
    let station = Station::new("hydra-remote-state");
    let (s3, locks) = (aws_sdk_s3::Client::new(&station.sdk), aws_sdk_dynamodb::Client::new(&station.sdk));
    let ask = |write| station.graph(&hydra_remote_state, &config(write, false));

    station.deploy(&ask(5));
    as_the_program_says(&station, 5);
    assert_eq!(station.exports()["state"].as_str(), Some("s3://hydra-global-state"));

    let plan = station.deploy(&ask(9));
    assert_eq!(changes(&plan), [("terraform_state_locks".to_owned(), vec!["write_capacity".to_owned()])]);
    as_the_program_says(&station, 9);

    // Somebody opens the bucket and stops keeping versions, behind the engine's back.
    station.runtime.block_on(async {
        let open = PublicAccessBlockConfiguration::builder().block_public_acls(false).block_public_policy(false);
        let open = open.ignore_public_acls(true).restrict_public_buckets(true).build();
        s3.put_public_access_block().bucket(BUCKET).public_access_block_configuration(open).send().await.unwrap();
        let off = VersioningConfiguration::builder().status("Suspended".into()).build();
        s3.put_bucket_versioning().bucket(BUCKET).versioning_configuration(off).send().await.unwrap();
    });
    let plan = station.deploy(&ask(9));
    let names = ["versioning", "public_access_block", "public_access_block"].map(str::to_owned).to_vec();
    assert_eq!(changes(&plan), [("terraform_remote_state".to_owned(), names)]);
    as_the_program_says(&station, 9);

    // A state and a lock, as the other stacks leave them.
    station.runtime.block_on(async {
        for content in ["one", "two"] {
            s3.put_object().bucket(BUCKET).key("hydra/batch").body(content.as_bytes().to_vec().into()).send().await.unwrap();
        }
        let id = AttributeValue::S("hydra-global-state/hydra/batch".into());
        locks.put_item().table_name(TABLE).item("LockID", id).send().await.unwrap();
    });
    let problem = station.fail_to_destroy("hydra-remote-state");
    assert!(problem.contains("the bucket is not empty: empty it, or set its `force_destroy`"), "{problem}");
    let versions = station.runtime.block_on(s3.list_object_versions().bucket(BUCKET).send()).unwrap();
    assert_eq!(versions.versions().len(), 2, "no state is lost");
    let table = locks.describe_table().table_name(TABLE).send();
    assert!(station.runtime.block_on(table).is_ok(), "nor what locks them");

    station.deploy(&station.graph(&hydra_remote_state, &config(5, true)));
    as_the_program_says(&station, 5);
    station.destroy("hydra-remote-state");
    let (buckets, tables) = station.runtime.block_on(async {
        (s3.list_buckets().send().await.unwrap().buckets().len(), locks.list_tables().send().await.unwrap().table_names().len())
    });
    assert_eq!((buckets, tables), (0, 0), "nothing is left");
}

#[test]
fn wherever_a_run_of_hydras_remote_state_dies_the_next_one_finishes_also_with_states_in_it() {
    let station = Station::new("hydra-remote-state");
    let (s3, locks) = (aws_sdk_s3::Client::new(&station.sdk), aws_sdk_dynamodb::Client::new(&station.sdk));
    let graph = station.graph(&hydra_remote_state, &config(5, true));
    let (mut deaths, mut ends) = (0, 0);
    for records in 1.. {
        let died = station.deploy_until(&graph, records);
        station.deploy(&graph);
        as_the_program_says(&station, 5);
        station.runtime.block_on(async {
            for content in ["one", "two"] {
                s3.put_object().bucket(BUCKET).key("hydra/batch").body(content.as_bytes().to_vec().into()).send().await.unwrap();
            }
        });
        let died_again = station.destroy_until("hydra-remote-state", records);
        station.destroy("hydra-remote-state");
        let left = station.runtime.block_on(async {
            (s3.list_buckets().send().await.unwrap().buckets().len(), locks.list_tables().send().await.unwrap().table_names().len())
        });
        assert_eq!(left, (0, 0), "nothing is left, after {records} records");
        (deaths, ends) = (deaths + usize::from(died), ends + usize::from(died_again));
        if !died && !died_again {
            break;
        }
    }
    assert!(deaths >= 3 && ends >= 3, "{deaths} and {ends}");
}

#[test]
fn a_bucket_and_a_table_of_terraforms_are_taken_over_with_what_is_in_them() {
    let station = Station::new("hydra-remote-state");
    let (s3, locks) = (aws_sdk_s3::Client::new(&station.sdk), aws_sdk_dynamodb::Client::new(&station.sdk));
    station.runtime.block_on(async {
        let here = CreateBucketConfiguration::builder().location_constraint("us-west-2".into()).build();
        s3.create_bucket().bucket(BUCKET).create_bucket_configuration(here).send().await.unwrap();
        s3.put_object().bucket(BUCKET).key("mlflow/terraform.tfstate").body(b"{}".to_vec().into()).send().await.unwrap();
        let attribute = AttributeDefinition::builder().attribute_name("LockID").attribute_type("S".into()).build().unwrap();
        let key = KeySchemaElement::builder().attribute_name("LockID").key_type("HASH".into()).build().unwrap();
        let capacity = ProvisionedThroughput::builder().read_capacity_units(5).write_capacity_units(3).build().unwrap();
        let table = locks.create_table().table_name(TABLE).attribute_definitions(attribute).key_schema(key);
        table.provisioned_throughput(capacity).send().await.unwrap();
    });
    let mut taken = config(5, false);
    taken["take_over"] = json!(true);
    let graph = station.graph(&hydra_remote_state, &taken);
    let plan = station.deploy(&graph);
    assert!(plan.steps.iter().all(|step| matches!(step.action, Action::Adopt { .. })), "{}", text(&plan));
    as_the_program_says(&station, 5);
    let state = s3.get_object().bucket(BUCKET).key("mlflow/terraform.tfstate").send();
    assert!(station.runtime.block_on(state).is_ok(), "what is in it stays");
}

/// Compares the cloud with the program.
fn as_the_program_says(station: &Station, write: i64) {
    let (s3, locks) = (aws_sdk_s3::Client::new(&station.sdk), aws_sdk_dynamodb::Client::new(&station.sdk));
    station.runtime.block_on(async {
        let block = s3.get_public_access_block().bucket(BUCKET).send().await.unwrap();
        let block = block.public_access_block_configuration().unwrap();
        let all = [block.block_public_acls(), block.block_public_policy(), block.ignore_public_acls(), block.restrict_public_buckets()];
        assert_eq!(all, [Some(true); 4]);
        let versioning = s3.get_bucket_versioning().bucket(BUCKET).send().await.unwrap();
        assert_eq!(versioning.status().unwrap().as_str(), "Enabled");
        let encryption = s3.get_bucket_encryption().bucket(BUCKET).send().await.unwrap();
        let rule = &encryption.server_side_encryption_configuration().unwrap().rules()[0];
        assert_eq!(rule.apply_server_side_encryption_by_default().unwrap().sse_algorithm().as_str(), "AES256");
        let table = locks.describe_table().table_name(TABLE).send().await.unwrap().table.unwrap();
        let capacity = table.provisioned_throughput().unwrap();
        assert_eq!((capacity.read_capacity_units(), capacity.write_capacity_units()), (Some(5), Some(write)));
        assert_eq!((table.key_schema()[0].attribute_name(), table.key_schema()[0].key_type().as_str()), ("LockID", "HASH"));
        assert_eq!(table.attribute_definitions()[0].attribute_type().as_str(), "S");
    });
}

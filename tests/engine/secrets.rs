//! No byte of a secret outside of the cloud, and no secret lost on its way there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use infra_apply::{Journal, Log, StoreError};
use infra_core::{Secret, Stack, Value, ops, output};
use infra_plan::{Record, State};
use infra_testing::{Crash, Deployed, Fault, Verb, World};
use infra_tests::{Machine, Net, Part, Vault};
use serde_json::json;

fn told(world: &World, deployed: &Deployed) -> String {
    let state = serde_json::to_string(&world.state).unwrap();
    let problems: String = deployed.outcome.failed.iter().map(|(_, problem)| problem.to_string()).collect();
    format!("{state}{problems}{:?}{:?}{:?}", deployed.events, deployed.outcome, deployed.plan)
}

fn keyed(stack: &Stack) {
    let vault = Vault::new("v").password("hunter2").add(stack);
    Machine::new("m").script(output!("open with {}", vault.key())).add(stack);
    stack.export("key", output!("key={}", vault.key()));
}

#[test]
fn a_secret_that_the_cloud_makes_reaches_who_uses_it_and_the_outputs() {
    let mut world = World::new();
    let first = world.deploy(&keyed, json!({})).complete();
    let script = |world: &World| world.cloud.object("toy:run/machine", "m").unwrap().1.inputs["script"].clone();
    assert_eq!(script(&world).as_str(), Some("open with vault-1.key"));
    assert_eq!(first.output("key").as_deref(), Some("key=vault-1.key"));
    assert!(!told(&world, &first).contains("vault-1.key"));
}

#[test]
fn where_nothing_changes_a_secret_makes_no_record_and_is_still_given_out() {
    let mut world = World::new();
    world.deploy(&keyed, json!({})).complete();
    let serial = world.state.serial;
    let again = world.deploy(&keyed, json!({})).complete();
    assert_eq!(again.output("key").as_deref(), Some("key=vault-1.key"));
    assert_eq!((world.state.serial, again.plan.unchanged.len()), (serial, 2));
    assert!(!told(&world, &again).contains("vault-1.key"));
}

#[test]
fn an_output_that_echoes_a_secret_is_secret() {
    let mut world = World::new();
    let program = |stack: &Stack| {
        let net = Net::new("net").range(Secret::new("10.47.0.0/16".to_owned())).add(stack);
        Machine::new("m").script(net.range()).add(stack);
        stack.export("range", net.range());
    };
    for _ in 0..2 {
        let deployed = world.deploy(&program, json!({})).complete();
        assert!(!told(&world, &deployed).contains("10.47"), "{}", told(&world, &deployed));
    }
    let serial = world.state.serial;
    assert!(!world.deploy(&program, json!({})).complete().plan.has_changes());
    assert_eq!(world.state.serial, serial);
}

#[test]
fn the_words_of_a_service_do_not_tell_a_secret() {
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Create, "v").saying("'hunter2' is too short"));
    let failed = world.deploy(&keyed, json!({}));
    assert_eq!(failed.outcome.failed.len(), 1);
    assert!(!told(&world, &failed).contains("hunter2"));
    assert!(failed.outcome.failed[0].1.to_string().contains("'(secret)' is too short"));
}

#[test]
fn a_word_before_a_secret_is_told_and_neither_the_secret_nor_the_text_with_it() {
    let program = |stack: &Stack| {
        let vault = Vault::new("v").password("hunter2").add(stack);
        Machine::new("m").script(output!("batch{}", vault.key()).secret()).add(stack);
    };
    let mut world = World::new();
    world
        .cloud
        .inject(Fault::refuse(Verb::Create, "m").saying("batch-queue of hydra-batch: 'batchvault-1.key' (vault-1.key) is no script"));
    let failed = world.deploy(&program, json!({}));
    let problem = failed.outcome.failed[0].1.to_string();
    assert!(problem.contains("batch-queue of hydra-batch: '(secret)' ((secret)) is no script"), "{problem}");
    assert!(!told(&world, &failed).contains("vault-1.key"));
}

#[test]
fn a_function_that_cannot_take_a_secret_does_not_tell_it() {
    let program = |stack: &Stack| {
        let range = infra_core::Output::<String>::from_input("hunter2".to_owned()).secret();
        Net::new("net").range(ops::cidr_subnet(range, 8_u8, 1_u32)).add(stack);
    };
    let error = World::new().plan(&program, json!({})).unwrap_err().to_string();
    assert!(error.contains("cidr_subnet") && !error.contains("hunter2"), "{error}");
}

#[test]
fn a_secret_with_unknown_parts_is_not_shown_by_debug() {
    let program = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Machine::new("m").script(output!("hunter2 {}", net.gateway()).secret()).add(stack);
    };
    let world = World::new();
    let shown = format!("{:?} {:?}", world.graph(&program, json!({})), world.plan(&program, json!({})).unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_null_in_a_document_is_no_difference() {
    let mut world = World::new();
    let program = |stack: &Stack| drop(Vault::new("v").password("p").policy(json!({"who": null, "what": 1})).add(stack));
    world.deploy(&program, json!({})).complete();
    assert!(!world.plan(&program, json!({})).unwrap().has_changes());
}

#[test]
fn a_secret_survives_the_run_that_made_it_though_the_cloud_cannot_be_asked_again() {
    let mut world = World::new();
    world.deploy(&keyed, json!({})).complete();
    // The cloud has forgotten its key, as those do that tell one only once: the record is all there is.
    let state = world.journal().into_state();
    let vault = state.rows.iter().find(|(address, _)| address.name() == "v").unwrap().1.object.clone().unwrap();
    assert_eq!(vault.outputs["key"], Value::Secret(Box::new(Value::from("vault-1.key"))));
    assert!(matches!(vault.inputs["password"], Value::Digest(_)), "what the cloud never tells is not kept either");
    assert_eq!(state.exports["key"].as_str(), Some("key=vault-1.key"));
    assert!(!serde_json::to_string(&world.state).unwrap().contains("vault-1.key"));
}

#[test]
fn a_state_that_was_kept_with_digests_alone_deploys_with_no_call_and_has_its_secrets_from_then_on() {
    let mut world = World::new();
    world.deploy(&keyed, json!({})).complete();
    let mut old = world.journal().into_state();
    let salt = old.salt.clone();
    let Ok(()) = old.each_secret::<std::convert::Infallible>(&mut |secret| {
        *secret = secret.digested(&salt);
        Ok(())
    });
    world.state = old;
    assert!(!world.plan(&keyed, json!({})).unwrap().has_changes());
    let again = world.deploy(&keyed, json!({})).complete();
    assert!(again.changes.is_empty(), "{:?}", again.changes);
    assert_eq!(again.output("key").as_deref(), Some("key=vault-1.key"));
    assert_eq!(world.journal().state().exports["key"].as_str(), Some("key=vault-1.key"));
    let serial = world.state.serial;
    world.deploy(&keyed, json!({})).complete();
    assert_eq!(world.state.serial, serial);
}

#[test]
fn a_secret_in_a_field_that_cannot_change_names_its_object_again_after_a_crash() {
    let program = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Part::new("part").net(&net).range(Secret::new("10.0.47.0/24".to_owned())).add(stack);
    };
    for call in 0.. {
        let mut world = World::new();
        let graph = world.graph(&program, json!({}));
        let died = world.deploy_until(&graph, Crash::AfterCall(call));
        let again = world.deploy(&program, json!({})).complete();
        assert_eq!(world.cloud.objects().len(), 2, "after call {call}");
        assert!(!told(&world, &again).contains("10.0.47"), "after call {call}");
        if !died {
            assert!(call > 0);
            break;
        }
    }
}

#[test]
fn a_record_with_a_secret_and_no_key_is_not_written() {
    let world = World::new();
    let written = Arc::new(Mutex::new(Vec::new()));
    struct Paper(Arc<Mutex<Vec<Record>>>);
    #[async_trait::async_trait]
    impl Log for Paper {
        async fn append(&mut self, records: &[Record]) -> Result<(), StoreError> {
            self.0.lock().unwrap().extend_from_slice(records);
            Ok(())
        }
    }
    let mut journal = Journal::new(world.state.clone(), Box::new(Paper(written.clone())));
    let exports = BTreeMap::from([("key".to_owned(), Value::Secret(Box::new(Value::from("hunter2"))))]);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let error = runtime.block_on(journal.record(Record::Exported { exports })).unwrap_err();
    assert!(matches!(error, StoreError::Unsealed { .. }), "{error}");
    assert!(!error.to_string().contains("hunter2") && written.lock().unwrap().is_empty());
}

#[test]
fn a_log_is_given_sealed_records_and_sealed_snapshots_and_the_run_has_them_open() {
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<(Vec<Record>, Vec<State>)>>);
    #[async_trait::async_trait]
    impl Log for Paper {
        async fn append(&mut self, records: &[Record]) -> Result<(), StoreError> {
            self.0.lock().unwrap().0.extend_from_slice(records);
            Ok(())
        }
        fn wants_snapshot(&self, _ended: bool) -> bool {
            true
        }
        async fn snapshot(&mut self, state: State) {
            self.0.lock().unwrap().1.push(state);
        }
    }
    let paper = Paper::default();
    let mut journal = Journal::new(State::new("salt"), Box::new(paper.clone()));
    journal.unlock(Arc::new(infra_seal::DataKey::generate("test/local").unwrap())).unwrap();
    let secret = || Value::Secret(Box::new(Value::from("hunter2")));
    let exports = BTreeMap::from([("key".to_owned(), secret())]);
    let digest = secret().digested("salt");
    let references = BTreeMap::from([("other".to_owned(), BTreeMap::from([("key".to_owned(), digest.clone())]))]);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let records = vec![Record::Exported { exports: exports.clone() }, Record::Referenced { references: references.clone() }];
    runtime.block_on(journal.record_all(records)).unwrap();
    assert_eq!((&journal.state().exports, &journal.state().references), (&exports, &references));
    let (records, snapshots) = &*paper.0.lock().unwrap();
    let sealed = |value: &Value| matches!(value, Value::Sealed(_));
    assert!(matches!(&records[0], Record::Exported { exports } if sealed(&exports["key"])));
    assert!(matches!(&records[1], Record::Referenced { references } if sealed(&references["other"]["key"])));
    let [snapshot] = &snapshots[..] else { panic!("{}", snapshots.len()) };
    assert!(sealed(&snapshot.exports["key"]) && sealed(&snapshot.references["other"]["key"]) && snapshot.serial == 2);
}

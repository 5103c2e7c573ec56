//! Faults by class: what is borne, how long, how it is shown meanwhile, and what is said at the end.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use async_trait::async_trait;
use infra_apply::{Class, Creation, Engine, Event, Found, Handler, Interrupt, Journal, ProviderError};
use infra_core::{Schema, Stack, Value};
use infra_testing::{Deployed, Fault, Verb, World};
use infra_tests::{Machine, Net};
use serde_json::json;

fn net(stack: &Stack) {
    Net::new("net").range("10.0.0.0/16").add(stack);
}

fn problem(deployed: &Deployed) -> String {
    deployed.outcome.failed[0].1.to_string()
}

#[test]
fn a_service_that_fails_is_tried_again_and_what_is_shown_says_how_often_and_for_how_long() {
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Create, "net").class(Class::Unavailable).code("ServiceUnavailable").saying("503").times(3));
    let deployed = world.deploy(&net, json!({})).complete();
    let shown: Vec<_> = deployed
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Retrying { error, attempt, left, .. } => Some((error.contains("503"), *attempt, left.as_secs())),
            _ => None,
        })
        .collect();
    assert_eq!(shown, [(true, 2, 60), (true, 3, 59), (true, 4, 59)]);
    assert_eq!(world.cloud.objects().len(), 1);
}

#[test]
fn a_quota_is_not_tried_again_and_the_error_names_the_service_and_its_code() {
    let mut world = World::new();
    world.cloud.inject(Fault::refuse(Verb::Create, "net").class(Class::Quota).code("NetLimitExceeded").saying("you have 5 of 5"));
    let deployed = world.deploy(&net, json!({}));
    let problem = problem(&deployed);
    assert!(problem.contains("you have 5 of 5") && problem.contains("quota of net (its code is NetLimitExceeded)"), "{problem}");
    assert_eq!((deployed.changes.len(), deployed.took), (1, Duration::ZERO));
}

#[test]
fn a_call_that_never_comes_back_is_lost_and_made_again_without_a_second_object() {
    for verb in [Verb::Create, Verb::Update, Verb::Delete] {
        for done in [true, false] {
            let sized = |size: i32| move |stack: &Stack| drop(Machine::new("m").size(size).add(stack));
            let silent = |verb| {
                let fault = Fault::refuse(verb, "m");
                if done { fault.reply_lost().silent() } else { fault.silent() }
            };
            let mut world = World::new();
            if verb == Verb::Create {
                world.cloud.inject(silent(verb));
            }
            world.deploy(&sized(1), json!({})).complete();
            if verb == Verb::Update {
                world.cloud.inject(silent(verb));
            }
            world.deploy(&sized(2), json!({})).complete();
            assert_eq!(world.cloud.objects().len(), 1, "{verb:?}, done: {done}");
            if verb == Verb::Delete {
                world.cloud.inject(silent(verb));
            }
            let destroyed = world.destroy().complete();
            assert!(world.cloud.objects().is_empty());
            assert!(destroyed.took < Duration::from_secs(6 * 60));
        }
    }
}

#[test]
fn what_cannot_be_deleted_for_being_used_is_said_with_who_is_known_to_use_it() {
    let program = |stack: &Stack| {
        let net = Net::new("net").range("10.0.0.0/16").add(stack);
        Machine::new("m").net(&net).add(stack);
    };
    let without = |stack: &Stack| drop(Machine::new("m").add(stack));
    let mut world = World::new();
    world.deploy(&program, json!({})).complete();
    // What a program stops to mention stays as it is in the cloud, so that the machine still uses the network.
    world.cloud.inject(Fault::refuse(Verb::Update, "m"));
    let deployed = world.deploy(&without, json!({}));
    let problem = problem(&deployed);
    assert!(problem.contains("used by machine-2"), "{problem}");
    assert_eq!(deployed.took.as_secs() / 60, 9, "{:?}", deployed.took);
}

/// Makes an object in two calls, of which the second may be refused when the first has been made.
struct InTwo {
    inner: Arc<dyn Handler>,
    refused: AtomicU32,
}

#[async_trait]
impl Handler for InTwo {
    fn schema(&self) -> &Schema {
        self.inner.schema()
    }

    fn service(&self) -> &str {
        self.inner.service()
    }

    fn page(&self) -> usize {
        self.inner.page()
    }

    async fn read(&self, ids: &[String]) -> Result<Vec<Found>, ProviderError> {
        self.inner.read(ids).await
    }

    async fn create(&self, want: &Value, new: Creation<'_>) -> Result<String, ProviderError> {
        let id = self.inner.create(want, new).await?;
        let left = self.refused.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
        if left.is_ok() {
            return Err(ProviderError::new(Class::Denied, "AttachNet", "you may not attach").after(&id));
        }
        Ok(id)
    }

    async fn update(&self, id: &str, have: &Value, want: &Value) -> Result<(), ProviderError> {
        self.inner.update(id, have, want).await
    }

    async fn delete(&self, id: &str) -> Result<(), ProviderError> {
        self.inner.delete(id).await
    }

    async fn find(&self, want: &Value, new: Creation<'_>) -> Result<Option<String>, ProviderError> {
        self.inner.find(want, new).await
    }
}

#[test]
fn an_object_that_comes_with_an_error_is_recorded_and_finished_or_deleted_by_the_next_run() {
    for destroy in [false, true] {
        let world = World::new();
        let graph = world.graph(&net, json!({}));
        let mut registry = world.cloud.registry(graph.schemas.values());
        let inner = Arc::clone(registry.handler("toy:net/net").unwrap());
        registry.insert(Arc::new(InTwo { inner, refused: 1.into() }));
        let engine = Engine::new(registry);
        let mut journal = Journal::in_memory(world.state.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let plan = engine.plan(&graph, &journal, &()).await.unwrap();
            let outcome = engine.apply(&plan, &mut journal, &Interrupt::new(), &()).await;
            let [(_, problem)] = outcome.failed.try_into().unwrap();
            assert!(problem.to_string().contains("you may not attach"), "{problem}");
            let row = journal.state().rows.values().next().unwrap();
            assert!(row.intent.is_none());
            let object = row.object.as_ref().unwrap();
            assert!(world.cloud.objects().contains_key(&object.id) && object.unfinished && object.problem.is_some());

            assert!(engine.recover(&mut journal, "test", &()).await.unwrap().is_empty());
            let plan = match destroy {
                false => engine.plan(&graph, &journal, &()).await.unwrap(),
                true => engine.plan_destroy("test", &journal, &()).await.unwrap(),
            };
            assert!(engine.apply(&plan, &mut journal, &Interrupt::new(), &()).await.is_complete());
        });
        assert_eq!(world.cloud.objects().len(), usize::from(!destroy), "no orphan, nothing twice");
        assert_eq!(journal.state().rows.len(), usize::from(!destroy));
    }
}

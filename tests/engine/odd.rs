//! A provider that answers what nobody expects.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use infra_apply::{Class, Condition, Creation, Engine, Found, Handler, ProviderError};
use infra_core::{Resource, Schema, Stack, Value};
use infra_testing::World;
use infra_tests::{Net, Part};
use serde_json::json;

type Answer = Result<Vec<Found>, ProviderError>;

/// Serves networks as the simulated cloud does, and changes what it says of them.
struct Odd {
    inner: Arc<dyn Handler>,
    answer: Mutex<Box<dyn FnMut(Vec<Found>) -> Answer + Send>>,
}

#[async_trait]
impl Handler for Odd {
    fn schema(&self) -> &Schema {
        self.inner.schema()
    }

    fn service(&self) -> &str {
        self.inner.service()
    }

    fn page(&self) -> usize {
        self.inner.page()
    }

    async fn read(&self, ids: &[String]) -> Answer {
        let found = self.inner.read(ids).await?;
        (self.answer.lock().unwrap())(found)
    }

    async fn create(&self, want: &Value, new: Creation<'_>) -> Result<String, ProviderError> {
        self.inner.create(want, new).await
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

/// The world with networks served like that.
fn odd(world: &World, answer: impl FnMut(Vec<Found>) -> Answer + Send + 'static) -> World {
    let inner = Arc::clone(world.cloud.registry([&Net::schema()]).handler("toy:net/net").unwrap());
    let cloud = world.cloud.clone();
    let mut odd = world.fork().serving(Arc::new(Odd { inner, answer: Mutex::new(Box::new(answer)) }));
    odd.cloud = cloud;
    odd
}

fn program(dns: bool) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range("10.0.0.0/16").dns(dns).add(stack);
        Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
        stack.export("gateway", net.gateway());
    }
}

/// Everything that a network's answer may be and is not supposed to: each is told by what it does to an object.
fn garbage() -> Vec<(&'static str, fn(Found) -> Answer)> {
    fn with(found: Found, inputs: serde_json::Value) -> Answer {
        Ok(vec![Found { inputs: inputs.into(), ..found }])
    }
    vec![
        ("no inputs", |found| with(found, json!(null))),
        ("a list of inputs", |found| with(found, json!([1, "two", null]))),
        ("text for inputs", |found| with(found, json!("\u{0}\u{1b}[31m"))),
        ("inputs without the range", |found| with(found, json!({"dns": true}))),
        ("a range of nothing", |found| with(found, json!({"range": null, "dns": false}))),
        ("inputs that nobody knows", |found| with(found, json!({"nonsense": {"": []}}))),
        ("an error with words of any sort", |_| Err(ProviderError::new(Class::Other, "Read", "\u{0}${}{:?}\n\u{1b}[31m <html>"))),
        ("an error that says that something was made", |_| Err(ProviderError::new(Class::Invalid, "Read", "?").after("net-99"))),
    ]
}

#[test]
fn whatever_a_provider_answers_what_was_known_is_kept_and_nothing_is_done() {
    let mut start = World::new();
    start.deploy(&program(true), json!({})).complete();
    for (what, answer) in garbage() {
        for dns in [true, false] {
            let world = start.fork();
            let objects = world.cloud.objects();
            let mut odd = odd(&world, move |found| found.into_iter().next().map_or(Ok(Vec::new()), answer));
            let graph = odd.graph(&program(dns), json!({}));
            let refused = odd.deploy_graph(&graph).err().unwrap_or_else(|| panic!("{what}: it was deployed")).to_string();
            assert!(refused.contains("toy:net/net:net"), "{what}: {refused}");
            assert!(odd.try_destroy().is_err(), "{what}");
            assert!(odd.refresh().is_err(), "{what}");
            assert_eq!((odd.cloud.objects(), &odd.state), (objects, &world.state), "{what}");
        }
    }
    assert!(start.deploy(&program(false), json!({})).complete().changes == ["update net net"], "once it is itself again, all goes on");
}

#[test]
fn what_it_says_of_others_and_says_twice_changes_nothing() {
    let mut start = World::new();
    start.deploy(&program(true), json!({})).complete();
    let answers: [fn(Vec<Found>) -> Answer; 3] = [
        |found| Ok(found.iter().chain(&found).cloned().collect()),
        |found| {
            let other = |found: &Found| Found { id: "net-99".into(), inputs: json!({"range": "0"}).into(), ..found.clone() };
            Ok(found.iter().map(other).chain(found.clone()).collect())
        },
        |found| Ok(found.into_iter().map(|found| Found { outputs: Value::from("text"), ..found }).collect()),
    ];
    for answer in answers {
        let mut odd = odd(&start.fork(), answer);
        let rows: Vec<_> = odd.state.rows.iter().map(|(address, row)| (address.clone(), row.object.as_ref().unwrap().id.clone())).collect();
        let calls = odd.deploy(&program(true), json!({})).changes;
        assert!(calls.is_empty(), "{calls:?}");
        let after: Vec<_> =
            odd.state.rows.iter().map(|(address, row)| (address.clone(), row.object.as_ref().unwrap().id.clone())).collect();
        assert_eq!(after, rows);
    }
}

#[test]
fn what_is_garbled_while_it_is_made_is_recorded_with_its_error_and_finished_by_the_next_run() {
    let mut world = World::new();
    let mut sick = odd(&world, |found| Ok(found.into_iter().map(|found| Found { inputs: Value::Null, ..found }).collect()));
    let ended = sick.deploy(&program(true), json!({}));
    assert_eq!((ended.outcome.failed.len(), ended.outcome.skipped.len()), (1, 1), "{:?}", ended.outcome);
    assert_eq!(ended.changes, ["create net net"]);
    let object = sick.state.rows.values().next().unwrap().object.as_ref().unwrap();
    assert!(object.unfinished && object.problem.is_some());
    world.state = sick.state.clone();
    assert_eq!(world.deploy(&program(true), json!({})).complete().changes, ["create part part"]);
    assert_eq!(world.cloud.objects().len(), 2);
}

#[test]
fn what_the_cloud_calls_failed_is_recorded_with_its_error_and_replaced_by_the_next_run() {
    let mut world = World::new();
    let fail = |found: Vec<Found>| {
        let failed = |found: Found| Found { condition: Condition::Failed("broken by the test".into()), ..found };
        Ok(found.into_iter().map(failed).collect())
    };
    let mut sick = odd(&world, fail);
    let ended = sick.deploy(&program(true), json!({}));
    let problem = ended.outcome.failed[0].1.to_string();
    assert!(problem.contains("`broken by the test`") && problem.contains("odd.rs:"), "{problem}");
    assert_eq!(ended.outcome.skipped.len(), 1);
    let broken = sick.state.rows.values().next().unwrap().object.clone().unwrap();
    assert!(broken.problem.is_some());

    // The next run sees it as it is, and the one that takes its place as it should be.
    let id = broken.id.clone();
    let mut healing = odd(&sick, move |found| {
        let failed = |found: Found| match found.id == id {
            true => Found { condition: Condition::Failed("broken by the test".into()), ..found },
            false => found,
        };
        Ok(found.into_iter().map(failed).collect())
    });
    let healed = healing.deploy(&program(true), json!({})).complete();
    assert_eq!(healed.changes, ["create net net", "create part part", "delete net net"]);
    world.state = healing.state.clone();
    assert!(!world.plan(&program(true), json!({})).unwrap().has_changes());
    assert!(!world.cloud.objects().contains_key(&broken.id));
}

#[test]
fn an_engine_that_nobody_gave_a_type_says_so_and_keeps_what_is_known_of_it() {
    let mut world = World::new();
    world.deploy(&program(true), json!({})).complete();
    let graph = world.graph(&program(true), json!({}));
    let engine = Engine::new(world.cloud.registry([]));
    let none = Engine::new(infra_apply::Registry::new());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let error = runtime.block_on(none.plan(&graph, &world.journal(), &())).unwrap_err().to_string();
    assert!(error.contains("toy:net/net: this engine does not serve it"), "{error}");
    assert!(!runtime.block_on(engine.plan(&graph, &world.journal(), &())).unwrap().has_changes());
}

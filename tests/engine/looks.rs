//! How objects are looked at: together where several wait, and for no more than somebody asks for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use infra_apply::{Asked, Class, Creation, Engine, Found, Handler, Interrupt, Journal, ProviderError};
use infra_core::{Schema, Stack, Value};
use infra_testing::{Fault, Verb, World};
use infra_tests::Machine;
use serde_json::json;

fn machines(count: usize) -> impl Fn(&Stack) {
    move |stack: &Stack| (0..count).for_each(|at| drop(Machine::new(format!("m{at}")).add(stack)))
}

fn reads(world: &World) -> usize {
    world.cloud.calls().iter().filter(|call| call.verb == Verb::Read).count()
}

/// How many reads it takes to make so many machines, each of which is ready after its fourth.
fn reads_of(count: usize) -> usize {
    let mut world = World::new();
    world.cloud.take_time(7);
    world.cloud.ready_after(4);
    world.deploy(&machines(count), json!({})).complete();
    reads(&world)
}

#[test]
fn those_that_wait_at_the_same_time_are_looked_at_with_one_call() {
    let (one, many) = (reads_of(1), reads_of(80));
    assert_eq!(one, 5);
    assert!(many < 80, "eighty alone would take {} looks, and together they took {many}", 80 * one);
}

#[test]
fn where_a_look_at_several_fails_each_is_looked_at_alone() {
    let mut world = World::new();
    world.cloud.take_time(7);
    world.cloud.ready_after(2);
    // The first look is at one machine alone, which fails with it.
    world.cloud.inject(Fault::refuse(Verb::Read, "").class(Class::Other).saying("one of them is odd").later(4));
    world.deploy(&machines(20), json!({})).complete();
    assert_eq!(world.cloud.objects().len(), 20);
}

#[test]
fn what_ends_at_the_same_time_is_seen_gone_with_few_looks() {
    let mut world = World::new();
    world.deploy(&machines(100), json!({})).complete();
    world.cloud.take_time(7);
    world.cloud.forget_calls();
    world.destroy().complete();
    assert!(world.cloud.objects().is_empty());
    assert!(reads(&world) < 60, "{} looks", reads(&world));
}

/// What each look asked for of one machine.
#[derive(Clone, Debug, PartialEq)]
struct Wanted {
    size: bool,
    script: bool,
    sent: Option<i64>,
}

/// Notes what it is asked for.
struct Noting {
    inner: Arc<dyn Handler>,
    asked: Arc<Mutex<Vec<Wanted>>>,
}

#[async_trait]
impl Handler for Noting {
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

    async fn look(&self, objects: &[Asked<'_>]) -> Result<Vec<Found>, ProviderError> {
        let wanted = |asked: &Asked<'_>| Wanted { size: asked.wants("size"), script: asked.wants("script"), sent: asked.sent("size") };
        self.asked.lock().unwrap().extend(objects.iter().map(wanted));
        let mut found = self.inner.look(objects).await?;
        // As one that tells no more than it is asked for.
        for (found, asked) in found.iter_mut().zip(objects) {
            if let Value::Object(inputs) = &mut found.inputs {
                inputs.retain(|input, _| asked.wants(input));
            }
        }
        Ok(found)
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

#[test]
fn a_look_asks_for_what_the_program_says_and_the_record_has_and_for_nothing_else() {
    let world = World::new();
    let sized = |size: i32| move |stack: &Stack| drop(Machine::new("m").size(size).add(stack));
    let scripted = |stack: &Stack| drop(Machine::new("m").script("echo").add(stack));
    let graph = world.graph(&sized(1), json!({}));
    let mut registry = world.cloud.registry(graph.schemas.values());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let inner = Arc::clone(registry.handler("toy:run/machine").unwrap());
    registry.insert(Arc::new(Noting { inner, asked: Arc::clone(&asked) }));
    let engine = Engine::new(registry);
    let mut journal = Journal::in_memory(world.state.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let mut deploy = |graph| {
        runtime.block_on(async {
            let plan = engine.plan(&graph, &journal, &()).await.unwrap();
            assert!(engine.apply(&plan, &mut journal, &Interrupt::new(), &()).await.is_complete());
        });
        std::mem::take(&mut *asked.lock().unwrap())
    };
    let only = |size: bool, script: bool, sent| Wanted { size, script, sent };
    assert_eq!(deploy(world.graph(&sized(1), json!({}))), [only(true, false, Some(1))], "what the call had is known");
    let (plan, before) = (only(true, false, None), only(true, false, None));
    let after = before.clone();
    assert_eq!(deploy(world.graph(&sized(2), json!({}))), [plan, before, after], "a change tells what is there");
    let forgotten = deploy(world.graph(&scripted, json!({})));
    assert_eq!(forgotten[0], only(true, true, None), "the record still has the size");
    runtime.block_on(async {
        let plan = engine.plan_destroy("test", &journal, &()).await.unwrap();
        assert!(engine.apply(&plan, &mut journal, &Interrupt::new(), &()).await.is_complete());
    });
    assert_eq!(asked.lock().unwrap().last(), Some(&only(false, false, None)), "whether it is gone, and nothing else");
    let sizes: BTreeMap<_, _> = world.cloud.objects();
    assert!(sizes.is_empty());
}

//! A cloud that does nothing, at once: what is left of an engine's time is its own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use infra_apply::{Class, Condition, Creation, Found, Handler, ProviderError, Registry};
use infra_core::{Schema, Value};
use infra_plan::State;

use crate::shape::Thing;

/// How many calls there were.
#[derive(Debug, Default)]
pub struct Calls {
    /// Reads, of any number of objects.
    pub read: AtomicU64,
    /// Creates, updates and deletes.
    pub changed: AtomicU64,
}

/// Serves things, which it knows from a state and from what it was asked to make.
pub struct Nothing {
    schema: Schema,
    things: Mutex<HashMap<String, Value>>,
    next: AtomicU64,
    calls: Arc<Calls>,
}

impl Nothing {
    /// A registry over the things of a state, and the count of the calls that come.
    pub fn registry(state: &State) -> (Registry, Arc<Calls>) {
        let objects = state.rows.values().filter_map(|row| row.object.as_ref());
        let things = objects.map(|object| (object.id.clone(), Value::Object(object.inputs.clone()))).collect();
        let calls = Arc::new(Calls::default());
        let mut registry = Registry::new();
        registry.insert(Arc::new(Nothing {
            schema: <Thing as infra_core::Resource>::schema(),
            things: Mutex::new(things),
            next: AtomicU64::new(state.serial),
            calls: Arc::clone(&calls),
        }));
        (registry, calls)
    }

    fn things(&self) -> MutexGuard<'_, HashMap<String, Value>> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Handler for Nothing {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn service(&self) -> &str {
        "nothing"
    }

    fn page(&self) -> usize {
        100
    }

    async fn read(&self, ids: &[String]) -> Result<Vec<Found>, ProviderError> {
        self.calls.read.fetch_add(1, Ordering::Relaxed);
        let things = self.things();
        let found = |id: &String| {
            let inputs = things.get(id)?.clone();
            Some(Found { id: id.clone(), inputs, outputs: Value::Object([].into()), condition: Condition::Ready })
        };
        Ok(ids.iter().filter_map(found).collect())
    }

    async fn create(&self, want: &Value, _: Creation<'_>) -> Result<String, ProviderError> {
        self.calls.changed.fetch_add(1, Ordering::Relaxed);
        let id = format!("thing-{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.things().insert(id.clone(), want.clone());
        Ok(id)
    }

    async fn update(&self, id: &str, _: &Value, want: &Value) -> Result<(), ProviderError> {
        self.calls.changed.fetch_add(1, Ordering::Relaxed);
        match self.things().get_mut(id) {
            Some(thing) => {
                want.clone_into(thing);
                Ok(())
            }
            None => Err(ProviderError::new(Class::NotFound, "Update", format!("there is no {id}"))),
        }
    }

    async fn delete(&self, id: &str) -> Result<(), ProviderError> {
        self.calls.changed.fetch_add(1, Ordering::Relaxed);
        self.things().remove(id);
        Ok(())
    }

    async fn find(&self, _: &Value, _: Creation<'_>) -> Result<Option<String>, ProviderError> {
        Ok(None)
    }
}

//! A cloud that takes its time: what is made is ready after as long as its type or its inputs say. In virtual time.

#![allow(clippy::disallowed_methods, reason = "it plays a cloud, which takes time; what waits for it is the engine")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use infra_apply::{Condition, Creation, Found, Handler, ProviderError, Registry};
use infra_core::{Schema, Value};
use tokio::time::{Instant, sleep};

/// How long one call takes.
pub const CALL: Duration = Duration::from_millis(150);

/// How long an object of a kind takes to be ready, made with these inputs.
pub type Latency = fn(&str, &Value) -> Duration;

struct Slow {
    inner: Arc<dyn Handler>,
    latency: Latency,
    ready: Mutex<HashMap<String, Instant>>,
}

/// A registry whose objects take their time.
pub fn slowed(registry: &Registry, latency: Latency) -> Registry {
    let mut slow = Registry::new();
    for schema in registry.schemas() {
        if let Some(inner) = registry.handler(&schema.kind) {
            slow.insert(Arc::new(Slow { inner: Arc::clone(inner), latency, ready: Mutex::default() }));
        }
    }
    slow
}

#[async_trait]
impl Handler for Slow {
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
        sleep(CALL).await;
        let mut found = self.inner.read(ids).await?;
        let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        for found in &mut found {
            if ready.get(&found.id).is_some_and(|at| *at > Instant::now()) {
                found.condition = Condition::Pending("pending".into());
            }
        }
        Ok(found)
    }

    async fn create(&self, want: &Value, new: Creation<'_>) -> Result<String, ProviderError> {
        sleep(CALL).await;
        let id = self.inner.create(want, new).await?;
        let at = Instant::now() + (self.latency)(&self.inner.schema().kind, want);
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), at);
        Ok(id)
    }

    async fn update(&self, id: &str, have: &Value, want: &Value) -> Result<(), ProviderError> {
        sleep(CALL).await;
        self.inner.update(id, have, want).await
    }

    async fn delete(&self, id: &str) -> Result<(), ProviderError> {
        sleep(CALL).await;
        self.inner.delete(id).await
    }

    async fn find(&self, want: &Value, new: Creation<'_>) -> Result<Option<String>, ProviderError> {
        sleep(CALL).await;
        self.inner.find(want, new).await
    }
}

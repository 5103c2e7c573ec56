//! A handler that calls its cloud only for as long as the run's hold lasts.

use std::sync::Arc;

use async_trait::async_trait;
use infra_core::{Schema, Value};

use super::hold::Hold;
use crate::asked::Asked;
use crate::error::{Class, ProviderError};
use crate::provider::{Creation, Found, Handler, Maker};

/// A handler behind a hold.
pub(crate) struct Guarded {
    inner: Arc<dyn Handler>,
    hold: Hold,
}

impl Guarded {
    pub(crate) fn new(inner: Arc<dyn Handler>, hold: Hold) -> Guarded {
        Guarded { inner, hold }
    }

    /// Checked immediately before each call, since a run may have slept since its last record.
    fn check(&self, operation: &str) -> Result<(), ProviderError> {
        // Not a class that is borne: what has ended does not begin again.
        self.hold.check().map_err(|error| ProviderError::new(Class::Other, operation, error.to_string()))
    }
}

#[async_trait]
impl Handler for Guarded {
    fn schema(&self) -> &Schema {
        self.inner.schema()
    }

    fn service(&self) -> &str {
        self.inner.service()
    }

    fn page(&self) -> usize {
        self.inner.page()
    }

    /// What is made touches nothing, so that no hold is asked for it; what is kept of it is a record.
    fn maker(&self) -> Option<&dyn Maker> {
        self.inner.maker()
    }

    async fn run(&self, want: &Value, new: Creation<'_>) -> Result<Value, ProviderError> {
        self.check("run")?;
        self.inner.run(want, new).await
    }

    async fn ran(&self, want: &Value, new: Creation<'_>) -> Result<Option<Value>, ProviderError> {
        self.check("ran")?;
        self.inner.ran(want, new).await
    }

    async fn read(&self, ids: &[String]) -> Result<Vec<Found>, ProviderError> {
        self.check("read")?;
        self.inner.read(ids).await
    }

    async fn look(&self, objects: &[Asked<'_>]) -> Result<Vec<Found>, ProviderError> {
        self.check("read")?;
        self.inner.look(objects).await
    }

    async fn create(&self, want: &Value, new: Creation<'_>) -> Result<String, ProviderError> {
        self.check("create")?;
        self.inner.create(want, new).await
    }

    async fn update(&self, id: &str, have: &Value, want: &Value) -> Result<(), ProviderError> {
        self.check("update")?;
        self.inner.update(id, have, want).await
    }

    async fn delete(&self, id: &str) -> Result<(), ProviderError> {
        self.check("delete")?;
        self.inner.delete(id).await
    }

    async fn end(&self, object: Asked<'_>) -> Result<(), ProviderError> {
        self.check("delete")?;
        self.inner.end(object).await
    }

    async fn find(&self, want: &Value, new: Creation<'_>) -> Result<Option<String>, ProviderError> {
        self.check("find")?;
        self.inner.find(want, new).await
    }
}

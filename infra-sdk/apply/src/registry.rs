//! Which types of resource an engine can serve, and which questions it can answer.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use infra_core::{Kind, Resource, Schema};
use serde_json::Value as Json;

use crate::elsewhere::Elsewhere;
use crate::error::ProviderError;
use crate::provider::{Handler, Lifecycle, Served};
use crate::run::{RunOnce, Runner};

/// Answers one kind of [`Lookup`](infra_core::Lookup).
#[async_trait]
pub trait Answerer: Send + Sync {
    /// The answer, in the form of the lookup's `Answer`.
    async fn answer(&self, query: &Json) -> Result<Json, ProviderError>;
}

/// Handlers by kind, and answerers by kind of question.
#[derive(Clone, Default)]
pub struct Registry {
    handlers: BTreeMap<Kind, Arc<dyn Handler>>,
    answerers: BTreeMap<String, Arc<dyn Answerer>>,
    pub(crate) elsewhere: Elsewhere,
    /// The stack's folder, from which handlers count the paths of files that a program names; where it is empty, that of
    /// the process. It is set before anything is served.
    pub folder: PathBuf,
}

impl Registry {
    /// A registry of nothing.
    pub fn new() -> Registry {
        Registry::default()
    }

    /// Adds a type of resource, over a client of its service.
    pub fn serve<R: Lifecycle>(&mut self, client: &R::Client) {
        self.insert(Arc::new(Served::<R>::new(client.clone())));
    }

    /// Adds a type of action, over a client of its service.
    pub fn run<R: RunOnce>(&mut self, client: &R::Client) {
        self.insert(Arc::new(Runner::<R>::new(client.clone())));
    }

    /// Adds a handler of any make.
    pub fn insert(&mut self, handler: Arc<dyn Handler>) {
        self.handlers.insert(handler.schema().kind.clone(), handler);
    }

    /// Adds what answers a kind of question.
    pub fn answer(&mut self, kind: &str, answerer: Arc<dyn Answerer>) {
        self.answerers.insert(kind.to_owned(), answerer);
    }

    /// The handler of a kind.
    pub fn handler(&self, kind: &str) -> Option<&Arc<dyn Handler>> {
        self.handlers.get(kind)
    }

    /// What answers a kind of question.
    pub fn answerer(&self, kind: &str) -> Option<&Arc<dyn Answerer>> {
        self.answerers.get(kind)
    }

    /// The types it serves.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        self.handlers.values().map(|handler| handler.schema())
    }

    /// Whether it serves `R`.
    pub fn serves<R: Resource>(&self) -> bool {
        self.handlers.contains_key(R::KIND)
    }
}

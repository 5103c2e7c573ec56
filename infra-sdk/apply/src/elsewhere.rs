//! The registries of other places: of other regions and accounts than the environment's, each connected when something
//! there is first asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use infra_core::{Graph, Provider};
use tokio::sync::Mutex;

use crate::error::{Class, ProviderError};
use crate::provider::Handler;
use crate::registry::{Answerer, Registry};

/// Connects to places.
#[async_trait]
pub trait Connector: Send + Sync {
    /// A registry that serves what is at a place.
    ///
    /// # Errors
    /// Where it cannot be reached, or may not be.
    async fn connect(&self, provider: &Provider) -> Result<Registry, ProviderError>;
}

/// Where a registry is, and what leads from there to other places.
#[derive(Clone, Default)]
pub(crate) struct Elsewhere {
    /// What is said of the place that the registry serves itself, as in a provider's `place`.
    home: BTreeMap<String, String>,
    connector: Option<Arc<dyn Connector>>,
    connected: Arc<Mutex<BTreeMap<Provider, Arc<Registry>>>>,
}

impl Registry {
    /// Lets it reach other places than the one that it serves itself, which `home` says as a provider's `place` would.
    pub fn connect_with(&mut self, home: BTreeMap<String, String>, connector: Arc<dyn Connector>) {
        self.elsewhere = Elsewhere { home, connector: Some(connector), connected: Arc::default() };
    }

    /// The handler of a kind at a place; none where the kind is not served.
    ///
    /// # Errors
    /// Where the place cannot be reached.
    pub async fn handler_at(&self, kind: &str, provider: Option<&Provider>) -> Result<Option<Arc<dyn Handler>>, ProviderError> {
        Ok(match self.at(provider).await? {
            Some(there) => there.handler(kind).cloned(),
            None => self.handler(kind).cloned(),
        })
    }

    /// What answers a kind of question at a place.
    ///
    /// # Errors
    /// Where the place cannot be reached.
    pub async fn answerer_at(&self, kind: &str, provider: Option<&Provider>) -> Result<Option<Arc<dyn Answerer>>, ProviderError> {
        Ok(match self.at(provider).await? {
            Some(there) => there.answerer(kind).cloned(),
            None => self.answerer(kind).cloned(),
        })
    }

    /// The registry of a place; none where that is this one.
    async fn at(&self, provider: Option<&Provider>) -> Result<Option<Arc<Registry>>, ProviderError> {
        let Some(provider) = provider.and_then(|provider| self.away(provider)) else { return Ok(None) };
        let Some(connector) = &self.elsewhere.connector else {
            let message = format!("this engine knows no other place than its own, and not {provider}");
            return Err(ProviderError::new(Class::Invalid, "connect", message));
        };
        // Held while it connects, so that each place is connected to once.
        let mut connected = self.elsewhere.connected.lock().await;
        if let Some(there) = connected.get(&provider) {
            return Ok(Some(Arc::clone(there)));
        }
        let there = Arc::new(connector.connect(&provider).await?);
        connected.insert(provider, Arc::clone(&there));
        Ok(Some(there))
    }

    /// A provider without what holds at home too; nothing where that is all.
    fn away(&self, provider: &Provider) -> Option<Provider> {
        let mut provider = provider.clone();
        provider.place.retain(|name, value| self.elsewhere.home.get(name) != Some(value));
        (!provider.place.is_empty() || !provider.access.is_empty()).then_some(provider)
    }

    /// A graph in which no provider says what holds at home, so that naming one's own place moves nothing; none where
    /// that is so already.
    pub(crate) fn without_home(&self, graph: &Graph) -> Option<Graph> {
        let away = |provider: &Option<Provider>| provider.as_ref().and_then(|provider| self.away(provider));
        if graph.nodes.iter().all(|node| away(&node.options.lifecycle.provider) == node.options.lifecycle.provider) {
            return None;
        }
        let mut graph = graph.clone();
        for node in &mut graph.nodes {
            node.options.lifecycle.provider = away(&node.options.lifecycle.provider);
        }
        Some(graph)
    }
}

//! Answers to a program's questions, over a service's client.

use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use infra_apply::{Answerer, Class, ProviderError, Registry};
use infra_core::Lookup;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// A question that a service's client can answer.
pub(crate) trait Answers: Lookup<Answer: Send> + DeserializeOwned + Send + Sync + 'static {
    /// The service's client.
    type Client: Clone + Send + Sync + 'static;

    /// The answer as of now.
    fn answer(&self, client: &Self::Client) -> impl Future<Output = Result<Self::Answer, ProviderError>> + Send;
}

/// Adds what answers `L` to a registry.
pub(crate) fn serve<L: Answers>(registry: &mut Registry, client: &L::Client) {
    registry.answer(L::KIND, Arc::new(Over::<L> { client: client.clone(), of: PhantomData }));
}

struct Over<L: Answers> {
    client: L::Client,
    of: PhantomData<fn() -> L>,
}

#[async_trait]
impl<L: Answers> Answerer for Over<L> {
    async fn answer(&self, query: &Json) -> Result<Json, ProviderError> {
        let wrong = |error: serde_json::Error| {
            ProviderError::new(Class::Invalid, "read the question", format!("it does not fit {}: {error}", L::KIND))
        };
        let question: L = serde_json::from_value(query.clone()).map_err(wrong)?;
        serde_json::to_value(question.answer(&self.client).await?).map_err(wrong)
    }
}

//! Actions: what is run once, and again when its inputs or triggers change, and of which nothing exists afterwards but
//! the record of what came of it.
//!
//! An action is a resource whose schema says so (`#[resource(action, …)]`). It is planned like any other: without a
//! record it is run; where an input or a trigger differs it is run again, and the plan says which; otherwise its recorded
//! outputs are what they were. It is never read, so neither a plan nor a refresh runs it. Its end is the end of its record.
//!
//! A run that fails leaves no record, so that the next deployment runs it again. One of which nobody knows whether it went
//! through, because the answer was lost or the engine died, is run again by the next deployment too, unless
//! [`RunOnce::ran`] knows what came of it: at least once is all that can be promised.

use std::future::Future;
use std::marker::PhantomData;

use async_trait::async_trait;
use infra_core::{Resource, Schema, Value};
use serde::Serialize;

use crate::error::{Class, ProviderError};
use crate::provider::{Creation, Found, Handler, inputs};

/// A type of action: one function, over one service's client.
///
/// It does not wait for what others do, retry, log or print. An error of the class [`Throttled`](Class::Throttled) or
/// another that is borne, but for [`Unavailable`](Class::Unavailable), says that nothing has run yet, and the engine tries
/// again; [`Unavailable`](Class::Unavailable) says that nobody knows, and every other class that it ran and failed.
pub trait RunOnce: Resource {
    /// The service's client.
    type Client: Clone + Send + Sync + 'static;

    /// The service, as its limits go: `lambda`.
    const SERVICE: &'static str;

    /// Runs it to its end. The token is the same when a run that failed or was interrupted is repeated, also with other
    /// inputs. An output that repeats a secret is kept as one.
    fn run(client: &Self::Client, want: &Self::Inputs, token: &str) -> impl Future<Output = Result<Self::Outputs, ProviderError>> + Send;

    /// What came of an interrupted run with these very arguments, if it is known that it went through.
    fn ran(
        client: &Self::Client,
        want: &Self::Inputs,
        token: &str,
    ) -> impl Future<Output = Result<Option<Self::Outputs>, ProviderError>> + Send {
        let _ = (client, want, token);
        async { Ok(None) }
    }
}

/// A [`RunOnce`] behind the registry.
pub struct Runner<R: RunOnce> {
    client: R::Client,
    schema: Schema,
    of: PhantomData<fn() -> R>,
}

impl<R: RunOnce> Runner<R> {
    /// Serves `R` through a client.
    pub fn new(client: R::Client) -> Runner<R> {
        Runner { client, schema: Schema { action: true, ..R::schema() }, of: PhantomData }
    }
}

fn told(outputs: &impl Serialize) -> Result<Value, ProviderError> {
    let value = serde_json::to_value(outputs);
    value.map(Value::from).map_err(|error| ProviderError::new(Class::Other, "run it", format!("the answer cannot be kept: {error}")))
}

/// That nobody asks an action for what only an object has.
fn unasked<T>(what: &str) -> Result<T, ProviderError> {
    Err(ProviderError::new(Class::Other, what, "an action is run, and nothing is made"))
}

#[async_trait]
impl<R: RunOnce> Handler for Runner<R> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn service(&self) -> &str {
        R::SERVICE
    }

    fn page(&self) -> usize {
        usize::MAX
    }

    async fn run(&self, want: &Value, new: Creation<'_>) -> Result<Value, ProviderError> {
        told(&R::run(&self.client, &inputs::<R>(want)?, new.token).await?)
    }

    async fn ran(&self, want: &Value, new: Creation<'_>) -> Result<Option<Value>, ProviderError> {
        R::ran(&self.client, &inputs::<R>(want)?, new.token).await?.as_ref().map(told).transpose()
    }

    async fn read(&self, _: &[String]) -> Result<Vec<Found>, ProviderError> {
        Ok(Vec::new())
    }

    async fn create(&self, _: &Value, _: Creation<'_>) -> Result<String, ProviderError> {
        unasked("create it")
    }

    async fn update(&self, _: &str, _: &Value, _: &Value) -> Result<(), ProviderError> {
        unasked("change it")
    }

    async fn delete(&self, _: &str) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn find(&self, _: &Value, _: Creation<'_>) -> Result<Option<String>, ProviderError> {
        Ok(None)
    }
}

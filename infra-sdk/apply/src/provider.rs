//! What the engine asks of a type of resource, and how a resource file answers.

use std::future::Future;
use std::marker::PhantomData;

use async_trait::async_trait;
use infra_core::{Resource, ResourceId, Schema, Tags, Value};

use crate::asked::Asked;
use crate::error::{Class, ProviderError};

/// Whether an object can be used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It can.
    Ready,
    /// Not yet; the cloud's word for it, as in `pending`.
    Pending(String),
    /// Not as it is, and neither waiting nor another object helps: it must be changed. The cloud's word or reason.
    Stuck(String),
    /// It never will; the cloud's word or reason.
    Failed(String),
}

impl Condition {
    /// From a state's word: ready if it is one of `ready`, failed if one of `failed`, otherwise pending.
    pub fn of(state: &str, ready: &[&str], failed: &[&str]) -> Condition {
        if ready.contains(&state) {
            Condition::Ready
        } else if failed.contains(&state) {
            Condition::Failed(state.to_owned())
        } else {
            Condition::Pending(state.to_owned())
        }
    }
}

/// An object as the cloud has it.
#[derive(Clone, Debug)]
pub struct Observed<R: Resource> {
    /// Its physical id.
    pub id: R::Id,
    /// What the program could have said of it; all that the cloud tells. Tags without the engine's own.
    pub inputs: R::Inputs,
    /// What only the cloud says of it.
    pub outputs: R::Outputs,
    /// Whether it can be used.
    pub condition: Condition,
}

/// What the engine adds to the inputs of a new object.
#[derive(Clone, Copy, Debug)]
pub struct Creation<'a> {
    /// All tags of the object: the program's and the engine's own.
    pub tags: &'a Tags,
    /// The idempotency token of this step: the same when an interrupted step is repeated. Letters, digits and `-`,
    /// at most 32 characters.
    pub token: &'a str,
}

/// A type of resource in a cloud: five functions, each over one service's client.
///
/// None of them waits, retries, logs or prints: `read` says what is not ready yet, errors carry their class, and the
/// engine does the rest.
pub trait Lifecycle: Resource {
    /// The service's client.
    type Client: Clone + Send + Sync + 'static;

    /// The service, as its limits go: `ec2`, `autoscaling`.
    const SERVICE: &'static str;

    /// How many ids one `read` takes.
    const PAGE: usize = 100;

    /// The objects that exist among `ids`, in any order; one that is absent from the answer is gone.
    fn read(client: &Self::Client, ids: &[Self::Id]) -> impl Future<Output = Result<Vec<Observed<Self>>, ProviderError>> + Send;

    /// As [`read`](Lifecycle::read), of objects of which not everything may be asked for. Only a type that takes requests for a
    /// part of each object has its own, and leaves out those whose part nobody asks for; what it tells beyond that does no harm.
    fn look(client: &Self::Client, objects: &[Asked<'_>]) -> impl Future<Output = Result<Vec<Observed<Self>>, ProviderError>> + Send {
        let ids: Vec<Self::Id> = objects.iter().map(|object| Self::Id::from_text(object.id().to_owned())).collect();
        async move { Self::read(client, &ids).await }
    }

    /// Makes one, in one call where the service allows it: what the call cannot say is left to the update that follows. What
    /// exists already under this very token is success. An error after something was made says so with
    /// [`ProviderError::after`].
    fn create(
        client: &Self::Client,
        want: &Self::Inputs,
        new: Creation<'_>,
    ) -> impl Future<Output = Result<Self::Id, ProviderError>> + Send;

    /// Changes what differs between `have`, as observed, and `want`; what `want` leaves out is left alone.
    fn update(
        client: &Self::Client,
        id: &Self::Id,
        have: &Self::Inputs,
        want: &Self::Inputs,
    ) -> impl Future<Output = Result<(), ProviderError>> + Send;

    /// Starts its end. Gone is success.
    fn delete(client: &Self::Client, id: &Self::Id) -> impl Future<Output = Result<(), ProviderError>> + Send;

    /// As [`delete`](Lifecycle::delete), of an object whose record may be there. What it has can spare a question; without it, all
    /// must go as well.
    fn end(client: &Self::Client, object: Asked<'_>) -> impl Future<Output = Result<(), ProviderError>> + Send {
        let id = Self::Id::from_text(object.id().to_owned());
        async move { Self::delete(client, &id).await }
    }

    /// The object that an interrupted `create` with these very arguments made, if it did.
    fn find(
        client: &Self::Client,
        want: &Self::Inputs,
        new: Creation<'_>,
    ) -> impl Future<Output = Result<Option<Self::Id>, ProviderError>> + Send;
}

/// An object as the cloud has it, without its Rust type.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its physical id.
    pub id: String,
    /// Its inputs, an object without nulls.
    pub inputs: Value,
    /// Its outputs, an object.
    pub outputs: Value,
    /// Whether it can be used.
    pub condition: Condition,
}

/// Makes objects that are nowhere but in the record, such as random values. To make one touches nothing, so that one that
/// was made and not recorded is as if it had never been.
pub trait Maker: Send + Sync {
    /// Makes one: its physical id, which no other has, and its outputs.
    ///
    /// # Errors
    /// Where the inputs cannot be met, or the machine lacks what it takes.
    fn make(&self, want: &Value) -> Result<(String, Value), ProviderError>;
}

/// A [`Lifecycle`] behind the registry.
#[async_trait]
pub trait Handler: Send + Sync {
    /// What the type takes and gives.
    fn schema(&self) -> &Schema;

    /// The service, as its limits go.
    fn service(&self) -> &str;

    /// How many ids one `read` takes.
    fn page(&self) -> usize;

    /// What makes its objects, where they are nowhere but in the record: then the functions below are not called.
    fn maker(&self) -> Option<&dyn Maker> {
        None
    }

    /// Whether its objects are nowhere but in the record, which then is all there is to see.
    fn is_recorded(&self) -> bool {
        self.maker().is_some() || self.schema().action
    }

    /// Runs an action, and gives what came of it: its outputs. Called where the type's schema says that it is one, and
    /// then no other function is but [`ran`](Handler::ran).
    async fn run(&self, want: &Value, new: Creation<'_>) -> Result<Value, ProviderError> {
        let _ = (want, new);
        Err(ProviderError::new(Class::Other, "run it", format!("a {} is no action", self.schema().kind)))
    }

    /// What came of an action whose run was interrupted, if it is known that it went through.
    async fn ran(&self, want: &Value, new: Creation<'_>) -> Result<Option<Value>, ProviderError> {
        let _ = (want, new);
        Ok(None)
    }

    /// As [`Lifecycle::read`].
    async fn read(&self, ids: &[String]) -> Result<Vec<Found>, ProviderError>;

    /// As [`Lifecycle::look`].
    async fn look(&self, objects: &[Asked<'_>]) -> Result<Vec<Found>, ProviderError> {
        let ids: Vec<String> = objects.iter().map(|object| object.id().to_owned()).collect();
        self.read(&ids).await
    }

    /// As [`Lifecycle::create`].
    async fn create(&self, want: &Value, new: Creation<'_>) -> Result<String, ProviderError>;

    /// As [`Lifecycle::update`].
    async fn update(&self, id: &str, have: &Value, want: &Value) -> Result<(), ProviderError>;

    /// As [`Lifecycle::delete`].
    async fn delete(&self, id: &str) -> Result<(), ProviderError>;

    /// As [`Lifecycle::end`].
    async fn end(&self, object: Asked<'_>) -> Result<(), ProviderError> {
        self.delete(object.id()).await
    }

    /// As [`Lifecycle::find`].
    async fn find(&self, want: &Value, new: Creation<'_>) -> Result<Option<String>, ProviderError>;
}

/// Values as a type's inputs.
pub(crate) fn inputs<R: Resource>(value: &Value) -> Result<R::Inputs, ProviderError> {
    serde_json::from_value(value.reveal()).map_err(|error| {
        // The words of the error may have a value in them.
        let why = if value.has_secret() { "what does not fit is not shown, since there are secrets".into() } else { error.to_string() };
        ProviderError::new(Class::Invalid, "read the inputs", format!("they do not fit {}: {why}", R::KIND))
    })
}

/// Where a resource's values become its structs, and back.
pub struct Served<R: Lifecycle> {
    client: R::Client,
    schema: Schema,
    of: PhantomData<fn() -> R>,
}

impl<R: Lifecycle> Served<R> {
    /// Serves `R` through a client.
    pub fn new(client: R::Client) -> Served<R> {
        Served { client, schema: R::schema(), of: PhantomData }
    }

    fn id(text: &str) -> R::Id {
        R::Id::from_text(text.to_owned())
    }

    /// Objects without their Rust type.
    fn found(observed: Vec<Observed<R>>) -> Result<Vec<Found>, ProviderError> {
        let plain = |value: Result<serde_json::Value, serde_json::Error>| match value {
            Ok(value) => Ok(Value::from(value)),
            Err(error) => Err(ProviderError::new(Class::Other, "read", format!("the answer cannot be kept: {error}"))),
        };
        let found = observed.into_iter().map(|object| {
            Ok(Found {
                id: object.id.as_str().to_owned(),
                inputs: plain(serde_json::to_value(&object.inputs))?.without_nulls(),
                outputs: plain(serde_json::to_value(&object.outputs))?,
                condition: object.condition,
            })
        });
        found.collect()
    }
}

#[async_trait]
impl<R: Lifecycle> Handler for Served<R> {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn service(&self) -> &str {
        R::SERVICE
    }

    fn page(&self) -> usize {
        R::PAGE
    }

    async fn read(&self, ids: &[String]) -> Result<Vec<Found>, ProviderError> {
        let ids: Vec<R::Id> = ids.iter().map(|id| Self::id(id)).collect();
        Self::found(R::read(&self.client, &ids).await?)
    }

    async fn look(&self, objects: &[Asked<'_>]) -> Result<Vec<Found>, ProviderError> {
        Self::found(R::look(&self.client, objects).await?)
    }

    async fn create(&self, want: &Value, new: Creation<'_>) -> Result<String, ProviderError> {
        let id = R::create(&self.client, &inputs::<R>(want)?, new).await?;
        Ok(id.as_str().to_owned())
    }

    async fn update(&self, id: &str, have: &Value, want: &Value) -> Result<(), ProviderError> {
        R::update(&self.client, &Self::id(id), &inputs::<R>(have)?, &inputs::<R>(want)?).await
    }

    async fn delete(&self, id: &str) -> Result<(), ProviderError> {
        R::delete(&self.client, &Self::id(id)).await
    }

    async fn end(&self, object: Asked<'_>) -> Result<(), ProviderError> {
        R::end(&self.client, object).await
    }

    async fn find(&self, want: &Value, new: Creation<'_>) -> Result<Option<String>, ProviderError> {
        let id = R::find(&self.client, &inputs::<R>(want)?, new).await?;
        Ok(id.map(|id| id.as_str().to_owned()))
    }
}

//! A handler of any type of resource, by its schema, on the simulated cloud.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use infra_apply::{Class, Condition, Creation, Found, Handler, ProviderError};
use infra_core::{Address, Kind, OWNERSHIP_PREFIX, Schema, Value};

use crate::cloud::{MockCloud, MockObject, Seen, Verb};
use crate::traffic::service;

pub(crate) struct MockHandler {
    cloud: MockCloud,
    schema: Arc<Schema>,
    /// What the cloud calls the type.
    kind: Kind,
    /// Which part of the cloud it sees; the empty one is where the environment says.
    place: String,
}

impl MockHandler {
    pub(crate) fn new(cloud: MockCloud, schema: Arc<Schema>, kind: Kind, place: String) -> MockHandler {
        MockHandler { cloud, schema, kind, place }
    }

    /// Whether an object is where this handler looks.
    fn sees(&self, object: &MockObject) -> bool {
        object.kind == self.kind && object.place == self.place
    }

    /// Refuses a call about an object that is elsewhere, as a cloud does which does not know it here.
    fn here(&self, id: &str) -> Result<(), ProviderError> {
        let contents = self.cloud.contents();
        match contents.objects.get(id).filter(|object| !self.sees(object)) {
            Some(_) => Err(ProviderError::new(Class::NotFound, "Call", format!("there is no {id} here"))),
            None => Ok(()),
        }
    }

    fn name_of(&self, id: &str) -> String {
        self.cloud.contents().objects.get(id).map(|object| object.name.clone()).unwrap_or_default()
    }

    /// Sends a call, which takes its time; returns its number in the run.
    async fn begin(&self, verb: Verb, name: &str) -> Result<usize, ProviderError> {
        let (call, latency) = {
            let mut contents = self.cloud.contents();
            (contents.begin(verb, &self.kind, name)?, contents.nature.latency)
        };
        #[allow(clippy::disallowed_methods, reason = "this is the time that a cloud takes, and not a wait for it")]
        if let Some(seed) = latency {
            let mut hash = DefaultHasher::new();
            (seed, call).hash(&mut hash);
            tokio::time::sleep(Duration::from_millis(hash.finish() % 1000)).await;
        }
        self.cloud.contents().arrive(&self.kind)?;
        if self.cloud.contents().is_silent(verb, name, false) {
            std::future::pending::<()>().await;
        }
        Ok(call)
    }

    /// Lets the caller wait for ever, where it is to.
    async fn silence(&self, verb: Verb, name: &str) {
        let silent = self.cloud.contents().is_silent(verb, name, true);
        if silent {
            std::future::pending::<()>().await;
        }
    }

    /// Refuses inputs that lack what the type insists on, which no handler could read.
    fn complete(&self, want: &Value) -> Result<(), ProviderError> {
        let given = clear(want);
        let missing = self.schema.inputs.iter().find(|field| field.required && given.get(&field.name).is_none_or(Value::is_null));
        match missing {
            Some(field) => Err(ProviderError::new(Class::Invalid, "read the inputs", format!("`{}` is missing", field.name))),
            None => Ok(()),
        }
    }
}

/// The resource's name, which the engine writes on what it makes.
fn name(new: Creation<'_>) -> String {
    let resource = new.tags.get("infra:resource").and_then(|text| text.parse::<Address>().ok());
    resource.map(|address| address.name().to_owned()).unwrap_or_default()
}

fn clear(inputs: &Value) -> BTreeMap<String, Value> {
    match Value::from(inputs.reveal()) {
        Value::Object(fields) => fields,
        _ => BTreeMap::new(),
    }
}

#[async_trait]
impl Handler for MockHandler {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn service(&self) -> &str {
        service(&self.schema.kind)
    }

    fn page(&self) -> usize {
        100
    }

    async fn run(&self, want: &Value, new: Creation<'_>) -> Result<Value, ProviderError> {
        let name = name(new);
        let call = self.begin(Verb::Run, &name).await?;
        self.complete(want)?;
        let mut contents = self.cloud.contents();
        let outputs = contents.run(&self.schema, &name, clear(want))?;
        contents.end(call, Verb::Run, &name)?;
        Ok(Value::Object(outputs))
    }

    async fn read(&self, ids: &[String]) -> Result<Vec<Found>, ProviderError> {
        let call = self.begin(Verb::Read, "").await?;
        let mut contents = self.cloud.contents();
        let mut all = Vec::new();
        for id in ids {
            let Some(object) = contents.objects.get(id).filter(|object| self.sees(object)) else { continue };
            let (mut inputs, outputs) = (object.inputs.clone(), object.outputs.clone());
            let stuck = contents.stuck.get(&object.name).cloned();
            // As a handler does: the engine's own tags are not the program's.
            if let Some(Value::Object(tags)) = inputs.get_mut("tags") {
                tags.retain(|key, _| !key.starts_with(OWNERSHIP_PREFIX));
            }
            inputs.retain(|name, _| self.schema.input(name).is_some_and(|field| !field.write_only));
            let found =
                |condition, outputs| Found { id: id.clone(), inputs: Value::Object(inputs), outputs: Value::Object(outputs), condition };
            match contents.see(id) {
                Seen::NotYet => {}
                // What a cloud says of an object that is not ready is no more than a promise.
                Seen::Pending => all.push(found(Condition::Pending("pending".into()), BTreeMap::new())),
                Seen::Ready => all.push(found(stuck.map_or(Condition::Ready, Condition::Stuck), outputs)),
            }
        }
        contents.end(call, Verb::Read, "")?;
        Ok(all)
    }

    async fn create(&self, want: &Value, new: Creation<'_>) -> Result<String, ProviderError> {
        let name = name(new);
        let call = self.begin(Verb::Create, &name).await?;
        self.complete(want)?;
        let id = self.cloud.contents().create(&self.schema, &self.kind, &self.place, &name, clear(want), new.token)?;
        self.silence(Verb::Create, &name).await;
        let mut contents = self.cloud.contents();
        contents.end(call, Verb::Create, &name)?;
        Ok(id)
    }

    async fn update(&self, id: &str, have: &Value, want: &Value) -> Result<(), ProviderError> {
        let name = self.name_of(id);
        let call = self.begin(Verb::Update, &name).await?;
        self.here(id)?;
        self.complete(have)?;
        self.complete(want)?;
        self.cloud.contents().update(&self.schema, id, clear(want))?;
        self.silence(Verb::Update, &name).await;
        self.cloud.contents().end(call, Verb::Update, &name)
    }

    async fn delete(&self, id: &str) -> Result<(), ProviderError> {
        let name = self.name_of(id);
        let call = self.begin(Verb::Delete, &name).await?;
        self.here(id)?;
        self.cloud.contents().delete(id)?;
        self.silence(Verb::Delete, &name).await;
        self.cloud.contents().end(call, Verb::Delete, &name)
    }

    async fn find(&self, want: &Value, new: Creation<'_>) -> Result<Option<String>, ProviderError> {
        let name = name(new);
        let call = self.begin(Verb::Find, &name).await?;
        self.complete(want)?;
        let mut contents = self.cloud.contents();
        let found = contents.objects.iter().find(|(_, object)| self.sees(object) && object.token == new.token);
        let found = found.map(|(id, _)| id.clone());
        let found = if contents.is_blind(Verb::Find, &name) { None } else { found };
        contents.end(call, Verb::Find, &name)?;
        Ok(found)
    }
}

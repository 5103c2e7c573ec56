//! A handler of any type of resource, by its schema, on the simulated cloud.

use async_trait::async_trait;
use infra_apply::{Condition, Creation, Found, Handler, ProviderError};
use infra_core::{Address, Schema, Value};
use std::collections::BTreeMap;

use crate::cloud::{MockCloud, Verb};

pub(crate) struct MockHandler {
    cloud: MockCloud,
    schema: Schema,
}

impl MockHandler {
    pub(crate) fn new(cloud: MockCloud, schema: Schema) -> MockHandler {
        MockHandler { cloud, schema }
    }

    fn name_of(&self, id: &str) -> String {
        self.cloud.contents().objects.get(id).map(|object| object.name.clone()).unwrap_or_default()
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
        "mock"
    }

    fn page(&self) -> usize {
        100
    }

    async fn read(&self, ids: &[String]) -> Result<Vec<Found>, ProviderError> {
        let mut contents = self.cloud.contents();
        contents.begin(Verb::Read, &self.schema.kind, "")?;
        let found = ids.iter().filter_map(|id| {
            let object = contents.objects.get(id).filter(|object| object.kind == self.schema.kind)?;
            let mut inputs = object.inputs.clone();
            inputs.retain(|name, _| self.schema.input(name).is_some_and(|field| !field.write_only));
            Some(Found {
                id: id.clone(),
                inputs: Value::Object(inputs),
                outputs: Value::Object(object.outputs.clone()),
                condition: Condition::Ready,
            })
        });
        Ok(found.collect())
    }

    async fn create(&self, want: &Value, new: Creation<'_>) -> Result<String, ProviderError> {
        let (mut contents, name) = (self.cloud.contents(), name(new));
        contents.begin(Verb::Create, &self.schema.kind, &name)?;
        let id = contents.create(&self.schema, &name, clear(want), new.token)?;
        contents.end(Verb::Create, &name)?;
        Ok(id)
    }

    async fn update(&self, id: &str, _: &Value, want: &Value) -> Result<(), ProviderError> {
        let name = self.name_of(id);
        let mut contents = self.cloud.contents();
        contents.begin(Verb::Update, &self.schema.kind, &name)?;
        contents.update(&self.schema, id, clear(want))?;
        contents.end(Verb::Update, &name)
    }

    async fn delete(&self, id: &str) -> Result<(), ProviderError> {
        let name = self.name_of(id);
        let mut contents = self.cloud.contents();
        contents.begin(Verb::Delete, &self.schema.kind, &name)?;
        contents.delete(id)?;
        contents.end(Verb::Delete, &name)
    }

    async fn find(&self, _: &Value, new: Creation<'_>) -> Result<Option<String>, ProviderError> {
        let mut contents = self.cloud.contents();
        contents.begin(Verb::Find, &self.schema.kind, &name(new))?;
        let found = contents.objects.iter().find(|(_, object)| object.kind == self.schema.kind && object.token == new.token);
        Ok(found.map(|(id, _)| id.clone()))
    }
}

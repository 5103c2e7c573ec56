//! Changing an object to what is wanted.

use std::collections::BTreeMap;
use std::sync::Arc;

use infra_core::{Moment, Type, Value};
use infra_plan::{Intent, Record, Want, kept};

use super::{Failure, Subject};
use crate::beside::Own;
use crate::observe::fields;

impl Subject<'_, '_> {
    /// Changes the object; `changes` where there is something to change, and not only something to wait for. One that is
    /// `imported` is signed too, where the type has tags and they are sent anyway.
    pub(super) async fn update(&self, id: &str, want: &Want, changes: bool, imported: bool) -> Result<String, Failure> {
        let mut inputs = self.bench.evaluated(self.address, want)?;
        let terms = self.bench.terms(self.address, want, Own::Recorded(id)).map_err(Failure::Step)?;
        self.bench.check_before(self.address, want, &terms)?;
        let mut due = want.lifecycle.due.clone();
        if changes {
            let before = self.bench.run_hooks(self.address, &terms.hooks, Moment::BeforeUpdate, Some(&want.declared)).await;
            before.map_err(Failure::Step)?;
            due.insert(Moment::AfterUpdate);
        }
        let lifecycle = self.bench.lifecycle(want, &terms, due.clone());
        let dependencies = want.dependencies.clone();
        let intent = Intent::Update { id: id.to_owned(), inputs: self.recordable(&inputs), dependencies, lifecycle };
        self.bench.record(Record::Begun { address: self.address.clone(), intent }).await?;
        // An object that is not ready may be so because of what this update changes: no waiting before it.
        // What is imported is compared and signed as a whole, as the plan did.
        let sought = self.sought(id, &inputs);
        let sought = Arc::new(if imported { sought.whole() } else { sought });
        let found = match self.read(&sought).await.map_err(|error| self.failed("read it", &error, Some(want)))? {
            Some(found) => found,
            None => self.ready(&sought, want).await?,
        };
        // It may have changed since the plan was made, as what is ignored does by its nature.
        let (have, salt) = (fields(self.with_recorded(id, &found)), self.bench.journal().state().salt.clone());
        kept(&self.schema().inputs, &want.ignored, &have, &mut inputs, &salt);
        let mut asked = self.asked(&inputs);
        if imported {
            self.sign(&mut asked, &have);
        }
        self.settle(&sought, found, want, &inputs, &asked, due).await
    }

    /// Adds to what is asked of an imported object the tags that say whose it is, to those that it has or is to have.
    pub(super) fn sign(&self, asked: &mut Value, have: &BTreeMap<String, Value>) {
        let Value::Object(asked) = asked else { return };
        if !self.schema().input("tags").is_some_and(|tags| matches!(tags.ty, Type::Map(_))) {
            return;
        }
        let tags = asked.entry("tags".to_owned()).or_insert_with(|| have.get("tags").cloned().unwrap_or(Value::Object(BTreeMap::new())));
        if let Value::Object(tags) = tags {
            tags.insert("infra:stack".into(), Value::from(self.bench.stack));
            tags.insert("infra:resource".into(), Value::from(self.address.to_string().as_str()));
        }
    }
}

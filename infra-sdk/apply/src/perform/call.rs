//! The calls about one object: how errors are borne, told and explained.

use std::collections::BTreeMap;

use infra_core::{Diagnostic, Expr, Schema, Value};
use infra_plan::{Want, recordable};

use super::{Failure, Subject};
use crate::error::{Class, ProviderError};
use crate::event::Event;
use crate::local::located;
use crate::observe::read_one;
use crate::provider::{Condition, Found};
use crate::retry::{Backoff, Borne};
use crate::users::{users, users_first};

impl Subject<'_, '_> {
    pub(super) fn schema(&self) -> &Schema {
        self.handler.schema()
    }

    /// Evaluated inputs as the handler takes them: known, in clear or marked, without nulls, and with whole paths.
    pub(super) fn asked(&self, inputs: &BTreeMap<String, Expr>) -> Value {
        let known = inputs.iter().filter_map(|(name, input)| Some((name.clone(), input.value()?)));
        located(&self.schema().inputs, Value::Object(known.collect()).without_nulls(), self.bench.folder)
    }

    /// Inputs as a record has them.
    pub(super) fn recordable(&self, inputs: &BTreeMap<String, Expr>) -> BTreeMap<String, Value> {
        recordable(&self.schema().inputs, inputs, &self.bench.journal().state().salt.clone())
    }

    pub(super) fn failed(&self, doing: &str, error: &ProviderError, want: Option<&Want>) -> Failure {
        if error.class == Class::Interrupted {
            return Failure::Stopped;
        }
        let problem = self.bench.scrub.scrubbed(&format!("failed to {doing}: {error}"));
        let mut problem = Diagnostic::new(problem).with_resource(self.address);
        if let Some(want) = want {
            problem = problem.with_location(&want.declared);
        }
        if let Some(help) = self.help(error) {
            problem = problem.with_help(help);
        }
        Failure::Step(problem)
    }

    /// What the user can do about an error of the service.
    pub(super) fn help(&self, error: &ProviderError) -> Option<String> {
        match error.class {
            Class::InUse => {
                let users = users(self.bench.journal().state(), self.address);
                if users.is_empty() { error.class.help().map(str::to_owned) } else { Some(users_first(&users)) }
            }
            Class::Quota => {
                let code = error.code.as_deref().map(|code| format!(" (its code is {code})")).unwrap_or_default();
                let service = self.handler.service();
                Some(format!(
                    "ask for a higher quota of {service}{code}, or remove what is no longer needed there, then run the command again"
                ))
            }
            class => class.help().map(str::to_owned),
        }
        .map(|help| match error.class.is_temporary() && self.time.is_over() {
            true => format!("{help}; {}", self.time.describe()),
            false => help,
        })
    }

    pub(super) fn notice(&self) -> impl FnMut(&ProviderError, Borne) + '_ {
        move |error, Borne { after, attempt, left }| {
            let error = self.bench.scrub.scrubbed(&error.to_string());
            self.bench.watcher.hear(Event::Retrying { address: self.address.clone(), error, after, attempt, left });
        }
    }

    /// Makes a call about the object, which may change it.
    pub(super) async fn change<T>(&self, call: impl AsyncFnMut() -> Result<T, ProviderError>) -> Result<T, ProviderError> {
        self.caller.call(self.handler.service(), self.notice(), call).await
    }

    /// Reads the object; nothing where there is none.
    pub(super) async fn read(&self, id: &str) -> Result<Option<Found>, ProviderError> {
        self.caller.call(self.handler.service(), self.notice(), async || self.look(id).await).await
    }

    /// Waits before the object is looked at again; meanwhile another step has this one's place.
    pub(super) async fn wait(&self, backoff: &mut Backoff) -> Result<(), Failure> {
        let _waiting = self.bench.idle.begin();
        let wait = backoff.wait_at_least(self.bench.idle.apart());
        self.caller.interrupt.unless(wait).await.ok_or(Failure::Stopped)
    }

    /// What there is of an object: what the cloud tells, or the record where there is nothing else.
    pub(super) async fn look(&self, id: &str) -> Result<Option<Found>, ProviderError> {
        if !self.handler.is_recorded() {
            return read_one(self.handler.as_ref(), id).await;
        }
        let journal = self.bench.journal();
        let object = journal.state().object(self.address).filter(|object| object.id == id);
        Ok(object.map(|object| Found {
            id: id.to_owned(),
            inputs: Value::from(Value::Object(object.inputs.clone()).reveal()),
            outputs: Value::Object(object.outputs.clone()),
            condition: Condition::Ready,
        }))
    }
}

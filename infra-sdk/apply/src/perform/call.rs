//! The calls about one object: how errors are borne, told and explained.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;

use infra_core::{Diagnostic, Expr, Schema, Value};
use infra_plan::{Want, recordable};

use super::{Failure, Subject};
use crate::asked::{Asked, Sought};
use crate::error::{Class, ProviderError};
use crate::event::Event;
use crate::local::located;
use crate::looks::{Look, Turn};
use crate::observe::sound;
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

    /// What is asked of the object where the program says `inputs` of it: that, and what its record has.
    pub(super) fn sought(&self, id: &str, inputs: &BTreeMap<String, Expr>) -> Sought {
        let recorded = self.bench.journal().state().object(self.address).filter(|object| object.id == id).cloned();
        Sought::managed(id, recorded, inputs)
    }

    /// Looks at the object, with others of its type where a call takes several; nothing where there is none.
    pub(super) async fn read(&self, sought: &Arc<Sought>) -> Result<Option<Found>, ProviderError> {
        let found = self.seen(sought).await?;
        self.sound(sought, found)
    }

    fn sound(&self, sought: &Sought, found: Option<Found>) -> Result<Option<Found>, ProviderError> {
        found.iter().try_for_each(|found| sound(self.schema(), &sought.asked(), found))?;
        Ok(found)
    }

    async fn seen(&self, sought: &Arc<Sought>) -> Result<Option<Found>, ProviderError> {
        let mut failed = None;
        match self.turn(sought).await {
            Turn::Told(found) => return Ok(found),
            Turn::Unanswered => {}
            Turn::Own(turn) => {
                let caller = self.caller.shared();
                let read = async |objects: &[Asked<'_>]| {
                    caller.call(self.handler.service(), |_, _| {}, async || self.handler.look(objects).await).await
                };
                match self.queue.look(turn, sought, self.handler.page(), read).await {
                    Look::Told(found) => return Ok(found),
                    // That has been borne for as long as it is.
                    Look::Failed(error) if error.class == Class::Throttled => return Err(error),
                    Look::Failed(error) => failed = Some(error),
                    Look::Unanswered => {}
                }
            }
        }
        let alone = async || match failed.take() {
            Some(error) => Err(error),
            None => self.look(sought).await,
        };
        self.caller.call(self.handler.service(), self.notice(), alone).await
    }

    /// Waits for the turn to look at objects of its type, or to be told by whoever has it; meanwhile another step has this
    /// one's place.
    async fn turn(&self, sought: &Arc<Sought>) -> Turn<'_> {
        if !self.looks_together() {
            return Turn::Unanswered;
        }
        match self.queue.free() {
            Some(turn) => turn,
            None => {
                let _waiting = self.bench.idle.begin(Some(&self.queue.waiting));
                self.queue.turn(sought, self.caller.patience.call).await
            }
        }
    }

    /// Waits before the object is looked at again, and looks, unless another's look has told of it before; meanwhile another
    /// step has this one's place.
    pub(super) async fn read_later(
        &self,
        sought: &Arc<Sought>,
        backoff: &mut Backoff,
    ) -> Result<Result<Option<Found>, ProviderError>, Failure> {
        let together = self.looks_together().then_some(&self.queue.waiting);
        let waiting = self.bench.idle.begin(together);
        let wait = backoff.upcoming().max(self.bench.idle.apart());
        let overheard = async {
            match together {
                Some(_) => self.queue.overhear(sought, wait).await,
                None => pending().await,
            }
        };
        let told = self.caller.interrupt.unless(backoff.wait_unless(wait, overheard)).await.ok_or(Failure::Stopped)?;
        drop(waiting);
        match told {
            Some(found) => Ok(self.sound(sought, found)),
            None => Ok(self.read(sought).await),
        }
    }

    /// Whether a call looks at several objects of its type.
    pub(super) fn looks_together(&self) -> bool {
        self.handler.page() > 1 && !self.handler.is_recorded()
    }

    /// What there is of an object: what the cloud tells, or the record where there is nothing else.
    async fn look(&self, sought: &Sought) -> Result<Option<Found>, ProviderError> {
        let id = sought.id();
        if !self.handler.is_recorded() {
            let found = self.handler.look(&[sought.asked()]).await?;
            return Ok(found.into_iter().find(|found| found.id == id));
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

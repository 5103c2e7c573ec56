//! One step: the calls that it needs, and the records before and after them.

mod call;
mod create;
mod delete;
mod run;
mod settle;
mod update;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use infra_core::{Address, Diagnostic, Expr, Lifecycle, Provider, Value};
use infra_plan::{Action, Object, Record, Step, Want};

use crate::beside::Own;
use crate::event::{Doing, Watcher};
use crate::idle::Idle;
use crate::journal::{Desk, Now};
use crate::lease::Guarded;
use crate::provider::Handler;
use crate::registry::Registry;
use crate::retry::Caller;
use crate::scrub::Scrub;
use crate::store::StoreError;
use crate::time::Time;

/// Why a step failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It is about this resource; others go on.
    Step(Diagnostic),
    /// The run was asked to stop before it was done. What it did is recorded, and the next run goes on.
    Stopped,
    /// Nothing can be recorded any more: the whole run stops.
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Store(error)
    }
}

/// What all steps share.
pub(crate) struct Bench<'a> {
    pub(crate) stack: &'a str,
    pub(crate) registry: &'a Registry,
    pub(crate) caller: Caller<'a>,
    pub(crate) watcher: &'a dyn Watcher,
    pub(crate) journal: Desk<'a>,
    pub(crate) scrub: Scrub,
    /// The steps that only wait.
    pub(crate) idle: Idle,
    /// The stack's folder.
    pub(crate) folder: &'a Path,
}

/// A resource and what its step needs to know of it.
struct Subject<'a, 'b> {
    bench: &'a Bench<'b>,
    address: &'a Address,
    handler: Arc<dyn Handler>,
    caller: Caller<'a>,
    time: Time,
}

impl<'b> Bench<'b> {
    pub(crate) fn journal(&self) -> Now<'_, 'b> {
        self.journal.now()
    }

    /// Returns when the record is durable: for an intent, before its call.
    async fn record(&self, record: Record) -> Result<(), StoreError> {
        self.journal.record(record).await
    }

    /// Gives a record that is durable before any intent after it: for what came of a call.
    fn note(&self, record: Record) -> Result<(), StoreError> {
        self.journal.note(record)
    }

    /// Performs a step; returns the physical id it was about.
    pub(crate) async fn perform(&self, step: &Step) -> Result<String, Failure> {
        let address = &step.address;
        match &step.action {
            Action::Forget { id } | Action::Sweep { id, .. } | Action::Retain { id, .. } => {
                self.note(Record::Gone { address: address.clone(), id: id.clone() })?;
                Ok(id.clone())
            }
            Action::Adopt { id, want, changes, .. } if !changes.is_empty() => {
                let subject = self.subject(address, want.lifecycle.provider.as_ref(), Time::update(want)).await?;
                subject.update(id, want, true, true).await
            }
            Action::Note { want, id, outputs } | Action::Adopt { want, id, outputs, .. } => {
                let subject = self.subject(address, want.lifecycle.provider.as_ref(), Time::update(want)).await?;
                let inputs = subject.recordable(&self.evaluated(address, want)?);
                outputs.values().for_each(|output| self.scrub.note(output));
                let terms = self.terms(address, want, Own::Told(id, outputs)).map_err(Failure::Step)?;
                self.check_before(address, want, &terms)?;
                let (lifecycle, broken) = self.afterwards(address, want, (id, outputs), BTreeSet::new(), None).await;
                let mut object = self.object(id, want, lifecycle, inputs, outputs.clone());
                object.problem = broken.as_ref().map(|problem| problem.problem.clone());
                self.note(Record::Settled { address: address.clone(), object })?;
                broken.map_or(Ok(id.clone()), |problem| Err(Failure::Step(problem)))
            }
            Action::Create { want, .. } => {
                self.subject(address, want.lifecycle.provider.as_ref(), Time::create(want)).await?.create(want).await
            }
            Action::Update { id, want, changes } => {
                let subject = self.subject(address, want.lifecycle.provider.as_ref(), Time::update(want)).await?;
                subject.update(id, want, !changes.is_empty(), false).await
            }
            Action::Delete { id, hooks, .. } => {
                // Where it is, only its record says: the program may not have it, or have it elsewhere.
                let provider = self.journal().state().object_of(address, id).and_then(|object| object.lifecycle.provider.clone());
                let time = Time::delete(self.journal().state(), address, id);
                self.subject(address, provider.as_ref(), time).await?.delete(id, hooks).await
            }
        }
    }

    async fn subject<'a>(&'a self, address: &'a Address, provider: Option<&'a Provider>, time: Time) -> Result<Subject<'a, 'b>, Failure> {
        let about = |problem: String| Diagnostic::new(problem).with_resource(address);
        match self.registry.handler_at(address.kind(), provider).await {
            Ok(Some(handler)) => {
                let caller = Caller { place: provider, ..time.bounds(self.caller) };
                Ok(Subject { bench: self, address, handler: Arc::new(Guarded::new(handler, self.journal.hold())), caller, time })
            }
            Ok(None) => {
                let problem = about(format!("this engine does not know what a {} is", address.kind()));
                Err(Failure::Step(problem.with_help("use an engine that serves it, of the same version as the program")))
            }
            Err(error) => {
                let place = provider.map(Provider::to_string).unwrap_or_default();
                let problem = about(format!("failed to reach {place}: {error}"));
                Err(Failure::Step(error.class.help().into_iter().fold(problem, |problem, help| problem.with_help(help))))
            }
        }
    }

    /// A step's inputs, with what earlier steps gave put in. All of it is known by now.
    fn evaluated(&self, address: &Address, want: &Want) -> Result<BTreeMap<String, Expr>, Failure> {
        let journal = self.journal();
        let known = |attr: &infra_core::Attr| Ok(journal.state().output(attr));
        let mut inputs = BTreeMap::new();
        for (name, expr) in &want.inputs {
            let about = |problem: String| {
                Failure::Step(Diagnostic::new(problem).with_resource(address).with_field(name).with_location(&want.declared))
            };
            let value = expr.evaluate(&known).map_err(|error| about(error.to_string()))?;
            if let Some(waits) = value.refs().into_iter().next() {
                return Err(about(format!("the cloud has not told `{}` of {}", waits.output, waits.resource)));
            }
            if let Expr::Lit(value) = &value {
                self.scrub.note(value);
            }
            inputs.insert(name.clone(), value);
        }
        Ok(inputs)
    }

    fn object(
        &self,
        id: &str,
        want: &Want,
        lifecycle: Lifecycle,
        inputs: BTreeMap<String, Value>,
        outputs: BTreeMap<String, Value>,
    ) -> Object {
        Object {
            id: id.to_owned(),
            inputs,
            outputs,
            dependencies: want.dependencies.clone(),
            declared: want.declared.clone(),
            problem: None,
            lifecycle,
            unfinished: false,
        }
    }
}

/// What a step does, for people.
pub(crate) fn doing(step: &Step) -> Option<Doing> {
    match &step.action {
        Action::Create { .. } if step.runs => Some(Doing::Running),
        Action::Create { .. } => Some(Doing::Creating),
        Action::Update { .. } => Some(Doing::Updating),
        Action::Adopt { changes, .. } => (!changes.is_empty()).then_some(Doing::Updating),
        Action::Delete { .. } => Some(Doing::Deleting),
        Action::Sweep { .. } | Action::Retain { .. } | Action::Note { .. } | Action::Forget { .. } => None,
    }
}

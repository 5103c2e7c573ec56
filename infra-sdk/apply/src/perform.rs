//! One step: the calls that it needs, and the records before and after them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use infra_core::{Address, Diagnostic, Expr, Hook, Lifecycle, Moment, Provider, Schema, Type, Value};
use infra_plan::{Action, Change, Intent, Object, Record, Step, Want, differences, echoed, kept, recordable, remembered};

use crate::beside::Own;
use crate::error::{ProviderError, gone_is_success};
use crate::event::{Doing, Event, Watcher};
use crate::journal::{Desk, Now};
use crate::lease::Guarded;
use crate::local::located;
use crate::making::{ownership, token};
use crate::observe::{fields, outputs, read_one};
use crate::provider::{Condition, Creation, Found, Handler};
use crate::registry::Registry;
use crate::retry::{Backoff, Patience, retry};
use crate::scrub::Scrub;
use crate::store::StoreError;
use crate::unseal::unsealed;

/// Why a step failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It is about this resource; others go on.
    Step(Diagnostic),
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
    pub(crate) patience: Patience,
    pub(crate) watcher: &'a dyn Watcher,
    pub(crate) journal: Desk<'a>,
    pub(crate) scrub: Scrub,
    /// The stack's folder.
    pub(crate) folder: &'a Path,
}

/// A resource and what its step needs to know of it.
pub(crate) struct Subject<'a, 'b> {
    pub(crate) bench: &'a Bench<'b>,
    pub(crate) address: &'a Address,
    pub(crate) handler: Arc<dyn Handler>,
}

impl<'b> Bench<'b> {
    pub(crate) fn journal(&self) -> Now<'_, 'b> {
        self.journal.now()
    }

    async fn record(&self, record: Record) -> Result<(), StoreError> {
        self.journal.record(record).await
    }

    /// Performs a step; returns the physical id it was about.
    pub(crate) async fn perform(&self, step: &Step) -> Result<String, Failure> {
        let address = &step.address;
        match &step.action {
            Action::Forget { id } | Action::Sweep { id, .. } | Action::Retain { id, .. } => {
                self.record(Record::Gone { address: address.clone(), id: id.clone() }).await?;
                Ok(id.clone())
            }
            Action::Adopt { id, want, changes, .. } if !changes.is_empty() => {
                self.subject(address, want.lifecycle.provider.as_ref()).await?.update(id, want, true, true).await
            }
            Action::Note { want, id, outputs } | Action::Adopt { want, id, outputs, .. } => {
                let inputs = self.subject(address, want.lifecycle.provider.as_ref()).await?.recordable(&self.evaluated(address, want)?);
                outputs.values().for_each(|output| self.scrub.note(output));
                let terms = self.terms(address, want, Own::Told(outputs)).map_err(Failure::Step)?;
                self.check_before(address, want, &terms)?;
                let (lifecycle, broken) = self.afterwards(address, want, outputs, BTreeSet::new(), None).await;
                let mut object = self.object(id, want, lifecycle, inputs, outputs.clone());
                object.problem = broken.as_ref().map(|problem| problem.problem.clone());
                self.record(Record::Settled { address: address.clone(), object }).await?;
                broken.map_or(Ok(id.clone()), |problem| Err(Failure::Step(problem)))
            }
            Action::Create { want, .. } => self.subject(address, want.lifecycle.provider.as_ref()).await?.create(want).await,
            Action::Update { id, want, changes } => {
                self.subject(address, want.lifecycle.provider.as_ref()).await?.update(id, want, !changes.is_empty(), false).await
            }
            Action::Delete { id, hooks, .. } => {
                // Where it is, only its record says: the program may not have it, or have it elsewhere.
                let provider = self.journal().state().object_of(address, id).and_then(|object| object.lifecycle.provider.clone());
                self.subject(address, provider.as_ref()).await?.delete(id, hooks).await
            }
        }
    }

    async fn subject<'a>(&'a self, address: &'a Address, provider: Option<&Provider>) -> Result<Subject<'a, 'b>, Failure> {
        let about = |problem: String| Diagnostic::new(problem).with_resource(address);
        match self.registry.handler_at(address.kind(), provider).await {
            Ok(Some(handler)) => Ok(Subject { bench: self, address, handler: Arc::new(Guarded::new(handler, self.journal.hold())) }),
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

impl Subject<'_, '_> {
    pub(crate) fn schema(&self) -> &Schema {
        self.handler.schema()
    }

    /// Evaluated inputs as the handler takes them: known, in clear or marked, without nulls, and with whole paths.
    fn asked(&self, inputs: &BTreeMap<String, Expr>) -> Value {
        let known = inputs.iter().filter_map(|(name, input)| Some((name.clone(), input.value()?)));
        located(&self.schema().inputs, Value::Object(known.collect()).without_nulls(), self.bench.folder)
    }

    /// Inputs as a record has them.
    fn recordable(&self, inputs: &BTreeMap<String, Expr>) -> BTreeMap<String, Value> {
        recordable(&self.schema().inputs, inputs, &self.bench.journal().state().salt.clone())
    }

    pub(crate) fn failed(&self, doing: &str, error: &ProviderError, want: Option<&Want>) -> Failure {
        let problem = self.bench.scrub.scrubbed(&format!("failed to {doing}: {error}"));
        let mut problem = Diagnostic::new(problem).with_resource(self.address);
        if let Some(want) = want {
            problem = problem.with_location(&want.declared);
        }
        if let Some(help) = error.class.help() {
            problem = problem.with_help(help);
        }
        Failure::Step(problem)
    }

    pub(crate) fn notice(&self) -> impl FnMut(&ProviderError, std::time::Duration) + '_ {
        move |error, after| {
            let error = self.bench.scrub.scrubbed(&error.to_string());
            self.bench.watcher.hear(Event::Retrying { address: self.address.clone(), error, after });
        }
    }

    async fn create(&self, want: &Want) -> Result<String, Failure> {
        let (bench, address) = (self.bench, self.address);
        let inputs = bench.evaluated(address, want)?;
        // The outputs that are known of it, if any, are those of the object whose place the new one takes.
        let terms = bench.terms(address, want, Own::Unknown).map_err(Failure::Step)?;
        bench.check_before(address, want, &terms)?;
        bench.run_hooks(address, &terms.hooks, Moment::BeforeCreate, Some(&want.declared)).await.map_err(Failure::Step)?;
        let due = BTreeSet::from([Moment::AfterCreate]);
        let lifecycle = bench.lifecycle(want, &terms, due.clone());
        let (salt, made) = {
            let journal = bench.journal();
            (journal.state().salt.clone(), journal.state().made.get(address).copied().unwrap_or_default())
        };
        let token = token(bench.stack, &salt, address, made);
        let asked = self.asked(&inputs);
        let tags = ownership(&asked, bench.stack, address, &token);
        let new = Creation { tags: &tags, token: &token };
        // Whoever performs a plan without the recovery before it finds what an interrupted run made all the same.
        let begun = |intent: &Intent| matches!(intent, Intent::Create { token: other, .. } if *other == token);
        let begun_before = bench.journal().state().rows.get(address).and_then(|row| row.intent.as_ref()).is_some_and(begun);
        bench
            .record(Record::Begun {
                address: address.clone(),
                intent: Intent::Create {
                    token: token.clone(),
                    inputs: self.recordable(&inputs),
                    dependencies: want.dependencies.clone(),
                    declared: want.declared.clone(),
                    lifecycle: lifecycle.clone(),
                },
            })
            .await?;
        let (made, in_doubt) = match self.handler.maker() {
            Some(maker) => (maker.make(&asked), false),
            None if self.schema().action => self.run(&asked, new, begun_before).await,
            None => {
                let (made, in_doubt) = self.made(&asked, new, begun_before).await;
                (made.map(|id| (id, Value::Null)), in_doubt)
            }
        };
        let (id, told) = match made {
            Ok(made) => made,
            Err(error) => {
                // Only an answer of the service says that nothing was made; without one, the intent stays open.
                if !in_doubt && !error.class.is_temporary() {
                    bench.record(Record::Abandoned { address: address.clone() }).await?;
                }
                return Err(match self.schema().action {
                    true => self.not_run(&error, in_doubt, want),
                    false => self.failed("create it", &error, Some(want)),
                });
            }
        };
        let mut object = bench.object(&id, want, lifecycle, self.recordable(&inputs), outputs(self.schema(), &told));
        object.problem = Some("it was made, and was not ready when it was last seen".into());
        object.unfinished = true;
        bench.record(Record::Made { address: address.clone(), object }).await?;
        let found = self.ready(&id, want).await?;
        self.settle(&id, found, want, &inputs, &asked, due).await
    }

    /// Changes the object; `changes` where there is something to change, and not only something to wait for. One that is
    /// `imported` is signed too, where the type has tags and they are sent anyway.
    async fn update(&self, id: &str, want: &Want, changes: bool, imported: bool) -> Result<String, Failure> {
        let mut inputs = self.bench.evaluated(self.address, want)?;
        let terms = self.bench.terms(self.address, want, Own::Recorded).map_err(Failure::Step)?;
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
        let read = retry(&self.bench.patience, self.notice(), async || self.look(id).await).await;
        let found = match read.map_err(|error| self.failed("read it", &error, Some(want)))? {
            Some(found) => found,
            None => self.ready(id, want).await?,
        };
        // It may have changed since the plan was made, as what is ignored does by its nature.
        let (have, salt) = (fields(self.with_recorded(id, &found)), self.bench.journal().state().salt.clone());
        kept(&self.schema().inputs, &want.ignored, &have, &mut inputs, &salt);
        let mut asked = self.asked(&inputs);
        if imported {
            self.sign(&mut asked, &have);
        }
        self.settle(id, found, want, &inputs, &asked, due).await
    }

    /// Adds to what is asked of an imported object the tags that say whose it is, to those that it has or is to have.
    fn sign(&self, asked: &mut Value, have: &BTreeMap<String, Value>) {
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

    /// Brings an object to what is wanted: changes what differs, waits until it is ready, runs the hooks that are `due`,
    /// and records it.
    async fn settle(
        &self,
        id: &str,
        mut found: Found,
        want: &Want,
        inputs: &BTreeMap<String, Expr>,
        asked: &Value,
        due: BTreeSet<Moment>,
    ) -> Result<String, Failure> {
        let differing = self.differing(id, &found, inputs);
        if !differing.is_empty() {
            let have = self.as_taken(self.with_recorded(id, &found), asked);
            let updated = retry(&self.bench.patience, self.notice(), async || self.handler.update(id, &have, asked).await).await;
            updated.map_err(|error| self.failed("change it", &error, Some(want)))?;
            found = self.ready(id, want).await?;
            let have = fields(self.with_recorded(id, &found));
            self.persistent(id, &have, inputs);
        } else if found.condition != Condition::Ready {
            found = self.ready(id, want).await?;
        }
        let secret = |input: &str| asked.as_object().and_then(|asked| asked.get(input)).is_some_and(Value::has_secret);
        let outputs = echoed(self.schema(), outputs(self.schema(), &found.outputs), secret);
        outputs.values().for_each(|output| self.bench.scrub.note(output));
        let broken = self.broken_promise(&outputs, asked, want).map(|problem| problem.with_location(&want.declared));
        let (lifecycle, broken) = self.bench.afterwards(self.address, want, &outputs, due, broken).await;
        let mut object = self.bench.object(id, want, lifecycle, self.recordable(inputs), outputs);
        object.problem = broken.as_ref().map(|problem| problem.problem.clone());
        self.bench.record(Record::Settled { address: self.address.clone(), object }).await?;
        match broken {
            Some(problem) => Err(Failure::Step(problem)),
            None => Ok(id.to_owned()),
        }
    }

    /// What there is of an object: what the cloud tells, or the record where there is nothing else.
    async fn look(&self, id: &str) -> Result<Option<Found>, ProviderError> {
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

    /// What differs from what is wanted, of all that the cloud tells; of what it never tells, by what was recorded.
    fn differing(&self, id: &str, found: &Found, inputs: &BTreeMap<String, Expr>) -> Vec<Change> {
        let have = fields(self.with_recorded(id, found));
        differences(&self.schema().inputs, &have, inputs, &self.bench.journal().state().salt.clone())
    }

    /// What the cloud tells of an object, and of what it never tells, what was recorded.
    fn with_recorded(&self, id: &str, found: &Found) -> Value {
        let journal = self.bench.journal();
        let recorded = journal.state().object(self.address).filter(|object| object.id == id);
        let none = BTreeMap::new();
        let recorded = recorded.map_or(&none, |object| &object.inputs);
        let have = remembered(&self.schema().inputs, &fields(found.inputs.clone()), recorded);
        Value::Object(have)
    }

    /// Inputs as a handler can take them, without digests.
    fn as_taken(&self, have: Value, asked: &Value) -> Value {
        let (none, salt) = (BTreeMap::new(), self.bench.journal().state().salt.clone());
        let have = unsealed(&self.schema().inputs, &fields(have), asked.as_object().unwrap_or(&none), &salt);
        Value::Object(have).without_nulls()
    }

    /// What still differs after the change is said, and not tried for ever.
    fn persistent(&self, id: &str, have: &BTreeMap<String, Value>, inputs: &BTreeMap<String, Expr>) {
        let told: Vec<_> = self.schema().inputs.iter().filter(|field| !field.write_only).cloned().collect();
        let salt = self.bench.journal().state().salt.clone();
        for change in differences(&told, have, inputs, &salt) {
            let has = change.old.map_or("nothing".into(), |old| old.redacted().to_string());
            let wants = change.new.map_or("nothing".into(), |new| new.to_string());
            self.bench.watcher.hear(Event::Noticed {
                address: self.address.clone(),
                message: format!("the cloud keeps `{}` of {id} at {has} and does not take {wants}", change.path),
            });
        }
    }

    /// An output that was promised to be the value of an input, and is not.
    fn broken_promise(&self, outputs: &BTreeMap<String, Value>, asked: &Value, want: &Want) -> Option<Diagnostic> {
        let asked = asked.as_object()?;
        self.schema().outputs.iter().find_map(|output| {
            let input = output.echo.as_ref().filter(|input| !want.ignored.contains(*input))?;
            let (promised, got) = (asked.get(input)?, outputs.get(&output.name)?);
            (promised.reveal() != got.reveal()).then(|| {
                let (promised, got) = (promised.redacted(), got.redacted());
                Diagnostic::new(format!("the cloud has {got} where {promised} was asked for"))
                    .with_resource(self.address)
                    .with_field(&output.name)
                    .with_help(format!("set `{input}` to {got}, which is what the cloud made of it"))
            })
        })
    }

    async fn ready(&self, id: &str, want: &Want) -> Result<Found, Failure> {
        let mut backoff = Backoff::between_looks();
        loop {
            let found = retry(&self.bench.patience, self.notice(), async || self.look(id).await).await;
            let (state, limit) = match found.map_err(|error| self.failed("read it", &error, Some(want)))? {
                Some(found) => match &found.condition {
                    Condition::Ready => return Ok(found),
                    Condition::Pending(state) => (state.clone(), self.bench.patience.ready),
                    Condition::Stuck(state) => {
                        let state = self.bench.scrub.scrubbed(state);
                        let problem = Diagnostic::new(format!("{id} does not become ready: {state}"));
                        let problem = problem.with_resource(self.address).with_location(&want.declared);
                        return Err(Failure::Step(problem.with_help("change what keeps it from that, and run the command again")));
                    }
                    Condition::Failed(state) => {
                        let state = self.bench.scrub.scrubbed(state);
                        let problem = Diagnostic::new(format!("{id} has failed: the cloud calls it `{state}`"));
                        let problem = problem.with_resource(self.address).with_location(&want.declared);
                        return Err(Failure::Step(problem.with_help("look it up in the cloud's console; the next deployment replaces it")));
                    }
                },
                // What was just made may not be seen everywhere yet; what is not seen for long has vanished.
                None => ("not visible yet".to_owned(), self.bench.patience.long),
            };
            if backoff.elapsed() > limit {
                let state = self.bench.scrub.scrubbed(&state);
                let problem = Diagnostic::new(format!("{id} is still `{state}` after {} minutes", backoff.elapsed().as_secs() / 60));
                let problem = problem.with_resource(self.address).with_location(&want.declared);
                return Err(Failure::Step(problem.with_help("run the command again: it goes on waiting")));
            }
            let state = self.bench.scrub.scrubbed(&state);
            self.bench.watcher.hear(Event::Waiting { address: self.address.clone(), state });
            backoff.wait().await;
        }
    }

    async fn delete(&self, id: &str, hooks: &[Hook]) -> Result<String, Failure> {
        self.bench.run_hooks(self.address, hooks, Moment::BeforeDelete, None).await.map_err(Failure::Step)?;
        if self.handler.is_recorded() {
            // There is nothing but the record, and nothing to be undone.
            self.bench.record(Record::Gone { address: self.address.clone(), id: id.to_owned() }).await?;
            self.bench.run_hooks(self.address, hooks, Moment::AfterDelete, None).await.map_err(Failure::Step)?;
            return Ok(id.to_owned());
        }
        let intent = Intent::Delete { id: id.to_owned() };
        self.bench.record(Record::Begun { address: self.address.clone(), intent }).await?;
        let deleted = retry(&self.bench.patience, self.notice(), async || gone_is_success(self.handler.delete(id).await)).await;
        deleted.map_err(|error| self.failed(&format!("delete {id}"), &error, None))?;
        let mut backoff = Backoff::between_looks();
        loop {
            let found = retry(&self.bench.patience, self.notice(), async || read_one(self.handler.as_ref(), id).await).await;
            match found.map_err(|error| self.failed(&format!("see {id} go"), &error, None))? {
                None => break,
                Some(found) if backoff.elapsed() <= self.bench.patience.ready => {
                    let state = match found.condition {
                        Condition::Ready => "still there".to_owned(),
                        Condition::Pending(state) | Condition::Stuck(state) | Condition::Failed(state) => state,
                    };
                    self.bench.watcher.hear(Event::Waiting { address: self.address.clone(), state });
                    backoff.wait().await;
                }
                Some(_) => {
                    let problem = Diagnostic::new(format!("{id} was deleted and does not go")).with_resource(self.address);
                    return Err(Failure::Step(problem.with_help("run the command again: it goes on waiting")));
                }
            }
        }
        self.bench.record(Record::Gone { address: self.address.clone(), id: id.to_owned() }).await?;
        self.bench.run_hooks(self.address, hooks, Moment::AfterDelete, None).await.map_err(Failure::Step)?;
        Ok(id.to_owned())
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
